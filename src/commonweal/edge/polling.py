"""Pages that ask again every few seconds get "nothing new" for 300 bytes.

Build the tag from versions that are bumped in the transaction of the change, never from the
largest id: that misses late commits and changed rows.
"""

import hashlib
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.http import parse_etags
from django.utils.translation import get_language

from commonweal.edge.requests import actor_of


def tag_of(request: HttpRequest, *parts: object) -> str:
    """Make the tag of what this viewer sees in this language."""
    viewer = actor_of(request)
    said = [get_language(), viewer.id, request.headers.get("HX-Request", ""), *parts]
    digest = hashlib.sha256("\x1f".join(str(part) for part in said).encode())
    return f'W/"{digest.hexdigest()[:32]}"'


def unchanged(request: HttpRequest, tag: str) -> HttpResponse | None:
    """Give the short answer if the viewer already has this, else nothing: then build the page."""
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return _tagged(HttpResponseNotModified(), tag) if tag in known else None


def tagged(response: HttpResponse, tag: str) -> HttpResponse:
    """Put the tag on a full answer; the browser keeps it but asks each time."""
    assert response.status_code == HTTPStatus.OK
    return _tagged(response, tag)


def _tagged(response: HttpResponse, tag: str) -> HttpResponse:
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response
