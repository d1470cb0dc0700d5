"""What may be saved: who, which words, which hours, which borders, which values of policy."""

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo, available_timezones

from shapely import is_valid_reason
from shapely.geometry import shape

from commonweal.city import errors
from commonweal.city.types import (
    LANGUAGES,
    DayKind,
    GeoJson,
    Parameter,
    ParameterType,
    Spans,
    Term,
    TermUnit,
)
from commonweal.kernel.types import Actor, ActorKind, Role, Words
from commonweal.methods import worktime
from commonweal.methods.contrast import contrast_ratio

OURS = UUID("6f0c1f0a-7c1e-5b1e-9a63-1c6d0f2b7a10")  # ids made of names are drawn from this one
PROFILE_ID = uuid5(OURS, "profile")
WEEK_ID = uuid5(OURS, "week")

LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3
LONGEST_NAME = 120
LONGEST_TEXT = 2000
LONGEST_REASON = 300
LONGEST_TERM = 5000
BRAND_COLOUR = "#1d3f5f"
LINK_COLOUR = "#1d4f8f"
WEEK_BY_DEFAULT: tuple[Spans, ...] = (*[(("09:00", "17:00"),)] * 5, (), ())

_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_COLOUR = re.compile(r"#[0-9a-f]{6}")
_PHONE = re.compile(r"[0-9+()\-#,/ .]{3,40}")
_MAIL = re.compile(r"[^@\s<>,;:\"\x00-\x1f]+@[^@\s<>,;:\"\x00-\x1f.]+(\.[^@\s<>,;:\"\x00-\x1f.]+)*")
_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
_HOURS_OF_A_DEGREE = 15
_FAR = 40  # degrees of longitude that a time zone reaches from its middle

_known: dict[str, Parameter] = {}


def check_administrator(by: Actor) -> None:
    """Let only an administrator, or the machine room itself, change the city's own affairs."""
    if not by.has(Role.ADMINISTRATOR) and by.kind is not ActorKind.SYSTEM:
        raise errors.OnlyAdministrators


def check_reason(reason: str) -> str:
    """Want a reason, of a length that can be read."""
    if not reason.strip():
        raise errors.ReasonMissing
    return check_length("reason", reason, LONGEST_REASON)


def check_source(source: str) -> str:
    """Want the law or decision that a value rests on."""
    if not source.strip():
        raise errors.SourceMissing
    return check_length("source", source, LONGEST_REASON)


def check_length(field: str, text: str, most: int) -> str:
    """Want a text that fits its place; return it without control characters."""
    lines = "\n" if most >= LONGEST_TEXT else ""
    text = "".join(c for c in text if c.isprintable() or c in lines).strip()
    if len(text) > most:
        raise errors.TooLong(field=field, most=most)
    return text


def check_code(code: str) -> str:
    """Want a code that fits addresses and files."""
    if not _CODE.fullmatch(code):
        raise errors.BadCode(value=code[:60] or "-")
    return code


def check_languages(languages: Iterable[str]) -> tuple[str, ...]:
    """Want at least one language, each known and named once."""
    chosen = tuple(languages)
    known = ", ".join(LANGUAGES)
    for language in chosen:
        if language not in LANGUAGES:
            raise errors.UnknownLanguage(language=language[:20], known=known)
    if not chosen or len(set(chosen)) < len(chosen):
        raise errors.NoLanguages(known=known)
    return chosen


def check_words(
    field: str,
    words: Words,
    languages: tuple[str, ...],
    *,
    most: int = LONGEST_NAME,
    needed: bool = True,
) -> Words:
    """Want a text in every language of the city; one that may be empty is empty in all."""
    trimmed = {key: check_length(field, text, most) for key, text in words.items()}
    for language in trimmed:
        if language not in LANGUAGES:
            raise errors.UnknownLanguage(language=language[:20], known=", ".join(languages))
    written = {key: text for key, text in trimmed.items() if text}
    if written or needed:
        for language in languages:
            if language not in written:
                raise errors.LanguageMissing(field=field, language=language)
    return written


def check_colour(colour: str) -> str:
    """Want a colour that people can read on white."""
    colour = colour.strip().lower()
    if not _COLOUR.fullmatch(colour):
        raise errors.BadColour(value=colour[:20] or "-")
    ratio = contrast_ratio(colour, "#ffffff")
    if ratio < LEAST_CONTRAST:
        raise errors.WeakContrast(value=colour, contrast=f"{math.floor(ratio * 10) / 10:.1f}")
    return colour


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def check_zone(zone: str) -> str:
    """Want a time zone of the IANA list."""
    known = _zones()
    if zone not in known:
        raise errors.BadZone(value=zone[:60] or "-", near=nearest(zone[:60], known))
    return zone


