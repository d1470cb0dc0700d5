"""Answers as Open311 wants them: the same value as JSON or as XML, refusals as a list of errors."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

from django.http import HttpRequest, HttpResponse
from django.utils import translation

from commonweal.edge.languages import language_of_program
from commonweal.edge.refusals import sentence_of, status_of
from commonweal.kernel.errors import Refusal

PREFIX = "/open311/"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
ONE_OF = {  # what one member of a list is called in XML
    "attributes": "attribute",
    "endpoints": "endpoint",
    "errors": "error",
    "formats": "format",
    "media_urls": "media_url",
    "service_request_updates": "request_update",
    "service_requests": "request",
    "services": "service",
    "values": "value",
}
# What XML 1.0 has no way to write, control characters among it; JSON goes without it too.
UNWRITABLE = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
AS_400 = {HTTPStatus.UNPROCESSABLE_ENTITY: HTTPStatus.BAD_REQUEST}
AS_403 = {HTTPStatus.UNAUTHORIZED: HTTPStatus.FORBIDDEN}


class Format(StrEnum):
    """How an answer is written; the value is the ending of the address."""

    JSON = "json"
    XML = "xml"


CONTENT_TYPES = {
    Format.JSON: "application/json; charset=utf-8",
    Format.XML: "text/xml; charset=utf-8",
}


def answer(
    format_: Format, root: str, value: Any, *, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """Write a value; every site may read it, for it is public."""
    body = _json(value) if format_ is Format.JSON else HEAD + _xml(root, value)
    response = HttpResponse(body, status=status, content_type=CONTENT_TYPES[format_])
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    response["Content-Language"] = translation.get_language()
    return response


def speak(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Tell a refusal: 403 for keys, 404 for what is not there, 400 for what cannot be read."""
    found = status_of(refusal)
    status = (AS_400 | AS_403).get(found, found)
    with translation.override(language_of_program(request)):
        error = {"code": int(status), "description": sentence_of(refusal)}
        return answer(format_asked(request), "errors", [error], status=status)


def format_asked(request: HttpRequest) -> Format:
    """Read the ending of the address, else what is accepted, else the one that is required."""
    ending = request.path_info.rpartition(".")[2]
    if ending in set(Format):
        return Format(ending)
    best = request.get_preferred_type(["text/xml", "application/json"])
    return Format.JSON if best == "application/json" else Format.XML


def moment(at: datetime | None) -> str | None:
    """Write a time as every client reads it: UTC, whole seconds."""
    return None if at is None else at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _json(value: Any) -> str:
    return json.dumps(_writable(value), ensure_ascii=False)


def _writable(value: Any) -> Any:
    match value:
        case str():
            return UNWRITABLE.sub("", value)
        case Mapping():
            return {name: _writable(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_writable(inner) for inner in value]
    return value


def _xml(name: str, value: Any) -> str:
    match value:
        case None:
            inside = ""
        case bool():
            inside = "true" if value else "false"
        case Mapping():
            inside = "".join(_xml(key, inner) for key, inner in value.items())
        case list() | tuple():
            inside = "".join(_xml(ONE_OF[name], inner) for inner in value)
        case _:
            inside = escape(UNWRITABLE.sub("", str(value)))
    return f"<{name}>{inside}</{name}>" if inside else f"<{name}/>"
