"""Every address of the product, assembled."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("commonweal.web.sign_in.urls")),
]
