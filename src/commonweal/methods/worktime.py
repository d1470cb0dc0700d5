"""Working time on a city's calendar: when the clock of a promise runs, and when it ends.

A moment is open when the wall clock of the city shows a time inside one of the day's periods. On
the night when an hour is skipped or shown twice, periods are shorter or longer by just that hour.
All moments that come in carry a time zone; all that go out are UTC, where differences are true.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Period = tuple[time, time]
Pause = tuple[datetime, datetime]

SEARCHED = timedelta(days=1100)
HORIZON = timedelta(days=36_525)

_DAY = timedelta(days=1)
_ZERO = timedelta(0)
_MIDNIGHT = time(0)
_YEARS = range(2, 9800)


class CalendarError(ValueError):
    """A calendar, a moment or an amount for which no working time can be told."""


class NeverOpenError(CalendarError):
    """The calendar does not open again within the time that is searched."""

    def __init__(self, after: date) -> None:
        self.after = after
        super().__init__(
            f"the calendar does not open within {SEARCHED.days} days after {after:%Y-%m-%d}: "
            "give it opening hours"
        )


@dataclass(frozen=True, kw_only=True)
class Calendar:
    """Opening hours of an office.

    Parameters
    ----------
    opening : mapping from int to tuple of periods
        Monday is 0, Sunday 6. A period is ``(from, to)`` on the wall clock, its end excluded;
        ``time(0)`` as an end is midnight. The periods of a day are in order and do not overlap.
    closed : frozenset of date
        Public holidays.
    extra : mapping from date to tuple of periods
        Days with hours of their own, make-up working days above all: they win over `closed` and
        over the weekday. An empty tuple means closed.
    zone : str
        Name of the time zone in the tz database.

    Raises
    ------
    CalendarError
        With an unknown zone or weekday, or periods that are empty, overlap or are out of order.

    """

    opening: Mapping[int, tuple[Period, ...]]
    closed: frozenset[date] = frozenset()
    extra: Mapping[date, tuple[Period, ...]] = field(default_factory=dict)
    zone: str

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
        except (LookupError, ValueError, OSError) as unknown:
            raise CalendarError(
                f"{self.zone!r} is no time zone: write one like Europe/Zurich"
            ) from unknown
        if strange := set(self.opening) - set(range(7)):
            raise CalendarError(f"{min(strange)} is no weekday: Monday is 0 and Sunday 6")
        for day, periods in (*self.opening.items(), *self.extra.items()):
            before, over = _MIDNIGHT, False
            for start, end in periods:
                if over or start < before or _MIDNIGHT != end <= start:
                    raise CalendarError(
                        f"the hours of {day} are not in order: write (from, to), earlier first"
                    )
                before, over = end, end == _MIDNIGHT

    def periods(self, day: date) -> tuple[Period, ...]:
        """Hours of a day of the calendar."""
        if day in self.extra:
            return self.extra[day]
        return () if day in self.closed else self.opening.get(day.weekday(), ())


def is_open(cal: Calendar, at: datetime) -> bool:
    """Whether the office is open at a moment.

    Parameters
    ----------
    cal : Calendar
        The opening hours.
    at : datetime
        A moment with a time zone.

    Returns
    -------
    bool
        True from the first moment of a period to just before its end.

    Raises
    ------
    CalendarError
        With a moment without a time zone, or outside the years 2 to 9799.

    Notes
    -----
    O(periods of the day).

    Examples
    --------
    >>> office = Calendar(opening={0: ((time(8), time(17)),)}, zone="Europe/Zurich")
    >>> is_open(office, datetime(2026, 3, 9, 15, 59, tzinfo=UTC))
    True
    >>> is_open(office, datetime(2026, 3, 9, 16, 0, tzinfo=UTC))
    False

    """
    local = _moment(at).replace(tzinfo=UTC).astimezone(ZoneInfo(cal.zone))
    now = local.time()
    return any(
        start <= now and (now < end or end == _MIDNIGHT) for start, end in cal.periods(local.date())
    )


def next_open(cal: Calendar, at: datetime) -> datetime:
    """First moment, from a given one on, at which the office is open.

    Parameters
    ----------
    cal : Calendar
        The opening hours.
    at : datetime
        A moment with a time zone.

    Returns
    -------
    datetime
        UTC; `at` itself when the office is open then.

    Raises
    ------
    CalendarError
        With a moment without a time zone, or outside the years 2 to 9799.
    NeverOpenError
        When the office stays closed for 1,100 days.

    Notes
    -----
    O(days until it opens).

    Examples
    --------
    >>> office = Calendar(opening={0: ((time(8), time(17)),)}, zone="Europe/Zurich")
    >>> next_open(office, datetime(2026, 3, 9, 16, 0, tzinfo=UTC)).isoformat()
    '2026-03-16T07:00:00+00:00'

    """
    opens, _ = next(_ahead(cal, _moment(at)))
    return opens.replace(tzinfo=UTC)


def add_working_time(cal: Calendar, start: datetime, duration: timedelta) -> datetime:
    r"""Moment at which an amount of working time has passed.

    .. math:: \min\{t \ge start : W(start, t) \ge duration\}

    where :math:`W` is `working_time_between`.

    Parameters
    ----------
    cal : Calendar
        The opening hours.
    start : datetime
        A moment with a time zone; the clock waits until the office opens.
    duration : timedelta
        Working time, 0 or more.

    Returns
    -------
    datetime
        UTC. A clock that ends with the day ends at closing time, not at the next opening.

    Raises
    ------
    CalendarError
        With a negative duration, a moment without a time zone or outside the years 2 to 9799, or
        an end more than 100 years ahead.
    NeverOpenError
        When the office stays closed for 1,100 days.

    Notes
    -----
    O(days until the end), a few microseconds each.

    Examples
    --------
    >>> office = Calendar(opening={0: ((time(8), time(17)),)}, zone="Europe/Zurich")
    >>> monday = datetime(2026, 3, 9, 7, 0, tzinfo=UTC)
    >>> add_working_time(office, monday, timedelta(hours=10)).isoformat()
    '2026-03-16T08:00:00+00:00'

    """
    return due_after_pauses(cal, start, duration, ())


def due_after_pauses(
    cal: Calendar, start: datetime, amount: timedelta, pauses: Sequence[Pause]
) -> datetime:
    r"""Moment at which an amount of working time has passed on a clock that was paused.

    .. math:: \min\{t \ge start : W(start, t) - W_{paused}(start, t) \ge amount\}

    Parameters
    ----------
    cal : Calendar
        The opening hours.
    start : datetime
        A moment with a time zone.
    amount : timedelta
        Working time, 0 or more.
    pauses : sequence of pairs of datetime
        ``(from, to)`` with time zones, the end excluded; in any order, they may overlap.

    Returns
    -------
    datetime
        UTC; as with `add_working_time` when there are no pauses.

    Raises
    ------
    CalendarError
        With a negative amount, a pause that ends before it begins, a moment without a time zone
        or outside the years 2 to 9799, or an end more than 100 years ahead.
    NeverOpenError
        When the office stays closed for 1,100 days.

    Notes
    -----
    O(days until the end times number of pauses).

    Examples
    --------
    >>> office = Calendar(opening={0: ((time(8), time(17)),)}, zone="UTC")
    >>> ten, noon = (datetime(2026, 3, 9, hour, tzinfo=UTC) for hour in (10, 12))
    >>> due_after_pauses(office, ten, timedelta(hours=1), [(ten, noon)]).isoformat()
    '2026-03-09T13:00:00+00:00'

    """
    if amount < _ZERO:
        raise CalendarError("working time cannot be negative: write 0 or more")
    begin, still = _moment(start), _merged(pauses)
    if amount == _ZERO:
        return begin.replace(tzinfo=UTC)
    left = amount
    for piece in _ahead(cal, begin):
        for opens, closes in _running(piece, still):
            if closes - opens >= left:
                return (opens + left).replace(tzinfo=UTC)
            left -= closes - opens
    raise CalendarError(f"{amount} of working time do not end within 100 years: write less")


def working_time_between(
    cal: Calendar, a: datetime, b: datetime, pauses: Sequence[Pause] = ()
) -> timedelta:
    r"""Working time that passes from one moment to a later one.

    .. math:: W(a, b) = \lvert \{t \in [a, b) : open(t), \text{not paused}(t)\} \rvert

    Parameters
    ----------
    cal : Calendar
        The opening hours.
    a, b : datetime
        Moments with time zones, `a` not after `b`.
    pauses : sequence of pairs of datetime, optional
        ``(from, to)`` with time zones, the end excluded; in any order, they may overlap.

    Returns
    -------
    timedelta
        0 or more.

    Raises
    ------
    CalendarError
        With `b` before `a` or more than 100 years after it, a pause that ends before it begins,
        or a moment without a time zone or outside the years 2 to 9799.

    Notes
    -----
    O(days between them).

    Examples
    --------
    >>> office = Calendar(opening={0: ((time(8), time(17)),)}, zone="Europe/Zurich")
    >>> monday = datetime(2026, 3, 9, tzinfo=UTC)
    >>> working_time_between(office, monday, monday + timedelta(days=8))
    datetime.timedelta(seconds=64800)

    """
    begin, end = _span(a, b)
    still = _merged(pauses)
    total = _ZERO
    for day in _days(begin, end):
        for opens, closes, _ in _of_day(cal, day):
            if opens < end and closes > begin:
                for first, last in _running((max(opens, begin), min(closes, end)), still):
                    total += last - first
    return total


def add_working_days(
    cal: Calendar, start: datetime, days: int, pauses: Sequence[Pause] = ()
) -> datetime:
    """End of a working day that comes a number of working days after the day of the start.

    The day of the start is the local day of `start` if it is a working day that has not closed
    by then, otherwise the next working day; it is not counted.

    Parameters
    ----------
    cal : Calendar
        The opening hours. A working day is one with at least one open moment.
    start : datetime
        A moment with a time zone.
    days : int
        Working days, 0 or more; 0 is the end of the day of the start.
    pauses : sequence of pairs of datetime, optional
        ``(from, to)`` with time zones. A day counts when the clock runs at its close; so the
        clock always ends at a moment at which it runs.

    Returns
    -------
    datetime
        UTC: the last closing time of that day.

    Raises
    ------
    CalendarError
        With negative days, a pause that ends before it begins, a moment without a time zone or
        outside the years 2 to 9799, or an end more than 100 years ahead.
    NeverOpenError
        When the office stays closed for 1,100 days.

    Notes
    -----
    O(days until the end).

    Examples
    --------
    >>> week = {weekday: ((time(8), time(17)),) for weekday in range(5)}
    >>> office = Calendar(opening=week, zone="Europe/Zurich")
    >>> friday = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
    >>> add_working_days(office, friday, 1).isoformat()
    '2026-03-09T16:00:00+00:00'
    >>> add_working_days(office, friday + timedelta(hours=9), 1).isoformat()
    '2026-03-10T16:00:00+00:00'

    """
    if days < 0:
        raise CalendarError("working days cannot be negative: write 0 or more")
    begin, still = _moment(start), _merged(pauses)
    counted = -1
    for closes in _closings(cal, begin):
        paused = any(first < closes <= last for first, last in still)
        if counted < 0 or not paused:
            counted += 1
        if counted >= days and not paused:
            return closes.replace(tzinfo=UTC)
    raise CalendarError(f"{days} working days do not end within 100 years: write fewer")


def working_days_between(cal: Calendar, a: datetime, b: datetime) -> int:
    r"""Working days that have ended from one moment to a later one, the day of the start left out.

    .. math:: \max\{n : \text{add\_working\_days}(a, n) \le b\}, \text{ or 0}

    Parameters
    ----------
    cal : Calendar
        The opening hours.
    a, b : datetime
        Moments with time zones, `a` not after `b`.

    Returns
    -------
    int
        0 or more.

    Raises
    ------
    CalendarError
        With `b` before `a` or more than 100 years after it, or a moment without a time zone or
        outside the years 2 to 9799.

    Notes
    -----
    O(days between them).

    Examples
    --------
    >>> week = {weekday: ((time(8), time(17)),) for weekday in range(5)}
    >>> office = Calendar(opening=week, zone="Europe/Zurich")
    >>> friday = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)
    >>> working_days_between(office, friday, datetime(2026, 3, 10, 16, 0, tzinfo=UTC))
    2

    """
    begin, end = _span(a, b)
    ended = 0
    first = _local_date(cal, begin)
    last = _local_date(cal, end)
    for ahead in range((last - first).days + 1):
        closes = _closing(cal, first + ahead * _DAY)
        if closes is not None and begin < closes <= end:
            ended += 1
    return max(ended - 1, 0)


def _moment(at: datetime) -> datetime:
    """UTC without a zone: inside, all arithmetic is on such moments."""
    if at.utcoffset() is None:
        raise CalendarError("a moment without a time zone: say which one")
    if at.year not in _YEARS:
        raise CalendarError(f"the year {at.year} is out of reach: write one from 2 to 9799")
    return at.astimezone(UTC).replace(tzinfo=None)


def _span(a: datetime, b: datetime) -> tuple[datetime, datetime]:
    begin, end = _moment(a), _moment(b)
    if end < begin:
        raise CalendarError("the second moment is before the first: turn them round")
    if end - begin > HORIZON:
        raise CalendarError("the moments are more than 100 years apart: choose nearer ones")
    return begin, end


def _merged(pauses: Sequence[Pause]) -> list[Pause]:
    """Pauses in order, without overlap."""
    merged: list[Pause] = []
    for first, last in sorted((_moment(first), _moment(last)) for first, last in pauses):
        if last < first:
            raise CalendarError("a pause ends before it begins: turn its moments round")
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(last, merged[-1][1]))
        else:
            merged.append((first, last))
    return merged


def _running(piece: Pause, still: list[Pause]) -> Iterator[Pause]:
    """Parts of a piece of time in which the clock is not paused."""
    at, end = piece
    for first, last in still:
        if last <= at:
            continue
        if first >= end:
            break
        if first > at:
            yield at, first
        at = last
    if at < end:
        yield at, end


def _days(begin: datetime, end: datetime) -> Iterator[date]:
    for ahead in range((end.date() - begin.date()).days + 1):
        yield begin.date() + ahead * _DAY


def _ahead(cal: Calendar, begin: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Open pieces of time from a moment on, in order."""
    quiet = begin
    for day in _days(begin, begin + HORIZON):
        for opens, closes, _ in _of_day(cal, day):
            if closes > begin:
                yield max(opens, begin), closes
                quiet = closes
        if day - quiet.date() > SEARCHED:
            raise NeverOpenError(quiet.date())


