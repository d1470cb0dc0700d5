"""Read categories and routing rules of a profile folder, and name every problem with its line."""

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from commonweal.cases import rules
from commonweal.cases.models import Category
from commonweal.cases.types import Question, QuestionKind, Review
from commonweal.city import queries as the_city
from commonweal.city.actions import Document, Findings, did_you_mean, read_yaml
from commonweal.city.types import Problem, Term, TermUnit
from commonweal.kernel.types import Channel, Words

CATEGORIES, ROUTING = "categories.yaml", "routing.yaml"
LONGEST_NAME, LONGEST_HINT, LONGEST_TERM = 120, 300, 5000
USUAL = Term(amount=5, unit=TermUnit.WORKING_DAYS)

CATEGORY_KEYS = (
    "code",
    "names",
    "hints",
    "keywords",
    "promise",
    "review",
    "place",
    "open",
    "questions",
    "below",
)
QUESTION_KEYS = ("code", "kind", "words", "help", "required", "options", "after", "after_is")
RULE_KEYS = ("names", "categories", "districts", "channels", "words", "unit", "active")

W = TypeVar("W", bound=StrEnum)
Path_ = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class CategoryEntry:
    """A category as the folder says it."""

    line: int
    code: str
    parent: str
    names: Words
    hints: Words
    keywords: Mapping[str, tuple[str, ...]]
    questions: tuple[Question, ...]
    term: Term
    review: Review
    needs_place: bool
    is_open: bool


@dataclass(frozen=True, kw_only=True)
class RuleEntry:
    """A routing rule as the folder says it."""

    line: int
    names: Words
    categories: tuple[str, ...]
    districts: tuple[str, ...]
    channels: tuple[Channel, ...]
    words: tuple[str, ...]
    unit: str
    is_active: bool


@dataclass
class Reading:
    """What was read so far, and what was found wrong."""

    languages: tuple[str, ...]
    findings: Findings = field(default_factory=Findings)
    categories: list[CategoryEntry] = field(default_factory=list)
    rules: list[RuleEntry] = field(default_factory=list)

    @property
    def problems(self) -> list[Problem]:
        return self.findings.problems


def read(folder: Path) -> Reading:
    """Read both files; a folder may leave either out."""
    reading = Reading(_languages(folder))
    if document := read_yaml(folder, CATEGORIES, reading.findings, needed=False):
        _read_categories(document, reading)
    if document := read_yaml(folder, ROUTING, reading.findings, needed=False):
        _read_rules(document, reading, folder)
    return reading


def _languages(folder: Path) -> tuple[str, ...]:
    """Give the languages the folder will bring; what is wrong there, its own part tells."""
    document = read_yaml(folder, "city.yaml", Findings(), needed=False)
    said = (
        document.value.get("languages") if document and isinstance(document.value, dict) else None
    )
    if isinstance(said, list) and said:
        return tuple(str(one) for one in said)
    return the_city.profile().languages


# categories.yaml


def _read_categories(document: Document, reading: Reading) -> None:
    seen: dict[str, int] = {}
    for path, parent in _tree(document, reading.findings):
        entry = _category(document, reading, path, parent)
        if entry is None:
            continue
        if entry.code in seen:
            reading.findings.add(
                document.file,
                entry.line,
                _("The code “{code}” is used twice.").format(code=entry.code),
                _("It is already used on line {line}. Choose another one.").format(
                    line=seen[entry.code]
                ),
            )
            continue
        seen[entry.code] = entry.line
        reading.categories.append(entry)


def _tree(document: Document, findings: Findings) -> list[tuple[Path_, str]]:
    """Give the way to each category, main categories before what stands below them."""
    found: list[tuple[Path_, str]] = []
    for number, top in enumerate(_listed(document, findings, ())):
        found.append(((number,), ""))
        below = top.get("below") if isinstance(top, dict) else None
        if below is not None:
            inner = _listed(document, findings, (number, "below"))
            parent = str(top.get("code", ""))
            found += [((number, "below", place), parent) for place in range(len(inner))]
    return found


def _category(
    document: Document, reading: Reading, path: Path_, parent: str
) -> CategoryEntry | None:
    findings, line = reading.findings, document.line(*path)
    said = _mapping(document, findings, path, CATEGORY_KEYS, ("code", "names"))
    if said is None:
        return None
    if parent and said.get("below"):
        findings.add(
            document.file,
            document.line(*path, "below"),
            _("Categories have two levels only."),
            _("Put these below the main category."),
        )
    code = str(said["code"])
    findings.tried(document.file, line, rules.check_code, code)
    names = _words(document, reading, (*path, "names"), most=LONGEST_NAME)
    questions = _questions(document, reading, path) if "questions" in said else ()
    return CategoryEntry(
        line=line,
        code=code,
        parent=parent,
        names=names,
        hints=_words(document, reading, (*path, "hints"), most=LONGEST_HINT, needed=False),
        keywords=_keywords(document, findings, path, said.get("keywords")),
        questions=questions,
        term=_term(document, findings, path, said.get("promise")),
        review=_word(document, findings, (*path, "review"), Review, Review.AFTER_REVIEW),
        needs_place=_yes_no(document, findings, (*path, "place"), usual=True),
        is_open=_yes_no(document, findings, (*path, "open"), usual=True),
    )


