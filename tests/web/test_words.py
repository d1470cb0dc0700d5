"""Every state and every entry is said in words, for everybody, the reporter and staff."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

import pytest
from django.utils import translation

from commonweal.cases import actions, queries
from commonweal.cases.types import State, WordKind
from commonweal.kernel.types import Channel
from commonweal.ledger.types import EntryCard
from commonweal.web import words
from tests.factories.cases import NOW, card, reported, reporter, town

pytestmark = [pytest.mark.django_db]
EVERY_TYPE: dict[str, dict[str, Any]] = {
    "cases.received": {"unit": uuid4().hex, "channel": "web", "because": ["fallback"]},
    "cases.moved": {"from": "received", "to": "answered"},
    "cases.reviewed": {"publication": "published"},
    "cases.recategorised": {"from": "lamp", "to": "private"},
    "cases.replied": {},
    "cases.corrected": {},
    "cases.photo-added": {},
    "cases.noted": {},
    "cases.keys-replaced": {},
    "cases.imported": {},
    "identity.revealed": {"kind": "mail"},
    "system.migrated": {},
}


def entry(type_: str, *, actor: str = "resident", **facts: Any) -> EntryCard:
    return EntryCard(
        id=uuid4(),
        type=type_,
        at=NOW,
        happened="",
        actor=actor,
        subject="case:1",
        seq=1,
        facts=facts,
        hash="",
        number="00000-00000-0",
    )


@pytest.mark.parametrize("state", list(State))
def test_every_state_has_a_name_and_a_meaning(state: State) -> None:
    assert 0 < len(words.state_label(state)) < 30
    assert words.state_meaning(state).endswith(".")


@pytest.mark.parametrize("state", list(State))
def test_every_move_is_a_sentence(state: State) -> None:
    moved = entry("cases.moved", to=state.value, unit=uuid4().hex, on="2026-03-12")

    assert words.sentence(moved)
    assert words.sentence(moved, to_reporter=True)


@pytest.mark.parametrize("type_", EVERY_TYPE)
def test_every_entry_is_a_sentence_for_each_reader(type_: str) -> None:
    told = entry(type_, **EVERY_TYPE[type_])

    for reader in ({}, {"to_reporter": True}, {"to_staff": True}):
        assert words.sentence(told, **reader).endswith(".")
        assert type_ not in words.sentence(told, **reader)


def test_an_entry_of_a_later_release_is_named_at_least() -> None:
    assert "cases.dreamt-of" in words.sentence(entry("cases.dreamt-of"))


@pytest.mark.parametrize("publication", ["published", "withheld", "taken-down"])
def test_every_review_is_a_sentence(publication: str) -> None:
    assert words.sentence(entry("cases.reviewed", publication=publication)).endswith(".")


@pytest.mark.parametrize("channel", list(Channel))
def test_every_channel_has_words(channel: Channel) -> None:
    assert words.channel_label(channel)


def test_reasons_of_routing_are_said() -> None:
    here = town()
    reasons = ["category:lamp", "district:north", "channel:phone", "word:cable", "fallback"]

    said = words.because([*reasons, "person", "always", "category:gone"])

    for part in ("Street lamp", "North", "by phone", "cable", "fallback unit", "person", "gone"):
        assert part in said
    assert words.because([])
    assert here.north


def test_who_acts_is_never_a_person() -> None:
    here = town()

    assert words.who(f"unit:{here.roads.id.hex}") == "Roads"
    assert words.who("role:dispatcher") == "Dispatcher"
    assert words.who("resident") == "The reporter"
    assert words.who("resident", to_reporter=True) == "You"
    for strange in ("system", "role:emperor", "unit:none", ""):
        assert words.who(strange)


def test_words_stand_with_the_entries_they_came_with() -> None:
    here = town()
    receipt = reported(here.lamp)
    time = (NOW + timedelta(minutes=n) for n in count())

    def act(does: Any, text: str, **said: Any) -> None:
        does(case_id=receipt.case_id, text=text, by=here.officer, at=next(time), **said)

    act(actions.ask, "Which side?", seen=1)
    actions.reply(reporter=reporter(receipt), text="The left.", at=next(time))
    act(actions.answer, "A new bulb.", seen=3)
    actions.contest(reporter=reporter(receipt), text="Dark again.", at=next(time))
    act(actions.note, "Hm.")
    act(actions.answer, "A new post.", seen=6)

    entries = queries.history(receipt.case_id)
    everything = queries.words(receipt.case_id, with_notes=True)
    told = {
        "public": words.history(entries, queries.words(receipt.case_id)),
        "reporter": words.history(entries, queries.words(receipt.case_id), to_reporter=True),
        "staff": words.history(entries, everything, to_staff=True),
    }

    public = ["", "", "", "A new bulb.", "", "", "A new post."]
    assert [item.text for item in told["public"]] == public
    said = ["", "Which side?", "The left.", "A new bulb.", "Dark again.", "", "A new post."]
    assert [item.text for item in told["reporter"]] == said
    assert [item.text for item in told["staff"]] == [*said[:5], "Hm.", said[6]]


def test_an_answer_that_is_not_public_does_not_lend_its_place_to_the_next() -> None:
    here = town()
    receipt = reported(here.lamp)
    actions.answer(case_id=receipt.case_id, text="First.", seen=1, by=here.officer, at=NOW)
    (word,) = queries.words(receipt.case_id)
    entries = queries.history(receipt.case_id)
    hidden = type(word)(**{**vars(word), "is_public": False})

    assert words.history(entries, [hidden])[1].text == ""
    assert hidden.kind is WordKind.ANSWER


class TestPledge:
    def test_it_is_kept_broken_or_waits(self) -> None:
        here = town()
        receipt = reported(here.lamp)
        later = NOW + timedelta(days=40)

        assert words.pledge(queries.card(receipt.case_id, at=NOW)).is_late is False
        assert "It is late." in words.pledge(queries.card(receipt.case_id, at=later)).text
        actions.ask(case_id=receipt.case_id, text="Where?", seen=1, by=here.officer, at=NOW)
        assert "stands still" in words.pledge(queries.card(receipt.case_id, at=later)).text

    @pytest.mark.parametrize(("days", "says"), [(0, "in time"), (30, "later than promised")])
    def test_an_answer_says_whether_it_came_in_time(self, days: int, says: str) -> None:
        here = town()
        receipt = reported(here.lamp)
        at = NOW + timedelta(days=days)
        actions.answer(case_id=receipt.case_id, text="Done.", seen=1, by=here.officer, at=at)

        assert says in words.pledge(queries.card(receipt.case_id, at=at)).text

    def test_nothing_is_promised_for_what_was_taken_back(self) -> None:
        here = town()
        receipt = reported(here.lamp)
        actions.withdraw(reporter=reporter(receipt), text="", at=NOW)

        assert "nothing is promised" in words.pledge(card(receipt)).text


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", "5 March 2026"), ("zh-hant", "2026年3月5日"), ("zh-hans", "2026年3月5日")],
)
def test_days_are_written_as_readers_write_them(language: str, said: str) -> None:
    with translation.override(language):
        assert words.day(date(2026, 3, 5)) == said
        assert said in words.moment(datetime(2026, 3, 5, 8, 30, tzinfo=UTC))


def test_names_that_are_gone_still_read_as_words() -> None:
    nobody = uuid4()

    assert words.unit_name(nobody)
    assert words.category_name(nobody)
    assert words.district_name(nobody) == words.landmark_name(nobody) == ""
    assert words.district_name(None) == words.landmark_name(None) == ""
