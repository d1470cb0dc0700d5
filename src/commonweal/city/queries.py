"""Where a point lies, who stands where, when the city is open, what the policy says.

What changes rarely is kept per process (`kernel.queries.kept`).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from shapely import STRtree
from shapely.geometry import Point, shape
from shapely.geometry.base import BaseGeometry

from commonweal.city import rules
from commonweal.city.errors import (
    NoSuchClock,
    NoSuchDistrict,
    NoSuchHoliday,
    NoSuchLandmark,
    NoSuchUnit,
)
from commonweal.city.models import (
    Clock,
    District,
    Holiday,
    Landmark,
    OpenWeek,
    ParameterValue,
    Profile,
    Unit,
)
from commonweal.city.types import (
    LANGUAGES,
    CityProfile,
    ClockCard,
    ClockState,
    DayKind,
    DistrictCard,
    Extension,
    GeoJson,
    HolidayCard,
    LandmarkCard,
    Parameter,
    ParameterCard,
    Pause,
    Spans,
    Term,
    TermUnit,
    UnitCard,
    WeekCard,
)
from commonweal.kernel.queries import kept
from commonweal.methods import worktime
from commonweal.methods.search import normalise

__all__ = [
    "all_districts",
    "all_landmarks",
    "bounds",
    "calendar",
    "clock_of",
    "clocks_of",
    "district",
    "district_at",
    "districts",
    "districts_geojson",
    "due",
    "holiday",
    "holidays",
    "is_set_up",
    "known_parameters",
    "landmark",
    "landmarks",
    "opening_week",
    "parameter",
    "parameter_card",
    "parameters",
    "profile",
    "unit",
    "units",
    "units_below",
]


# The city itself


def is_set_up() -> bool:
    """Say whether somebody has given the city its name."""
    return Profile.objects.exists()


def profile() -> CityProfile:
    """Give the city's name, languages, contact and colours; a stand-in before it is set up."""
    row = kept("profile", Profile.objects.first)
    if row is None:
        return CityProfile(
            name={"zh-Hant": "本市", "zh-Hans": "本市", "en": "Our city"},
            languages=LANGUAGES,
            zone="UTC",
            phone="",
            email="",
            address={},
            hours={},
            brand_colour=rules.BRAND_COLOUR,
            link_colour=rules.LINK_COLOUR,
            tile_address="",
        )
    return CityProfile(
        name=row.name,
        languages=tuple(row.languages),
        zone=row.zone,
        phone=row.phone,
        email=row.email,
        address=row.address,
        hours=row.hours,
        brand_colour=row.brand_colour,
        link_colour=row.link_colour,
        tile_address=row.tile_address,
        version=row.version,
    )


# Districts and landmarks


@dataclass(frozen=True)
class _Map:
    cards: tuple[DistrictCard, ...]
    geometries: tuple[GeoJson, ...]
    current: tuple[DistrictCard, ...]  # in the order of the tree's shapes
    tree: STRtree

    @classmethod
    def read(cls) -> "_Map":
        rows = list(District.objects.order_by("code"))
        cards = tuple(
            DistrictCard(
                id=row.id,
                code=row.code,
                names=row.names,
                is_current=row.is_current,
                version=row.version,
            )
            for row in rows
        )
        shapes: list[BaseGeometry] = [shape(row.geometry) for row in rows if row.is_current]
        return cls(
            cards=cards,
            geometries=tuple(row.geometry for row in rows),
            current=tuple(card for card in cards if card.is_current),
            tree=STRtree(shapes),
        )

    def at(self, lat: float, lng: float) -> DistrictCard | None:
        if not (math.isfinite(lat) and math.isfinite(lng)):
            return None
        hits = self.tree.query(Point(lng, lat), predicate="intersects")
        return self.current[min(hits)] if len(hits) else None


def _map() -> _Map:
    return kept("districts", _Map.read)


def districts() -> list[DistrictCard]:
    """List the districts of today, by code."""
    return list(_map().current)


def all_districts() -> list[DistrictCard]:
    """List every district there ever was, by code."""
    return list(_map().cards)


def district(district_id: UUID) -> DistrictCard:
    """Find one district, also one of the past."""
    for card in _map().cards:
        if card.id == district_id:
            return card
    raise NoSuchDistrict


def district_at(lat: float, lng: float) -> DistrictCard | None:
    """Find the district a point lies in; on a shared border the one whose code comes first."""
    return _map().at(lat, lng)


