"""Save opening hours, holidays and make-up working days."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.city import queries, rules
from commonweal.city.actions import entering
from commonweal.city.errors import DayTaken, NoSuchHoliday
from commonweal.city.models import Holiday, OpenWeek
from commonweal.city.types import DayKind, HolidayCard, Spans, WeekCard
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor, Words


@transaction.atomic
def save_week(
    *,
    hours: Sequence[Iterable[Iterable[str]]],
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> WeekCard:
    """Say when the city is open, Monday to Sunday. Dates already promised stay as they are."""
    reason = entering.begin(by, reason, "calendar")
    row = OpenWeek.objects.first()
    if seen != (row.version if row else 0):
        raise ChangedSinceYouLooked
    week = [_stored(day) for day in rules.check_week(hours)]
    is_new, row = row is None, row or OpenWeek(id=rules.WEEK_ID)
    if not is_new and row.hours == week:
        return queries.opening_week()
    entered = entering.enter(
        "hours-saved",
        ("hours", row.id),
        by=by,
        at=at,
        facts={"hours": week},
        hidden={"reason": reason},
    )
    entering.write(row, {"hours": week}, entered.id, is_new=is_new)
    kernel.renew("calendar")
    return queries.opening_week()


def _stored(hours: Spans) -> list[list[str]]:
    return [list(span) for span in hours]


@transaction.atomic
def save_holiday(
    *,
    holiday_id: UUID | None,
    day: date,
    kind: DayKind,
    names: Words,
    hours: Iterable[Iterable[str]] = (),
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> HolidayCard:
    """Name a holiday or a make-up working day. Dates already promised stay as they are."""
    reason = entering.begin(by, reason, "calendar")
    row = entering.held(Holiday, holiday_id, seen, NoSuchHoliday)
    spans = rules.check_hours(hours)
    rules.check_day(kind, spans)
    values: dict[str, Any] = {
        "day": day,
        "kind": kind.value,
        "names": rules.check_words("name", names, queries.profile().languages),
        "hours": _stored(spans),
        "is_withdrawn": False,
    }
    return _save(row, values, reason=reason, by=by, at=at)


@transaction.atomic
def withdraw_holiday(
    *, holiday_id: UUID, reason: str, seen: int, by: Actor, at: datetime
) -> HolidayCard:
    """Take a named day out of the calendar; that it stood there stays in the record."""
    reason = entering.begin(by, reason, "calendar")
    row = entering.held(Holiday, holiday_id, seen, NoSuchHoliday)
    assert row is not None
    values = {name: getattr(row, name) for name in ("day", "kind", "names", "hours")}
    return _save(row, values | {"is_withdrawn": True}, reason=reason, by=by, at=at)


def _save(
    row: Holiday | None, values: dict[str, Any], *, reason: str, by: Actor, at: datetime
) -> HolidayCard:
    is_new, row = row is None, row or Holiday(id=uuid4())
    changed = entering.changed(row, values)
    if not changed and not is_new:
        return queries.holiday(row.id)
    named = Holiday.objects.filter(day=values["day"], is_withdrawn=False).exclude(pk=row.id)
    if not values["is_withdrawn"] and named.exists():
        raise DayTaken(day=values["day"].isoformat())
    entered = entering.enter(
        "holiday-withdrawn" if values["is_withdrawn"] else "holiday-saved",
        ("holiday", row.id),
        by=by,
        at=at,
        facts={
            "day": values["day"].isoformat(),
            "kind": values["kind"],
            "hours": values["hours"],
            "changed": changed,
        },
        hidden={"names": values["names"], "reason": reason},
    )
    entering.write(row, values, entered.id, is_new=is_new)
    kernel.renew("calendar")
    return queries.holiday(row.id)
