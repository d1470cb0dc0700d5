"""Every address of the product, assembled."""

from django.urls import URLPattern, URLResolver, include, path

from commonweal.site import health, metrics

urlpatterns: list[URLPattern | URLResolver] = [
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("", include("commonweal.api.open311.urls")),
    path("", include("commonweal.api.v1.urls")),
    path("", include("commonweal.web.sign_in.urls")),
    path("", include("commonweal.web.pages.urls")),
]

handler400 = "commonweal.edge.refusals.bad_request"
handler403 = "commonweal.edge.refusals.forbidden"
handler404 = "commonweal.edge.refusals.missing"
handler500 = "commonweal.edge.refusals.broken"
