"""The content security policy, in one module: moving to Django's own is a change here only."""

from typing import Any
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest
from django.http.response import HttpResponseBase

DIRECTIVES: dict[str, Any] = {
    "default-src": [NONE],
    "script-src": [SELF],
    "style-src": [SELF],
    "img-src": [SELF, "data:", "blob:"],  # blob: the preview of a photo before it is sent
    "font-src": [SELF],
    "connect-src": [SELF],
    "manifest-src": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "base-uri": [NONE],
    "object-src": [NONE],
}


def allow_tiles(request: HttpRequest, address: str) -> None:
    """Let this one page load map tiles from the city's tile address."""
    if origin := origin_of(address):
        request._tiles = origin  # type: ignore[attr-defined]  # noqa: SLF001  (ours)


def origin_of(address: str) -> str:
    """Give the origin of a tile address such as `https://{s}.tiles.example/{z}/{x}/{y}.png`."""
    parts = urlsplit(address)
    if parts.scheme not in {"https", "http"} or not parts.netloc:
        return ""
    host = parts.netloc.replace("{s}", "*")
    is_plain = all(letter.isalnum() or letter in ".-:*" for letter in host)
    return f"{parts.scheme}://{host}" if is_plain else ""


class ContentSecurityPolicy(CSPMiddleware):
    """Middleware: the strict policy on every answer, with tiles where a map is."""

    def get_policy_parts(
        self, request: HttpRequest, response: HttpResponseBase, report_only: bool = False
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if tiles := getattr(request, "_tiles", ""):
            parts.update = {**(parts.update or {}), "img-src": [tiles]}
        return parts
