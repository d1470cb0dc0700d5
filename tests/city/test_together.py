"""Many at once: a due date is told once, and the units stay a tree."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections

from commonweal.city import actions, queries
from commonweal.city.errors import ClockRunsAlready, UnitBelowItself
from commonweal.city.events import ClockRanOut
from commonweal.city.types import Term, TermUnit
from commonweal.kernel.events import on
from commonweal.kernel.models import Job
from tests.factories.city import ALWAYS, given_unit

pytestmark = [
    pytest.mark.database,
    pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer: proven on PostgreSQL"),
    pytest.mark.django_db(transaction=True),
]

BEGIN = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
TWO_HOURS = Term(amount=2, unit=TermUnit.WORKING_HOURS)


@on(ClockRanOut)
def listen(event: ClockRanOut) -> None:
    """Somebody must listen, or no row is written."""


def at_once(count: int, act: Callable[[int], Any]) -> list[Any]:
    together = Barrier(count)

    def run(number: int) -> Any:
        try:
            together.wait()
            return act(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_eight_workers_tell_a_hundred_due_dates_once_each() -> None:
    for number in range(100):
        actions.start_clock(subject=f"case:{number:032x}", kind="promise", term=TWO_HOURS, at=BEGIN)

    told = at_once(8, lambda _: actions.run_out(at=BEGIN + timedelta(days=1), limit=30))

    told.append(actions.run_out(at=BEGIN + timedelta(days=1)))
    rows = Job.objects.filter(name="city.ClockRanOut", handler__endswith="listen")
    assert sum(told) == 100
    assert rows.values("subject").distinct().count() == rows.count() == 100


def test_of_many_who_start_a_clock_one_does() -> None:
    def start(_number: int) -> bool:
        try:
            actions.start_clock(subject="case:1", kind="promise", term=TWO_HOURS, at=BEGIN)
        except ClockRunsAlready:
            return False
        return True

    assert sorted(at_once(8, start)) == [False] * 7 + [True]


def test_two_who_put_two_units_below_each_other_leave_a_tree() -> None:
    units = [given_unit("works"), given_unit("lamps")]

    def move(number: int) -> bool:
        card, other = units[number], units[1 - number]
        try:
            actions.save_unit(
                unit_id=card.id,
                code=card.code,
                names=card.names,
                parent_id=other.id,
                seen=1,
                **ALWAYS,
            )
        except UnitBelowItself:
            return False
        return True

    assert sorted(at_once(2, move)) == [False, True]
    assert [card.depth for card in queries.units()] == [0, 1]
