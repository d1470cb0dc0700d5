"""The profile folder: everything the city says of itself, as files that people edit."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from commonweal.city import errors, rules
from commonweal.city.adapters.files import (
    Document,
    Findings,
    Row,
    did_you_mean,
    lines_of_features,
    read_csv,
    read_json,
    read_text,
    read_yaml,
)
from commonweal.city.types import LANGUAGES, DayKind, GeoJson, Problem, Spans
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


def read(folder: Path) -> tuple[Draft, list[Problem]]:
    """Read a whole folder and find everything that is wrong with it."""
    if not folder.is_dir():
        missing = Problem(
            file=str(folder),
            line=0,
            what=_("There is no such folder."),
            remedy=_("Check how it is written, or make it with “commonweal city save FOLDER”."),
        )
        return Draft(), [missing]
    findings, draft = Findings(), Draft()
    draft.profile = read_profile(folder, findings)
    languages = draft.profile.languages if draft.profile else LANGUAGES
    zone = draft.profile.zone if draft.profile else None
    draft.districts = read_districts(folder, findings, languages, zone)
    draft.landmarks = _landmarks(folder, findings, languages, zone)
    draft.units = read_units(folder, findings, languages)
    draft.week, draft.days = read_calendar(folder, findings, languages)
    draft.parameters = _parameters(folder, findings, zone)
    return draft, findings.problems


# city.yaml

_PROFILE_KEYS = (
    "name",
    "languages",
    "time_zone",
    "phone",
    "email",
    "address",
    "hours",
    "colours",
    "map_tiles",
)


def read_profile(folder: Path, findings: Findings) -> ProfileDraft | None:
    """Read city.yaml."""
    document = read_yaml(folder, CITY, findings)
    if document is None:
        return None
    said = _mapping(
        document, findings, (), _PROFILE_KEYS, needed=("name", "languages", "time_zone")
    )
    if said is None:
        return None
    before = len(findings.problems)

    def line(*path: str) -> int:
        return document.line(*path)

    chosen = findings.tried(
        CITY, line("languages"), rules.check_languages, _texts(said.get("languages"))
    )
    languages = chosen or LANGUAGES
    colours = said.get("colours")
    if colours is not None:
        colours = _mapping(document, findings, ("colours",), ("brand", "link"))
    colours = colours or {}
    draft = ProfileDraft(
        languages=languages,
        name=_words(document, findings, languages, "name"),
        address=_words(document, findings, languages, "address", needed=False),
        hours=_words(document, findings, languages, "hours", needed=False),
        zone=findings.tried(CITY, line("time_zone"), rules.check_zone, _text(said["time_zone"]))
        or "",
        phone=findings.tried(CITY, line("phone"), rules.check_phone, _text(said.get("phone")))
        or "",
        email=findings.tried(CITY, line("email"), rules.check_mail, _text(said.get("email"))) or "",
        brand_colour=findings.tried(
            CITY,
            line("colours", "brand"),
            rules.check_colour,
            _text(colours.get("brand", rules.BRAND_COLOUR)),
        )
        or "",
        link_colour=findings.tried(
            CITY,
            line("colours", "link"),
            rules.check_colour,
            _text(colours.get("link", rules.LINK_COLOUR)),
        )
        or "",
        tile_address=findings.tried(
            CITY, line("map_tiles"), rules.check_tiles, _text(said.get("map_tiles"))
        )
        or "",
    )
    usable = len(findings.problems) == before or (chosen and draft.zone)
    return draft if usable else None


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _texts(value: object) -> list[str]:
    if isinstance(value, list):
        return [_text(item) for item in value]
    return _text(value).replace(",", " ").split()


def _mapping(
    document: Document,
    findings: Findings,
    path: tuple[str | int, ...],
    known: Iterable[str],
    needed: Iterable[str] = (),
) -> dict[str, Any] | None:
    value = document.value
    for key in path:
        value = value[key]
    line, known = document.line(*path), tuple(known)
    if not isinstance(value, dict):
        findings.add(
            document.file,
            line,
            _("Names with values are expected here."),
            _("Write lines such as “{key}: …”.").format(key=known[0]),
        )
        return None
    for key in value:
        if key not in known:
            findings.unknown(document.file, document.line(*path, key), key, known)
    missing = [key for key in needed if key not in value]
    for key in missing:
        findings.add(
            document.file,
            line,
            _("“{key}” is missing.").format(key=key),
            _("Add a line “{key}: …”.").format(key=key),
        )
    return None if missing else value


def _words(
    document: Document,
    findings: Findings,
    languages: tuple[str, ...],
    *path: str | int,
    needed: bool = True,
) -> Words:
    value = document.value
    for key in path:
        value = value.get(key) if isinstance(value, dict) else value[key]
    line, name = document.line(*path), str(path[-1])
    if value is None:
        value = {}
    elif not isinstance(value, dict):
        value = {languages[0]: _text(value)} if len(languages) == 1 else {"": _text(value)}
    if "" in value:
        findings.add(
            document.file,
            line,
            _("The text of “{key}” does not say its language.").format(key=name),
            _("Write it once per language: {languages}.").format(languages=", ".join(languages)),
        )
        return {}
    most = rules.LONGEST_NAME if name == "name" else rules.LONGEST_TEXT
    said = {key: _text(text) for key, text in value.items()}
    return _checked_words(
        findings, document.file, line, name, said, languages, most=most, needed=needed
    )


def _checked_words(
    findings: Findings,
    file: str,
    line: int,
    name: str,
    said: Words,
    languages: tuple[str, ...],
    *,
    most: int = rules.LONGEST_NAME,
    needed: bool = True,
) -> Words:
    """Check a text in every language; each missing language is a problem of its own."""
    written = {key: text for key, text in said.items() if text.strip()}
    missing = [one for one in languages if one not in written] if written or needed else []
    for language in missing:
        findings.refused(file, line, errors.LanguageMissing(field=name, language=language))
    filled = written | dict.fromkeys(missing, "-")
    checked = findings.tried(
        file, line, rules.check_words, name, filled, languages, most=most, needed=needed
    )
    return checked or {}


# districts.geojson


def read_districts(
    folder: Path,
    findings: Findings,
    languages: tuple[str, ...],
    zone: str | None,
    *,
    file: str = DISTRICTS,
) -> list[DistrictDraft]:
    """Read borders: a FeatureCollection whose properties hold code and names."""
    found = read_json(folder, file, findings)
    features = features_of(found, file, findings) if found is not None else []
    lines = list(lines_of_features(read_text(folder, file, findings) or "")) if features else []
    drafts = []
    for number, feature in enumerate(features):
        line = lines[number] if len(lines) >= len(features) else 0
        if draft := _district(feature, line, findings, languages, zone, file):
            drafts.append(draft)
    _once(findings, file, [(draft.code, draft.line) for draft in drafts])
    return drafts


def features_of(found: object, file: str, findings: Findings) -> list[Any]:
    """Give the features of a GeoJSON value."""
    features = found.get("features") if isinstance(found, dict) else None
    if isinstance(features, list):
        return features
    findings.add(
        file,
        1,
        _("This is not a GeoJSON FeatureCollection."),
        _("Export the districts as GeoJSON, all in one file."),
    )
    return []


def _district(
    feature: object,
    line: int,
    findings: Findings,
    languages: tuple[str, ...],
    zone: str | None,
    file: str,
) -> DistrictDraft | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(properties, dict):
        findings.add(
            file,
            line,
            _("This feature has no properties."),
            _("Give it the properties “code” and “names”."),
        )
        return None
    names = properties.get("names")
    if not isinstance(names, dict):
        names = {key: properties[f"name.{key}"] for key in LANGUAGES if f"name.{key}" in properties}
    said = {str(key): _text(text) for key, text in names.items()}
    code = findings.tried(file, line, rules.check_code, _text(properties.get("code")))
    checked = _checked_words(findings, file, line, "names", said, languages)
    geometry = findings.tried(file, line, rules.check_geometry, feature.get("geometry"), zone)
    if code is None or geometry is None:
        return None
    return DistrictDraft(line, code, checked, geometry, properties.get("current") is not False)


def _once(findings: Findings, file: str, codes: Iterable[tuple[str, int]]) -> None:
    first: dict[str, int] = {}
    for code, line in codes:
        if code in first:
            findings.add(
                file,
                line,
                _("“{code}” is already on line {line}.").format(code=code, line=first[code]),
                _("Give each its own, or remove one."),
            )
        first.setdefault(code, line)


# landmarks.csv and units.csv


def _in_languages(column: str) -> tuple[str, ...]:
    return tuple(f"{column}.{language}" for language in LANGUAGES)


def _landmarks(
    folder: Path, findings: Findings, languages: tuple[str, ...], zone: str | None
) -> list[LandmarkDraft]:
    rows = read_csv(
        folder,
        LANDMARKS,
        findings,
        needed_columns=("code", *(f"name.{one}" for one in languages), "lat", "lng"),
        other_columns=(*_in_languages("name"), "current"),
        needed=False,
    )
    drafts = []
    for row in rows:
        code = findings.tried(LANDMARKS, row.line, rules.check_code, row.values["code"])
        names = _checked_words(findings, LANDMARKS, row.line, "name", row.words("name"), languages)
        lat, lng = (_number(row, key, findings) for key in ("lat", "lng"))
        if lat is not None and lng is not None:
            findings.tried(LANDMARKS, row.line, rules.check_point, lng, lat, zone)
            is_current = row.values.get("current", "").lower() != "no"
            drafts.append(LandmarkDraft(row.line, code or "", names, lat, lng, is_current))
    _once(findings, LANDMARKS, [(draft.code, draft.line) for draft in drafts if draft.code])
    return drafts


def _number(row: Row, column: str, findings: Findings) -> float | None:
    try:
        return float(row.values[column])
    except ValueError:
        findings.add(
            LANDMARKS,
            row.line,
            _("“{value}” under “{column}” is not a number.").format(
                value=row.values[column][:40], column=column
            ),
            _("Write degrees with a point, such as 25.0412."),
        )
        return None


def read_units(
    folder: Path, findings: Findings, languages: tuple[str, ...], *, file: str = UNITS
) -> list[UnitDraft]:
    """Read the offices and their tree."""
    rows = read_csv(
        folder,
        file,
        findings,
        needed_columns=("code", "parent", *(f"name.{one}" for one in languages)),
        other_columns=(
            *_in_languages("name"),
            *_in_languages("duties"),
            "phone",
            "email",
            "opened_on",
            "closed_on",
        ),
    )
    drafts = [_unit(row, findings, languages, file) for row in rows]
    _once(findings, file, [(draft.code, draft.line) for draft in drafts if draft.code])
    _check_tree(drafts, findings, file)
    return drafts


def _unit(row: Row, findings: Findings, languages: tuple[str, ...], file: str) -> UnitDraft:
    line, said = row.line, row.values
    dates = [_date(said.get(key, ""), file, line, findings) for key in ("opened_on", "closed_on")]
    findings.tried(file, line, rules.check_dates, *dates)
    return UnitDraft(
        line=line,
        code=findings.tried(file, line, rules.check_code, said["code"]) or "",
        parent=said["parent"],
        names=_checked_words(findings, file, line, "name", row.words("name"), languages),
        duties=_checked_words(
            findings,
            file,
            line,
            "duties",
            row.words("duties"),
            languages,
            most=rules.LONGEST_TEXT,
            needed=False,
        ),
        phone=findings.tried(file, line, rules.check_phone, said.get("phone", "")) or "",
        email=findings.tried(file, line, rules.check_mail, said.get("email", "")) or "",
        opened_on=dates[0],
        closed_on=dates[1],
    )


def _check_tree(drafts: list[UnitDraft], findings: Findings, file: str) -> None:
    by_code = {draft.code: draft for draft in drafts if draft.code}
    for draft in drafts:
        if draft.parent and draft.parent not in by_code:
            findings.add(
                file,
                draft.line,
                _("There is no unit “{parent}” for “{code}” to stand below.").format(
                    parent=draft.parent[:40], code=draft.code
                ),
                did_you_mean(draft.parent, by_code),
            )
    known = {
        code: draft.parent if draft.parent in by_code else "" for code, draft in by_code.items()
    }
    reached = set(rules.in_order(known))
    for code, draft in by_code.items():
        if code not in reached:
            findings.add(
                file,
                draft.line,
                _("The unit “{code}” stands below itself: {ring}.").format(
                    code=code, ring=" → ".join(_ring(code, known))
                ),
                _("Give one of them another parent."),
            )
        elif known[code]:
            closed = by_code[known[code]].closed_on
            findings.tried(file, draft.line, rules.check_below, draft.closed_on, closed, ())


def _ring(code: str, parents: dict[str, str]) -> list[str]:
    walk = [code]
    while parents[walk[-1]] not in walk:
        walk.append(parents[walk[-1]])
    return [*walk, parents[walk[-1]]]


def _date(text: object, file: str, line: int, findings: Findings) -> date | None:
    said = _text(text).strip()
    if not said:
        return None
    try:
        return date.fromisoformat(said)
    except ValueError:
        findings.add(
            file,
            line,
            _("“{date}” is not a date.").format(date=said[:40]),
            _("Write year, month and day, such as 2026-10-01."),
        )
        return None


# calendar.yaml


def read_calendar(
    folder: Path, findings: Findings, languages: tuple[str, ...], *, file: str = CALENDAR
) -> tuple[tuple[Spans, ...] | None, list[DayDraft]]:
    """Read opening hours, holidays and make-up working days."""
    document = read_yaml(folder, file, findings)
    if document is None:
        return None, []
    said = _mapping(
        document, findings, (), ("hours", "holidays", "make_up_days"), needed=("hours",)
    )
    if said is None:
        return None, []
    week = _week(document, findings)
    days = [
        *_days(document, findings, languages, "holidays", DayKind.CLOSED),
        *_days(document, findings, languages, "make_up_days", DayKind.OPEN),
    ]
    _once(findings, file, sorted(((d.day.isoformat(), d.line) for d in days), key=lambda d: d[1]))
    return week, days


def _week(document: Document, findings: Findings) -> tuple[Spans, ...] | None:
    said = _mapping(document, findings, ("hours",), WEEKDAYS)
    if said is None:
        return None
    week = [
        findings.tried(
            document.file, document.line("hours", day), rules.read_hours, _hours(said.get(day))
        )
        for day in WEEKDAYS
    ]
    if any(day is None for day in week):
        return None
    full = [day or () for day in week]
    return findings.tried(document.file, document.line("hours"), rules.check_week, full)


def _hours(value: object) -> str:
    return ", ".join(_text(v) for v in value) if isinstance(value, list) else _text(value)


def _days(
    document: Document,
    findings: Findings,
    languages: tuple[str, ...],
    key: str,
    kind: DayKind,
) -> list[DayDraft]:
    drafts = []
    known = ("day", "name") if kind is DayKind.CLOSED else ("day", "name", "hours")
    for number in range(_length(document, findings, key)):
        said = _mapping(document, findings, (key, number), known, needed=known)
        if said is None:
            continue
        line = document.line(key, number)
        names = _words(document, findings, languages, key, number, "name")
        day = _date(said["day"], document.file, document.line(key, number, "day"), findings)
        if day is None and not said["day"]:
            _date("-", document.file, line, findings)
        place = document.line(key, number, "hours")
        hours = findings.tried(document.file, place, rules.read_hours, _hours(said.get("hours")))
        if hours is not None:
            findings.tried(document.file, place, rules.check_day, kind, hours)
        if day is not None:
            drafts.append(DayDraft(line, day, kind, names, hours or ()))
    return drafts


def _length(document: Document, findings: Findings, key: str) -> int:
    value = document.value.get(key)
    if value is None:
        return 0
    if not isinstance(value, list):
        findings.add(
            document.file,
            document.line(key),
            _("A list is expected under “{key}”.").format(key=key),
            _("Begin each item on a line of its own with “- ”."),
        )
        return 0
    return len(value)


# parameters.yaml


def _parameters(folder: Path, findings: Findings, zone: str | None) -> list[ParameterDraft]:
    document = read_yaml(folder, PARAMETERS, findings, needed=False)
    if document is None or _mapping(document, findings, (), ("parameters",)) is None:
        return []
    drafts = []
    keys = ("name", "value", "valid_from", "source", "reason")
    for number in range(_length(document, findings, "parameters")):
        said = _mapping(document, findings, ("parameters", number), keys, needed=keys)
        if said is not None and (draft := _parameter(document, number, said, findings, zone)):
            drafts.append(draft)
    _once(
        findings,
        PARAMETERS,
        [(f"{draft.name} {draft.valid_from.isoformat()}", draft.line) for draft in drafts],
    )
    return drafts


def _parameter(
    document: Document, number: int, said: dict[str, Any], findings: Findings, zone: str | None
) -> ParameterDraft | None:
    def line(key: str) -> int:
        return document.line("parameters", number, key)

    before = len(findings.problems)
    name = _text(said["name"])
    parameter = findings.tried(PARAMETERS, line("name"), rules.parameter_named, name)
    value = said["value"]
    if parameter is not None:
        value = findings.tried(PARAMETERS, line("value"), rules.check_value, parameter, value)
    valid_from = _moment(_text(said["valid_from"]), line("valid_from"), findings, zone or "UTC")
    source = findings.tried(PARAMETERS, line("source"), rules.check_source, _text(said["source"]))
    reason = findings.tried(PARAMETERS, line("reason"), rules.check_reason, _text(said["reason"]))
    if len(findings.problems) > before or valid_from is None:
        return None
    return ParameterDraft(
        document.line("parameters", number), name, value, valid_from, source or "", reason or ""
    )


def _moment(text: str, line: int, findings: Findings, zone: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        _date(text or "-", PARAMETERS, line, findings)
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))


def written_moment(moment: datetime, zone: str) -> date | str:
    """Write a moment as people do: midnight in the city is just the day."""
    local = moment.astimezone(ZoneInfo(zone))
    return local.date() if local.time() == time(0) else local.isoformat()
