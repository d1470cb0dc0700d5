"""The one place where a refusal becomes HTTP: a page for people, problem+json for APIs."""

import codecs
import logging
from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import Enum
from http import HTTPStatus
from typing import Any, TypeAlias, TypeVar
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils import formats
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext
from django.utils.translation import gettext_noop as _

from commonweal.content.errors import PhotosAway
from commonweal.edge import errors
from commonweal.edge.requests import GetResponse
from commonweal.kernel.errors import Kind, Refusal
from commonweal.kernel.events import plain

logger = logging.getLogger(__name__)

STATUS: Mapping[Kind, HTTPStatus] = {
    Kind.MISSING: HTTPStatus.NOT_FOUND,
    Kind.FORBIDDEN: HTTPStatus.FORBIDDEN,
    Kind.INVALID: HTTPStatus.UNPROCESSABLE_ENTITY,
    Kind.CONFLICT: HTTPStatus.CONFLICT,
    Kind.TOO_MUCH: HTTPStatus.TOO_MANY_REQUESTS,
    Kind.SIGN_IN: HTTPStatus.UNAUTHORIZED,
}
SPECIAL: Mapping[type[Refusal], HTTPStatus] = {
    errors.UnreadableRequest: HTTPStatus.BAD_REQUEST,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.VeryBusy: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.KeyMissing: HTTPStatus.UNAUTHORIZED,
    PhotosAway: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OurFault: HTTPStatus.INTERNAL_SERVER_ERROR,
}
TITLES: Mapping[HTTPStatus, str] = {
    HTTPStatus.BAD_REQUEST: _("We could not read this"),
    HTTPStatus.UNAUTHORIZED: _("Please say who you are"),
    HTTPStatus.FORBIDDEN: _("This is not possible for you"),
    HTTPStatus.NOT_FOUND: _("We did not find this"),
    HTTPStatus.CONFLICT: _("Something changed in the meantime"),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: _("This is too large"),
    HTTPStatus.UNPROCESSABLE_ENTITY: _("Please check what you sent"),
    HTTPStatus.TOO_MANY_REQUESTS: _("Please wait a moment"),
    HTTPStatus.INTERNAL_SERVER_ERROR: _("Something went wrong"),
    HTTPStatus.SERVICE_UNAVAILABLE: _("Please try again in a minute"),
}
SAID_BY_THE_PAGE = {errors.NoSuchPage, errors.ClosedDoor, errors.OurFault}  # in fitting words
SPEAKERS: dict[str, "Speak"] = {}
NAMES: dict[type[Enum], Callable[[Any], str]] = {}
E = TypeVar("E", bound=Enum)
Speak: TypeAlias = Callable[[HttpRequest, Refusal], HttpResponse]
WAIT_S = 30
CHALLENGE = "Bearer"
OF_PROGRAMS = ("/api/", "/metrics")
MEGABYTE = 1024 * 1024
UTF_8 = "utf-8"


def status_of(refusal: Refusal) -> HTTPStatus:
    """Say with which status a refusal is told."""
    return SPECIAL.get(type(refusal), STATUS[refusal.kind])


def sentence_of(refusal: Refusal) -> str:
    """Say the sentence of a refusal in the reader's language."""
    facts = {name: words_of(value) for name, value in refusal.facts.items()}
    try:
        return gettext(refusal.sentence).format(**facts)
    except (LookupError, ValueError, AttributeError):
        logger.exception("a translation names facts that are not there")
        return str(refusal)


def words_of(value: object) -> str:
    """Write a fact as people read it: words of a list translated, numbers and dates as is usual."""
    match value:
        case Enum():
            name = NAMES.get(type(value))
            return name(value) if name else str(value.value).replace("-", " ")
        case bool():
            return gettext("yes") if value else gettext("no")
        case int() | float():
            return str(formats.number_format(value, use_l10n=True))
        case datetime():
            return str(formats.date_format(value, "DATETIME_FORMAT", use_l10n=True))
        case date():
            return str(formats.date_format(value, "DATE_FORMAT", use_l10n=True))
        case list() | tuple() | set() | frozenset():
            return pgettext("between items", ", ").join(words_of(item) for item in value)
    return str(value)


def call_by_name(kind: type[E], name: Callable[[E], str]) -> None:
    """Take from the pages what the members of an enumeration are called there."""
    NAMES[kind] = name


