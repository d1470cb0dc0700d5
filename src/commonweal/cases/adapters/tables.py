"""Files of records, one record at a time: CSV, and what Open311 servers answer as JSON or XML.

A file is never held in memory, and one bad record never hides those after it.
"""

import csv
import gzip
import io
import json
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Self, TextIO
from xml.parsers import expat

from commonweal.cases.errors import BadMapping

LONGEST_FIELD = 100_000
LONGEST_LINE = 1_000_000
LONGEST_RECORD = 1_000_000
PIECE = 65_536


@dataclass(frozen=True, kw_only=True)
class Record:
    """What stands in one record, by the names of its columns."""

    line: int
    cells: dict[str, str]
    raw: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Broken:
    """A record that cannot be read, and why."""

    line: int
    reason: str
    raw: tuple[str, ...] = ()


class Source:
    """A file, plain or gzip, that knows how much of it was read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self.size = path.stat().st_size
            self._file: IO[bytes] = path.open("rb")
        except OSError as error:
            raise BadMapping(problem=f"{path} cannot be read ({error.strerror})") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_what: object) -> None:
        self._file.close()

    @property
    def done(self) -> int:
        """Bytes of the file read so far."""
        return self.size if self._file.closed else self._file.tell()

    def text(self, encoding: str) -> TextIO:
        """Open it as text; what is not in the encoding comes as lone surrogates."""
        name = self.path.name.lower()
        raw: Any = gzip.GzipFile(fileobj=self._file) if name.endswith(".gz") else self._file
        return io.TextIOWrapper(raw, encoding=encoding, errors="surrogateescape", newline="")


class _TooLong(Exception):
    """A line longer than any report."""


class _Lines:
    """The lines of a file, never more of one than fits; a spoilt record's can be put back."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[str] = deque()
        self.number = 0
        self.record: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._file.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) == LONGEST_LINE and not line.endswith(("\n", "\r")):
            while (more := self._file.readline(LONGEST_LINE)) and not more.endswith(("\n", "\r")):
                pass
            raise _TooLong
        self.record.append(line)
        return line

    def put_back_all_but_one(self) -> None:
        """Read the lines after the first of the record again, as records of their own."""
        _first, *rest = self.record
        self._back.extendleft(reversed(rest))
        self.number -= len(rest)


def read_csv(
    file: TextIO, delimiter: str, check_head: Callable[[list[str]], None]
) -> Iterator[Record | Broken]:
    """Read a CSV file with a header row, which is checked first.

    Raises
    ------
    BadMapping
        When there is no header row.

    """
    before = csv.field_size_limit(LONGEST_FIELD)
    try:
        yield from _read_csv(file, delimiter, check_head)
    finally:
        csv.field_size_limit(before)


def _read_csv(
    file: TextIO, delimiter: str, check_head: Callable[[list[str]], None]
) -> Iterator[Record | Broken]:
    lines = _Lines(file)
    try:
        head = [name.strip() for name in next(csv.reader(lines, delimiter=delimiter))]
    except (StopIteration, csv.Error, _TooLong):
        raise BadMapping(problem="the file has no header row") from None
    check_head(head)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.record.clear()
        begun = lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            yield Broken(line=lines.number, reason=f"a line of over {LONGEST_LINE} characters")
        except csv.Error as error:
            first = lines.record[0][:200] if lines.record else ""
            if len(lines.record) > 1:
                lines.put_back_all_but_one()
            yield Broken(line=begun, reason=f"not CSV: {error}", raw=(first,))
        else:
            if not cells:
                continue
            if len(cells) == len(head):
                yield Record(
                    line=begun, cells=dict(zip(head, cells, strict=True)), raw=tuple(cells)
                )
                continue
            reason = f"{len(cells)} cells where the header has {len(head)}"
            if len(lines.record) == 1:
                yield Broken(line=begun, reason=reason, raw=tuple(cells))
                continue
            first = lines.record[0]
            lines.put_back_all_but_one()
            yield Broken(line=begun, reason="a quotation mark is never closed", raw=(first[:200],))
        reader = csv.reader(lines, delimiter=delimiter)


def read_open311(file: TextIO) -> Iterator[Record | Broken]:
    """Read the service requests of an Open311 server, JSON or XML, told by the first character.

    Raises
    ------
    BadMapping
        When the file holds neither.

    """
    begin = file.read(PIECE).lstrip("\ufeff \r\n\t")
    if begin.startswith("["):
        yield from _read_json(file, begin[1:])
    elif begin.startswith("<"):
        yield from _read_xml(file, begin)
    else:
        raise BadMapping(problem="the file holds neither a JSON list nor XML")


def _read_json(file: TextIO, text: str) -> Iterator[Record | Broken]:
    decoder, number, ended = json.JSONDecoder(), 0, False
    while True:
        text = text.lstrip(" \r\n\t,")
        if text.startswith("]"):
            return
        number += 1
        try:
            found, end = decoder.raw_decode(text)
            text = text[end:]
        except RecursionError:
            yield Broken(line=number, reason="nested too deeply; from here on not read")
            return
        except ValueError as error:
            if ended or len(text) > LONGEST_RECORD:
                what = "record" if text else "end"
                yield Broken(
                    line=number,
                    reason=f"no {what} of the list can be read from here on: {error}"[:200],
                    raw=(text[:200],),
                )
                return
            more = file.read(PIECE)
            ended, number = not more, number - 1
            text += more
            continue
        if isinstance(found, dict):
            cells = {str(name): _said(value) for name, value in found.items()}
            yield Record(line=number, cells=cells, raw=tuple(cells.values()))
        else:
            yield Broken(line=number, reason="not a service request", raw=(str(found)[:200],))


def _said(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


class _Requests:
    """Collects the fields of each `request` below the root; refuses declarations of entities."""

    def __init__(self) -> None:
        self.found: deque[Record] = deque()
        self._path: list[str] = []
        self._cells: dict[str, str] = {}
        self._count = self._size = 0
        self.parser = expat.ParserCreate("utf-8")  # decoded already, whatever it declares
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text

    def _refuse(self, *_what: Any) -> None:
        raise ValueError("declarations of document types and entities are not read")

    def _start(self, name: str, _given: dict[str, str]) -> None:
        if len(self._path) > 20:  # noqa: PLR2004  (deeper than any answer of a server)
            raise ValueError("nested too deeply")
        self._path.append(name)
        if len(self._path) == 2:  # noqa: PLR2004  (root, request)
            self._cells, self._size = {}, 0

    def _text(self, text: str) -> None:
        if len(self._path) == 3:  # noqa: PLR2004  (root, request, field)
            self._size += len(text)
            if self._size > LONGEST_RECORD:
                raise ValueError("a request longer than any report")
            name = self._path[-1]
            self._cells[name] = self._cells.get(name, "") + text

    def _end(self, _name: str) -> None:
        if len(self._path) == 2:  # noqa: PLR2004
            self._count += 1
            raw = tuple(self._cells.values())
            self.found.append(Record(line=self._count, cells=self._cells, raw=raw))
        self._path.pop()

    @property
    def next_number(self) -> int:
        return self._count + 1


def _read_xml(file: TextIO, text: str) -> Iterator[Record | Broken]:
    requests = _Requests()
    while True:
        try:
            requests.parser.Parse(text.encode("utf-8", "surrogatepass"), not text)
        except (expat.ExpatError, ValueError) as error:
            yield from requests.found
            yield Broken(line=requests.next_number, reason=f"not read from here on: {error}"[:200])
            return
        yield from requests.found
        requests.found.clear()
        if not text:
            return
        text = file.read(PIECE)
