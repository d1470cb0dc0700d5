"""The public record as programs read it: found by time, place and number, and never too exactly."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from commonweal.cases import actions, queries
from commonweal.cases.types import Near, Place, PublicCard, Receipt, Sought, State
from commonweal.kernel.types import ANONYMOUS
from tests.factories.cases import (
    NOW,
    Town,
    card,
    category,
    draft,
    reported,
    reporter,
    town,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR = timedelta(hours=1)


@pytest.fixture
def here() -> Town:
    return town()


def told(here: Town, *, at: datetime = NOW, **values: Any) -> Receipt:
    return actions.report(draft=draft(here.lamp, **values), by=ANONYMOUS, at=at)


def found(sought: Sought, **page: int) -> list[str]:
    return [one.number for one in queries.public_cards(sought, at=NOW, **page)]


def public(receipt: Receipt) -> PublicCard:
    return queries.public_card(receipt.number, at=NOW)


def test_everything_comes_newest_first_in_pages_that_end(here: Town) -> None:
    three = [told(here, at=NOW + timedelta(minutes=n)).number for n in range(3)]

    assert found(Sought()) == three[::-1]
    assert found(Sought(), number=2, size=2) == three[:1]
    assert found(Sought(), number=3, size=2) == []


def test_numbers_are_read_as_people_write_them_and_what_is_none_finds_nothing(here: Town) -> None:
    one, _other = told(here), told(here)

    assert found(Sought(numbers=(one.number.lower().replace("-", " "), "x", ""))) == [one.number]
    assert found(Sought(numbers=())) == []


def test_a_span_holds_its_beginning_and_not_its_end(here: Town) -> None:
    one = told(here).number

    assert found(Sought(received_from=NOW, received_until=NOW + HOUR)) == [one]
    assert found(Sought(received_from=NOW - HOUR, received_until=NOW)) == []


def test_open_and_ended_cases_are_told_apart(here: Town) -> None:
    going, over = told(here), told(here)
    actions.answer(case_id=over.case_id, text="Mended.", seen=1, by=here.officer, at=NOW)

    assert found(Sought(is_open=True)) == [going.number]
    assert found(Sought(is_open=False)) == [over.number]


def test_a_category_is_found_by_itself_and_by_the_one_above(here: Town) -> None:
    lamp, _trouble = told(here).number, reported(here.private).number
    elsewhere = category("park", "Park")

    assert here.lamp.parent_id is not None
    assert found(Sought(categories=(here.lamp.id,))) == [lamp]
    assert len(found(Sought(categories=(here.lamp.parent_id,)))) == 2
    assert found(Sought(categories=(elsewhere.id,))) == []


def test_a_circle_is_drawn_around_the_point_that_everybody_sees(here: Town) -> None:
    exact = Place(lat=22.05004, lng=114.05004)  # everybody sees 22.05, 114.05
    number = told(here, place=exact).number
    told(here, place=Place(lat=22.06, lng=114.05))  # some 1,100 m to the north
    told(here, place=Place(words="somewhere"))

    def around(lat: float, lng: float, metres: float) -> list[str]:
        return found(Sought(near=Near(lat=lat, lng=lng, metres=metres)))

    assert around(22.05, 114.05, 0.5) == [number]
    assert around(22.05004, 114.05004, 3) == []  # the exact point is not found out
    assert around(22.05, 114.06, 1_100) == [number]
    assert around(22.05, 114.06, 1_000) == []
    assert len(around(22.05, 114.05, 1_200)) == 2


def test_of_a_private_kind_the_circle_is_drawn_around_the_quarter(here: Town) -> None:
    number = reported(here.private, place=Place(lat=22.0504, lng=114.0504)).number

    def around(lat: float, lng: float, metres: float) -> list[str]:
        return found(Sought(near=Near(lat=lat, lng=lng, metres=metres)))

    assert around(22.05, 114.05, 1) == [number]
    assert around(22.0504, 114.0504, 30) == []


def test_an_act_of_the_city_changes_a_case_to_the_second_and_a_residents_to_the_hour(
    here: Town,
) -> None:
    at = datetime(2026, 3, 9, 9, 30, 15, tzinfo=UTC)
    receipt = told(here, at=at)

    assert public(receipt).changed_at == datetime(2026, 3, 9, 9, tzinfo=UTC)

    actions.ask(case_id=receipt.case_id, text="Which?", seen=1, by=here.officer, at=at + HOUR)
    assert public(receipt).changed_at == at + HOUR

    actions.reply(reporter=reporter(receipt), text="This", at=at + HOUR + timedelta(minutes=5))
    assert public(receipt).changed_at == at + HOUR  # never earlier than before


def test_a_note_among_colleagues_changes_nothing_that_is_seen(here: Town) -> None:
    receipt = told(here)

    actions.note(case_id=receipt.case_id, text="Call first.", by=here.officer, at=NOW + HOUR)

    assert public(receipt).changed_at < NOW
    assert found(Sought(changed_from=NOW)) == []


def test_what_changed_is_found_by_its_time(here: Town) -> None:
    receipt, _still = told(here), told(here)
    actions.publish(case_id=receipt.case_id, text="Dark.", seen=1, by=here.officer, at=NOW + HOUR)

    assert found(Sought(changed_from=NOW)) == [receipt.number]
    assert found(Sought(changed_from=NOW, changed_until=NOW + HOUR)) == []


def test_moves_are_told_in_order_with_what_was_publicly_said(here: Town) -> None:
    receipt, by = told(here), here.officer
    actions.ask(case_id=receipt.case_id, text="Which lamp?", seen=1, by=by, at=NOW + HOUR)
    actions.reply(reporter=reporter(receipt), text="The tall one", at=NOW + 2 * HOUR)
    seen = card(receipt).version
    actions.answer(case_id=receipt.case_id, text="Mended.", seen=seen, by=by, at=NOW + 3 * HOUR)

    moves = queries.public_moves(since=NOW, until=NOW + 4 * HOUR)

    assert [(one.to, one.text) for one in moves] == [
        (State.WAITING, ""),
        (State.IN_WORK, ""),
        (State.ANSWERED, "Mended."),
    ]
    assert {one.number for one in moves} == {receipt.number}
    assert moves[1].at.minute == 0  # of a resident, the hour
    assert len({one.id for one in moves}) == 3


def test_moves_are_found_by_time_number_and_page(here: Town) -> None:
    one, other = told(here), told(here)
    for n, receipt in enumerate((one, other)):
        actions.start(
            case_id=receipt.case_id, seen=1, by=here.officer, at=NOW + timedelta(minutes=n)
        )

    def numbers(**values: Any) -> list[str]:
        return [move.number for move in queries.public_moves(since=NOW, until=NOW + HOUR, **values)]

    assert numbers() == [one.number, other.number]
    assert numbers(numbers=[other.number]) == [other.number]
    assert numbers(numbers=[]) == []
    assert numbers(number=2, size=1) == [other.number]
    assert queries.public_moves(since=NOW + HOUR, until=NOW + 2 * HOUR) == []


def test_a_forgotten_case_tells_its_moves_without_words_of_residents(here: Town) -> None:
    receipt = told(here)
    actions.withdraw(reporter=reporter(receipt), text="It was me", at=NOW)

    actions.forget(ended_before=NOW + HOUR, at=NOW + 2 * HOUR)

    (move,) = queries.public_moves(since=NOW, until=NOW + HOUR)
    assert (move.to, move.text) == (State.WITHDRAWN, "")
