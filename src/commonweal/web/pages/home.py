"""The first page: what one can do here."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from commonweal.edge.access import public
from commonweal.web.forms.mine import NumberForm
from commonweal.web.pages.public import last_answered


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Say what one can do here, how it works, and what was answered last."""
    about = {"form": NumberForm(), "answered": last_answered(request, most=5)}
    return render(request, "home/home.html", about)


urlpatterns = [path("", home, name="home")]