def check_phone(phone: str) -> str:
    """Want a number that can be dialled, or none."""
    phone = phone.strip()
    if phone and (not _PHONE.fullmatch(phone) or sum(c.isdigit() for c in phone) < 3):  # noqa: PLR2004  (112)
        raise errors.BadPhone(value=phone[:40])
    return phone


def check_mail(mail: str) -> str:
    """Want an address that mail can be sent to, or none."""
    mail = mail.strip()
    if mail and (len(mail) > 254 or not _MAIL.fullmatch(mail)):  # noqa: PLR2004  (RFC 5321)
        raise errors.BadMail(value=mail[:60])
    return mail


def check_tiles(address: str) -> str:
    """Want an address from which a map can be drawn, or none."""
    address = address.strip()
    fits = address.startswith("https://") and all(p in address for p in ("{z}", "{x}", "{y}"))
    if address and (not fits or len(address) > 300 or any(c in address for c in " \"'<>;,")):  # noqa: PLR2004
        raise errors.BadTiles
    return address


def check_hours(hours: Iterable[Iterable[str]]) -> Spans:
    """Want opening hours in order, none overlapping; 24:00 may end a day."""
    spans = tuple(tuple(span) for span in hours)
    said = ", ".join("-".join(span) for span in spans)[:80]
    before = ""
    for span in spans:
        if len(span) != 2:  # noqa: PLR2004  (from and to)
            raise errors.BadHours(value=said)
        start, end = span
        fits = _TIME.fullmatch(start) and (_TIME.fullmatch(end) or end == "24:00")
        if not fits or not before <= start < end:
            raise errors.BadHours(value=said)
        before = end
    return tuple((start, end) for start, end in spans)


def read_hours(text: str) -> Spans:
    """Read hours as people write them: "09:00-12:30, 13:30-17:00"; nothing means closed."""
    parts = [part.strip() for part in re.split(r"[,;、，；]", text) if part.strip()]
    spans = [re.split(r"\s*[-–~－—]\s*", part) for part in parts]
    try:
        return check_hours([(t if len(t) == 5 else "0" + t for t in span) for span in spans])  # noqa: PLR2004
    except errors.BadHours:
        raise errors.BadHours(value=text[:80]) from None


def write_hours(hours: Spans) -> str:
    """Write hours as people read them."""
    return ", ".join(f"{start}-{end}" for start, end in hours)


def times_of(hours: Spans) -> tuple[tuple[time, time], ...]:
    """Turn hours into times of a calendar, in which midnight ends a day."""
    return tuple(
        (time.fromisoformat(start), time(0) if end == "24:00" else time.fromisoformat(end))
        for start, end in hours
    )


def check_day(kind: DayKind, hours: Spans) -> None:
    """Want hours on a working day and none on a holiday."""
    if kind is DayKind.OPEN and not hours:
        raise errors.HoursMissing
    if kind is DayKind.CLOSED and hours:
        raise errors.HoursOnClosedDay


def check_week(week: Sequence[Iterable[Iterable[str]]]) -> tuple[Spans, ...]:
    """Want seven days, open at some hour, or no promise could ever be dated."""
    checked = tuple(check_hours(day) for day in week)
    if len(checked) != 7 or not any(checked):  # noqa: PLR2004  (Monday to Sunday)
        raise errors.NoOpenHour
    return checked


@lru_cache(maxsize=16)
def middle_of(zone: str) -> float:
    """Give the longitude at which the sun agrees with a zone's standard time."""
    seasons = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 7))
    offsets = (moment.astimezone(ZoneInfo(zone)).utcoffset() for moment in seasons)
    hours = min(offset or timedelta() for offset in offsets).total_seconds() / 3600
    return hours * _HOURS_OF_A_DEGREE


