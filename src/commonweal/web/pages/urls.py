"""Addresses that every page needs."""

from django.urls import path

from commonweal.web.pages import preferences, style

urlpatterns = [
    path("city.css", style.city_style, name="city-style"),
    path("language", preferences.language, name="language"),
    path("text-size", preferences.text_size, name="text-size"),
]
