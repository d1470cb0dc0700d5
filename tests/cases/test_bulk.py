"""One act for many cases: looked at before, done each by itself, undone within its time."""

from collections.abc import Callable
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
from commonweal.messages.models import Message
from tests.cases.test_following import follower, of_case
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
    by = staff(Role.DISPATCHER)
    return {
        **undoing.picture(row),
        "words": list(Word.objects.filter(case=row).values_list("kind", "text", "is_public")),
        "clocks": the_city.clocks_of(subject_of("case", row.pk)),
        "found": queries.listing(
            queries.chosen(Choice(text="storm", show=Show.ALL), by=by), at=NOW
        ).total,
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
        told = Message.objects.count()

        actions.undo_bulk(bulk_id=bulk_id, by=lead, clock=watch)
        watch.now = LATER
        run_waiting(clock=watch)

        assert Message.objects.count() == told

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

    def test_one_act_on_one_case_is_told_as_ever(self, here: Town, watch: Watch) -> None:
        receipt = reported(here.lamp)
        actions.answer(case_id=receipt.case_id, text="x", seen=1, by=here.officer, at=NOW)

        run_waiting(clock=watch)

        assert mails_to_reporter() == 2


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
