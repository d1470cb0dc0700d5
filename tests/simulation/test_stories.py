"""Stories reach the state they are told to end in, whatever day it is today."""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from commonweal.cases.types import State
from commonweal.city import actions as city
from commonweal.kernel.types import SYSTEM
from commonweal.simulation.actions.making import town
from commonweal.simulation.adapters import texts
from commonweal.simulation.rules import stories
from commonweal.simulation.rules.stories import PAST
from commonweal.simulation.types import Do, Story, Town

LAST = {
    State.CONFIRMED: Do.CONFIRM,
    State.ANSWERED: Do.ANSWER,
    State.CONTESTED: Do.CONTEST,
    State.WAITING: Do.ASK,
    State.SCHEDULED: Do.SCHEDULE,
    State.ON_HOLD: Do.HOLD,
    State.NOT_OURS: Do.REFER,
    State.CANNOT: Do.DECLINE,
    State.WITHDRAWN: Do.WITHDRAW,
    State.ASSIGNED: Do.ASSIGN,
}
DAYS = {
    "a Sunday": datetime(2026, 11, 22, 2, 0, tzinfo=UTC),
    "a Monday before the offices open": datetime(2026, 11, 22, 23, 0, tzinfo=UTC),
    "the last day of the new year's holidays": datetime(2027, 2, 9, 12, 0, tzinfo=UTC),
    "the day after Easter": datetime(2026, 4, 8, 0, 0, tzinfo=UTC),
    "a day for which no holidays are known yet": datetime(2031, 7, 1, 9, 0, tzinfo=UTC),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def tinglan() -> Town:
    at = datetime(2026, 1, 2, tzinfo=UTC)
    city.load_folder(folder=texts.PROFILE, by=SYSTEM, at=at, reason="try it")
    return town()


def told(tinglan: Town, until: datetime, seed: int = 3) -> list[Story]:
    return stories(texts.book(), tinglan, seed=seed, until=until, count=300)


def test_every_state_is_reached_whatever_day_it_is(tinglan: Town) -> None:
    for day, until in DAYS.items():
        for story in told(tinglan, until):
            last = [step.do for step in story.steps][-1:]
            if story.ends in LAST:
                assert last == [LAST[story.ends]], (day, story)
            if story.ends is State.ACKNOWLEDGED:
                assert Do.ACKNOWLEDGE in {step.do for step in story.steps}


def test_everything_happens_in_order_and_before_today(tinglan: Town) -> None:
    until = DAYS["a Sunday"]

    for story in told(tinglan, until):
        times = [story.at, *(step.at for step in story.steps)]

        assert times == sorted(times)
        assert until - PAST <= times[0]
        assert times[-1] < until


def test_texts_differ_and_hold_no_gaps(tinglan: Town) -> None:
    all_told = told(tinglan, DAYS["a Sunday"])
    texts_told = Counter(story.text for story in all_told)

    assert len(texts_told) > 280
    for story in all_told:
        said = [story.text, story.public_text, *(step.text for step in story.steps)]
        assert not [text for text in said if set("{}") & set(text)]


def test_offices_act_when_they_are_open_unless_it_cannot_wait(tinglan: Town) -> None:
    slow = {card.code for card in tinglan.categories if card.term.unit.value.startswith("working")}

    for story in told(tinglan, DAYS["a Sunday"]):
        for step in story.steps:
            if step.do is Do.ACKNOWLEDGE and story.category in slow:
                local = step.at + timedelta(hours=8)
                assert local.weekday() < 5
                assert 9 <= local.hour < 18