def _closings(cal: Calendar, begin: datetime) -> Iterator[datetime]:
    """Find the closing times after a moment, one for each working day."""
    first = quiet = _local_date(cal, begin)
    for ahead in range(HORIZON.days):
        day = first + ahead * _DAY
        closes = _closing(cal, day)
        if closes is not None:
            quiet = day
            if closes > begin:
                yield closes
        elif day - quiet > SEARCHED:
            raise NeverOpenError(quiet)


def _closing(cal: Calendar, day: date) -> datetime | None:
    """Last open moment of a local day; None when it is not a working day."""
    if not cal.periods(day):
        return None
    around = (_of_day(cal, day + ahead * _DAY) for ahead in (-1, 0, 1))
    found = [closes for pieces in around for _, closes, of in pieces if of == day]
    return max(found, default=None)


def _of_day(cal: Calendar, day: date) -> Iterator[tuple[datetime, datetime, date]]:
    """Open pieces of a day of UTC, in order, each with the local day it belongs to."""
    for begin, end, offset in _offsets(cal.zone, day):
        local = (begin + offset).date()
        while datetime.combine(local, _MIDNIGHT) < end + offset:
            for start, stop in cal.periods(local):
                last = local + _DAY if stop == _MIDNIGHT else local
                opens = max(begin, datetime.combine(local, start) - offset)
                closes = min(end, datetime.combine(last, stop) - offset)
                if opens < closes:
                    yield opens, closes, local
            local += _DAY


@lru_cache(maxsize=8192)
def _offsets(zone: str, day: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """Parts of a day of UTC in which the local clock keeps one distance from it."""
    begin = datetime.combine(day, _MIDNIGHT)
    end = begin + _DAY
    before, after = _offset(zone, begin), _offset(zone, end)
    if before == after:
        return ((begin, end, before),)
    low, high = 0, 86_400
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, begin + timedelta(seconds=middle)) == before:
            low = middle
        else:
            high = middle
    change = begin + timedelta(seconds=high)
    return ((begin, change, before), (change, end, after))


def _offset(zone: str, at: datetime) -> timedelta:
    offset = at.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).utcoffset()
    return offset or _ZERO


def _local_date(cal: Calendar, at: datetime) -> date:
    return (at + _offset(cal.zone, at)).date()
