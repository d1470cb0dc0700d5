"""A small city on a grid of tenths of a degree, made by the real actions."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from commonweal.city import actions, queries
from commonweal.city.types import (
    CityProfile,
    DayKind,
    DistrictCard,
    GeoJson,
    HolidayCard,
    LandmarkCard,
    Parameter,
    ParameterCard,
    ParameterType,
    UnitCard,
    WeekCard,
)
from commonweal.kernel.types import Actor, ActorKind, Grant, Role, Words

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # a Monday, 17:00 in Taipei
ADMINISTRATOR = Actor(
    kind=ActorKind.PERSON, id=uuid4(), grants=frozenset({Grant(Role.ADMINISTRATOR)})
)
OFFICER = Actor(kind=ActorKind.PERSON, id=uuid4(), grants=frozenset({Grant(Role.OFFICER)}))
ALWAYS: dict[str, Any] = {"reason": "so the council decided", "by": ADMINISTRATOR, "at": NOW}


def words(text: str) -> Words:
    """Say the same in every language, told apart by its mark."""
    return {"zh-Hant": f"{text}繁", "zh-Hans": f"{text}简", "en": text}


def square(west: float, south: float, side: float = 0.1) -> GeoJson:
    """Draw a square border."""
    east, north = round(west + side, 6), round(south + side, 6)
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    return {"type": "Polygon", "coordinates": [ring]}


def given_profile(**changes: Any) -> CityProfile:
    """Set the city up."""
    values: dict[str, Any] = {
        "name": words("Lanting"),
        "languages": ("zh-Hant", "zh-Hans", "en"),
        "zone": "Asia/Taipei",
        "phone": "+886 2 1999",
        "email": "office@lanting.example",
    }
    seen = queries.profile().version
    return actions.save_profile(**values | changes, seen=seen, **ALWAYS)


def given_district(code: str = "north", **changes: Any) -> DistrictCard:
    """Draw a district."""
    values: dict[str, Any] = {"names": words(code.title()), "geometry": square(121.5, 25.0)}
    return actions.save_district(district_id=None, code=code, seen=0, **values | changes, **ALWAYS)


def given_landmark(code: str = "town-hall", **changes: Any) -> LandmarkCard:
    """Put a landmark on the map."""
    values: dict[str, Any] = {"names": words("Town hall"), "lat": 25.05, "lng": 121.55}
    return actions.save_landmark(landmark_id=None, code=code, seen=0, **values | changes, **ALWAYS)


def given_unit(code: str = "office", *, below: UUID | None = None, **changes: Any) -> UnitCard:
    """Set up a unit."""
    values: dict[str, Any] = {"names": words(code.title()), "parent_id": below}
    return actions.save_unit(unit_id=None, code=code, seen=0, **values | changes, **ALWAYS)


def given_holiday(day: date, kind: DayKind = DayKind.CLOSED, **changes: Any) -> HolidayCard:
    """Name a day."""
    values: dict[str, Any] = {"names": words("Day of the lake")}
    return actions.save_holiday(
        holiday_id=None, day=day, kind=kind, seen=0, **values | changes, **ALWAYS
    )


def given_week(*hours: tuple[tuple[str, str], ...]) -> WeekCard:
    """Say when the city is open."""
    week = hours or (*[(("09:00", "12:00"), ("13:00", "17:00"))] * 5, (), ())
    return actions.save_week(hours=week, seen=queries.opening_week().version, **ALWAYS)


def given_parameter(name: str = "consent_age", value: Any = 16, **changes: Any) -> ParameterCard:
    """Set a policy parameter."""
    seen = sum(card.name == name for card in queries.parameters())
    values: dict[str, Any] = {"valid_from": NOW, "source": "Council decision 12/2026"}
    return actions.set_parameter(name=name, value=value, seen=seen, **values | changes, **ALWAYS)


def one_parameter(type_: ParameterType = ParameterType.NUMBER, **changes: Any) -> Parameter:
    """Describe a parameter without making it known."""
    values: dict[str, Any] = {"default": 3, "words": "How many.", "low": 1, "high": 9}
    return Parameter(name="tries", type=type_, **values | changes)
