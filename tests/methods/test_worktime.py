from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.methods.worktime import (
    Calendar,
    CalendarError,
    NeverOpenError,
    Pause,
    Period,
    add_working_days,
    add_working_time,
    due_after_pauses,
    is_open,
    next_open,
    working_days_between,
    working_time_between,
)

# A walk takes thousands of steps: fewer of them in daily work, many at night.
walks = settings(max_examples=settings().max_examples // 3)
MINUTE = timedelta(minutes=1)
HOURS = timedelta(hours=1)
OFFICE = Calendar(
    opening={weekday: ((time(8), time(12)), (time(13), time(17))) for weekday in range(5)},
    closed=frozenset({date(2026, 10, 1), date(2026, 10, 2)}),
    extra={date(2026, 10, 10): ((time(9), time(12)),)},
    zone="Europe/Zurich",
)

# Nights on which the wall clock jumps, forwards or back, by an hour or by half of one; the last
# one crosses midnight, so that a local day is entered twice.
NIGHTS = [
    ("Europe/Zurich", datetime(2026, 3, 28, 23, tzinfo=UTC)),
    ("Europe/Zurich", datetime(2026, 10, 24, 22, tzinfo=UTC)),
    ("America/Chicago", datetime(2026, 3, 8, 5, tzinfo=UTC)),
    ("America/Chicago", datetime(2026, 11, 1, 4, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 12, tzinfo=UTC)),
    ("Asia/Shanghai", datetime(2026, 9, 30, 15, tzinfo=UTC)),
    ("Asia/Kathmandu", datetime(2026, 9, 30, 15, tzinfo=UTC)),
    ("America/St_Johns", datetime(2010, 11, 7, 1, tzinfo=UTC)),
    ("Pacific/Apia", datetime(2011, 12, 29, 20, tzinfo=UTC)),
]


@st.composite
def periods(draw: st.DrawFn) -> tuple[Period, ...]:
    marks = sorted(draw(st.sets(st.integers(0, 24 * 4), min_size=2, max_size=6)))
    clock = [time(mark // 4 % 24, mark % 4 * 15) for mark in marks]
    return tuple(zip(clock[::2], clock[1::2], strict=False))


@st.composite
def calendars_and_starts(draw: st.DrawFn) -> tuple[Calendar, datetime]:
    zone, night = draw(st.sampled_from(NIGHTS))
    near = [night.date() + timedelta(days=ahead) for ahead in range(-1, 4)]
    calendar = Calendar(
        opening=draw(st.dictionaries(st.integers(0, 6), periods(), min_size=5)),
        closed=draw(st.frozensets(st.sampled_from(near), max_size=2)),
        extra=draw(st.dictionaries(st.sampled_from(near), periods() | st.just(()), max_size=2)),
        zone=zone,
    )
    return calendar, night + draw(st.integers(-720, 720)) * MINUTE


def wall_clock_says_open(cal: Calendar, at: datetime) -> bool:
    """Look at the clock on the wall and at the hours on the door."""
    local = at.astimezone(ZoneInfo(cal.zone))
    hours: Sequence[Period] = cal.opening.get(local.weekday(), ())
    if local.date() in cal.closed:
        hours = ()
    hours = cal.extra.get(local.date(), hours)
    now = local.hour * 60 + local.minute
    return any(
        start.hour * 60 + start.minute <= now < (stop.hour * 60 + stop.minute or 24 * 60)
        for start, stop in hours
    )


def minutes_walked(cal: Calendar, start: datetime, minutes: int) -> list[datetime]:
    walked = (start + ahead * MINUTE for ahead in range(minutes))
    return [at for at in walked if wall_clock_says_open(cal, at)]


def closings_walked(cal: Calendar, start: datetime, days: int) -> list[datetime]:
    """Find the ends of the local days that have an open minute."""
    last: dict[date, datetime] = {}
    for at in minutes_walked(cal, start - timedelta(days=2), (days + 2) * 1440):
        last[at.astimezone(ZoneInfo(cal.zone)).date()] = at + MINUTE
    return sorted(end for end in last.values() if end > start)


@given(calendars_and_starts(), st.integers(0, 1440))
def test_it_is_open_when_the_wall_clock_says_so(
    given_: tuple[Calendar, datetime], ahead: int
) -> None:
    cal, start = given_

    assert is_open(cal, start + ahead * MINUTE) == wall_clock_says_open(cal, start + ahead * MINUTE)


@walks
@given(calendars_and_starts(), st.integers(0, 3 * 1440))
def test_working_time_is_the_number_of_open_minutes(
    given_: tuple[Calendar, datetime], minutes: int
) -> None:
    cal, start = given_

    passed = working_time_between(cal, start, start + minutes * MINUTE)

    assert passed == len(minutes_walked(cal, start, minutes)) * MINUTE


@walks
@given(calendars_and_starts(), st.integers(1, 1200))
def test_a_clock_ends_after_its_last_open_minute(
    given_: tuple[Calendar, datetime], minutes: int
) -> None:
    cal, start = given_
    walked = minutes_walked(cal, start, 4 * 1440)
    if len(walked) < minutes:
        return

    assert add_working_time(cal, start, minutes * MINUTE) == walked[minutes - 1] + MINUTE


@given(calendars_and_starts(), st.integers(0, 60_000), st.integers(1, 59))
def test_adding_and_measuring_are_inverse(
    given_: tuple[Calendar, datetime], minutes: int, seconds: int
) -> None:
    cal, start = given_
    begin = start + timedelta(seconds=seconds, microseconds=seconds)
    amount = minutes * MINUTE

    due = add_working_time(cal, begin, amount)

    assert working_time_between(cal, begin, due) == amount
    if amount:
        earlier = due - timedelta(microseconds=1)
        assert working_time_between(cal, begin, earlier) < amount


@walks
@given(calendars_and_starts())
def test_the_next_opening_is_the_first_open_minute(given_: tuple[Calendar, datetime]) -> None:
    cal, start = given_
    walked = minutes_walked(cal, start, 3 * 1440)

    opens = next_open(cal, start)

    assert is_open(cal, opens)
    if walked:
        assert opens == walked[0]


@walks
@given(
    calendars_and_starts(),
    st.integers(1, 900),
    st.lists(st.tuples(st.integers(-600, 2000), st.integers(0, 900)), max_size=4),
)
def test_a_paused_clock_counts_only_what_is_not_paused(
    given_: tuple[Calendar, datetime], minutes: int, drawn: list[tuple[int, int]]
) -> None:
    cal, start = given_
    pauses = [(start + at * MINUTE, start + (at + long) * MINUTE) for at, long in drawn]
    walked = [
        at
        for at in minutes_walked(cal, start, 4 * 1440)
        if not any(first <= at < last for first, last in pauses)
    ]
    if len(walked) < minutes:
        return

    due = due_after_pauses(cal, start, minutes * MINUTE, pauses)

    assert due == walked[minutes - 1] + MINUTE
    assert working_time_between(cal, start, due, pauses) == minutes * MINUTE


@walks
@given(
    calendars_and_starts(),
    st.integers(0, 3),
    st.lists(st.tuples(st.integers(-600, 4000), st.sampled_from([0, 9, 1500])), max_size=3),
)
def test_working_days_end_when_their_last_open_minute_ends(
    given_: tuple[Calendar, datetime], days: int, drawn: list[tuple[int, int]]
) -> None:
    cal, start = given_
    pauses: list[Pause] = [(start + at * MINUTE, start + (at + n) * MINUTE) for at, n in drawn]
    walked = closings_walked(cal, start, 8)
    base, later = walked[0], walked[1:]
    running = [end for end in later if not any(a < end <= b for a, b in pauses)]
    base_runs = not any(a < base <= b for a, b in pauses)
    expected = [base, *running][days:] if base_runs else running[max(days - 1, 0) :]
    if not expected:
        return

    assert add_working_days(cal, start, days, pauses) == expected[0]


@given(calendars_and_starts(), st.integers(0, 9), st.integers(0, 20_000))
def test_days_that_have_ended_are_those_that_were_added(
    given_: tuple[Calendar, datetime], days: int, minutes: int
) -> None:
    cal, start = given_
    until = start + minutes * MINUTE

    due = add_working_days(cal, start, days)

    assert working_days_between(cal, start, due) == days
    if days:
        assert (working_days_between(cal, start, until) >= days) == (due <= until)


def zurich(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo("Europe/Zurich"))  # type: ignore[misc, arg-type]


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        (zurich(2026, 9, 28, 10), 1, zurich(2026, 9, 29, 17)),
        (zurich(2026, 9, 28, 17), 1, zurich(2026, 9, 30, 17)),
        (zurich(2026, 9, 30, 10), 1, zurich(2026, 10, 5, 17)),
        (zurich(2026, 10, 3, 10), 0, zurich(2026, 10, 5, 17)),
        (zurich(2026, 10, 3, 10), 1, zurich(2026, 10, 6, 17)),
        (zurich(2026, 10, 9, 16), 1, zurich(2026, 10, 10, 12)),
        (zurich(2026, 10, 23, 16), 1, zurich(2026, 10, 26, 17)),
    ],
)
def test_promises_of_an_office_fall_on_its_days(start: datetime, days: int, due: datetime) -> None:
    assert add_working_days(OFFICE, start, days) == due


def test_a_day_counts_when_the_clock_runs_at_its_close() -> None:
    monday = zurich(2026, 9, 21, 10)
    over_two_closings = (zurich(2026, 9, 21, 16), zurich(2026, 9, 22, 17))
    reopened_in_time = (zurich(2026, 9, 22, 8), zurich(2026, 9, 23, 16, 59))

    assert add_working_days(OFFICE, monday, 0, [over_two_closings]) == zurich(2026, 9, 23, 17)
    assert add_working_days(OFFICE, monday, 1, [over_two_closings]) == zurich(2026, 9, 23, 17)
    assert add_working_days(OFFICE, monday, 1, [reopened_in_time]) == zurich(2026, 9, 23, 17)


def test_an_hour_that_is_shown_twice_is_worked_twice() -> None:
    night = Calendar(
        opening={weekday: ((time(0), time(0)),) for weekday in range(7)}, zone="America/Chicago"
    )
    chicago = ZoneInfo("America/Chicago")

    in_autumn = datetime(2026, 11, 1, tzinfo=chicago), datetime(2026, 11, 2, tzinfo=chicago)
    in_spring = datetime(2026, 3, 8, tzinfo=chicago), datetime(2026, 3, 9, tzinfo=chicago)

    assert working_time_between(night, in_autumn[0], in_autumn[1]) == 25 * HOURS
    assert working_time_between(night, in_spring[0], in_spring[1]) == 23 * HOURS


def test_a_clock_that_needs_no_time_ends_at_once() -> None:
    start = zurich(2026, 10, 3, 10)

    assert add_working_time(OFFICE, start, timedelta(0)) == start


def test_answers_are_in_utc() -> None:
    start = zurich(2026, 10, 3, 10)

    moments = [
        next_open(OFFICE, start),
        add_working_time(OFFICE, start, HOURS),
        add_working_time(OFFICE, start, timedelta(0)),
        add_working_days(OFFICE, start, 2),
    ]

    assert {moment.tzinfo for moment in moments} == {UTC}


CLOSED = Calendar(opening={}, closed=frozenset({date(2026, 1, 1)}), zone="UTC")
SKIPPED = Calendar(
    opening={}, extra={date(2011, 12, 30): ((time(8), time(17)),)}, zone="Pacific/Apia"
)
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("cal", [CLOSED, SKIPPED])
def test_a_calendar_that_never_opens_is_refused(cal: Calendar) -> None:
    start = datetime(2011, 12, 29, tzinfo=UTC)

    with pytest.raises(NeverOpenError, match="does not open within 1100 days after 2011-12-"):
        next_open(cal, start)
    with pytest.raises(NeverOpenError):
        add_working_time(cal, start, HOURS)
    with pytest.raises(NeverOpenError):
        add_working_days(cal, start, 1)
    assert working_time_between(cal, start, start + timedelta(days=2000)) == timedelta(0)
    assert working_days_between(cal, start, start + timedelta(days=2000)) == 0


def test_amounts_out_of_reach_are_refused() -> None:
    rare = Calendar(opening={0: ((time(8), time(8, 1)),)}, zone="UTC")

    with pytest.raises(CalendarError, match="do not end within 100 years"):
        add_working_time(rare, START, timedelta(days=30))
    with pytest.raises(CalendarError, match="do not end within 100 years"):
        add_working_days(rare, START, 10_000)
    with pytest.raises(CalendarError, match="more than 100 years apart"):
        working_time_between(rare, START, START.replace(year=2127))


def test_what_runs_backwards_is_refused() -> None:
    later = START + HOURS

    with pytest.raises(CalendarError, match="cannot be negative"):
        add_working_time(OFFICE, START, -HOURS)
    with pytest.raises(CalendarError, match="cannot be negative"):
        add_working_days(OFFICE, START, -1)
    with pytest.raises(CalendarError, match="before the first"):
        working_days_between(OFFICE, later, START)
    with pytest.raises(CalendarError, match="pause ends before it begins"):
        due_after_pauses(OFFICE, START, HOURS, [(later, START)])


def test_moments_need_a_zone_and_a_year_within_reach() -> None:
    with pytest.raises(CalendarError, match="without a time zone"):
        is_open(OFFICE, START.replace(tzinfo=None))
    with pytest.raises(CalendarError, match="the year 1 is out of reach"):
        next_open(OFFICE, datetime.min.replace(tzinfo=UTC))
    with pytest.raises(CalendarError, match="the year 9999 is out of reach"):
        next_open(OFFICE, datetime.max.replace(tzinfo=UTC))


EIGHT, NOON, FIVE, MIDNIGHT = time(8), time(12), time(17), time(0)


@pytest.mark.parametrize(
    "hours",
    [
        ((EIGHT, EIGHT),),
        ((FIVE, EIGHT),),
        ((NOON, FIVE), (EIGHT, NOON)),
        ((EIGHT, FIVE), (NOON, FIVE)),
        ((EIGHT, MIDNIGHT), (NOON, FIVE)),
        ((MIDNIGHT, MIDNIGHT), (MIDNIGHT, MIDNIGHT)),
    ],
)
def test_hours_out_of_order_are_refused(hours: tuple[Period, ...]) -> None:
    with pytest.raises(CalendarError, match="the hours of 3 are not in order"):
        Calendar(opening={3: hours}, zone="UTC")
    with pytest.raises(CalendarError, match="the hours of 2026-01-01 are not in order"):
        Calendar(opening={}, extra={START.date(): hours}, zone="UTC")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "Europe", "\x00"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(CalendarError, match="is no time zone"):
        Calendar(opening={}, zone=zone)


def test_an_unknown_weekday_is_refused() -> None:
    with pytest.raises(CalendarError, match="7 is no weekday"):
        Calendar(opening={7: ()}, zone="UTC")
