"""When the city is open: hours, breaks, holidays, make-up working days, terms."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from commonweal.city import actions, errors, queries
from commonweal.city.types import DayKind, Term, TermUnit
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.ledger.queries import entries_of
from commonweal.ledger.types import subject_of
from commonweal.methods.worktime import is_open
from tests.factories.city import (
    ALWAYS,
    NOW,
    OFFICER,
    given_holiday,
    given_profile,
    given_week,
    words,
)

pytestmark = pytest.mark.django_db

FRIDAY = datetime(2026, 3, 6, 2, 0, tzinfo=UTC)  # 10:00 in Taipei
MONDAY = date(2026, 3, 9)
SATURDAY = date(2026, 3, 7)


def taipei(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 3, day, hour - 8, minute, tzinfo=UTC)


def days(amount: int) -> Term:
    return Term(amount=amount, unit=TermUnit.WORKING_DAYS)


def hours(amount: int) -> Term:
    return Term(amount=amount, unit=TermUnit.WORKING_HOURS)


def test_a_city_that_said_nothing_is_open_on_weekdays_from_nine_to_five() -> None:
    week = queries.opening_week()

    assert week.version == 0
    assert week.hours == (*[(("09:00", "17:00"),)] * 5, (), ())


def test_a_break_is_not_working_time() -> None:
    given_profile()
    given_week()

    assert queries.due(taipei(6, 11), hours(2)) == taipei(6, 14)
    assert not is_open(queries.calendar(), taipei(6, 12, 30))


def test_a_term_in_working_days_ends_when_the_office_closes() -> None:
    given_profile()
    given_week()

    assert queries.due(FRIDAY, days(1)) == taipei(9, 17)


def test_a_holiday_puts_a_term_off() -> None:
    given_profile()
    given_week()
    given_holiday(MONDAY)

    assert queries.due(FRIDAY, days(1)) == taipei(10, 17)


def test_a_make_up_saturday_counts_as_a_working_day() -> None:
    given_profile()
    given_week()
    given_holiday(SATURDAY, DayKind.OPEN, hours=[("08:00", "12:00")])

    assert queries.due(FRIDAY, days(1)) == taipei(7, 12)


def test_a_holiday_withdrawn_is_a_working_day_again() -> None:
    given_profile()
    given_week()
    card = given_holiday(MONDAY)

    actions.withdraw_holiday(holiday_id=card.id, seen=1, **ALWAYS)

    assert queries.due(FRIDAY, days(1)) == taipei(9, 17)
    assert queries.holidays() == []
    assert queries.holidays(everything=True)[0].is_withdrawn


def test_everybodys_days_and_hours_know_no_weekend() -> None:
    given_profile()
    given_week()

    in_days = queries.due(FRIDAY, Term(amount=1, unit=TermUnit.DAYS))
    in_hours = queries.due(FRIDAY, Term(amount=30, unit=TermUnit.HOURS))

    assert in_days == datetime(2026, 3, 7, 16, 0, tzinfo=UTC)  # midnight in Taipei
    assert in_hours == datetime(2026, 3, 7, 8, 0, tzinfo=UTC)


def test_midnight_may_end_a_day() -> None:
    given_profile()
    given_week(*[(("22:00", "24:00"),)] * 7)

    assert is_open(queries.calendar(), taipei(6, 23, 59))
    assert not is_open(queries.calendar(), taipei(6, 21, 59))


def test_the_calendar_follows_the_time_zone_of_the_city() -> None:
    city = given_profile(zone="UTC")
    given_week()
    before = queries.due(FRIDAY, days(1))

    given_profile(zone="Asia/Taipei")

    assert city.zone == "UTC"
    assert before == datetime(2026, 3, 6 + 3, 17, 0, tzinfo=UTC)
    assert queries.due(FRIDAY, days(1)) == taipei(9, 17)


@pytest.mark.parametrize("amount", [0, -1, 5001])
def test_a_term_has_a_length_that_a_calendar_reaches(amount: int) -> None:
    with pytest.raises(errors.BadTerm):
        queries.due(FRIDAY, days(amount))


def test_a_day_is_named_once() -> None:
    given_holiday(MONDAY)

    with pytest.raises(errors.DayTaken):
        given_holiday(MONDAY, DayKind.OPEN, hours=[("09:00", "12:00")])


def test_a_withdrawn_day_may_be_named_anew() -> None:
    card = given_holiday(MONDAY)
    actions.withdraw_holiday(holiday_id=card.id, seen=1, **ALWAYS)

    assert given_holiday(MONDAY).id != card.id


@pytest.mark.parametrize(
    ("kind", "spans", "refusal"),
    [
        (DayKind.OPEN, [], errors.HoursMissing),
        (DayKind.CLOSED, [("09:00", "12:00")], errors.HoursOnClosedDay),
        (DayKind.OPEN, [("12:00", "09:00")], errors.BadHours),
        (DayKind.OPEN, [("09:00", "09:00")], errors.BadHours),
        (DayKind.OPEN, [("09:00", "25:00")], errors.BadHours),
        (DayKind.OPEN, [("9", "12")], errors.BadHours),
        (DayKind.OPEN, [("09:00", "12:00", "13:00")], errors.BadHours),
        (DayKind.OPEN, [("09:00", "12:00"), ("11:00", "13:00")], errors.BadHours),
    ],
)
def test_hours_that_cannot_be_are_refused(
    kind: DayKind, spans: Any, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        given_holiday(MONDAY, kind, hours=spans)


@pytest.mark.parametrize("week", [[()] * 7, [(("09:00", "12:00"),)] * 5])
def test_a_city_is_open_at_some_hour_of_a_week_of_seven_days(week: Any) -> None:
    with pytest.raises(errors.NoOpenHour):
        actions.save_week(hours=week, seen=0, **ALWAYS)


def test_a_holiday_changes_with_its_version() -> None:
    card = given_holiday(MONDAY)
    changes: dict[str, Any] = {"holiday_id": card.id, "kind": DayKind.CLOSED, "seen": 1, **ALWAYS}
    anew = actions.save_holiday(day=date(2026, 3, 10), names=words("Lake"), **changes)

    with pytest.raises(ChangedSinceYouLooked):
        actions.save_holiday(day=date(2026, 3, 11), names=words("Lake"), **changes)

    assert anew.version == 2
    assert queries.holiday(card.id) == anew


def test_opening_hours_change_with_their_version() -> None:
    given_week()

    with pytest.raises(ChangedSinceYouLooked):
        actions.save_week(hours=[(("09:00", "12:00"),)] * 7, seen=0, **ALWAYS)


def test_the_same_hours_again_enter_nothing() -> None:
    given_week()

    assert given_week().version == 1


def test_what_changes_in_the_calendar_is_entered() -> None:
    card = given_holiday(MONDAY)
    actions.withdraw_holiday(holiday_id=card.id, seen=1, **ALWAYS)

    entries = entries_of(subject_of("holiday", card.id))

    assert [entry.type for entry in entries] == ["city.holiday-saved", "city.holiday-withdrawn"]
    assert entries[0].facts["day"] == "2026-03-09"


def test_a_day_that_is_not_there_is_missing() -> None:
    with pytest.raises(errors.NoSuchHoliday):
        queries.holiday(ALWAYS["by"].id)
    with pytest.raises(errors.NoSuchHoliday):
        actions.withdraw_holiday(holiday_id=ALWAYS["by"].id, seen=1, **ALWAYS)


def test_an_officer_does_not_make_holidays() -> None:
    with pytest.raises(errors.OnlyAdministrators):
        actions.save_holiday(
            holiday_id=None,
            day=MONDAY,
            kind=DayKind.CLOSED,
            names=words("Mine"),
            reason="tired",
            seen=0,
            by=OFFICER,
            at=NOW,
        )
