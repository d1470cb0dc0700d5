"""One act for many cases: looked at before, done each by itself, undone within its time."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core import mail

from commonweal.cases import actions, queries
from commonweal.cases.actions import bulk as bulk_actions
from commonweal.cases.actions import undoing
from commonweal.cases.errors import (
    DateToCome,
    EmptyText,
    NoSuchBulk,
    NoSuchCategory,
    NothingChosen,
    NotInBulk,
    ReasonMissing,
    TooLateToUndo,
    TooManyChosen,
    UnitClosed,
)
from commonweal.cases.models import Bulk, BulkItem, Case, MonthTally, Word
from commonweal.cases.types import (
    MOST_IN_BULK,
    Because,
    BulkCard,
    BulkDraft,
    BulkState,
    Choice,
    ContactDraft,
    Deed,
    Outcome,
    Publication,
    Receipt,
    Show,
    State,
)
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.identity import actions as identity
from commonweal.identity import queries as people
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.types import Actor, Role
from commonweal.ledger import queries as record
from commonweal.ledger.types import subject_of
from commonweal.messages import queries as told
from commonweal.messages.models import Message
from commonweal.messages.types import Rhythm
from tests.cases.test_following import DIGEST, follower, of_case, of_north
from tests.factories.cases import (
    ADMINISTRATOR,
    NOW,
    Town,
    card,
    category,
    reported,
    reporter,
    staff,
    town,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SOON = NOW + timedelta(minutes=5)
LATER = NOW + timedelta(minutes=40)
PLANNED = date(2026, 4, 1)
ANSWER = BulkDraft(deed=Deed.ANSWER, text="The storm damage is repaired.")


class Watch:
    """A clock that the test sets; no two looks tell the same time."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr("commonweal.cases.handlers.clock", watch)
    monkeypatch.setattr("commonweal.messages.handlers.clock", watch)
    return watch


@pytest.fixture
def here() -> Town:
    return town()


def employed(
    here: Town,
    role: Role = Role.LEAD,
    unit_id: UUID | None = None,
    until: datetime | None = None,
) -> Actor:
    """Give somebody who really holds a role: it is asked for again when the work is done."""
    address = f"{uuid4().hex}@example.org"
    person = identity.make_staff(mail=address, name="Lin", by=ADMINISTRATOR, at=NOW, language="en")
    where = None if role is Role.DISPATCHER else unit_id or here.roads.id
    identity.grant(
        person_id=person,
        role=role,
        unit_id=where,
        until=until,
        reason="a test",
        by=ADMINISTRATOR,
        at=NOW,
    )
    return people.actor_of_person(person, at=NOW)


def prepared(by: Actor, receipts: list[Receipt], draft: BulkDraft) -> UUID:
    numbers = [receipt.number for receipt in receipts]
    return actions.prepare_bulk(draft=draft, numbers=numbers, by=by, at=NOW)


def done(by: Actor, receipts: list[Receipt], draft: BulkDraft, watch: Watch) -> UUID:
    bulk_id = prepared(by, receipts, draft)
    actions.do_bulk(bulk_id=bulk_id, by=by, clock=watch)
    return bulk_id


def seen(bulk_id: UUID, by: Actor) -> BulkCard:
    return queries.bulk(bulk_id, by=by, at=NOW)


def outcomes(bulk_id: UUID, by: Actor) -> list[tuple[Outcome, Because | None]]:
    return [(item.outcome, item.because) for item in seen(bulk_id, by).items]


def mails_to_reporter() -> int:
    return sum(one.to == ["ada@example.org"] for one in mail.outbox)


def entry_types(receipt: Receipt) -> list[str]:
    return [entry.type for entry in record.entries_of(subject_of("case", receipt.case_id))]


