"""The addresses a page frame needs, and those of sign-in."""

from django.urls import URLPattern, URLResolver, include, path

from tests.web.urls import home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("", include("commonweal.web.pages.urls")),
    path("", include("commonweal.web.sign_in.urls")),
]