def check_point(lng: float, lat: float, zone: str | None) -> None:
    """Want a point on the globe that is not obviously written the wrong way round."""
    if not (math.isfinite(lng) and math.isfinite(lat)):
        raise errors.OutsideTheWorld(lng=str(lng), lat=str(lat))
    can_be_turned = abs(lng) <= 90 and abs(lat) <= 180  # noqa: PLR2004  (degrees)
    if abs(lat) > 90 and can_be_turned:  # noqa: PLR2004  (degrees)
        raise errors.Swapped(lng=lng, lat=lat)
    if abs(lng) > 180 or abs(lat) > 90:  # noqa: PLR2004  (degrees)
        raise errors.OutsideTheWorld(lng=lng, lat=lat)
    if zone is None or not can_be_turned:
        return
    middle = middle_of(zone)
    if _apart(lng, middle) > _FAR >= _apart(lat, middle):
        raise errors.Swapped(lng=lng, lat=lat)


def _apart(one: float, other: float) -> float:
    turn = abs(one - other) % 360
    return min(turn, 360 - turn)


def check_geometry(geometry: Any, zone: str | None) -> GeoJson:
    """Want a polygon or several, closed, simple and on the globe; return it without extras."""
    if not isinstance(geometry, dict) or geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise errors.NotAPolygon
    one = geometry["type"] == "Polygon"
    polygons = _list([geometry.get("coordinates")] if one else geometry.get("coordinates"))
    checked = [[_ring(ring, zone) for ring in _list(polygon)] for polygon in polygons]
    clean: GeoJson = {"type": geometry["type"], "coordinates": checked[0] if one else checked}
    why, _, place = is_valid_reason(shape(clean)).partition("[")
    place = place.rstrip("]").replace(" ", ", ")
    if why in {"Self-intersection", "Ring Self-intersection", "Duplicate Rings"}:
        raise errors.BorderCrossesItself(place=place)
    if why in {"Hole lies outside shell", "Holes are nested"}:
        raise errors.HoleMisplaced(place=place)
    if why != "Valid Geometry":
        raise errors.BadGeometry(why=f"{why}, {place}")
    return clean


def _list(value: object) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise errors.NoPoints
    return value


def _ring(ring: object, zone: str | None) -> list[list[float]]:
    points = [_point(point) for point in _list(ring)]
    for lng, lat in points:
        check_point(lng, lat, zone)
    if len(points) < 3:  # noqa: PLR2004  (a triangle)
        raise errors.TooFewCorners
    if points[0] != points[-1]:
        raise errors.RingOpen
    if len(points) < 4:  # noqa: PLR2004  (a triangle, closed)
        raise errors.TooFewCorners
    return points


def _point(point: object) -> list[float]:
    match point:
        case [int() | float() as lng, int() | float() as lat, *_]:
            if not isinstance(lng, bool) and not isinstance(lat, bool):
                return [float(lng), float(lat)]
    raise errors.NoPoints


def check_parent(
    unit_id: UUID, parent_id: UUID | None, parents: Mapping[UUID, UUID | None], *, name: str
) -> None:
    """Keep the units a tree: none stands below itself."""
    if parent_id is not None and parent_id not in parents:
        raise errors.NoSuchUnit
    seen: UUID | None = parent_id
    while seen is not None:
        if seen == unit_id:
            raise errors.UnitBelowItself(value=name)
        seen = parents[seen]


def check_dates(opened_on: date | None, closed_on: date | None) -> None:
    """Want a unit to close after it opened."""
    if opened_on and closed_on and closed_on <= opened_on:
        raise errors.ClosedBeforeOpened


def check_below(
    closed_on: date | None, parent_closed_on: date | None, below: Iterable[date | None]
) -> None:
    """Want no open unit below a closed one."""
    if parent_closed_on and (closed_on is None or closed_on > parent_closed_on):
        raise errors.ParentClosed
    if closed_on and any(other is None or other > closed_on for other in below):
        raise errors.UnitsBelowOpen


def in_order(parents: Mapping[str, str]) -> Iterator[str]:
    """Give codes with parents before children; codes in a ring come never."""
    told: set[str] = set()
    waiting = list(parents)
    while ready := [c for c in waiting if not parents[c] or parents[c] in told]:
        told.update(ready)
        waiting = [code for code in waiting if code not in told]
        yield from ready


def check_term(term: Term) -> None:
    """Want a term of at least one and of a length that a calendar reaches."""
    if not 1 <= term.amount <= LONGEST_TERM:
        raise errors.BadTerm(amount=term.amount, most=LONGEST_TERM)


