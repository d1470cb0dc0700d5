"""Entries: chained per subject, mute about people, never half written."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest
from django.db import transaction

from commonweal.kernel.errors import Refusal
from commonweal.ledger import actions, queries
from commonweal.ledger.errors import ForbiddenFact
from commonweal.ledger.models import Disclosure, Entry, Head
from commonweal.ledger.types import Entered, subject_of
from commonweal.ledger.types import Entry as Act
from commonweal.methods.leaf import b64url, leaf_hash
from tests.factories.given import GIVEN_AT, given
from tests.kernel.crowd import at_once, needs_many_writers

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def act(subject: str = "lamp:1", **facts: object) -> Act:
    return Act(type="lamp.lit", subject=subject, actor="unit:works", facts=facts)


@transaction.atomic
def enter(*subjects: str) -> list[Entered]:
    return actions.append_all([act(subject) for subject in subjects], at=GIVEN_AT)


def test_each_entry_holds_the_hash_of_the_one_before() -> None:
    first, second = enter("lamp:1", "lamp:1")

    leaves = [json.loads(row.leaf) for row in Entry.objects.order_by("seq")]

    assert [(leaf["seq"], leaf["prev"]) for leaf in leaves] == [(1, ""), (2, first.hash)]
    assert Head.objects.get(subject="lamp:1").hash == second.hash


def test_subjects_do_not_share_a_chain() -> None:
    entered = enter("lamp:1", "lamp:2", "lamp:1")

    assert [one.seq for one in entered] == [1, 1, 2]


def test_the_hash_is_that_of_the_leaf_as_it_stands() -> None:
    (entered,) = enter("lamp:1")

    leaf = Entry.objects.get().leaf

    assert entered.hash == b64url(leaf_hash(leaf.encode()))


def test_an_act_of_a_resident_is_entered_to_the_hour() -> None:
    at = datetime(2026, 3, 2, 9, 41, 17, tzinfo=UTC)
    with transaction.atomic():
        entered = actions.append(Act(type="a.b", subject="s:1", actor="resident"), at=at)

    leaf = json.loads(Entry.objects.get().leaf)

    assert leaf["at"] == "2026-03-02T09:00:00Z"
    assert entered.id.int >> 80 == int(datetime(2026, 3, 2, 9, tzinfo=UTC).timestamp() * 1000)


def test_an_act_of_a_unit_is_entered_to_the_second() -> None:
    at = datetime(2026, 3, 2, 9, 41, 17, 250_000, tzinfo=UTC)
    with transaction.atomic():
        actions.append(act(), at=at)

    assert json.loads(Entry.objects.get().leaf)["at"] == "2026-03-02T09:41:17Z"


def test_a_claimed_earlier_time_stands_beside_the_time_of_record() -> None:
    said = "2018-01-01T00:48:30Z import"
    with transaction.atomic():
        actions.append(Act(type="a.b", subject="s:1", actor="unit:x", happened=said), at=GIVEN_AT)

    (card,) = queries.entries_of("s:1")

    assert (card.happened, card.at) == (said, GIVEN_AT)


@pytest.mark.django_db(transaction=True)
def test_an_entry_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="needs a transaction"):
        actions.append(act(), at=GIVEN_AT)


@pytest.mark.parametrize("value", ["x" * 201, "two\nlines", 1.5, b"bytes", {"in": {"deep": 0.1}}])
def test_a_fact_that_could_be_a_text_is_refused(value: object) -> None:
    with pytest.raises(ForbiddenFact) as refusal, transaction.atomic():
        actions.append(act(word=value), at=GIVEN_AT)

    assert isinstance(refusal.value, Refusal)
    assert not Entry.objects.exists()


def test_a_hidden_text_leaves_only_a_digest_and_can_be_erased() -> None:
    hidden = Act(type="a.b", subject="s:1", actor="unit:x", hidden={"answer": "修好了"})
    with transaction.atomic():
        entered = actions.append(hidden, at=GIVEN_AT)
    leaf = Entry.objects.get().leaf
    assert queries.disclosed(entered.id) == {"answer": "修好了"}

    Disclosure.objects.all().delete()

    assert "修好了" not in leaf
    assert queries.disclosed(entered.id) == {}
    assert queries.check_chain("s:1").breaks == ()


def test_the_same_text_hidden_twice_has_two_digests() -> None:
    hidden = Act(type="a.b", subject="s:1", actor="unit:x", hidden={"answer": "no"})
    with transaction.atomic():
        actions.append_all([hidden, hidden], at=GIVEN_AT)

    assert Disclosure.objects.values("digest").distinct().count() == 2


def test_a_whole_chain_is_found_whole() -> None:
    enter(*["lamp:1"] * 5)

    report = queries.check_chain("lamp:1")

    assert (report.entries, report.breaks) == (5, ())


def test_a_row_altered_by_hand_is_found() -> None:
    enter(*["lamp:1"] * 3)
    row = Entry.objects.get(seq=2)
    leaf = row.leaf.replace("unit:works", "unit:water")
    Entry.objects.filter(seq=2).update(leaf=leaf)

    breaks = queries.check_chain("lamp:1").breaks

    assert "number 2 was altered" in breaks
    assert "number 3 does not continue the one before" in breaks


def test_a_column_altered_beside_its_leaf_is_found() -> None:
    enter("lamp:1")
    Entry.objects.update(type="lamp.stolen")

    assert queries.check_chain("lamp:1").breaks == ("number 1 was altered",)


def test_a_row_altered_together_with_its_hash_is_found_too() -> None:
    enter(*["lamp:1"] * 3)
    leaf = Entry.objects.get(seq=2).leaf.replace("unit:works", "unit:water")
    forged = b64url(leaf_hash(leaf.encode()))
    Entry.objects.filter(seq=2).update(leaf=leaf, hash=forged)

    assert queries.check_chain("lamp:1").breaks == ("number 3 does not continue the one before",)


def test_the_last_row_forged_whole_is_found_by_its_head() -> None:
    enter(*["lamp:1"] * 2)
    leaf = Entry.objects.get(seq=2).leaf.replace("unit:works", "unit:water")
    Entry.objects.filter(seq=2).update(leaf=leaf, hash=b64url(leaf_hash(leaf.encode())))

    assert queries.check_chain("lamp:1").breaks == ("the head does not name the newest entry",)


def test_a_row_taken_out_is_found() -> None:
    enter(*["lamp:1"] * 3)
    Entry.objects.filter(seq=2).delete()

    assert queries.check_chain("lamp:1").breaks != ()


def test_the_last_rows_taken_out_are_found_by_the_head() -> None:
    enter(*["lamp:1"] * 3)
    Entry.objects.filter(seq=3).delete()

    assert queries.check_chain("lamp:1").breaks == ("the head does not name the newest entry",)


def test_a_subject_of_which_nothing_is_known_has_an_empty_chain() -> None:
    report = queries.check_chain("lamp:none")

    assert (report.entries, report.breaks) == (0, ())


def test_numbers_of_entries_can_be_told_over_the_phone() -> None:
    numbers = {one.number for one in enter(*["lamp:1"] * 50)}

    assert len(numbers) == 50
    assert all(set(number) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ-") for number in numbers)


def test_what_a_test_gives_is_an_entry_of_its_own_kind() -> None:
    entry_id = given(subject_of("lamp", uuid4()))

    card = queries.entry(entry_id)

    assert card is not None
    assert card.type == "test.given"


def test_an_entry_nobody_made_is_not_found() -> None:
    assert queries.entry(UUID(int=0)) is None


@needs_many_writers
@pytest.mark.django_db(transaction=True)
def test_fifty_writers_on_one_subject_make_one_chain() -> None:
    answers = at_once([partial(enter, "lamp:1")] * 50)

    assert all(isinstance(answer, list) for answer in answers)
    assert queries.check_chain("lamp:1").entries == 50
    assert queries.check_chain("lamp:1").breaks == ()


@needs_many_writers
@pytest.mark.django_db(transaction=True)
def test_writers_of_crossing_pairs_never_wait_in_a_ring() -> None:
    names = ["lamp:1", "lamp:2", "lamp:3", "lamp:4"]
    pairs = [(a, b) for a in names for b in names if a != b] * 4

    answers = at_once([partial(enter, a, b) for a, b in pairs])

    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    reports = [queries.check_chain(name) for name in names]
    assert [(report.entries, report.breaks) for report in reports] == [(24, ())] * 4


@needs_many_writers
@pytest.mark.django_db(transaction=True)
def test_writers_that_undo_leave_no_gap() -> None:
    @transaction.atomic
    def undo() -> list[Entered]:
        actions.append(act("lamp:1"), at=GIVEN_AT + timedelta(seconds=1))
        raise ZeroDivisionError

    acts: list[Callable[[], list[Entered]]] = [partial(enter, "lamp:1"), undo]
    at_once(acts * 10)

    report = queries.check_chain("lamp:1")
    assert (report.entries, report.breaks) == (10, ())
