"""One line a request: the route by name, never an address with a key in it, never a person."""

import secrets
import time

import structlog
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from commonweal.edge.requests import GetResponse
from commonweal.kernel.types import Actor

logger = structlog.stdlib.get_logger("commonweal.request")


class RequestLog:
    """Middleware: writes the line, and gives every other line of the request its number."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        number, start = secrets.token_hex(8), time.perf_counter()
        request.number = number  # type: ignore[attr-defined]  # pages of failures name it
        structlog.contextvars.bind_contextvars(request=number)
        try:
            response = self._get_response(request)
            response.headers["X-Request-ID"] = number
            logger.info(
                "request",
                method=request.method,
                route=route_of(request),
                status=response.status_code,
                ms=round((time.perf_counter() - start) * 1000, 1),
                actor=_kind_of_actor(request),
            )
            return response
        finally:
            structlog.contextvars.clear_contextvars()


def route_of(request: HttpRequest) -> str:
    """Name the route of a request; its pattern says `<str:key>`, never the key."""
    match = request.resolver_match
    return (match.view_name or match.route) if match else "none"


def _kind_of_actor(request: HttpRequest) -> str:
    known: Actor | None = getattr(request, "_read_actor", None)
    if known is None:
        return "unasked"
    return "staff" if known.is_staff else known.kind.value
