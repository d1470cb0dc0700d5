"""Every address of version 1, below /api/v1/: what is public is so for pages of other sites too."""

from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_http_methods

from commonweal.api.v1 import flags, mine, reports, resources, staff, work  # noqa: F401  (each offers its operations)
from commonweal.api.v1.interface import METHODS, PRIVATE, api
from commonweal.edge.access import View, personal, public


def shared(view: View) -> View:
    """Let every site read the answer: it is public, and no cookie counts here."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **places: Any) -> HttpResponseBase:
        response = view(request, *args, **places)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answered


def _opened(name: str, view: View) -> View:
    """Let an address be asked as it is described; what a key opens is kept by nobody."""
    asked = require_http_methods(sorted(METHODS.get(name, {"GET"})))
    return personal(asked(view)) if name in PRIVATE else public(asked(shared(view)))


inside, app, namespace = api.urls
for pattern in inside:
    assert pattern.callback is not None
    pattern.callback = _opened(str(pattern.name), pattern.callback)
urlpatterns = [path("api/v1/", (inside, app, namespace))]
