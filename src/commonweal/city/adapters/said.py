"""What the files have in common: texts in languages, names with values, lists, dates."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from commonweal.city import errors, rules
from commonweal.city.adapters.files import (
    Document,
    Findings,
)
from commonweal.city.types import LANGUAGES
from commonweal.kernel.types import Words


def in_languages(column: str) -> tuple[str, ...]:
    return tuple(f"{column}.{language}" for language in LANGUAGES)


def text_of(value: object) -> str:
    return "" if value is None else str(value)


def texts_of(value: object) -> list[str]:
    if isinstance(value, list):
        return [text_of(item) for item in value]
    return text_of(value).replace(",", " ").split()


def mapping_of(
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


def length_of(document: Document, findings: Findings, key: str) -> int:
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


def words_of(
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
        value = {languages[0]: text_of(value)} if len(languages) == 1 else {"": text_of(value)}
    if "" in value:
        findings.add(
            document.file,
            line,
            _("The text of “{key}” does not say its language.").format(key=name),
            _("Write it once per language: {languages}.").format(languages=", ".join(languages)),
        )
        return {}
    most = rules.LONGEST_NAME if name == "name" else rules.LONGEST_TEXT
    said = {key: text_of(text) for key, text in value.items()}
    return checked_words(
        findings, document.file, line, name, said, languages, most=most, needed=needed
    )


def checked_words(
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


def check_once(findings: Findings, file: str, codes: Iterable[tuple[str, int]]) -> None:
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


def date_of(text: object, file: str, line: int, findings: Findings) -> date | None:
    said = text_of(text).strip()
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
