"""Files of records, one record at a time: CSV, and what Open311 servers answer as JSON or XML.

A file is never held in memory, and one bad record never hides those after it.
"""

import csv
import gzip
import io
import json
import re
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
MOST_LINES = 1_000  # of one record
MOST_COLUMNS = 1_000
MOST_READS = 3  # of one line or character beyond its first; what keeps the work linear
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


class _NeverClosed(Exception):
    """A record that goes on further than any, or to the end of the file."""


@dataclass(kw_only=True, slots=True)
class _Line:
    text: str
    is_too_long: bool = False
    reads: int = 0  # as a further line of a record


class _Lines:
    """The lines of a file, never more of one than fits; a spoilt record's can be put back.

    However the quotation marks stand, no line is read more than a few times: one that was read
    often enough as part of a spoilt record begins a record of its own.
    """

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._back: deque[_Line] = deque()
        self._record: list[_Line] = []
        self._size = 0
        self.number = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._back.popleft() if self._back else self._read()
        if self._record and (line is None or not self._may_go_on(line)):
            if line is not None:
                self._back.appendleft(line)
            raise _NeverClosed
        if line is None:
            raise StopIteration
        self.number += 1
        if line.is_too_long:
            raise _TooLong
        line.reads += bool(self._record)
        self._record.append(line)
        self._size += len(line.text)
        return line.text

    def _read(self) -> _Line | None:
        text = self._file.readline(LONGEST_LINE)
        if len(text) < LONGEST_LINE or text.endswith(("\n", "\r")):
            return _Line(text=text) if text else None
        while (more := self._file.readline(LONGEST_LINE)) and not more.endswith(("\n", "\r")):
            pass
        return _Line(text="", is_too_long=True)

    def _may_go_on(self, line: _Line) -> bool:
        return (
            not line.is_too_long
            and line.reads < MOST_READS
            and len(self._record) < MOST_LINES
            and self._size < LONGEST_RECORD
        )

    def begin(self) -> None:
        """Begin a record."""
        self._record, self._size = [], 0

    @property
    def count(self) -> int:
        """How many lines the record has so far."""
        return len(self._record)

    @property
    def first(self) -> str:
        """How the record begins."""
        return self._record[0].text[:200] if self._record else ""

    def are_sound(self, delimiter: str) -> bool:
        """Whether quotation marks end only where cells do, if the record has several lines."""
        if len(self._record) == 1:
            return True
        try:
            list(csv.reader((line.text for line in self._record), delimiter=delimiter, strict=True))
        except csv.Error:
            return False
        return True

    def put_back_all_but_one(self) -> None:
        """Read the lines after the first of the record again, as records of their own."""
        rest = self._record[1:]
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
    except (StopIteration, csv.Error, _TooLong, _NeverClosed):
        raise BadMapping(problem="the file has no header row") from None
    if len(head) > MOST_COLUMNS:
        raise BadMapping(problem=f"the file has {len(head)} columns; at most {MOST_COLUMNS}")
    check_head(head)
    reader = csv.reader(lines, delimiter=delimiter)
    while True:
        lines.begin()
        begun = lines.number + 1
        raw: tuple[str, ...] = ()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except _TooLong:
            reason = f"a line of over {LONGEST_LINE} characters"
        except _NeverClosed:
            reason, raw = "a quotation mark is never closed", (lines.first,)
        except csv.Error as error:
            reason, raw = f"not CSV: {error}", (lines.first,)
        else:
            if not cells:
                continue
            if len(cells) == len(head) and lines.are_sound(delimiter):
                yield Record(
                    line=begun, cells=dict(zip(head, cells, strict=True)), raw=tuple(cells)
                )
                continue
            reason, raw = _miscounted(cells, head, lines)
        lines.put_back_all_but_one()
        reader = csv.reader(lines, delimiter=delimiter)
        yield Broken(line=begun, reason=reason, raw=raw)


def _miscounted(cells: list[str], head: list[str], lines: _Lines) -> tuple[str, tuple[str, ...]]:
    """Say what is wrong with a record that has not a cell for each column, and what stood in it."""
    if lines.count > 1:
        return "a quotation mark is never closed", (lines.first,)
    reason = f"{len(cells)} cells where the header has {len(head)}"
    return reason, tuple(cells) if len(cells) <= MOST_COLUMNS else (lines.first,)


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
    elements, number = _Elements(file, text), 0
    while elements.has_next():
        number += 1
        element = elements.take()
        if element is None:
            begin, is_lost = elements.beginning, not elements.skip_to_next_record()
            reason = "the record never ends"
            if is_lost:
                reason += "; from here on nothing can be read"
            yield Broken(line=number, reason=reason, raw=(begin,))
            if is_lost:
                return
            continue
        try:
            yield _request(number, element)
        except json.JSONDecodeError as error:
            elements.go_back_into(element)
            yield Broken(line=number, reason=f"not JSON: {error}", raw=(element[:200],))
        except RecursionError:
            yield Broken(line=number, reason="nested too deeply", raw=(element[:200],))
        except ValueError as error:
            yield Broken(line=number, reason=str(error)[:200], raw=(element[:200],))
    if not elements.has_ended:
        yield Broken(line=number + 1, reason="the list never ends: from here on nothing is there")


def _request(number: int, element: str) -> Record | Broken:
    found = json.loads(element)
    if not isinstance(found, dict):
        return Broken(line=number, reason="not a service request", raw=(element[:200],))
    cells = {str(name): _said(value) for name, value in found.items()}
    return Record(line=number, cells=cells, raw=tuple(cells.values()))