def speak_below(prefix: str, speak: Speak) -> None:
    """Take from an API how it tells refusals at the addresses that begin so."""
    SPEAKERS[prefix] = speak


def wants_json(request: HttpRequest) -> bool:
    """Say whether a program asks: by its address or by what it accepts."""
    if request.path_info.startswith(OF_PROGRAMS):
        return True
    best = request.get_preferred_type(["text/html", "application/json", "application/problem+json"])
    return best is not None and best != "text/html"


def respond(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Tell a refusal to whoever asked, in the form that fits."""
    status = status_of(refusal)
    path = request.path_info
    speak = next((speak for prefix, speak in SPEAKERS.items() if path.startswith(prefix)), None)
    if speak is not None:
        response = speak(request, refusal)
    elif wants_json(request):
        response = _problem(refusal, status)
    elif refusal.kind is Kind.SIGN_IN:
        return _to_sign_in(request)
    else:
        response = _page(request, refusal, status)
    if status in {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE}:
        response["Retry-After"] = str(refusal.facts.get("seconds", WAIT_S))
    if status is HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = getattr(refusal, "challenge", CHALLENGE)
    response["Cache-Control"] = "no-store"
    return response


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    address = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}"
    if request.headers.get("HX-Request"):
        response = HttpResponse(status=HTTPStatus.UNAUTHORIZED)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _problem(refusal: Refusal, status: HTTPStatus) -> HttpResponse:
    body: dict[str, Any] = {
        "type": f"urn:commonweal:{refusal.code}",
        "title": gettext(TITLES[status]),
        "status": int(status),
        "detail": sentence_of(refusal),
        "code": refusal.code,
        "facts": plain(refusal.facts),
    }
    return JsonResponse(
        body,
        status=status,
        content_type="application/problem+json",
        json_dumps_params={"ensure_ascii": False, "default": str},
    )


def _page(request: HttpRequest, refusal: Refusal, status: HTTPStatus) -> HttpResponse:
    sentence = sentence_of(refusal)
    said = {
        "refusal": "" if type(refusal) in SAID_BY_THE_PAGE else sentence,
        "reference": str(getattr(request, "number", "")),
    }
    try:
        html = render_to_string(f"{int(status)}.html", said, request=request)
    except Exception:
        logger.exception("the page of a refusal could not be made")
        html = format_html(BARE, title=gettext(TITLES[status]), sentence=sentence)
    return HttpResponse(html, status=status)


BARE = (
    '<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head>'
    '<body><main><h1>{title}</h1><p>{sentence}</p><p><a href="/">&larr;</a></p>'
    "</main></body></html>"
)


class Refusals:
    """Middleware: no view catches a refusal; what is too large or not UTF-8 is not read."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if _length_of(request) > settings.LARGEST_BODY:
            return respond(request, too_large())
        if request.encoding and codecs.lookup(request.encoding).name != UTF_8:
            return respond(request, errors.UnreadableRequest())  # some encodings are no text at all
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Answer a refusal, and a database that is too busy; everything else is a bug."""
        if isinstance(error, Refusal):
            return respond(request, error)
        if isinstance(error, OperationalError):
            logger.error("the database does not keep up", exc_info=error)
            return respond(request, errors.VeryBusy())
        return None


def _length_of(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def too_large() -> Refusal:
    """Refuse a body for its size."""
    return errors.TooLarge(megabytes=settings.LARGEST_BODY // MEGABYTE)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer what Django could not read (handler400)."""
    match exception:
        case RequestDataTooBig():
            return respond(request, too_large())
        case TooManyFieldsSent() | TooManyFilesSent():
            return respond(request, errors.TooManyParts())
    return respond(request, errors.UnreadableRequest())


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer Django's own no (handler403)."""
    assert isinstance(exception, PermissionDenied)
    return respond(request, errors.ClosedDoor())


def missing(request: HttpRequest, exception: Exception) -> HttpResponse:  # noqa: ARG001
    """Answer an address that leads nowhere (handler404)."""
    return respond(request, errors.NoSuchPage())


def broken(request: HttpRequest) -> HttpResponse:
    """Answer a bug (handler500)."""
    return respond(request, errors.OurFault())


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form without the token of this site."""
    logger.warning("form refused", extra={"reason": reason})
    return respond(request, errors.FormNotFromHere())
