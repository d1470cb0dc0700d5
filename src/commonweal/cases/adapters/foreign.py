"""Read a CSV file of another system by a mapping: one row at a time, each read or refused.

The mapping is YAML; `docs/guides/import.md` explains every key on a real file.
"""

import csv
import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from commonweal.cases.errors import BadMapping, GeoMissing
from commonweal.cases.types import State
from commonweal.kernel.types import Channel

ToDegrees: TypeAlias = Callable[[float, float], tuple[float, float]]

COLUMNS = frozenset(
    {
        "id",
        "received",
        "closed",
        "text",
        "place",
        "category",
        "unit",
        "state",
        "channel",
        "lat",
        "lng",
        "x",
        "y",
    }
)
NEEDED = ("id", "received", "category")
KEYS = frozenset(
    {
        "source",
        "encoding",
        "delimiter",
        "missing",
        "zone",
        "language",
        "dates",
        "columns",
        "coordinates",
        "states",
        "channels",
        "categories",
        "units",
        "main_category",
    }
)
LONGEST_FIELD = 100_000


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to read a file: which column is what, and what its words mean here."""

    source: str
    columns: Mapping[str, tuple[str, ...]]
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    missing: frozenset[str] = frozenset({""})
    zone: str = "UTC"
    language: str = "en"
    dates: tuple[str, ...] = ()
    coordinates: str = ""
    states: Mapping[str, State] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    main_category: str = "imported"


@dataclass(frozen=True, kw_only=True)
class Row:
    """A row that could be read."""

    line: int
    id: str
    received: datetime
    closed: datetime | None
    text: str
    place: str
    category: str
    unit: str
    state: State
    channel: Channel
    lat: float | None
    lng: float | None
    digest: str
    raw: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Rejected:
    """A row that could not be taken in, and why, in words for whoever mends the file."""

    line: int
    reason: str
    raw: tuple[str, ...]


def load(path: Path) -> Plan:
    """Read a mapping file.

    Raises
    ------
    BadMapping
        With what is wrong and what to do.

    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadMapping(problem=f"{path} does not exist") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadMapping(problem=f"{path} is not YAML: {str(error).splitlines()[0]}") from None
    if not isinstance(raw, dict):
        raise BadMapping(problem="the file must hold keys such as source and columns")
    _check_keys(raw, KEYS, "the mapping")
    return _plan(raw)


def _check_keys(raw: Mapping[str, Any], known: frozenset[str], where: str) -> None:
    if unknown := sorted(set(map(str, raw)) - known):
        raise BadMapping(problem=f"{where} has unknown keys {unknown}; known are {sorted(known)}")


def _plan(raw: dict[str, Any]) -> Plan:
    columns = raw.get("columns") or {}
    _check_keys(columns, COLUMNS, "columns")
    if lacking := [name for name in NEEDED if name not in columns]:
        raise BadMapping(problem=f"columns must name {lacking}")
    try:
        plan = Plan(
            source=str(raw["source"]),
            columns={
                str(name): tuple(given) if isinstance(given, list) else (str(given),)
                for name, given in columns.items()
            },
            encoding=str(raw.get("encoding", "utf-8-sig")),
            delimiter=str(raw.get("delimiter", ",")),
            missing=frozenset(str(one) for one in raw.get("missing", [""])),
            zone=str(raw.get("zone", "UTC")),
            language=str(raw.get("language", "en")),
            dates=tuple(raw.get("dates", ())),
            coordinates=str(raw.get("coordinates", "")),
            states={str(k).lower(): State(v) for k, v in (raw.get("states") or {}).items()},
            channels={str(k).lower(): Channel(v) for k, v in (raw.get("channels") or {}).items()},
            categories={str(k): str(v) for k, v in (raw.get("categories") or {}).items()},
            units={str(k): str(v) for k, v in (raw.get("units") or {}).items()},
            main_category=str(raw.get("main_category", "imported")),
        )
        ZoneInfo(plan.zone)
        "".encode(plan.encoding)
    except KeyError as error:
        raise BadMapping(problem=f"the mapping must have {error}") from None
    except (ValueError, ZoneInfoNotFoundError, LookupError) as error:
        raise BadMapping(problem=str(error)) from None
    return plan


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file without holding it in memory."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def count_rows(path: Path, plan: Plan) -> int:
    """Count the rows, for a progress bar."""
    with path.open(encoding=plan.encoding, errors="replace", newline="") as file:
        return max(0, sum(1 for _ in csv.reader(file, delimiter=plan.delimiter)) - 1)


def read(path: Path, plan: Plan) -> Iterator[Row | Rejected]:
    """Read a file row by row; a row that cannot be read comes out with its reason.

    Raises
    ------
    BadMapping
        When the file lacks a column that the mapping names, or cannot be read at all.
    GeoMissing
        When coordinates must be converted and the extra for it is not installed.

    """
    csv.field_size_limit(LONGEST_FIELD)
    convert = _converter(plan.coordinates) if plan.coordinates else None
    with path.open(encoding=plan.encoding, errors="surrogateescape", newline="") as file:
        reader = csv.reader(file, delimiter=plan.delimiter, strict=False)
        try:
            head = [name.strip() for name in next(reader)]
        except (StopIteration, csv.Error):
            raise BadMapping(problem=f"{path.name} has no header row") from None
        _check_head(head, plan, path)
        seen: dict[str, tuple[int, str]] = {}
        while True:
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Rejected(line=reader.line_num, reason=f"not CSV: {error}", raw=())
                continue
            if cells:
                yield _row(reader.line_num, head, cells, plan, convert, seen)


