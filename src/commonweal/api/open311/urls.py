"""Every address of the interface, below /open311/."""

from django.urls import include, path, register_converter
from django.urls.converters import StringConverter

from commonweal.api.open311 import views
from commonweal.api.open311.answers import Format


class FormatConverter(StringConverter):
    """The ending of an address: in which form the answer is wanted."""

    regex = "|".join(Format)

    def to_python(self, value: str) -> Format:
        return Format(value)


register_converter(FormatConverter, "form")

inside = [
    path("discovery.<form:form>", views.discovery, name="open311-discovery"),
    path("v2/discovery.<form:form>", views.discovery, name="open311-v2-discovery"),
    path("v2/services.<form:form>", views.services, name="open311-services"),
    path("v2/services/<str:code>.<form:form>", views.definition, name="open311-service"),
    path("v2/requests.<form:form>", views.requests, name="open311-requests"),
    path("v2/requests/<str:number>.<form:form>", views.request, name="open311-request"),
    path("v2/tokens/<str:number>.<form:form>", views.token, name="open311-token"),
    path("v2/servicerequestupdates.<form:form>", views.updates, name="open311-updates"),
]
urlpatterns = [path("open311/", include(inside))]
