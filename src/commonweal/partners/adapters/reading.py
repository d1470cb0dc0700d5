"""Read the lists that Open311 servers answer, JSON or XML, whichever it is.

An answer is hostile until it is read: entities are not declared, depth and size have an end.
"""

import json
from collections.abc import Mapping
from xml.parsers import expat

from commonweal.kernel.types import Json

DEEPEST = 20
Row = dict[str, Json]


class Unreadable(ValueError):
    """What is no list of records; the words say what it is instead."""


def rows_of(body: bytes) -> list[Row]:
    """Give the records of an answer.

    Raises
    ------
    Unreadable
        When it holds no list of them.

    """
    is_xml = body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    rows = _from_xml(body) if is_xml else _from_json(body)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise Unreadable("no list of requests")
    return rows


def asked_in(body: bytes) -> list[Row]:
    """Give what the definition of a kind asks; what cannot be read asks nothing.

    Raises
    ------
    Unreadable
        When it is neither JSON nor XML.

    """
    is_xml = body.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<")
    told = _from_xml(body) if is_xml else _from_json(body)
    lists = [
        one.get("attribute" if is_xml else "attributes")
        for one in (told if isinstance(told, list) else [told])
        if isinstance(one, dict)
    ]
    return [
        row for some in lists if isinstance(some, list) for row in some if isinstance(row, dict)
    ]


def _from_json(body: bytes) -> Json:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Unreadable("no JSON") from None


def _from_xml(body: bytes) -> Json:
    reading = _Records()
    try:
        reading.parser.Parse(body, True)
    except (expat.ExpatError, ValueError):
        raise Unreadable("no XML") from None
    return reading.rows


class _Records:
    """Collects what stands below the root; refuses declarations of entities before they act."""

    def __init__(self) -> None:
        self.rows: list[Json] = []
        self._open: list[tuple[Row, list[str]]] = []
        self.parser = expat.ParserCreate()
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_what: object) -> None:
        raise ValueError("declarations of document types and entities are not read")

    def _start(self, _name: str, _given: Mapping[str, str]) -> None:
        if len(self._open) >= DEEPEST:
            raise ValueError("nested too deeply")
        self._open.append(({}, []))

    def _text(self, text: str) -> None:
        self._open[-1][1].append(text)

    def _end(self, name: str) -> None:
        inside, texts = self._open.pop()
        value: Json = inside or "".join(texts).strip()
        if len(self._open) == 1:
            self.rows.append(value)
        elif self._open and name == "attribute":  # of these there are several
            before = self._open[-1][0].get(name)
            self._open[-1][0][name] = [*before, value] if isinstance(before, list) else [value]
        elif self._open:
            self._open[-1][0][name] = value
