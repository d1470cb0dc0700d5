"""A program at the city's door: asks in one form, and reads either into the same plain values."""

import json
from dataclasses import dataclass
from typing import Any
from xml.etree import ElementTree as ET

from django.test import Client

V2 = "/open311/v2/"
LISTS = {
    "attributes",
    "endpoints",
    "errors",
    "formats",
    "media_urls",
    "service_request_updates",
    "service_requests",
    "services",
    "values",
}


def plain(value: Any) -> Any:
    """Write JSON values as XML has them: everything is text, nothing is empty text."""
    match value:
        case dict():
            return {name: plain(inner) for name, inner in value.items()}
        case list():
            return [plain(inner) for inner in value]
        case bool():
            return "true" if value else "false"
        case None:
            return ""
    return str(value)


def of_xml(element: ET.Element) -> Any:
    if element.tag in LISTS:
        return [of_xml(child) for child in element]
    if len(element):
        return {child.tag: of_xml(child) for child in element}
    return element.text or ""


@dataclass(frozen=True)
class Said:
    """An answer, read."""

    status: int
    type: str
    value: Any
    raw: bytes
    headers: Any

    @property
    def error(self) -> str:
        assert self.value[0]["code"] == str(self.status)
        return str(self.value[0]["description"])

    @property
    def numbers(self) -> list[str]:
        return [row["service_request_id"] for row in self.value]


def read(response: Any) -> Said:
    type_ = response.headers["Content-Type"]
    raw = response.content
    is_json = type_.startswith("application/json")
    value = plain(json.loads(raw)) if is_json else of_xml(ET.fromstring(raw))  # noqa: S314  (our own)
    return Said(response.status_code, type_, value, raw, response.headers)


class Program:
    """Speaks one form of Open311, as a client library does."""

    def __init__(self, form: str) -> None:
        self.form, self.client = form, Client(enforce_csrf_checks=True)

    def get(self, what: str, headers: Any = None, **arguments: str) -> Said:
        address = f"{V2}{what}.{self.form}"
        return read(self.client.get(address, arguments, headers=headers))

    def post(self, what: str, headers: Any = None, **arguments: Any) -> Said:
        address = f"{V2}{what}.{self.form}"
        return read(self.client.post(address, arguments, headers=headers))
