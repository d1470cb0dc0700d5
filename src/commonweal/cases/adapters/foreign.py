"""Read a file of another system by its mapping: one report at a time, each read or refused."""

import hashlib
import math
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from commonweal.cases.adapters.mapping import Plan
from commonweal.cases.adapters.tables import Broken, Record, Source, read_csv, read_open311
from commonweal.cases.errors import BadMapping, GeoMissing
from commonweal.cases.types import State
from commonweal.kernel.types import Channel

ToDegrees: TypeAlias = Callable[[float, float], tuple[float, float]]

EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)
LONGEST_ID = 100
A_DAY = timedelta(days=1)


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
    district: str
    state: State
    channel: Channel
    lat: float | None
    lng: float | None
    digest: str
    raw: tuple[str, ...]


def read(source: Source, plan: Plan, *, as_open311: bool, at: datetime) -> Iterator[Row | Broken]:
    """Read a file row by row; a row that cannot be read comes out with its reason.

    Raises
    ------
    BadMapping
        When the file lacks a column that the mapping names, or cannot be read at all.
    GeoMissing
        When coordinates must be converted and the extra for it is not installed.

    """

    def check_head(head: list[str]) -> None:
        needed = [many for name, many in plan.columns.items() if name not in plan.optional]
        if lacking := sorted({column for many in needed for column in many} - set(head)):
            raise BadMapping(problem=f"{source.path.name} has no column {lacking}; it has {head}")

    reading = _Reading(plan, at)
    line = 0
    with source.text(plan.encoding) as file:
        records = read_open311(file) if as_open311 else read_csv(file, plan.delimiter, check_head)
        try:
            for record in records:
                line = record.line
                yield record if isinstance(record, Broken) else reading.read(record)
        except (UnicodeError, EOFError, OSError) as error:
            reason = f"from here on the file cannot be read: {error}"
            yield Broken(line=line + 1, reason=reason[:200])


class _Reading:
    """What is remembered from row to row."""

    def __init__(self, plan: Plan, at: datetime) -> None:
        self._plan, self._latest = plan, at + A_DAY
        self._convert = _converter(plan.coordinates) if plan.coordinates else None
        self._seen = _Seen()

    def read(self, record: Record) -> Row | Broken:
        raw = "\x1f".join(record.raw).encode("utf-8", "surrogatepass")
        digest = hashlib.sha256(raw).hexdigest()
        try:
            _check_text(record.raw)
            return self._row(record, digest, _Cells(record.cells, self._plan))
        except ValueError as error:
            return Broken(line=record.line, reason=str(error), raw=record.raw)

    def _row(self, record: Record, digest: str, said: "_Cells") -> Row:
        id_ = self._id(digest, said)
        received, closed = said.moment("received"), said.moment("closed")
        if received is None:
            raise ValueError("no received date")
        self._check_dates(received, closed)
        word = said.get("state").lower()
        lat, lng = self._degrees(said)
        row = Row(
            line=record.line,
            id=id_,
            received=received,
            closed=closed,
            text=said.get("text"),
            place=said.get("place"),
            category=said.needed("category"),
            unit=said.get("unit"),
            district=said.get("district"),
            state=self._state(word),
            channel=self._plan.channels.get(said.get("channel").lower(), Channel.IMPORT),
            lat=lat,
            lng=lng,
            digest=digest,
            raw=record.raw,
        )
        self._seen.keep(id_, record.line, digest)
        return row

    def _id(self, digest: str, said: "_Cells") -> str:
        """Give the source's id; where it has none, one of the content, counted if it repeats."""
        if "id" not in self._plan.columns:
            return f"{digest[:32]}.{self._seen.count(digest)}"
        id_ = said.needed("id")
        if len(id_) > LONGEST_ID:
            raise ValueError(f"the id has {len(id_)} characters; at most {LONGEST_ID} can be kept")
        if before := self._seen.find(id_):
            line, known = before
            what = "the same row" if known == digest else f"another row with the id {id_}"
            raise ValueError(f"{what} stands in line {line}")
        return id_

    def _check_dates(self, received: datetime, closed: datetime | None) -> None:
        if not EARLIEST <= received <= self._latest:
            raise ValueError(f"received on {received:%Y-%m-%d}: before 1900 or still to come")
        if closed and not received - A_DAY < closed <= self._latest:
            raise ValueError(
                f"closed on {closed:%Y-%m-%d}: before it was received, or still to come"
            )

    def _state(self, word: str) -> State:
        if not word:
            return State(self._plan.defaults.get("state", State.RECEIVED))
        if word not in self._plan.states:
            raise ValueError(f"the mapping does not say what the state {word!r} means")
        return self._plan.states[word]

    def _degrees(self, said: "_Cells") -> tuple[float | None, float | None]:
        if self._convert is None:
            lat, lng = said.number("lat"), said.number("lng")
        else:
            x, y = said.number("x"), said.number("y")
            if x is None or y is None:
                return None, None
            lng, lat = self._convert(x, y)
        if lat is None or lng is None:
            return None, None
        if not (-90 <= lat <= 90 and -180 <= lng <= 180):  # noqa: PLR2004
            raise ValueError("the coordinates lie nowhere on the earth")
        return round(lat, 6), round(lng, 6)


class _Seen:
    """Which ids the file has had, in a temporary file, so that no size of it fills the memory."""

    def __init__(self) -> None:
        self._store = sqlite3.connect("", isolation_level=None)
        self._store.execute("PRAGMA journal_mode=OFF")
        self._store.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, line INT, digest TEXT)")
        self._store.execute("CREATE TABLE counted (digest TEXT PRIMARY KEY, n INT)")
        self._store.execute("BEGIN")

    def find(self, id_: str) -> tuple[int, str] | None:
        found = self._store.execute("SELECT line, digest FROM seen WHERE id = ?", [id_]).fetchone()
        return (int(found[0]), str(found[1])) if found else None

    def keep(self, id_: str, line: int, digest: str) -> None:
        self._store.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", [id_, line, digest])

    def count(self, digest: str) -> int:
        (n,) = self._store.execute(
            "INSERT INTO counted VALUES (?, 1) "
            "ON CONFLICT (digest) DO UPDATE SET n = n + 1 RETURNING n",
            [digest],
        ).fetchone()
        return int(n)


def _check_text(cells: tuple[str, ...]) -> None:
    if any("\ud800" <= c <= "\udfff" or c == "\x00" for cell in cells for c in cell):
        raise ValueError("characters that cannot be read in the encoding of the mapping")


@dataclass(frozen=True)
class _Cells:
    """One row's cells, asked by what they mean."""

    cells: Mapping[str, str]
    plan: Plan

    def get(self, name: str) -> str:
        for column in self.plan.columns.get(name, ()):
            value = self.cells.get(column, "").strip()
            if value not in self.plan.missing:
                return value
        return "" if name == "state" else self.plan.defaults.get(name, "")

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
            number = float(value) if value else None
        except ValueError:
            raise ValueError(f"{name} is not a number: {value[:40]}") from None
        if number is not None and not math.isfinite(number):
            raise ValueError(f"{name} is not a number: {value[:40]}")
        return number


def _zoned(moment: datetime, zone: ZoneInfo) -> datetime:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        raise ValueError(str(moment)) from None


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