def due(
    open_hours: worktime.Calendar,
    start: datetime,
    term: Term,
    pauses: Sequence[tuple[datetime, datetime]] = (),
) -> datetime:
    """Say when a term ends; one in working days at the close of its last day, in days at midnight.

    A term in hours ends with a full hour: a public promise never tells the minute somebody came.
    A pause counts by `methods.worktime`: paused hours do not run, and a day counts when the clock
    runs at its close.
    """
    of_the_city = term.unit in {TermUnit.WORKING_HOURS, TermUnit.WORKING_DAYS}
    cal = open_hours if of_the_city else always(open_hours.zone)
    if term.unit in {TermUnit.WORKING_HOURS, TermUnit.HOURS}:
        return _full_hour(
            worktime.due_after_pauses(cal, start, timedelta(hours=term.amount), pauses)
        )
    return worktime.add_working_days(cal, start, term.amount, pauses)


def _full_hour(moment: datetime) -> datetime:
    begun = moment.replace(minute=0, second=0, microsecond=0)
    return begun if begun == moment else begun + timedelta(hours=1)


def always(zone: str) -> worktime.Calendar:
    """Give the calendar of terms that run day and night."""
    round_the_clock = ((time(0), time(0)),)
    return worktime.Calendar(opening=dict.fromkeys(range(7), round_the_clock), zone=zone)


def know(parameter: Parameter) -> None:
    """Make a policy parameter known; the same one twice is no harm, another of its name is."""
    if _known.setdefault(parameter.name, parameter) != parameter:
        raise RuntimeError(f"the parameter {parameter.name} is already known as something else")
    check_value(parameter, parameter.default)


def known_parameters() -> tuple[Parameter, ...]:
    """List every policy parameter the software asks for."""
    return tuple(_known[name] for name in sorted(_known))


def parameter_named(name: str) -> Parameter:
    """Find a policy parameter."""
    try:
        return _known[name]
    except KeyError:
        raise errors.NoSuchParameter(name=name[:60], near=nearest(name[:60], _known)) from None


def id_of_parameter(name: str) -> UUID:
    """Give the id under which a parameter's life is entered."""
    return uuid5(OURS, f"parameter:{name}")


def check_value(parameter: Parameter, value: Any) -> Any:
    """Want a value of the parameter's type and range."""
    if not _fits(parameter, value):
        raise errors.BadParameter(
            value=str(value)[:40], name=parameter.name, allowed=allowed(parameter)
        )
    return value


def _fits(parameter: Parameter, value: object) -> bool:
    match parameter.type:
        case ParameterType.NUMBER:
            low, high = parameter.low, parameter.high
            return (
                isinstance(value, int)
                and not isinstance(value, bool)
                and (low is None or value >= low)
                and (high is None or value <= high)
            )
        case ParameterType.WORD:
            return isinstance(value, str) and value in parameter.choices
        case ParameterType.YES_NO:
            return isinstance(value, bool)
    return isinstance(value, str) and bool(_TIME.fullmatch(value))


def read_value(parameter: Parameter, text: str) -> Any:
    """Read a value as a form sends it."""
    text = text.strip()
    value: Any = text
    if parameter.type is ParameterType.NUMBER and re.fullmatch(r"-?[0-9]{1,12}", text):
        value = int(text)
    if parameter.type is ParameterType.YES_NO:
        value = {"yes": True, "true": True, "no": False, "false": False}.get(text.lower(), text)
    return check_value(parameter, value)


def allowed(parameter: Parameter) -> str:
    """Say what a parameter may hold."""
    match parameter.type:
        case ParameterType.NUMBER if parameter.low is not None and parameter.high is not None:
            return f"{parameter.low} … {parameter.high}"
        case ParameterType.WORD:
            return ", ".join(parameter.choices)
        case ParameterType.YES_NO:
            return "true, false"
        case ParameterType.TIME:
            return "00:00 … 23:59"
    return "0, 1, 2, 3 …"


def nearest(value: str, known: Iterable[str]) -> str:
    """Guess what somebody meant to write."""
    lowered = {name.lower(): name for name in known}
    return lowered[difflib.get_close_matches(value.lower(), lowered, n=1, cutoff=0)[0]]


for _parameter in (
    Parameter(
        name="consent_age",
        type=ParameterType.NUMBER,
        default=14,
        low=6,
        high=21,
        words="From this age on a person may act without a guardian.",
    ),
    Parameter(
        name="digest_hour",
        type=ParameterType.NUMBER,
        default=8,
        low=0,
        high=23,
        words="The hour of the day at which staff get the list of new and overdue cases by mail.",
    ),
):
    know(_parameter)
