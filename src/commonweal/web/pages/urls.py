"""Every address of the pages, assembled from their modules."""

from django.urls import path

from commonweal.web.pages import (
    bulk,
    calls,
    downloads,
    filters,
    flags,
    following,
    gallery,
    home,
    intake,
    mine,
    my_cases,
    operator,
    passing,
    photos,
    preferences,
    public,
    report,
    staff,
    statistics,
    style,
    texts,
)
from commonweal.web.pages.setup import urls as setup

urlpatterns = [
    path("city.css", style.city_style, name="city-style"),
    path("language", preferences.language, name="language"),
    path("text-size", preferences.text_size, name="text-size"),
    *gallery.urlpatterns,
    *home.urlpatterns,
    *report.urlpatterns,
    *my_cases.urlpatterns,  # before `mine`, whose addresses would swallow these
    *mine.urlpatterns,
    *public.urlpatterns,
    *downloads.urlpatterns,
    *following.urlpatterns,
    *statistics.urlpatterns,
    *photos.urlpatterns,
    *texts.urlpatterns,
    *flags.urlpatterns,
    *intake.urlpatterns,
    *calls.urlpatterns,
    *operator.urlpatterns,
    *filters.urlpatterns,
    *passing.urlpatterns,  # before `staff`, whose acts would swallow these
    *bulk.urlpatterns,
    *staff.urlpatterns,
    *setup.urlpatterns,
]
