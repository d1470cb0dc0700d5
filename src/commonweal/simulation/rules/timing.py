"""When people write, and when an office gets round to it."""

import random  # noqa: TID251  (a seeded generator comes in; nothing here draws by itself)
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from commonweal.city.types import Term, TermUnit
from commonweal.methods.worktime import Calendar, add_working_time

Chance = random.Random

DAY_AT_WORK = timedelta(hours=7)
# How likely somebody writes in each hour of the day: little at night, most at noon and after work.
_HOURS = (1, 1, 0, 0, 0, 1, 3, 6, 9, 8, 7, 7, 9, 8, 6, 6, 6, 8, 10, 10, 9, 7, 5, 2)


def hour_of_writing(chance: Chance, day: datetime, calendar: Calendar) -> datetime:
    """Put a report on a day at an hour at which people write."""
    local = day.astimezone(ZoneInfo(calendar.zone))
    hour = chance.choices(range(24), weights=_HOURS)[0]
    local = local.replace(
        hour=hour, minute=chance.randrange(60), second=chance.randrange(60), microsecond=0
    )
    return local.astimezone(UTC)


def at_leisure(chance: Chance, after: datetime, calendar: Calendar, *, days: float) -> datetime:
    """Find a time, some days later, at which a resident sits down and writes."""
    wait = timedelta(days=chance.uniform(0.2, days))
    wanted = hour_of_writing(chance, after + wait, calendar)
    return max(wanted, after + timedelta(minutes=chance.randrange(20, 90)))


def at_work(chance: Chance, after: datetime, calendar: Calendar, *, hours: float) -> datetime:
    """Find a time, some working hours later, at which the office is open."""
    wait = timedelta(minutes=chance.uniform(hours * 40, hours * 72))
    return add_working_time(calendar, after, wait).replace(microsecond=0)


def day_and_night(chance: Chance, after: datetime, *, hours: float) -> datetime:
    """Find a time some hours later, as an emergency crew works."""
    wait = timedelta(minutes=chance.uniform(hours * 40, hours * 72))
    return (after + wait).replace(microsecond=0)


def length(term: Term) -> tuple[bool, float]:
    """Say whether a promise runs day and night, and over how many hours."""
    match term.unit:
        case TermUnit.HOURS:
            return True, term.amount
        case TermUnit.DAYS:
            return True, term.amount * 24
        case TermUnit.WORKING_HOURS:
            return False, term.amount
    return False, term.amount * DAY_AT_WORK / timedelta(hours=1)
