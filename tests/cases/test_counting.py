"""The tallies behind maps and statistics say what the cases say, whatever happened in between."""

from collections import Counter
from collections.abc import Hashable
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db.models import Sum

from commonweal.cases import actions, queries
from commonweal.cases.models import Case, CellTally, MonthTally
from commonweal.cases.types import LEVELS, Filter, Foreign, Period, Place, Receipt, State, cell_of
from commonweal.kernel.types import Role
from tests.factories.cases import (
    ADMINISTRATOR,
    NOW,
    Town,
    card,
    reported,
    reporter,
    staff,
    town,
)
from tests.kernel.crowd import at_once, needs_many_writers

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def here() -> Town:
    return town()


def truth(by: str) -> dict[Hashable, tuple[int, int]]:
    """Count by hand."""
    received, still = Counter[Hashable](), Counter[Hashable]()
    for one in queries.listing(Filter(), at=NOW, size=1000).items:
        key = getattr(one, by)
        received[key] += 1
        still[key] += one.closed_at is None
    return {key: (received[key], still[key]) for key in received}


def told(by: str) -> dict[Hashable, tuple[int, int]]:
    return {one.key: (one.received, one.still_open) for one in queries.tallies(Period(), by)}


def answered(here: Town, receipt: Receipt, after: timedelta = timedelta()) -> None:
    actions.answer(
        case_id=receipt.case_id,
        text="Done",
        seen=card(receipt).version,
        by=here.officer,
        at=NOW + after,
    )


def test_what_is_counted_is_what_there_is(here: Town) -> None:
    lamp, other, gone = reported(here.lamp), reported(here.lamp), reported(here.private)
    actions.count_changed()
    answered(here, lamp)
    actions.withdraw(reporter=reporter(gone), text="", at=NOW)
    actions.recategorise(
        case_id=other.case_id,
        category_id=here.private.id,
        reason="it is something else",
        seen=card(other).version,
        by=staff(Role.DISPATCHER),
        at=NOW,
    )

    while actions.count_changed():
        pass

    assert told("category_id") == truth("category_id")
    assert told("unit_id") == truth("unit_id")
    assert told("month") == {date(NOW.year, NOW.month, 1): (3, 1)}
    assert CellTally.objects.aggregate(n=Sum("count"))["n"] == 3 * len(LEVELS)


def test_counting_again_changes_nothing(here: Town) -> None:
    reported(here.lamp)
    actions.count_changed()
    before = list(MonthTally.objects.values())

    Case.objects.update(counted_version=0)
    counted = actions.count_changed()

    assert (counted, list(MonthTally.objects.values())) == (1, before)
    assert actions.count_changed() == 0


def test_a_promise_kept_and_one_broken(here: Town) -> None:
    kept, broken, withdrawn = (reported(here.lamp) for _ in range(3))
    answered(here, kept, timedelta(days=1))
    answered(here, broken, timedelta(days=90))
    actions.withdraw(reporter=reporter(withdrawn), text="", at=NOW)

    actions.count_changed()

    total = queries.total(Period())
    assert (total.received, total.ended, total.promised, total.in_time) == (3, 3, 2, 1)
    assert total.share_in_time == 0.5
    assert total.mean_days == pytest.approx(91 / 3)


def test_a_period_and_a_kind_are_looked_at_alone(here: Town) -> None:
    reported(here.lamp)
    reported(here.private)
    actions.count_changed()
    month = date(NOW.year, NOW.month, 1)

    assert queries.total(Period(categories=(here.lamp.id,))).received == 1
    assert queries.total(Period(first=month, last=month)).received == 2
    assert queries.total(Period(last=month - timedelta(days=1))).received == 0
    assert queries.total(Period(units=(uuid4(),), districts=(here.north.id,))).received == 0


def test_an_import_is_counted_with_it(here: Town) -> None:
    foreign = [
        Foreign(
            source="elsewhere",
            source_id=str(i),
            row_digest="0" * 64,
            category_id=here.lamp.id,
            unit_id=None,
            state=State.ANSWERED if i % 2 else State.RECEIVED,
            received=NOW - timedelta(days=40 * i),
            closed=NOW,
            place=Place(lat=22.05, lng=114.05),
        )
        for i in range(120)
    ]

    actions.import_cases(foreign=foreign, file_digest="0" * 64, by=ADMINISTRATOR, at=NOW)

    assert actions.count_changed() == 0
    assert told("category_id") == {here.lamp.id: (120, 60)}
    assert queries.total(Period()).promised == 0


def test_cells_hold_what_lies_in_them(here: Town) -> None:
    for lat, lng in ((22.05, 114.05), (22.0501, 114.0501), (22.09, 114.09), (22.05, 170.0)):
        reported(here.lamp, place=Place(lat=lat, lng=lng))
    reported(here.private, place=Place(lat=22.05, lng=114.05))
    actions.count_changed()
    box = (114.0, 22.0, 114.2, 22.2)

    close = queries.cells(box, level=18, categories=[here.lamp.id])
    far = queries.cells(box, level=3)

    assert [cell.count for cell in close] == [2, 1]
    assert sum(cell.count for cell in far) == 4
    x, y = cell_of(22.05, 114.05, 18)
    assert (close[0].west, close[0].south) == pytest.approx(
        (x * close[0].size - 180, y * close[0].size - 90)
    )
    assert queries.cells(box, level=18, is_open=False) == []


def test_what_was_forgotten_lies_in_the_middle_of_its_quarter(here: Town) -> None:
    receipt = reported(here.lamp, place=Place(lat=22.05051, lng=114.05))
    answered(here, receipt)
    actions.count_changed()
    closest = CellTally.objects.filter(level=18, count__gt=0)
    before = closest.values_list("x", "y").get()

    actions.forget(ended_before=NOW + timedelta(days=1), at=NOW + timedelta(days=800))
    actions.count_changed()

    assert closest.values_list("x", "y").get() == cell_of(22.051, 114.05, 18) != before


@needs_many_writers
@pytest.mark.django_db(transaction=True)
def test_many_who_count_at_once_count_everything_once(here: Town) -> None:
    for _ in range(40):
        reported(here.lamp)

    at_once([lambda: actions.count_changed(most=7)] * 12)

    assert told("category_id") == truth("category_id")


def test_a_case_that_another_unit_takes_is_counted_there(here: Town) -> None:
    receipt = reported(here.lamp)
    actions.count_changed()
    actions.assign(
        case_id=receipt.case_id,
        unit_id=here.centre.id,
        assignee_id=None,
        reason="theirs",
        seen=card(receipt).version,
        by=staff(Role.DISPATCHER),
        at=NOW,
    )

    actions.count_changed()

    assert told("unit_id") == {here.centre.id: (1, 1)}
