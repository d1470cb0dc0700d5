"""Every address of version 1, below /api/v1/: open to everybody, also to pages of other sites."""

from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import path
from django.views.decorators.http import require_GET

from commonweal.api.v1.resources import api
from commonweal.edge.access import View, public


def shared(view: View) -> View:
    """Let every site read the answer: it is public, and no cookie counts here."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **places: Any) -> HttpResponseBase:
        response = view(request, *args, **places)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return answered


inside, app, namespace = api.urls
for pattern in inside:
    assert pattern.callback is not None
    pattern.callback = public(require_GET(shared(pattern.callback)))
urlpatterns = [path("api/v1/", (inside, app, namespace))]