def districts_geojson(*, everything: bool = False) -> GeoJson:
    """Give the borders as a FeatureCollection, longitude first."""
    kept = _map()
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"code": card.code, "names": card.names}
                | ({} if card.is_current else {"current": False}),
                "geometry": geometry,
            }
            for card, geometry in zip(kept.cards, kept.geometries, strict=True)
            if card.is_current or everything
        ],
    }


def bounds() -> tuple[float, float, float, float] | None:
    """Give the box around the city: west, south, east, north."""
    geometries = _map().tree.geometries
    if not len(geometries):
        return None
    boxes = [geometry.bounds for geometry in geometries]
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def landmarks(text: str = "", limit: int = 20) -> list[LandmarkCard]:
    """Find landmarks whose name holds all the words, in any language and script."""
    words = normalise(text).split()
    rows = [
        row
        for row, names in kept("landmarks", _landmarks)
        if row.is_current and all(word in names for word in words)
    ]
    return [_landmark_card(row) for row in rows[:limit]]


def all_landmarks() -> list[LandmarkCard]:
    """List every landmark there ever was, by code."""
    return [_landmark_card(row) for row, _ in kept("landmarks", _landmarks)]


def landmark(landmark_id: UUID) -> LandmarkCard:
    """Find one landmark, also one of the past."""
    for row, _ in kept("landmarks", _landmarks):
        if row.id == landmark_id:
            return _landmark_card(row)
    raise NoSuchLandmark


def _landmarks() -> list[tuple[Landmark, str]]:
    rows = Landmark.objects.order_by("code")
    return [(row, normalise("\n".join(row.names.values()))) for row in rows]


def _landmark_card(row: Landmark) -> LandmarkCard:
    inside = district_at(row.lat, row.lng)
    return LandmarkCard(
        id=row.id,
        code=row.code,
        names=row.names,
        lat=row.lat,
        lng=row.lng,
        district_id=inside.id if inside else None,
        is_current=row.is_current,
        version=row.version,
    )


# Units


def units(*, at: datetime | None = None) -> list[UnitCard]:
    """List the units in the order of their tree; with a time, only those open on that day."""
    cards = kept("units", _units)
    if at is None:
        return list(cards)
    day = at.astimezone(ZoneInfo(calendar().zone)).date()
    return [card for card in cards if card.is_open(day)]


def unit(unit_id: UUID) -> UnitCard:
    """Find one unit, also a closed one."""
    for card in kept("units", _units):
        if card.id == unit_id:
            return card
    raise NoSuchUnit


def units_below(unit_ids: Iterable[UUID]) -> frozenset[UUID]:
    """Give these units and all below them."""
    inside = set(unit_ids)
    for card in kept("units", _units):  # parents come before children
        if card.parent_id in inside:
            inside.add(card.id)
    return frozenset(inside)


def _units() -> list[UnitCard]:
    below: dict[UUID | None, list[Unit]] = {}
    for row in Unit.objects.order_by("code"):
        below.setdefault(row.parent_id, []).append(row)
    cards: list[UnitCard] = []

    def walk(parent_id: UUID | None, depth: int) -> None:
        for row in below.get(parent_id, ()):
            cards.append(_unit_card(row, depth))
            walk(row.id, depth + 1)

    walk(None, 0)
    return cards


def _unit_card(row: Unit, depth: int) -> UnitCard:
    return UnitCard(
        id=row.id,
        code=row.code,
        names=row.names,
        parent_id=row.parent_id,
        depth=depth,
        phone=row.phone,
        email=row.email,
        duties=row.duties,
        opened_on=row.opened_on,
        closed_on=row.closed_on,
        version=row.version,
    )


# The calendar


def calendar() -> worktime.Calendar:
    """Give the city's working time: opening hours, holidays, make-up days, time zone."""
    return kept("calendar", _calendar)


def _calendar() -> worktime.Calendar:
    named = Holiday.objects.filter(is_withdrawn=False)
    row = Profile.objects.first()
    return worktime.Calendar(
        zone=row.zone if row else "UTC",
        opening={day: rules.times_of(hours) for day, hours in enumerate(opening_week().hours)},
        closed=frozenset(holiday.day for holiday in named if holiday.kind == DayKind.CLOSED),
        extra={
            holiday.day: rules.times_of(_spans(holiday.hours))
            for holiday in named
            if holiday.kind == DayKind.OPEN
        },
    )