def _keywords(
    document: Document, findings: Findings, path: Path_, said: object
) -> dict[str, tuple[str, ...]]:
    if said is None:
        return {}
    if not isinstance(said, dict):
        findings.add(
            document.file,
            document.line(*path, "keywords"),
            _("Keywords are listed by language."),
            _("Write lines such as “en: [lamp, dark]”."),
        )
        return {}
    return {
        language: _texts(document, findings, (*path, "keywords", language)) for language in said
    }


def _term(document: Document, findings: Findings, path: Path_, said: object) -> Term:
    if said is None:
        return USUAL
    where = (*path, "promise")
    known = _mapping(document, findings, where, ("amount", "unit"), ("amount", "unit"))
    if known is None:
        return USUAL
    amount = known["amount"]
    is_number = isinstance(amount, int) and not isinstance(amount, bool)
    if not is_number or not 1 <= amount <= LONGEST_TERM:
        findings.add(
            document.file,
            document.line(*where, "amount"),
            _("A promise cannot have the length “{amount}”.").format(amount=str(amount)[:40]),
            _("Use a whole number from 1 to {most}.").format(most=LONGEST_TERM),
        )
        return USUAL
    unit = _word(document, findings, (*where, "unit"), TermUnit, USUAL.unit)
    return Term(amount=amount, unit=unit)


def _questions(document: Document, reading: Reading, path: Path_) -> tuple[Question, ...]:
    where = (*path, "questions")
    found = _listed(document, reading.findings, where)
    read_ones = [_question(document, reading, (*where, number)) for number in range(len(found))]
    questions = tuple(one for one in read_ones if one is not None)
    if len(questions) == len(found):
        reading.findings.tried(
            document.file, document.line(*where), rules.check_questions, questions
        )
    return questions


def _question(document: Document, reading: Reading, path: Path_) -> Question | None:
    findings = reading.findings
    said = _mapping(document, findings, path, QUESTION_KEYS, ("code", "kind", "words"))
    if said is None:
        return None
    return Question(
        code=str(said["code"]),
        kind=_word(document, findings, (*path, "kind"), QuestionKind, QuestionKind.TEXT),
        words=_words(document, reading, (*path, "words"), most=LONGEST_HINT),
        help=_words(document, reading, (*path, "help"), most=LONGEST_HINT, needed=False),
        is_required=_yes_no(document, findings, (*path, "required"), usual=False),
        options=_options(document, reading, path) if "options" in said else (),
        after=str(said.get("after") or ""),
        after_is=_texts(document, findings, (*path, "after_is")) if "after_is" in said else (),
    )


def _options(document: Document, reading: Reading, path: Path_) -> tuple[tuple[str, Words], ...]:
    options = []
    where = (*path, "options")
    for number in range(len(_listed(document, reading.findings, where))):
        option = (*where, number)
        known = ("code", "words")
        said = _mapping(document, reading.findings, option, known, known)
        if said is not None:
            words = _words(document, reading, (*option, "words"), most=LONGEST_NAME)
            options.append((str(said["code"]), words))
    return tuple(options)


# routing.yaml


def _read_rules(document: Document, reading: Reading, folder: Path) -> None:
    known = {
        "categories": {entry.code for entry in reading.categories}
        | set(Category.objects.values_list("code", flat=True)),
        "districts": _districts(folder),
        "unit": _units(folder),
    }
    seen: dict[str, int] = {}
    for number in range(len(_listed(document, reading.findings, ()))):
        entry = _rule(document, reading, (number,), known)
        if entry is None:
            continue
        name = entry.names.get(reading.languages[0], "")
        if name and name in seen:
            reading.findings.add(
                document.file,
                entry.line,
                _("Two rules are called “{name}”.").format(name=name[:60]),
                _("Give this one another name than the one on line {line}.").format(
                    line=seen[name]
                ),
            )
            continue
        seen[name] = entry.line
        reading.rules.append(entry)


def _rule(
    document: Document, reading: Reading, path: Path_, known: Mapping[str, set[str]]
) -> RuleEntry | None:
    findings = reading.findings
    said = _mapping(document, findings, path, RULE_KEYS, ("names", "unit"))
    if said is None:
        return None
    listed = {
        key: _texts(document, findings, (*path, key)) if key in said else ()
        for key in ("categories", "districts", "channels", "words")
    }
    for key in ("categories", "districts"):
        for place, code in enumerate(listed[key]):
            if known[key]:
                _among(document, findings, (*path, key, place), code, known[key])
    if known["unit"]:  # while a city is set up its units may not be there yet
        _among(document, findings, (*path, "unit"), str(said["unit"]), known["unit"])
    channels = []
    for place, word in enumerate(listed["channels"]):
        if _among(document, findings, (*path, "channels", place), word, {*Channel}):
            channels.append(Channel(word))
    return RuleEntry(
        line=document.line(*path),
        names=_words(document, reading, (*path, "names"), most=LONGEST_NAME),
        categories=listed["categories"],
        districts=listed["districts"],
        channels=tuple(channels),
        words=listed["words"],
        unit=str(said["unit"]),
        is_active=_yes_no(document, findings, (*path, "active"), usual=True),
    )


