"""What a profile folder says, file by file, once it has been read and checked."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from commonweal.city.types import DayKind, GeoJson, Spans
from commonweal.kernel.types import Words

CITY, DISTRICTS, LANDMARKS = "city.yaml", "districts.geojson", "landmarks.csv"


UNITS, CALENDAR, PARAMETERS = "units.csv", "calendar.yaml", "parameters.yaml"


FILES = (CITY, DISTRICTS, LANDMARKS, UNITS, CALENDAR, PARAMETERS)


WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass
class ProfileDraft:
    name: Words
    languages: tuple[str, ...]
    zone: str
    phone: str
    email: str
    address: Words
    hours: Words
    brand_colour: str
    link_colour: str
    tile_address: str


@dataclass
class DistrictDraft:
    line: int
    code: str
    names: Words
    geometry: GeoJson
    is_current: bool


@dataclass
class LandmarkDraft:
    line: int
    code: str
    names: Words
    lat: float
    lng: float
    is_current: bool


@dataclass
class UnitDraft:
    line: int
    code: str
    parent: str
    names: Words
    duties: Words
    phone: str
    email: str
    opened_on: date | None
    closed_on: date | None


@dataclass
class DayDraft:
    line: int
    day: date
    kind: DayKind
    names: Words
    hours: Spans


@dataclass
class ParameterDraft:
    line: int
    name: str
    value: Any
    valid_from: datetime
    source: str
    reason: str


@dataclass
class Draft:
    """What a folder says, checked by the same rules as the actions; complete when none is wrong."""

    profile: ProfileDraft | None = None
    districts: list[DistrictDraft] = field(default_factory=list)
    landmarks: list[LandmarkDraft] = field(default_factory=list)
    units: list[UnitDraft] = field(default_factory=list)
    week: tuple[Spans, ...] | None = None
    days: list[DayDraft] = field(default_factory=list)
    parameters: list[ParameterDraft] = field(default_factory=list)