def opening_week() -> WeekCard:
    """Give the opening hours of Monday to Sunday."""
    row = OpenWeek.objects.first()
    if row is None:
        return WeekCard(hours=rules.WEEK_BY_DEFAULT, version=0)
    return WeekCard(hours=tuple(_spans(day) for day in row.hours), version=row.version)


def hours_read(text: str) -> Spans:
    """Read opening hours as people write them; nothing means closed."""
    return rules.read_hours(text)


def hours_written(hours: Spans) -> str:
    """Write opening hours as people read them."""
    return rules.write_hours(hours)


def holidays(*, everything: bool = False) -> list[HolidayCard]:
    """List the named days by date; those withdrawn only when asked for everything."""
    rows = Holiday.objects.order_by("day", "id")
    return [_holiday_card(row) for row in rows if everything or not row.is_withdrawn]


def holiday(holiday_id: UUID) -> HolidayCard:
    """Find one named day."""
    row = Holiday.objects.filter(pk=holiday_id).first()
    if row is None:
        raise NoSuchHoliday
    return _holiday_card(row)


def _holiday_card(row: Holiday) -> HolidayCard:
    return HolidayCard(
        id=row.id,
        day=row.day,
        kind=DayKind(row.kind),
        names=row.names,
        hours=_spans(row.hours),
        is_withdrawn=row.is_withdrawn,
        version=row.version,
    )


def _spans(stored: list[list[str]]) -> Spans:
    return tuple((start, end) for start, end in stored)


def due(start: datetime, term: Term) -> datetime:
    """Say when a term that starts now ends, on the city's calendar."""
    rules.check_term(term)
    return rules.due(calendar(), start, term)


# Policy


def parameter(name: str, at: datetime) -> Any:
    """Give the value of a policy parameter at a time."""
    return parameter_card(name, at).value


def parameter_card(name: str, at: datetime) -> ParameterCard:
    """Give the value of a policy parameter at a time, with its date, source and reason."""
    known = rules.parameter_named(name)
    rows = [card for card in kept("parameters", _parameters) if card.name == name]
    valid = [card for card in rows if card.valid_from is not None and card.valid_from <= at]
    if valid:
        return valid[-1]
    return ParameterCard(
        name=name, value=known.default, valid_from=None, source="", reason="", version=len(rows)
    )


def parameters() -> list[ParameterCard]:
    """List every dated value, by name, date and number; the last of a date counts."""
    return list(kept("parameters", _parameters))


def known_parameters() -> tuple[Parameter, ...]:
    """List what the software asks policy for: name, type, default, range, and what it does."""
    return rules.known_parameters()


def _parameters() -> list[ParameterCard]:
    rows = list(ParameterValue.objects.order_by("name", "valid_from", "number"))
    count: dict[str, int] = {}
    for row in rows:
        count[row.name] = max(count.get(row.name, 0), row.number)
    return [
        ParameterCard(
            name=row.name,
            value=row.value,
            valid_from=row.valid_from,
            source=row.source,
            reason=row.reason,
            version=count[row.name],
        )
        for row in rows
    ]


# Clocks


def clock_of(subject: str, kind: str) -> ClockCard:
    """Find the newest clock of a kind over a subject."""
    row = Clock.objects.filter(subject=subject, kind=kind).order_by("-id").first()
    if row is None:
        raise NoSuchClock
    return card_of(row)


def clocks_of(subject: str) -> list[ClockCard]:
    """List every clock over a subject, oldest first."""
    return [card_of(row) for row in Clock.objects.filter(subject=subject).order_by("id")]


def card_of(row: Clock) -> ClockCard:
    return ClockCard(
        subject=row.subject,
        kind=row.kind,
        term=Term(amount=row.amount, unit=TermUnit(row.unit)),
        started_at=row.started_at,
        due_at=row.due_at,
        state=ClockState(row.state),
        pauses=tuple(
            Pause(
                from_=datetime.fromisoformat(pause["from"]),
                until=datetime.fromisoformat(pause["until"]) if pause["until"] else None,
                reason=pause["reason"],
            )
            for pause in row.pauses
        ),
        extensions=tuple(
            Extension(
                at=datetime.fromisoformat(extension["at"]),
                term=Term(amount=extension["amount"], unit=TermUnit(extension["unit"])),
                reason=extension["reason"],
                due_before=datetime.fromisoformat(extension["before"]),
                due_after=datetime.fromisoformat(extension["after"]),
            )
            for extension in row.extensions
        ),
        ran_out_at=row.ran_out_at,
        stopped_at=row.stopped_at,
    )