def _districts(folder: Path) -> set[str]:
    """Name the districts that the folder brings or the city has; problems there are told there."""
    known = {card.code for card in the_city.districts()}
    try:
        told = json.loads((folder / "districts.geojson").read_text(encoding="utf-8-sig"))
        return known | {str(feature["properties"]["code"]) for feature in told["features"]}
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return known


def _units(folder: Path) -> set[str]:
    """Name the units that the folder brings or the city has; problems there are told there."""
    known = {card.code for card in the_city.units()}
    try:
        text = (folder / "units.csv").read_text(encoding="utf-8-sig")
    except (OSError, ValueError):
        return known
    top = text.partition("\n")[0]
    mark = max(",;\t", key=top.count)
    return known | {
        row.get("code") or "" for row in csv.DictReader(text.splitlines(), delimiter=mark)
    }


def unknown_unit(entry: RuleEntry, known: Iterable[str]) -> Problem:
    """Say that a rule names a unit that the city does not have."""
    return Problem(
        file=ROUTING,
        line=entry.line,
        what=_("The name “{key}” is not known here.").format(key=entry.unit[:60]),
        remedy=did_you_mean(entry.unit, known),
    )


# Pieces


def _at(document: Document, path: Path_) -> Any:
    value = document.value
    for key in path:
        value = value.get(key) if isinstance(value, dict) else value[key]
    return value


def _listed(document: Document, findings: Findings, path: Path_) -> list[Any]:
    value = _at(document, path)
    if value is None:
        return []
    if not isinstance(value, list):
        findings.add(
            document.file,
            document.line(*path),
            _("A list is expected here."),
            _("Begin each part with a hyphen, as in “- code: …”."),
        )
        return []
    return value


def _mapping(
    document: Document,
    findings: Findings,
    path: Path_,
    known: Iterable[str],
    needed: Iterable[str],
) -> dict[str, Any] | None:
    value, line, known = _at(document, path), document.line(*path), tuple(known)
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
    missing = [key for key in needed if value.get(key) in (None, "", {})]
    for key in missing:
        findings.add(
            document.file,
            line,
            _("“{key}” is missing.").format(key=key),
            _("Add a line “{key}: …”.").format(key=key),
        )
    return None if missing else value


def _words(
    document: Document, reading: Reading, path: Path_, *, most: int, needed: bool = True
) -> Words:
    value, line = _at(document, path), document.line(*path)
    name, findings = str(path[-1]), reading.findings
    if value is None:
        value = {}
    if not isinstance(value, dict):
        findings.add(
            document.file,
            line,
            _("The text of “{key}” does not say its language.").format(key=name),
            _("Write it once per language: {languages}.").format(
                languages=", ".join(reading.languages)
            ),
        )
        return {}
    written = {key: str(text).strip() for key, text in value.items() if text not in (None, "")}
    for language in reading.languages if written or needed else ():
        if language not in written:
            findings.add(
                document.file,
                line,
                _("“{key}” has no text in {language}.").format(key=name, language=language),
                _("Write it in every language of the city."),
            )
    for language, text in written.items():
        if len(text) > most:
            findings.add(
                document.file,
                document.line(*path, language),
                _("The text has more than {most} characters.").format(most=most),
                _("Shorten it."),
            )
    return written


def _texts(document: Document, findings: Findings, path: Path_) -> tuple[str, ...]:
    return tuple(
        str(one).strip() for one in _listed(document, findings, path) if one not in (None, "")
    )


def _word(document: Document, findings: Findings, path: Path_, words: type[W], usual: W) -> W:
    value = _at(document, path)
    if value is None:
        return usual
    if not _among(document, findings, path, str(value), {*words}):
        return usual
    return words(str(value))


def _among(
    document: Document, findings: Findings, path: Path_, value: str, known: Iterable[str]
) -> bool:
    names = {str(one) for one in known}
    if value not in names:
        findings.unknown(document.file, document.line(*path), value, names)
    return value in names


def _yes_no(document: Document, findings: Findings, path: Path_, *, usual: bool) -> bool:
    value = _at(document, path)
    if value is None:
        return usual
    answers = {"yes": True, "no": False, "true": True, "false": False}
    if str(value).lower() not in answers:
        findings.unknown(document.file, document.line(*path), str(value), answers)
        return usual
    return answers[str(value).lower()]
