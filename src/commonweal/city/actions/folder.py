"""Check, load and save the profile folder, with the parts that other contexts answer for."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import yaml
from django.db import transaction

from commonweal.city import queries, rules
from commonweal.city.actions import days, offices, places, policy
from commonweal.city.adapters import drafts, files
from commonweal.city.adapters.folder import read
from commonweal.city.adapters.parameters_file import written_moment
from commonweal.city.adapters.place_files import read_districts
from commonweal.city.errors import FolderInUse, ProfileHasProblems
from commonweal.city.types import (
    LANGUAGES,
    Changes,
    DayKind,
    LandmarkCard,
    Problem,
    ProfilePart,
    UnitCard,
)
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Actor, Words

P = ParamSpec("P")
T = TypeVar("T")

_parts: dict[str, ProfilePart] = {}


def register_part(part: ProfilePart) -> None:
    """Let another context answer for files of the profile folder; called while the city starts."""
    if _parts.setdefault(part.name, part) != part:
        raise RuntimeError(f"the profile part {part.name} is already answered for")


def parts() -> tuple[ProfilePart, ...]:
    """List the parts of other contexts, in the order in which they are loaded."""
    return tuple(_parts.values())


def check_folder(folder: Path) -> list[Problem]:
    """Find everything wrong with a folder; changes nothing."""
    _draft, problems = read(folder)
    if folder.is_dir():
        for part in parts():
            problems += part.check(folder)
    return problems


@transaction.atomic
def load_folder(*, folder: Path, by: Actor, at: datetime, reason: str) -> list[Changes]:
    """Bring a whole folder into the tables, all or nothing; what is already so stays untouched.

    Raises
    ------
    ProfileHasProblems
        With every problem found; nothing was changed then.

    """
    rules.check_administrator(by)
    draft, problems = read(folder)
    if folder.is_dir():
        for part in parts():
            problems += part.check(folder)
    if problems:
        raise ProfileHasProblems(problems=tuple(problems))
    done = load_draft(draft, by=by, at=at, reason=reason)
    for part in parts():
        done += part.load(folder, by=by, at=at, reason=reason)
    return done


@transaction.atomic
def load_draft(draft: drafts.Draft, *, by: Actor, at: datetime, reason: str) -> list[Changes]:
    """Bring what was read into the tables."""
    how = {"by": by, "at": at, "reason": rules.check_reason(reason)}
    done = [_load_profile(draft.profile, how)] if draft.profile else []
    return [
        *done,
        _load_districts(draft.districts, how),
        _load_landmarks(draft.landmarks, how),
        _load_units(draft.units, how),
        _load_calendar(draft, how),
        _load_parameters(draft.parameters, how),
    ]


def _placed(file: str, line: int, save: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return save(*args, **kwargs)
    except Refusal as refusal:
        problem = files.problem_of(refusal, file, line)
        raise ProfileHasProblems(problems=(problem,)) from refusal


def _load_profile(draft: drafts.ProfileDraft, how: Mapping[str, Any]) -> Changes:
    before = queries.profile().version
    card = _placed(
        drafts.CITY,
        1,
        policy.save_profile,
        name=draft.name,
        languages=draft.languages,
        zone=draft.zone,
        phone=draft.phone,
        email=draft.email,
        address=draft.address,
        hours=draft.hours,
        brand_colour=draft.brand_colour,
        link_colour=draft.link_colour,
        tile_address=draft.tile_address,
        seen=before,
        **how,
    )
    return Changes(part="profile").counted(is_new=not before, is_changed=card.version != before)


def _load_districts(found: Iterable[drafts.DistrictDraft], how: Mapping[str, Any]) -> Changes:
    known = {card.code: card for card in queries.all_districts()}
    done = Changes(part="districts")
    for draft in found:
        old = known.get(draft.code)
        card = _placed(
            drafts.DISTRICTS,
            draft.line,
            places.save_district,
            district_id=old.id if old else None,
            code=draft.code,
            names=draft.names,
            geometry=draft.geometry,
            is_current=draft.is_current,
            seen=old.version if old else 0,
            **how,
        )
        done = done.counted(
            is_new=old is None, is_changed=old is not None and card.version != old.version
        )
    return done


@transaction.atomic
def load_borders(*, data: bytes, reason: str, by: Actor, at: datetime) -> Changes:
    """Take districts from a GeoJSON file, all or none; those it does not name stay as they are.

    Raises
    ------
    ProfileHasProblems
        With every problem found; nothing was changed then.

    """
    rules.check_administrator(by)
    findings, city = files.Findings(), queries.profile()
    with TemporaryDirectory() as place:
        (Path(place) / drafts.DISTRICTS).write_bytes(data)
        found = read_districts(Path(place), findings, city.languages, city.zone)
    if findings.problems:
        raise ProfileHasProblems(problems=tuple(findings.problems))
    return _load_districts(found, {"by": by, "at": at, "reason": rules.check_reason(reason)})


def _load_landmarks(found: Iterable[drafts.LandmarkDraft], how: Mapping[str, Any]) -> Changes:
    known = {card.code: card for card in queries.all_landmarks()}
    done = Changes(part="landmarks")
    for draft in found:
        old = known.get(draft.code)
        card = _placed(
            drafts.LANDMARKS,
            draft.line,
            places.save_landmark,
            landmark_id=old.id if old else None,
            code=draft.code,
            names=draft.names,
            lat=draft.lat,
            lng=draft.lng,
            is_current=draft.is_current,
            seen=old.version if old else 0,
            **how,
        )
        done = done.counted(
            is_new=old is None, is_changed=old is not None and card.version != old.version
        )
    return done


def _load_units(found: Iterable[drafts.UnitDraft], how: Mapping[str, Any]) -> Changes:
    by_code = {draft.code: draft for draft in found}
    known = {card.code: card for card in queries.units()}
    ids: dict[str, UUID] = {}
    done = Changes(part="units")
    for code in rules.in_order({code: draft.parent for code, draft in by_code.items()}):
        draft, old = by_code[code], known.get(code)
        values = {
            "code": code,
            "names": draft.names,
            "parent_id": ids.get(draft.parent),
            "duties": draft.duties,
            "phone": draft.phone,
            "email": draft.email,
            "opened_on": draft.opened_on,
            "closed_on": draft.closed_on,
        }
        card = _placed(
            drafts.UNITS,
            draft.line,
            offices.put_unit,
            old.id if old else None,
            values,
            seen=old.version if old else 0,
            **how,
        )
        ids[code] = card.id
        changed = old is not None and card.version != old.version
        done = done.counted(is_new=old is None, is_changed=changed)
    for code, unit_id in ids.items():
        _placed(
            drafts.UNITS,
            by_code[code].line,
            offices.check_closing,
            [unit_id],
        )
    return done


def _load_calendar(draft: drafts.Draft, how: Mapping[str, Any]) -> Changes:
    done = Changes(part="calendar")
    if draft.week is not None:
        before = queries.opening_week().version
        week = days.save_week(hours=draft.week, seen=before, **how)
        done = done.counted(is_new=not before, is_changed=week.version != before)
    known = {card.day: card for card in queries.holidays()}
    for day in draft.days:
        old = known.get(day.day)
        card = _placed(
            drafts.CALENDAR,
            day.line,
            days.save_holiday,
            holiday_id=old.id if old else None,
            day=day.day,
            kind=day.kind,
            names=day.names,
            hours=day.hours,
            seen=old.version if old else 0,
            **how,
        )
        done = done.counted(is_new=old is None, is_changed=card != old)
    return done


def _load_parameters(found: Iterable[drafts.ParameterDraft], how: Mapping[str, Any]) -> Changes:
    done = Changes(part="parameters")
    for draft in sorted(found, key=lambda draft: (draft.name, draft.valid_from)):
        old = queries.parameter_card(draft.name, draft.valid_from)
        same_date = old.valid_from == draft.valid_from
        said = (draft.value, draft.source, draft.reason)
        is_same = same_date and (old.value, old.source, old.reason) == said
        if not is_same:
            _placed(
                drafts.PARAMETERS,
                draft.line,
                policy.set_parameter,
                name=draft.name,
                value=draft.value,
                valid_from=draft.valid_from,
                source=draft.source,
                seen=old.version,
                by=how["by"],
                at=how["at"],
                reason=draft.reason,
            )
        done = done.counted(is_new=not same_date, is_changed=not is_same)
    return done


def save_folder(folder: Path, *, overwrite: bool = False) -> list[str]:
    """Write everything as files that load back to the same; return their names."""
    written = dict(_written())
    names = [*written, *(name for part in parts() for name in part.files)]
    for name in names:
        if not overwrite and (folder / name).exists():
            raise FolderInUse(file=name)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in written.items():
        beside = folder / f".{name}.new"
        beside.write_text(text, encoding="utf-8", newline="")
        beside.replace(folder / name)
    for part in parts():
        part.save(folder)
    return [name for name in names if (folder / name).exists()]


def _written() -> Iterator[tuple[str, str]]:
    yield drafts.CITY, _yaml(_profile())
    yield drafts.DISTRICTS, _geojson()
    languages = [one for one in LANGUAGES if _is_used(one)]
    yield drafts.LANDMARKS, _csv(_landmark_rows(languages))
    yield drafts.UNITS, _csv(_unit_rows(languages))
    yield drafts.CALENDAR, _yaml(_calendar())
    yield drafts.PARAMETERS, _yaml({"parameters": _parameter_rows()})


def _is_used(language: str) -> bool:
    texts: list[Words] = [card.names for card in queries.units()]
    texts += [card.names for card in queries.all_landmarks()]
    return language in queries.profile().languages or any(language in names for names in texts)


def _yaml(value: object) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100)


def _csv(rows: Iterable[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def _profile() -> dict[str, object]:
    city = queries.profile()
    return {
        "name": city.name,
        "languages": list(city.languages),
        "time_zone": city.zone,
        "phone": city.phone,
        "email": city.email,
        "address": city.address,
        "hours": city.hours,
        "colours": {"brand": city.brand_colour, "link": city.link_colour},
        "map_tiles": city.tile_address,
    }


def _geojson() -> str:
    features = queries.districts_geojson(everything=True)["features"]
    lines = ",\n".join(json.dumps(feature, ensure_ascii=False) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def _landmark_rows(languages: list[str]) -> Iterator[list[str]]:
    yield ["code", *(f"name.{one}" for one in languages), "lat", "lng", "current"]
    for card in queries.all_landmarks():
        yield _landmark_row(card, languages)


def _landmark_row(card: LandmarkCard, languages: list[str]) -> list[str]:
    names = [card.names.get(one, "") for one in languages]
    return [card.code, *names, repr(card.lat), repr(card.lng), "" if card.is_current else "no"]


def _unit_rows(languages: list[str]) -> Iterator[list[str]]:
    yield [
        "code",
        "parent",
        *(f"name.{one}" for one in languages),
        *(f"duties.{one}" for one in languages),
        "phone",
        "email",
        "opened_on",
        "closed_on",
    ]
    cards = queries.units()
    codes = {card.id: card.code for card in cards}
    for card in cards:
        yield _unit_row(card, codes, languages)


def _unit_row(card: UnitCard, codes: Mapping[UUID, str], languages: list[str]) -> list[str]:
    return [
        card.code,
        codes[card.parent_id] if card.parent_id else "",
        *(card.names.get(one, "") for one in languages),
        *(card.duties.get(one, "") for one in languages),
        card.phone,
        card.email,
        card.opened_on.isoformat() if card.opened_on else "",
        card.closed_on.isoformat() if card.closed_on else "",
    ]


def _calendar() -> dict[str, object]:
    named = queries.holidays()
    return {
        "hours": {
            day: rules.write_hours(hours)
            for day, hours in zip(drafts.WEEKDAYS, queries.opening_week().hours, strict=True)
        },
        "holidays": [
            {"day": card.day, "name": card.names} for card in named if card.kind is DayKind.CLOSED
        ],
        "make_up_days": [
            {"day": card.day, "name": card.names, "hours": rules.write_hours(card.hours)}
            for card in named
            if card.kind is DayKind.OPEN
        ],
    }


def _parameter_rows() -> list[dict[str, object]]:
    zone = queries.profile().zone
    in_force = {(card.name, card.valid_from): card for card in queries.parameters()}
    return [
        {
            "name": card.name,
            "value": card.value,
            "valid_from": written_moment(card.valid_from, zone),
            "source": card.source,
            "reason": card.reason,
        }
        for card in in_force.values()
        if card.valid_from is not None
    ]
