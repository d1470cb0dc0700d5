"""Every address of Setup, below /setup/."""

from django.urls import URLPattern, URLResolver, include, path

from commonweal.web.pages.setup import (
    calendar,
    categories,
    city,
    keys,
    neighbours,
    overview,
    policy,
    routing,
    staff,
    templates,
    texts,
    units,
    webhooks,
)

inside = [
    *overview.urlpatterns,
    *categories.urlpatterns,
    *routing.urlpatterns,
    *units.urlpatterns,
    *staff.urlpatterns,
    *keys.urlpatterns,
    *webhooks.urlpatterns,
    *neighbours.urlpatterns,
    *templates.urlpatterns,
    *calendar.urlpatterns,
    *policy.urlpatterns,
    *texts.urlpatterns,
    *city.urlpatterns,
]
urlpatterns: list[URLPattern | URLResolver] = [path("setup/", include(inside))]
