"""Read calendar.yaml: opening hours, holidays and make-up working days."""

from pathlib import Path

from commonweal.city import rules
from commonweal.city.adapters.drafts import CALENDAR, WEEKDAYS, DayDraft
from commonweal.city.adapters.files import (
    Document,
    Findings,
    read_yaml,
)
from commonweal.city.adapters.said import (
    check_once,
    date_of,
    length_of,
    mapping_of,
    text_of,
    words_of,
)
from commonweal.city.types import DayKind, Spans


def read_calendar(
    folder: Path, findings: Findings, languages: tuple[str, ...], *, file: str = CALENDAR
) -> tuple[tuple[Spans, ...] | None, list[DayDraft]]:
    """Read opening hours, holidays and make-up working days."""
    document = read_yaml(folder, file, findings)
    if document is None:
        return None, []
    said = mapping_of(
        document, findings, (), ("hours", "holidays", "make_up_days"), needed=("hours",)
    )
    if said is None:
        return None, []
    week = _week(document, findings)
    days = [
        *_days(document, findings, languages, "holidays", DayKind.CLOSED),
        *_days(document, findings, languages, "make_up_days", DayKind.OPEN),
    ]
    check_once(
        findings, file, sorted(((d.day.isoformat(), d.line) for d in days), key=lambda d: d[1])
    )
    return week, days


def _week(document: Document, findings: Findings) -> tuple[Spans, ...] | None:
    said = mapping_of(document, findings, ("hours",), WEEKDAYS)
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
    return ", ".join(text_of(v) for v in value) if isinstance(value, list) else text_of(value)


def _days(
    document: Document,
    findings: Findings,
    languages: tuple[str, ...],
    key: str,
    kind: DayKind,
) -> list[DayDraft]:
    drafts = []
    known = ("day", "name") if kind is DayKind.CLOSED else ("day", "name", "hours")
    for number in range(length_of(document, findings, key)):
        said = mapping_of(document, findings, (key, number), known, needed=known)
        if said is None:
            continue
        line = document.line(key, number)
        names = words_of(document, findings, languages, key, number, "name")
        day = date_of(said["day"], document.file, document.line(key, number, "day"), findings)
        if day is None and not said["day"]:
            date_of("-", document.file, line, findings)
        place = document.line(key, number, "hours")
        hours = findings.tried(document.file, place, rules.read_hours, _hours(said.get("hours")))
        if hours is not None:
            findings.tried(document.file, place, rules.check_day, kind, hours)
        if day is not None:
            drafts.append(DayDraft(line, day, kind, names, hours or ()))
    return drafts