WHITE = re.compile(r"[ \r\n\t]*")
BETWEEN = re.compile(r"[ \r\n\t,}]*")
BEFORE_A_RECORD = re.compile(r"\}[ \r\n\t]{0,99},[ \r\n\t]{0,99}(?=\{[ \r\n\t]{0,99}\")")
LONGEST_BETWEEN = 400
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
INSIDE = re.compile(rf'[^"{{}}\[\]]*+(?:{_STRING}[^"{{}}\[\]]*+)*+', re.DOTALL)
OUTSIDE = re.compile(rf'[^"{{}}\[\],]*+(?:{_STRING}[^"{{}}\[\],]*+)*+', re.DOTALL)


class _Elements:
    r"""The elements of a JSON list, told apart by brackets and strings alone, valid or not.

    Where one has no end, or its brackets hid others, reading goes on at what looks like the
    next record: `}, {"`, which never stands in a string, where the mark is written `\"`. What is
    read again for that is a few times the file at most.
    """

    def __init__(self, file: TextIO, text: str) -> None:
        self._file, self._text, self._at = file, text, 0
        self._read, self._scanned = len(text), 0
        self.has_ended = False

    def has_next(self) -> bool:
        """Go to where the next element begins, past marks that belong to none."""
        while True:
            self._pass(BETWEEN)
            mark = self._text[self._at : self._at + 1]
            if mark != "]":
                return bool(mark)
            self._at += 1
            self._pass(WHITE)
            if self._text[self._at : self._at + 1] not in (",", "}"):
                self.has_ended = True
                return False

    def _pass(self, what: re.Pattern[str]) -> None:
        while True:
            found = what.match(self._text, self._at)
            self._at = found.end() if found else self._at
            if self._at < len(self._text) or not self._more():
                return

    def _more(self) -> bool:
        more = self._file.read(PIECE)
        self._text, self._at = self._text[self._at :] + more, 0
        self._read += len(more)
        return bool(more)

    @property
    def beginning(self) -> str:
        """How the element begins."""
        return self._text[self._at : self._at + 200]

    def take(self) -> str | None:
        """Give the element that begins here; none if it has no end."""
        size = self._length()
        self._scanned += size or len(self._text) - self._at
        if size is None:
            return None
        self._at += size
        return self._text[self._at - size : self._at]

    def _length(self) -> int | None:
        size = depth = 0
        while True:
            found = (INSIDE if depth else OUTSIDE).match(self._text, self._at + size)
            size = found.end() - self._at if found else size
            mark = self._text[self._at + size : self._at + size + 1]
            if size > LONGEST_RECORD:
                return None
            if mark in ("", '"'):
                if len(self._text) - self._at > LONGEST_RECORD or not self._more():
                    return None
                continue
            if not depth and size and mark in "{[":
                return size
            if not depth and mark in ",]}":
                return size
            size += 1
            depth += 1 if mark in "{[" else -1
            if not depth:
                return size

    def _may_read_again(self) -> bool:
        return self._scanned <= MOST_READS * self._read

    def skip_to_next_record(self) -> bool:
        """Leave the element without an end for what looks like the next record, if any."""
        self._at = self._at + 1 if self._may_read_again() else len(self._text)
        while not (found := BEFORE_A_RECORD.search(self._text, self._at)):
            self._at = max(self._at, len(self._text) - LONGEST_BETWEEN)
            if not self._more():
                return False
        self._at = found.end()
        return True

    def go_back_into(self, element: str) -> None:
        """Go on at what looks like a record within an element that is not JSON."""
        found = BEFORE_A_RECORD.search(element)
        if found and self._may_read_again():
            self._at -= len(element) - found.end()


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
        self._count = self._size = self._names_size = 0
        self._names: set[str] = set()
        self.fed = 0  # since something was found
        self.parser = expat.ParserCreate("utf-8")  # decoded already, whatever it declares
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._refuse
        self.parser.EntityDeclHandler = self._refuse
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.DefaultHandler = self._other

    def feed(self, text: str) -> None:
        """Take a piece of the file; the empty one is its end."""
        self.fed += len(text)
        self.parser.Parse(text.encode("utf-8", "surrogatepass"), not text)
        if self.fed > LONGEST_RECORD:
            raise ValueError(f"over {LONGEST_RECORD} characters within one mark")

    def _other(self, _text: str) -> None:
        self.fed = 0

    def _refuse(self, *_what: Any) -> None:
        raise ValueError("declarations of document types and entities are not read")

    def _start(self, name: str, given: dict[str, str]) -> None:
        self.fed = 0
        self._check_names({name, *given})
        if len(self._path) > 20:  # noqa: PLR2004  (deeper than any answer of a server)
            raise ValueError("nested too deeply")
        self._path.append(name)
        if len(self._path) == 2:  # noqa: PLR2004  (root, request)
            self._cells, self._size = {}, 0
        self._grow(len(name))

    def _check_names(self, names: set[str]) -> None:
        """Refuse endlessly new names, each of which the parser keeps."""
        new = names - self._names
        self._names |= new
        self._names_size += sum(map(len, new))
        if self._names_size > LONGEST_RECORD:
            raise ValueError("more names of fields than any answer has")

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > LONGEST_RECORD:
            raise ValueError("a request longer than any report")

    def _text(self, text: str) -> None:
        self.fed = 0
        if len(self._path) == 3:  # noqa: PLR2004  (root, request, field)
            self._grow(len(text))
            name = self._path[-1]
            self._cells[name] = self._cells.get(name, "") + text

    def _end(self, _name: str) -> None:
        self.fed = 0
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
            requests.feed(text)
        except (expat.ExpatError, ValueError) as error:
            yield from requests.found
            yield Broken(line=requests.next_number, reason=f"not read from here on: {error}"[:200])
            return
        yield from requests.found
        requests.found.clear()
        if not text:
            return
        text = file.read(PIECE)