class TestLooking:
    def test_each_case_says_what_will_happen_and_nothing_does(self, here: Town) -> None:
        lead = employed(here)
        fine, ended, foreign, touched = (
            reported(here.lamp),
            reported(here.lamp),
            reported(here.private),
            reported(here.lamp),
        )
        actions.answer(case_id=ended.case_id, text="Done", seen=1, by=here.officer, at=NOW)
        bulk_id = prepared(lead, [fine, ended, foreign, touched], ANSWER)
        actions.note(case_id=touched.case_id, text="wait", by=here.officer, at=NOW)

        shown = seen(bulk_id, lead)

        assert [(item.number, item.because) for item in shown.items] == [
            (fine.number, None),
            (ended.number, Because.WRONG_STATE),
            (touched.number, Because.CHANGED),
        ]  # what one may not see is not there
        assert (shown.state, shown.undo_minutes) == (BulkState.PREVIEW, 30)
        assert card(fine).state is State.RECEIVED

    def test_it_is_shown_to_whoever_made_it_only(self, here: Town) -> None:
        bulk_id = prepared(employed(here), [reported(here.lamp)], ANSWER)

        for by in (employed(here), employed(here, Role.DISPATCHER)):
            with pytest.raises(NoSuchBulk):
                seen(bulk_id, by)

    def test_what_a_choice_shows_is_meant_up_to_a_limit(
        self, here: Town, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lead, receipts = employed(here), [reported(here.lamp) for _ in range(3)]
        reported(here.private)
        draft = BulkDraft(deed=Deed.START)

        whole = actions.prepare_bulk(draft=draft, choice=Choice(), by=lead, at=NOW)
        monkeypatch.setattr(bulk_actions, "MOST_IN_BULK", 2)
        part = actions.prepare_bulk(draft=draft, choice=Choice(), by=lead, at=NOW)

        assert {item.number for item in seen(whole, lead).items} == {r.number for r in receipts}
        assert (len(seen(part, lead).items), seen(part, lead).is_part) == (2, True)
        assert not seen(whole, lead).is_part

    @pytest.mark.parametrize(
        ("draft", "refusal"),
        [
            (BulkDraft(deed=Deed.ANSWER, text=" "), EmptyText),
            (BulkDraft(deed=Deed.NOTE), EmptyText),
            (BulkDraft(deed=Deed.WITHHOLD), ReasonMissing),
            (BulkDraft(deed=Deed.ASSIGN, unit_id=uuid4(), reason=" "), ReasonMissing),
            (BulkDraft(deed=Deed.ASSIGN, unit_id=uuid4(), reason="x"), UnitClosed),
            (BulkDraft(deed=Deed.ASSIGN, reason="x"), UnitClosed),
            (BulkDraft(deed=Deed.RECATEGORISE, reason="x"), NoSuchCategory),
            (BulkDraft(deed=Deed.SCHEDULE, text="x"), DateToCome),
            (BulkDraft(deed=Deed.SCHEDULE, text="x", on=date(2020, 1, 1)), DateToCome),
            (BulkDraft(deed=Deed.ASK, text="x"), NotInBulk),
            (BulkDraft(deed=Deed.TAKE_DOWN), NotInBulk),
        ],
    )
    def test_what_every_case_would_refuse_is_refused_before(
        self, here: Town, draft: BulkDraft, refusal: type[Exception]
    ) -> None:
        with pytest.raises(refusal):
            prepared(employed(here), [reported(here.lamp)], draft)
        assert not Bulk.objects.exists()

    def test_it_needs_cases_and_not_too_many(self, here: Town) -> None:
        lead = employed(here)
        for numbers in ([], ["nonsense"], [reported(here.private).number]):
            with pytest.raises(NothingChosen):
                actions.prepare_bulk(draft=ANSWER, numbers=numbers, by=lead, at=NOW)
        with pytest.raises(TooManyChosen):
            actions.prepare_bulk(draft=ANSWER, numbers=["x"] * (MOST_IN_BULK + 1), by=lead, at=NOW)

    def test_whose_role_does_nothing_with_cases_prepares_nothing(self, here: Town) -> None:
        with pytest.raises(NotAllowed):
            prepared(staff(Role.RESIDENT), [reported(here.lamp)], ANSWER)


class TestDoing:
    def test_each_case_goes_through_its_own_act(self, here: Town, watch: Watch) -> None:
        lead, receipts = employed(here), [reported(here.lamp) for _ in range(3)]

        bulk_id = done(lead, receipts, ANSWER, watch)

        assert outcomes(bulk_id, lead) == [(Outcome.DONE, None)] * 3
        assert seen(bulk_id, lead).state is BulkState.DONE
        assert all(card(receipt).state is State.ANSWERED for receipt in receipts)
        assert [entry_types(r) for r in receipts] == [["cases.received", "cases.moved"]] * 3

    def test_a_case_changed_meanwhile_is_left_out_and_named(self, here: Town, watch: Watch) -> None:
        lead, (first, second) = employed(here), (reported(here.lamp), reported(here.lamp))
        bulk_id = prepared(lead, [first, second], ANSWER)
        actions.start(case_id=second.case_id, seen=1, by=here.officer, at=NOW)

        actions.do_bulk(bulk_id=bulk_id, by=lead, clock=watch)

        left_out = (Outcome.LEFT_OUT, Because.CHANGED)
        assert outcomes(bulk_id, lead) == [(Outcome.DONE, None), left_out]
        assert card(second).state is State.IN_WORK

    def test_sent_twice_it_is_done_once(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        bulk_id = done(lead, [receipt], BulkDraft(deed=Deed.NOTE, text="storm"), watch)

        actions.do_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        run_waiting(clock=watch)

        assert Word.objects.filter(case_id=receipt.case_id).count() == 1

    def test_of_two_officers_at_once_one_does_each_case(self, here: Town, watch: Watch) -> None:
        one, other, receipt = employed(here), employed(here), reported(here.lamp)
        first, second = (prepared(by, [receipt], ANSWER) for by in (one, other))

        actions.do_bulk(bulk_id=first, by=one, clock=watch)
        actions.do_bulk(bulk_id=second, by=other, clock=watch)

        assert outcomes(first, one) == [(Outcome.DONE, None)]
        assert outcomes(second, other) == [(Outcome.LEFT_OUT, Because.CHANGED)]

    def test_many_are_done_behind_the_page_in_parts(
        self, here: Town, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(bulk_actions, "DONE_AT_ONCE", 1)
        monkeypatch.setattr(bulk_actions, "CHUNK", 2)
        lead, receipts = employed(here), [reported(here.lamp) for _ in range(5)]
        bulk_id = done(lead, receipts, ANSWER, watch)
        assert seen(bulk_id, lead).state is BulkState.RUNNING
        assert outcomes(bulk_id, lead) == [(Outcome.WAITING, None)] * 5

        run_waiting(clock=watch)

        assert seen(bulk_id, lead).state is BulkState.DONE
        assert outcomes(bulk_id, lead) == [(Outcome.DONE, None)] * 5

    def test_killed_in_the_middle_it_goes_on_where_it_stood(
        self, here: Town, watch: Watch, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        lead, receipts = employed(here), [reported(here.lamp) for _ in range(3)]
        bulk_id = prepared(lead, receipts, ANSWER)
        really, acts = bulk_actions._act, []

        def dies(*args: Any) -> Any:
            acts.append(args)
            if len(acts) == 2:
                raise MemoryError
            return really(*args)

        monkeypatch.setattr(bulk_actions, "_act", dies)
        with pytest.raises(MemoryError):
            actions.do_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        first, *rest = outcomes(bulk_id, lead)
        assert first == (Outcome.DONE, None)
        assert rest == [(Outcome.WAITING, None)] * 2

        run_waiting(clock=watch)

        assert outcomes(bulk_id, lead) == [(Outcome.DONE, None)] * 3
        assert [entry_types(r) for r in receipts] == [["cases.received", "cases.moved"]] * 3

    def test_who_lost_the_role_meanwhile_does_nothing(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here, until=SOON), reported(here.lamp)
        bulk_id = prepared(lead, [receipt], ANSWER)
        watch.now = LATER

        actions.do_bulk(bulk_id=bulk_id, by=lead, clock=watch)

        assert outcomes(bulk_id, lead) == [(Outcome.LEFT_OUT, Because.NOT_YOURS)]
        assert card(receipt).state is State.RECEIVED

    def test_words_are_published_as_they_stand(self, here: Town, watch: Watch) -> None:
        lead, receipt, private = employed(here), reported(here.lamp), reported(here.lamp)
        actions.withhold(case_id=private.case_id, reason="x", seen=1, by=here.officer, at=NOW)

        done(lead, [receipt], BulkDraft(deed=Deed.PUBLISH), watch)
        kept = prepared(lead, [private], BulkDraft(deed=Deed.WITHHOLD, reason="again"))

        assert card(receipt).publication is Publication.PUBLISHED
        assert card(receipt).public_text == "The lamp at the bridge is dark."
        assert [item.because for item in seen(kept, lead).items] == [Because.NOT_TO_REVIEW]
        actions.do_bulk(bulk_id=kept, by=lead, clock=watch)
        assert outcomes(kept, lead) == [(Outcome.LEFT_OUT, Because.NOT_TO_REVIEW)]


def standing(receipt: Receipt) -> dict[str, Any]:
    """Give everything that an undone step leaves as it was."""
    row = Case.objects.get(pk=receipt.case_id)
    return {
        **undoing.picture(row),
        "words": list(Word.objects.filter(case=row).values_list("kind", "text", "is_public")),
        "clocks": the_city.clocks_of(subject_of("case", row.pk)),
        "found": found("storm"),
    }


DRAFTS: dict[str, Callable[[Town, UUID], BulkDraft]] = {
    "acknowledge": lambda _here, _bin: BulkDraft(deed=Deed.ACKNOWLEDGE),
    "start": lambda _here, _bin: BulkDraft(deed=Deed.START),
    "answer": lambda _here, _bin: ANSWER,
    "hold": lambda _here, _bin: BulkDraft(deed=Deed.HOLD, text="storm"),
    "schedule": lambda _here, _bin: BulkDraft(deed=Deed.SCHEDULE, text="storm", on=PLANNED),
    "refer": lambda _here, _bin: BulkDraft(deed=Deed.REFER, text="storm"),
    "decline": lambda _here, _bin: BulkDraft(deed=Deed.DECLINE, text="storm"),
    "assign": lambda here, _bin: BulkDraft(deed=Deed.ASSIGN, unit_id=here.other.id, reason="storm"),
    "recategorise": lambda _here, bin_: BulkDraft(
        deed=Deed.RECATEGORISE, category_id=bin_, reason="storm"
    ),
    "publish": lambda _here, _bin: BulkDraft(deed=Deed.PUBLISH),
    "withhold": lambda _here, _bin: BulkDraft(deed=Deed.WITHHOLD, reason="storm"),
}
STANDS = ("received", "planned", "waiting", "contested")
PAIRS = [(w, s) for w in DRAFTS for s in STANDS if w != "acknowledge" or s == "received"]


class TestUndoing:
    @pytest.mark.parametrize(("what", "stands"), PAIRS)
    def test_every_act_leaves_the_case_as_it_was(
        self, here: Town, watch: Watch, what: str, stands: str
    ) -> None:
        bin_ = category("bin", "Bin", parent_id=here.lamp.parent_id)
        lead, receipt = employed(here), reported(here.lamp)
        _bring(receipt, here, stands)
        was = standing(receipt)
        bulk_id = done(lead, [receipt], DRAFTS[what](here, bin_.id), watch)
        assert outcomes(bulk_id, lead) == [(Outcome.DONE, None)]
        assert standing(receipt) != was

        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)

        assert outcomes(bulk_id, lead) == [(Outcome.UNDONE, None)]
        assert seen(bulk_id, lead).state is BulkState.UNDONE
        assert standing(receipt) == was
        *_, step, undone = record.entries_of(subject_of("case", receipt.case_id))
        assert (undone.type, undone.facts["undoes"]) == ("cases.undone", step.seq)
        assert record.check_chain(subject_of("case", receipt.case_id)).breaks == ()

    def test_the_record_keeps_both_and_what_was_said_is_erased(
        self, here: Town, watch: Watch
    ) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        bulk_id = done(lead, [receipt], ANSWER, watch)
        run_waiting(clock=watch)
        [*_, moved] = record.entries_of(subject_of("case", receipt.case_id))
        assert record.disclosed(moved.id) == {"text": ANSWER.text}

        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        run_waiting(clock=watch)

        assert entry_types(receipt) == ["cases.received", "cases.moved", "cases.undone"]
        assert record.disclosed(moved.id) == {}
        assert queries.public_card(receipt.number, at=NOW).answer == ""
        assert sum(row.still_open for row in MonthTally.objects.all()) == 1

    def test_what_somebody_touched_since_is_kept(self, here: Town, watch: Watch) -> None:
        lead, (first, second) = employed(here), (reported(here.lamp), reported(here.lamp))
        bulk_id = done(lead, [first, second], ANSWER, watch)
        actions.confirm(reporter=reporter(second), at=SOON)

        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)

        kept = (Outcome.KEPT, Because.CHANGED)
        assert outcomes(bulk_id, lead) == [(Outcome.UNDONE, None), kept]
        assert card(second).state is State.CONFIRMED

    def test_undone_twice_is_undone_once(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        bulk_id = done(lead, [receipt], ANSWER, watch)

        for _ in range(2):
            actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        run_waiting(clock=watch)

        assert entry_types(receipt).count("cases.undone") == 1

    def test_nobody_else_undoes_it(self, here: Town, watch: Watch) -> None:
        bulk_id = done(employed(here), [reported(here.lamp)], ANSWER, watch)

        with pytest.raises(NoSuchBulk):
            actions.undo_bulk(bulk_id=bulk_id, by=employed(here), clock=watch)

    def test_after_its_time_it_stays(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        bulk_id = done(lead, [receipt], ANSWER, watch)
        watch.now = LATER

        with pytest.raises(TooLateToUndo):
            actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)

        assert card(receipt).state is State.ANSWERED

    def test_what_cannot_be_undone_says_so_before(self, here: Town, watch: Watch) -> None:
        lead, told = employed(here), reported(here.lamp)
        called = reported(here.lamp, contact=ContactDraft(phone="+852 2345 6789"))
        never = BulkDraft(deed=Deed.RECATEGORISE, category_id=here.private.id, reason="x")
        bulk_id = prepared(lead, [told, called], ANSWER)

        assert [item.can_undo for item in seen(bulk_id, lead).items] == [True, False]
        for draft in (never, BulkDraft(deed=Deed.NOTE, text="x")):
            other = prepared(lead, [told], draft)
            assert [item.can_undo for item in seen(other, lead).items] == [False]

        actions.do_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        kept = (Outcome.KEPT, Because.FOR_GOOD)
        assert outcomes(bulk_id, lead) == [(Outcome.UNDONE, None), kept]

    def test_a_city_can_do_without_undoing(self, here: Town, watch: Watch) -> None:
        city.set_parameter(
            name="bulk_undo_minutes",
            value=0,
            valid_from=NOW,
            source="a test",
            reason="a test",
            seen=0,
            by=ADMINISTRATOR,
            at=NOW,
        )
        lead, receipt = employed(here), reported(here.lamp)
        bulk_id = prepared(lead, [receipt], ANSWER)
        assert [item.can_undo for item in seen(bulk_id, lead).items] == [False]
        actions.do_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        run_waiting(clock=watch)

        assert mails_to_reporter() == 2  # the receipt and the answer
        with pytest.raises(TooLateToUndo):
            actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)

    @pytest.mark.parametrize(
        ("what", "is_kept"), [("answer", True), ("assign", True), ("start", False)]
    )
    def test_no_case_comes_back_to_a_closed_unit(
        self, here: Town, watch: Watch, what: str, is_kept: bool
    ) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        bulk_id = done(lead, [receipt], DRAFTS[what](here, here.lamp.id), watch)
        was = standing(receipt)
        closed(here)

        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)

        kept, undone = (Outcome.KEPT, Because.UNIT_CLOSED), (Outcome.UNDONE, None)
        assert outcomes(bulk_id, lead) == [kept if is_kept else undone]
        assert (standing(receipt) == was) is is_kept

    @pytest.mark.parametrize("what", ["assign", "recategorise", "answer"])
    def test_nothing_of_what_was_said_is_found_or_stays(
        self, here: Town, watch: Watch, what: str
    ) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        bin_ = category("bin", "Bin", parent_id=here.lamp.parent_id)
        said = replace(DRAFTS[what](here, bin_.id), text="storm", reason="storm")
        bulk_id = done(lead, [receipt], said, watch)
        assert found("storm") == 1

        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)

        assert found("storm") == 0
        assert not Word.objects.filter(case_id=receipt.case_id).exists()
        assert all("storm" not in why.because for _at, why in queries.routings(receipt.case_id))

    def test_what_is_taken_down_is_kept_nowhere(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        done(lead, [receipt], BulkDraft(deed=Deed.PUBLISH), watch)
        done(lead, [receipt], ANSWER, watch)
        [*_, item] = BulkItem.objects.order_by("pk")
        assert item.before["public_text"] == "The lamp at the bridge is dark."

        actions.take_down(case_id=receipt.case_id, reason="x", seen=3, by=here.lead, at=SOON)
        watch.now = SOON
        run_waiting(clock=watch)

        assert {one.before["public_text"] for one in BulkItem.objects.all()} == {""}


def closed(here: Town) -> None:
    """Close the unit that answers for lamps."""
    city.save_unit(
        unit_id=here.roads.id,
        code=here.roads.code,
        names=here.roads.names,
        parent_id=here.roads.parent_id,
        closed_on=NOW.date(),
        reason="a test",
        seen=here.roads.version,
        by=ADMINISTRATOR,
        at=NOW,
    )


def found(words: str) -> int:
    """Count the cases that staff find by these words."""
    choice = queries.chosen(Choice(text=words, show=Show.ALL), by=staff(Role.DISPATCHER))
    return queries.listing(choice, at=NOW).total


class TestTelling:
    def test_the_reporter_hears_of_it_once_the_time_is_over(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        done(lead, [receipt], ANSWER, watch)
        run_waiting(clock=watch)
        assert mails_to_reporter() == 1  # the receipt

        watch.now = LATER
        run_waiting(clock=watch)

        assert mails_to_reporter() == 2
        assert ANSWER.text in str(mail.outbox[-1].body)

    def test_of_what_was_undone_nobody_hears(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        employed(here, Role.OFFICER, here.other.id)
        draft = BulkDraft(deed=Deed.ASSIGN, unit_id=here.other.id, reason="x")
        bulk_id = done(lead, [receipt], draft, watch)
        run_waiting(clock=watch)
        before = Message.objects.count()

        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        watch.now = LATER
        run_waiting(clock=watch)

        assert Message.objects.count() == before

    def test_a_unit_hears_of_what_came_to_it_once_the_time_is_over(
        self, here: Town, watch: Watch
    ) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        employed(here, Role.OFFICER, here.other.id)
        draft = BulkDraft(deed=Deed.ASSIGN, unit_id=here.other.id, reason="x")
        done(lead, [receipt], draft, watch)
        run_waiting(clock=watch)
        before = Message.objects.filter(template="cases.staff-new").count()

        watch.now = LATER
        run_waiting(clock=watch)

        assert Message.objects.filter(template="cases.staff-new").count() == before + 1

    def test_followers_hear_of_it_when_the_reporter_does(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        follower(of_case(receipt))
        done(lead, [receipt], ANSWER, watch)
        run_waiting(clock=watch)
        followed = Message.objects.filter(template="cases.followed-step")
        assert followed.count() == 0

        watch.now = LATER
        run_waiting(clock=watch)

        assert followed.count() == 1

    def test_what_was_kept_is_told(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        bulk_id = done(lead, [receipt], ANSWER, watch)
        run_waiting(clock=watch)
        actions.note(case_id=receipt.case_id, text="x", by=here.officer, at=SOON)
        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        watch.now = LATER

        run_waiting(clock=watch)

        assert outcomes(bulk_id, lead) == [(Outcome.KEPT, Because.CHANGED)]
        assert mails_to_reporter() == 2

    def test_a_plan_is_told_once_a_later_step_is_undone(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        follower(of_case(receipt))
        _held_after_its_plan(receipt, lead, watch)
        watch.now = LATER  # the plan stands, and may come back

        run_waiting(clock=watch)
        assert told_since_receipt() == []
        actions.undo_bulk(bulk_id=_last(), by=lead, clock=watch)
        watch.now = LATER + timedelta(minutes=30)
        run_waiting(clock=watch)

        assert told_since_receipt() == ["cases.followed-step", "cases.scheduled"]
        assert sum("1 April 2026" in str(letter.body) for letter in mail.outbox) == 1

    def test_a_plan_is_not_told_once_a_later_step_stands(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        follower(of_case(receipt))
        _held_after_its_plan(receipt, lead, watch)

        for moment in (LATER, LATER + timedelta(minutes=30)):
            watch.now = moment
            run_waiting(clock=watch)

        assert told_since_receipt() == ["cases.followed-step", "cases.on-hold"]

    def test_of_two_plans_that_stand_the_later_is_told(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        plan = BulkDraft(deed=Deed.SCHEDULE, text="We come.", on=PLANNED)
        done(lead, [receipt], plan, watch)
        done(lead, [receipt], replace(plan, on=date(2026, 4, 2)), watch)
        run_waiting(clock=watch)
        watch.now = LATER

        run_waiting(clock=watch)

        assert told_since_receipt() == ["cases.scheduled"]
        assert "2 April 2026" in str(mail.outbox[-1].body)

    def test_an_old_answer_is_not_told_after_a_new_one(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), reported(here.lamp)
        follower(of_case(receipt))
        done(lead, [receipt], replace(ANSWER, text="OLD"), watch)
        run_waiting(clock=watch)
        actions.contest(reporter=reporter(receipt), text="No.", at=SOON)
        actions.answer(case_id=receipt.case_id, text="NEW", seen=3, by=here.officer, at=SOON)
        watch.now = SOON
        run_waiting(clock=watch)
        then = told_since_receipt()
        watch.now = LATER

        run_waiting(clock=watch)

        assert told_since_receipt() == then
        assert then.count("cases.answered") == 1
        assert all("OLD" not in str(letter.body) for letter in mail.outbox)

    def test_a_unit_hears_once_a_later_way_is_undone(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here, Role.DISPATCHER), reported(here.lamp)
        officer = employed(here, Role.OFFICER, here.other.id)
        employed(here, Role.OFFICER, here.centre.id)
        away = BulkDraft(deed=Deed.ASSIGN, unit_id=here.other.id, reason="x")
        done(lead, [receipt], away, watch)
        run_waiting(clock=watch)
        before = set(Message.objects.values_list("pk", flat=True))
        watch.now = NOW + timedelta(minutes=20)
        wrong = done(lead, [receipt], replace(away, unit_id=here.centre.id), watch)
        run_waiting(clock=watch)
        watch.now = LATER
        run_waiting(clock=watch)
        to_units = Message.objects.filter(template="cases.staff-new").exclude(pk__in=before)
        assert not to_units.exists()

        actions.undo_bulk(bulk_id=wrong, by=lead, clock=watch)
        watch.now = LATER + timedelta(minutes=30)
        run_waiting(clock=watch)

        assert officer.id is not None
        contact = people.staff_contact(officer.id)
        assert contact is not None
        assert [one.contact_id for one in to_units] == [contact.id]

    def test_one_act_on_one_case_is_told_as_ever(self, here: Town, watch: Watch) -> None:
        receipt = reported(here.lamp)
        actions.answer(case_id=receipt.case_id, text="x", seen=1, by=here.officer, at=NOW)

        run_waiting(clock=watch)

        assert mails_to_reporter() == 2


def _held_after_its_plan(receipt: Receipt, lead: Actor, watch: Watch) -> None:
    """Plan a case, and put it on hold twenty minutes later."""
    done(lead, [receipt], BulkDraft(deed=Deed.SCHEDULE, text="We come.", on=PLANNED), watch)
    run_waiting(clock=watch)
    watch.now = NOW + timedelta(minutes=20)
    done(lead, [receipt], BulkDraft(deed=Deed.HOLD, text="storm"), watch)
    run_waiting(clock=watch)


def _last() -> UUID:
    return Bulk.objects.latest("undo_until").pk


def told_since_receipt() -> list[str]:
    """Name the mails to the reporter and to followers after the first one."""
    rows = Message.objects.filter(template__startswith="cases.")
    later = rows.exclude(template__in=["cases.received", "cases.staff-new", "cases.staff-news"])
    return sorted(later.values_list("template", flat=True))


class TestAreas:
    def test_what_can_be_undone_waits_for_the_next_digest(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), _known(here)
        watch.now = hour() - timedelta(minutes=10)
        done(lead, [receipt], ANSWER, watch)

        days = [actions.tell_areas(at=DIGEST + timedelta(days=day)) for day in (1, 2, 3)]

        assert days == [0, 1, 0]
        watch.now = DIGEST + timedelta(days=4)
        run_waiting(clock=watch)
        assert any("North – Answered" in str(one.body) for one in mail.outbox)

    def test_what_stands_at_the_hour_is_told_once(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), _known(here)
        watch.now = hour() - timedelta(minutes=40)
        done(lead, [receipt], ANSWER, watch)

        days = [actions.tell_areas(at=DIGEST + timedelta(days=day)) for day in (1, 2, 3)]

        assert days == [1, 0, 0]

    def test_a_note_after_it_loses_nothing(self, here: Town, watch: Watch) -> None:
        lead, receipt = employed(here), _known(here)
        watch.now = hour() - timedelta(minutes=10)
        bulk_id = done(lead, [receipt], ANSWER, watch)
        actions.note(case_id=receipt.case_id, text="x", by=here.officer, at=watch())
        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        assert outcomes(bulk_id, lead) == [(Outcome.KEPT, Because.CHANGED)]

        days = [actions.tell_areas(at=DIGEST + timedelta(days=day)) for day in (1, 2, 3)]

        assert days == [0, 1, 0]


def hour() -> datetime:
    """Give the moment up to which the next digest tells."""
    return told.told_up_to(Rhythm.DAILY, at=DIGEST + timedelta(days=1))


def _known(here: Town) -> Receipt:
    """Report something that the follower of the district has already heard of."""
    receipt = reported(here.lamp)
    follower(of_north(here), Rhythm.DAILY)
    assert actions.tell_areas(at=DIGEST) == 1
    return receipt


def test_a_note_is_found_at_once(here: Town) -> None:
    receipt = reported(here.lamp)

    actions.note(case_id=receipt.case_id, text="storm", by=here.officer, at=NOW)
    assert found("storm") == 1
    actions.assign(
        case_id=receipt.case_id,
        unit_id=here.other.id,
        assignee_id=None,
        reason="blizzard",
        seen=2,
        by=here.lead,
        at=NOW,
    )

    assert found("blizzard") == 1
    public = queries.public_listing(
        queries.chosen(Choice(text="storm"), by=staff(Role.DISPATCHER)), at=NOW
    )
    assert public.total == 0


def test_what_was_done_long_ago_is_forgotten(here: Town, watch: Watch) -> None:
    lead, receipt = employed(here), reported(here.lamp)
    done(lead, [receipt], ANSWER, watch)

    assert actions.forget_bulks(made_before=NOW) == 0
    actions.forget_bulks(made_before=LATER)

    assert not BulkItem.objects.exists()
    assert card(receipt).state is State.ANSWERED


def _bring(receipt: Receipt, here: Town, stands: str) -> None:
    """Let a case stand somewhere else than at its beginning."""
    one: dict[str, Any] = {"case_id": receipt.case_id, "seen": 1, "by": here.officer, "at": NOW}
    if stands == "planned":
        actions.schedule(on=date(2026, 3, 20), text="We come.", **one)
    elif stands == "waiting":
        actions.ask(text="Which lamp?", **one)
    elif stands == "contested":
        actions.answer(text="Done.", **one)
        actions.contest(reporter=reporter(receipt), text="No.", at=NOW)