def _check_head(head: list[str], plan: Plan, path: Path) -> None:
    named = {column for columns in plan.columns.values() for column in columns}
    if lacking := sorted(named - set(head)):
        raise BadMapping(problem=f"{path.name} has no column {lacking}; it has {head}")


def _row(
    line: int,
    head: list[str],
    cells: list[str],
    plan: Plan,
    convert: ToDegrees | None,
    seen: dict[str, tuple[int, str]],
) -> Row | Rejected:
    raw = tuple(cells)
    digest = hashlib.sha256("\x1f".join(cells).encode("utf-8", "surrogateescape")).hexdigest()
    try:
        _check_text(cells, head)
        said = _Cells(dict(zip(head, cells, strict=True)), plan)
        id_ = said.needed("id")
        _check_new(id_, digest, seen)
        row = _read_row(line, raw, digest, id_, said, convert)
    except ValueError as error:
        return Rejected(line=line, reason=str(error), raw=raw)
    seen[id_] = (line, digest)
    return row


def _check_new(id_: str, digest: str, seen: dict[str, tuple[int, str]]) -> None:
    if id_ in seen:
        before, same = seen[id_]
        what = "the same row" if same == digest else f"another row with the id {id_}"
        raise ValueError(f"{what} stands in line {before}")


def _check_text(cells: list[str], head: list[str]) -> None:
    if len(cells) != len(head):
        raise ValueError(f"{len(cells)} cells where the header has {len(head)}")
    if any("\ud800" <= c <= "\udfff" or c == "\x00" for cell in cells for c in cell):
        raise ValueError("characters that cannot be read in the encoding of the mapping")


@dataclass(frozen=True)
class _Cells:
    """One row's cells, asked by what they mean."""

    cells: Mapping[str, str]
    plan: Plan

    def get(self, name: str) -> str:
        for column in self.plan.columns.get(name, ()):
            value = self.cells[column].strip()
            if value not in self.plan.missing:
                return value
        return ""

    def needed(self, name: str) -> str:
        if value := self.get(name):
            return value
        raise ValueError(f"no {name}")

    def moment(self, name: str) -> datetime | None:
        value = self.get(name)
        if not value:
            return None
        zone = ZoneInfo(self.plan.zone)
        for form in self.plan.dates:
            try:
                found = datetime.strptime(value, form)  # noqa: DTZ007  (the zone follows)
            except ValueError:
                continue
            return _zoned(found, zone)
        try:
            return _zoned(datetime.fromisoformat(value), zone)
        except ValueError:
            raise ValueError(f"{name} is not a date: {value[:40]}") from None

    def number(self, name: str) -> float | None:
        value = self.get(name)
        try:
            return float(value) if value else None
        except ValueError:
            raise ValueError(f"{name} is not a number: {value[:40]}") from None


def _zoned(moment: datetime, zone: ZoneInfo) -> datetime:
    return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)


def _read_row(
    line: int,
    raw: tuple[str, ...],
    digest: str,
    id_: str,
    said: _Cells,
    convert: ToDegrees | None,
) -> Row:
    received = said.moment("received")
    if received is None:
        raise ValueError("no received date")
    lat, lng = _degrees(said, convert)
    word = said.get("state").lower()
    if word and word not in said.plan.states:
        raise ValueError(f"the mapping does not say what the state {word!r} means")
    return Row(
        line=line,
        id=id_,
        received=received,
        closed=said.moment("closed"),
        text=said.get("text"),
        place=said.get("place"),
        category=said.needed("category"),
        unit=said.get("unit"),
        state=said.plan.states.get(word, State.RECEIVED),
        channel=said.plan.channels.get(said.get("channel").lower(), Channel.IMPORT),
        lat=lat,
        lng=lng,
        digest=digest,
        raw=raw,
    )


def _degrees(said: _Cells, convert: ToDegrees | None) -> tuple[float | None, float | None]:
    if convert is None:
        lat, lng = said.number("lat"), said.number("lng")
    else:
        x, y = said.number("x"), said.number("y")
        if x is None or y is None:
            return None, None
        lng, lat = convert(x, y)
    if lat is None or lng is None:
        return None, None
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):  # noqa: PLR2004
        raise ValueError("the coordinates lie nowhere on the earth")
    return round(lat, 6), round(lng, 6)


def _converter(system: str) -> ToDegrees:
    try:
        from pyproj import Transformer  # noqa: PLC0415  (an extra)
        from pyproj.exceptions import CRSError  # noqa: PLC0415
    except ImportError:
        raise GeoMissing from None
    try:
        transformer = Transformer.from_crs(system, "EPSG:4326", always_xy=True)
    except CRSError:
        raise BadMapping(problem=f"the coordinate system {system} is not known") from None

    def to_degrees(x: float, y: float) -> tuple[float, float]:
        lng, lat = transformer.transform(x, y)
        return float(lng), float(lat)

    return to_degrees
