"""The city's own questions when it is set up: who, where, when open, how parted and manned."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from commonweal.city import queries, rules
from commonweal.city.actions import Findings, parts, read_json, save_profile
from commonweal.city.actions.folder import load_draft
from commonweal.city.adapters import drafts
from commonweal.city.adapters.calendar_file import read_calendar
from commonweal.city.adapters.place_files import features_of
from commonweal.city.adapters.units_file import read_units
from commonweal.city.errors import ProfileHasProblems
from commonweal.city.types import (
    LANGUAGES,
    Changes,
    CityProfile,
    Console,
    Deed,
    InitStep,
    Problem,
    ProfilePart,
    Spans,
)
from commonweal.kernel.types import Actor, Words

REASON = "the city was set up"
ENDONYMS = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}
FIRST_UNIT = {"zh-Hant": "市府辦公室", "zh-Hans": "市政府办公室", "en": "City office"}
WEEKDAYS = {"zh-Hant": "週一至週五", "zh-Hans": "周一至周五", "en": "Monday to Friday"}


def city_steps() -> list[tuple[int, InitStep]]:
    """List the city's own steps with their places in the order."""
    answers = Profile(queries.profile())
    own: list[tuple[int, InitStep]] = [
        (100, Who(answers)),
        (200, Where(answers)),
        (250, Reached(answers)),
        (300, Open(answers)),
        (350, Shown(answers)),
        (400, Parted()),
        (500, Manned()),
    ]
    return [*own, *((600, Part(part)) for part in parts() if part.starter is not None)]


class Profile:
    """What several steps find out about the city; saved in one act, the first of all."""

    def __init__(self, before: CityProfile) -> None:
        self.before = before
        self.values: dict[str, Any] = {"tile_address": before.tile_address}

    def save(self, by: Actor, at: datetime) -> str:
        save_profile(**self.values, reason=REASON, seen=self.before.version, by=by, at=at)
        return _("The city is called {name}.").format(name=" · ".join(self.values["name"].values()))


def in_words(done: list[Changes]) -> str:
    """Tell in one line what was brought in."""
    told = [f"{one.part}: {one.added + one.changed}" for one in done if one.added + one.changed]
    return ", ".join(told)


def _path(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().resolve()
    if not path.exists():
        raise ValueError(
            _("There is no file or folder {path}. Check how it is written.").format(path=path)
        )
    return path


def _refuse(findings: Findings) -> None:
    if findings.problems:
        raise ProfileHasProblems(problems=tuple(findings.problems[:20]))


def _text(field: str, most: int) -> Callable[[str], str]:
    return lambda text: rules.check_length(field, text, most)


class Who:
    """The languages and the name."""

    @property
    def title(self) -> str:
        return _("Name and languages")

    def __init__(self, answers: Profile) -> None:
        self._answers, self._before = answers, answers.before

    def ask(self, io: Console) -> Deed:
        known = ", ".join(f"{code} ({name})" for code, name in ENDONYMS.items())
        io.languages = io.ask(
            "languages",
            _("Languages of the city, the main one first. Known: {known}").format(known=known),
            lambda text: rules.check_languages(re.split(r"[\s,;、，]+", text.strip(" ,;、，"))),
            default=", ".join(self._before.languages or LANGUAGES),
        )
        had = self._before.name if self._before.version else {}
        name = {
            one: io.ask(
                f"name.{one}",
                _("Name of the city in {language}").format(language=ENDONYMS[one]),
                _text("name", rules.LONGEST_NAME),
                default=had.get(one),
            )
            for one in io.languages
        }
        self._answers.values |= {"name": name, "languages": io.languages}
        return Deed(do=self._answers.save)


class Where:
    """The time zone."""

    @property
    def title(self) -> str:
        return _("Time zone")

    def __init__(self, answers: Profile) -> None:
        self._answers, self._before = answers, answers.before

    def ask(self, io: Console) -> None:
        zone = io.ask(
            "time_zone",
            _("Time zone, such as Asia/Taipei"),
            rules.check_zone,
            default=self._before.zone if self._before.version else None,
        )
        io.zone = self._answers.values["zone"] = zone


class Reached:
    """Telephone, mail and address."""

    @property
    def title(self) -> str:
        return _("How people reach the city")

    def __init__(self, answers: Profile) -> None:
        self._answers, self._before = answers, answers.before

    def ask(self, io: Console) -> None:
        phone = io.ask(
            "phone",
            _("Telephone number that every page shows"),
            rules.check_phone,
            default=self._before.phone or None,
        )
        email = io.ask(
            "email",
            _("Mail address that every page shows"),
            rules.check_mail,
            default=self._before.email or None,
        )
        address = _in_each(
            io,
            "address",
            lambda name: _("Address of the city hall in {language} (may be empty)").format(
                language=name
            ),
            self._before.address,
        )

        self._answers.values |= {"phone": phone, "email": email, "address": address}


def _in_each(io: Console, key: str, question: Callable[[str], str], defaults: Words) -> Words:
    """Ask for a text in each language; one that is empty in the first is empty in all."""
    texts: Words = {}
    for number, one in enumerate(io.languages):
        default = defaults.get(one) or ("" if not number else None)
        texts[one] = io.ask(
            f"{key}.{one}",
            question(ENDONYMS[one]),
            _text(key, rules.LONGEST_TEXT),
            default=default,
        )
        if not texts[one]:
            return {}
    return texts


class Open:
    """The calendar, and the opening hours in words."""

    @property
    def title(self) -> str:
        return _("Opening hours and holidays")

    def __init__(self, answers: Profile) -> None:
        self._answers, self._before = answers, answers.before

    def ask(self, io: Console) -> Deed:
        found = io.ask(
            "calendar_file",
            _("File calendar.yaml with hours and holidays, or Enter to type the hours"),
            lambda text: self._read(text, io),
            default="",
        )
        week, days = found or (self._typed(io), [])
        weekdays = rules.write_hours(week[0])
        same = len(set(week[:5])) == 1 and not any(week[5:])
        told = {one: f"{WEEKDAYS[one]} {weekdays}" for one in LANGUAGES} if same else {}
        self._answers.values["hours"] = _in_each(
            io,
            "hours",
            lambda name: _("Opening hours in words, in {language}").format(language=name),
            {one: self._before.hours.get(one) or told.get(one, "") for one in LANGUAGES},
        )

        def do(by: Actor, at: datetime) -> str:
            draft = drafts.Draft(week=week, days=days)
            return in_words(load_draft(draft, by=by, at=at, reason=REASON))

        return Deed(do=do)

    def _read(
        self, text: str, io: Console
    ) -> tuple[tuple[Spans, ...], list[drafts.DayDraft]] | None:
        path = _path(text)
        if path is None:
            return None
        findings = Findings()
        week, days = read_calendar(path.parent, findings, io.languages, file=path.name)
        _refuse(findings)
        assert week is not None
        return week, days

    def _typed(self, io: Console) -> tuple[Spans, ...]:
        had = queries.opening_week().hours
        weekdays = io.ask(
            "open.weekdays",
            _("Opening hours from Monday to Friday, with breaks: 09:00-12:00, 13:00-17:00"),
            self._some,
            default=rules.write_hours(had[0]) or "09:00-17:00",
        )
        saturday, sunday = (
            io.ask(
                f"open.{day}",
                question,
                rules.read_hours,
                default=rules.write_hours(had[number]),
            )
            for number, day, question in (
                (5, "saturday", _("Opening hours on Saturday (empty: closed)")),
                (6, "sunday", _("Opening hours on Sunday (empty: closed)")),
            )
        )
        return (*[weekdays] * 5, saturday, sunday)

    def _some(self, text: str) -> Spans:
        return rules.check_week([rules.read_hours(text)] + [()] * 6)[0]


class Shown:
    """The colours."""

    @property
    def title(self) -> str:
        return _("Colours")

    def __init__(self, answers: Profile) -> None:
        self._answers, self._before = answers, answers.before

    def ask(self, io: Console) -> None:
        brand, link = (
            io.ask(f"colours.{key}", question, rules.check_colour, default=default)
            for key, question, default in (
                ("brand", _("Colour of the city, dark enough to read"), self._before.brand_colour),
                ("link", _("Colour of links"), self._before.link_colour),
            )
        )

        self._answers.values |= {"brand_colour": brand, "link_colour": link}


@dataclass
class _Borders:
    """A map file of somebody else's making: features with properties of any name."""

    file: str
    features: list[dict[str, Any]]

    @property
    def properties(self) -> list[str]:
        keys = [set(feature["properties"]) for feature in self.features]
        return sorted(set.intersection(*keys))


class Parted:
    """The districts."""

    @property
    def title(self) -> str:
        return _("Districts")

    def ask(self, io: Console) -> Deed | None:
        borders = io.ask(
            "districts.file",
            _("GeoJSON file with the borders of the districts, or Enter to leave them for later"),
            lambda text: self._read(text, io.zone),
            default="",
        )
        if borders is None:
            return None
        districts = self._named(borders, io)

        def do(by: Actor, at: datetime) -> str:
            draft = drafts.Draft(districts=districts)
            return in_words(load_draft(draft, by=by, at=at, reason=REASON))

        return Deed(do=do)

    def _read(self, text: str, zone: str) -> _Borders | None:
        path = _path(text)
        if path is None:
            return None
        findings, file = Findings(), path.name
        found = read_json(path.parent, file, findings)
        features = features_of(found, file, findings) if found is not None else []
        for number, feature in enumerate(features, start=1):
            if not isinstance(feature, dict) or not isinstance(feature.get("properties"), dict):
                findings.problems.append(
                    Problem(
                        file=file,
                        line=0,
                        what=_("Feature {number} has no properties.").format(number=number),
                        remedy=_("Export the file again with its names."),
                    )
                )
            else:
                findings.tried(file, 0, rules.check_geometry, feature.get("geometry"), zone)
        _refuse(findings)
        if not features:
            raise ValueError(_("The file holds no districts. Choose another file."))
        return _Borders(file=file, features=features)

    def _named(self, borders: _Borders, io: Console) -> list[drafts.DistrictDraft]:
        known = borders.properties
        listed = ", ".join(known)
        codes = io.ask(
            "districts.code",
            _("Property with a short code for each district. The file has: {names}").format(
                names=listed
            ),
            lambda key: self._codes(borders, key),
            default="code" if "code" in known else None,
        )
        if all(isinstance(one["properties"].get("names"), dict) for one in borders.features):
            names = [self._words(one["properties"]["names"], io) for one in borders.features]
        else:
            columns = {
                one: io.ask(
                    f"districts.name.{one}",
                    _("Property with the name in {language}. The file has: {names}").format(
                        language=ENDONYMS[one], names=listed
                    ),
                    lambda key: self._texts(borders, key),
                    default=self._guess(known, one),
                )
                for one in io.languages
            }
            count = range(len(borders.features))
            names = [{one: columns[one][at] for one in io.languages} for at in count]
        return [
            drafts.DistrictDraft(
                line=0,
                code=code,
                names=words,
                geometry=rules.check_geometry(feature["geometry"], None),
                is_current=True,
            )
            for code, words, feature in zip(codes, names, borders.features, strict=True)
        ]

    def _words(self, names: dict[str, Any], io: Console) -> Words:
        said = {str(key): str(text) for key, text in names.items()}
        return rules.check_words("names", said, io.languages)

    def _guess(self, known: list[str], language: str) -> str | None:
        wanted = (f"name.{language}", f"name_{language}", f"name:{language}", "name", "NAME")
        return next((key for key in wanted if key in known), None)

    def _texts(self, borders: _Borders, key: str) -> list[str]:
        self._check_property(borders, key)
        texts = [str(feature["properties"][key] or "") for feature in borders.features]
        checked = [rules.check_length("names", text, rules.LONGEST_NAME) for text in texts]
        if not all(checked):
            raise ValueError(
                _("“{key}” is empty for some districts. Choose another.").format(key=key)
            )
        return checked

    def _codes(self, borders: _Borders, key: str) -> list[str]:
        codes = [
            re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
            for text in self._texts(borders, key)
        ]
        if not all(codes) or len(set(codes)) < len(codes):
            raise ValueError(
                _(
                    "“{key}” does not tell every district apart in letters a to z and digits. "
                    "Choose another."
                ).format(key=key)
            )
        return codes

    def _check_property(self, borders: _Borders, key: str) -> None:
        if key not in borders.properties:
            raise ValueError(
                _("Not every district has “{key}”. The file has: {names}.").format(
                    key=key, names=", ".join(borders.properties)
                )
            )


class Manned:
    """The units: a file, or a first one that answers for everything."""

    @property
    def title(self) -> str:
        return _("Units")

    def ask(self, io: Console) -> Deed | None:
        again = bool(queries.units())
        units = io.ask(
            "units.file",
            _("File units.csv with the offices and their tree, or Enter to keep those there are")
            if again
            else _("File units.csv with the offices and their tree, or Enter to begin with one"),
            lambda text: self._read(text, io),
            default="",
        )
        if units is None:
            if again:
                return None
            units = [self._first(io)]
        found = units

        def do(by: Actor, at: datetime) -> str:
            return in_words(load_draft(drafts.Draft(units=found), by=by, at=at, reason=REASON))

        return Deed(do=do)

    def _read(self, text: str, io: Console) -> list[drafts.UnitDraft] | None:
        path = _path(text)
        if path is None:
            return None
        findings = Findings()
        units = read_units(path.parent, findings, io.languages, file=path.name)
        _refuse(findings)
        if not units:
            raise ValueError(_("The file holds no units. Choose another file."))
        return units

    def _first(self, io: Console) -> drafts.UnitDraft:
        names = {
            one: io.ask(
                f"units.first.{one}",
                _("Name of the office that answers at first, in {language}").format(
                    language=ENDONYMS[one]
                ),
                _text("name", rules.LONGEST_NAME),
                default=FIRST_UNIT[one],
            )
            for one in io.languages
        }
        return drafts.UnitDraft(
            line=0,
            code="office",
            parent="",
            names=names,
            duties={},
            phone="",
            email="",
            opened_on=None,
            closed_on=None,
        )


class Part:
    """Files of another context: the city's own, or the starter set."""

    def __init__(self, part: ProfilePart) -> None:
        self._part = part
        self.title = part.name.replace("-", " ").capitalize()

    def ask(self, io: Console) -> Deed:
        folder = io.ask(
            f"{self._part.name}.folder",
            _("Folder with {files}, or Enter to take the starter set").format(
                files=", ".join(self._part.files)
            ),
            self._read,
            default="",
        )

        def do(by: Actor, at: datetime) -> str:
            return in_words(list(self._part.load(folder, by=by, at=at, reason=REASON)))

        return Deed(do=do)

    def _read(self, text: str) -> Path:
        folder = _path(text) or self._part.starter
        assert folder is not None
        problems = self._part.check(folder)
        if problems:
            raise ProfileHasProblems(problems=tuple(problems[:20]))
        return folder
