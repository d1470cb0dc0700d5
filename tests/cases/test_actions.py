"""A report from the first word to the last."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from commonweal.cases import actions, queries
from commonweal.cases.errors import (
    NoReporter,
    NoSuchCase,
    NoSuchCategory,
    NothingToReview,
    NotPublic,
    NotYourCase,
    TakenBack,
    TakenDown,
    UnitClosed,
    WrongKey,
    WrongMove,
)
from commonweal.cases.models import Case, Counted
from commonweal.cases.types import (
    ContactDraft,
    Filter,
    Place,
    Publication,
    Receipt,
    State,
    WordCard,
    WordKind,
)
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed
from commonweal.kernel.models import Job
from commonweal.kernel.types import Actor, Channel, Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import subject_of
from commonweal.messages import queries as messages
from tests.factories.cases import (
    ADMINISTRATOR,
    NOW,
    Town,
    card,
    draft,
    reported,
    reporter,
    staff,
    town,
)

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def here() -> Town:
    return town()


def types_of(case_id: Any) -> list[str]:
    return [entry.type for entry in queries.history(case_id)]


class TestReport:
    def test_a_report_is_routed_promised_and_entered(self, here: Town) -> None:
        receipt = reported(here.lamp)

        case = card(receipt)
        assert (case.state, case.unit_id, case.district_id) == (
            State.RECEIVED,
            here.roads.id,
            here.north.id,
        )
        assert case.due_at == datetime(2026, 3, 12, 17, tzinfo=UTC)
        assert types_of(case.id) == ["cases.received"]
        assert ledger.check_chain(subject_of("case", case.id)).breaks == ()

    def test_the_entry_names_no_person_and_holds_no_text(self, here: Town) -> None:
        receipt = reported(here.lamp, text="Call Ada Lovelace, ada@example.org")

        (entry,) = queries.history(receipt.case_id)
        assert entry.actor == "resident"
        assert "Ada" not in str(entry.facts)
        assert ledger.disclosed(entry.id) == {"text": "Call Ada Lovelace, ada@example.org"}

    def test_the_decision_keeps_rule_and_reason(self, here: Town) -> None:
        (((_, decision)),) = queries.routings(reported(here.lamp).case_id)

        assert decision.because == ("category:lamp",)
        assert decision.rule_id is not None

    def test_without_a_rule_the_first_unit_answers(self, here: Town) -> None:
        assert reported(here.private).unit_id == here.centre.id

    def test_a_pin_outside_is_kept_and_said(self, here: Town) -> None:
        case = card(reported(here.lamp, place=Place(lat=48.0, lng=2.0)))

        assert (case.is_outside, case.district_id, case.place.lat) == (True, None, 48.0)

    def test_a_closed_or_main_category_takes_no_report(self, here: Town) -> None:
        assert here.lamp.parent_id is not None
        with pytest.raises(NoSuchCategory):
            reported(queries.category(here.lamp.parent_id))

    def test_a_refused_report_leaves_no_trace(self, here: Town) -> None:
        with pytest.raises(NotAllowed):
            actions.report(
                draft=draft(here.lamp),
                by=Actor(kind=ADMINISTRATOR.kind, channel=Channel.PHONE),
                at=NOW,
            )

        assert not Case.objects.exists()
        assert not Job.objects.exists()

    def test_the_key_opens_and_a_wrong_one_does_not(self, here: Town) -> None:
        receipt = reported(here.lamp)

        assert queries.reporter_by_key(receipt.key.lower()).case_id == receipt.case_id
        for wrong in ("", "AAAAA-AAAAA-AAAAA-AAAAA", "x" * 5000, receipt.number):
            with pytest.raises(WrongKey):
                queries.reporter_by_key(wrong)

    def test_replaced_keys_open_nothing(self, here: Town) -> None:
        receipt = reported(here.lamp)

        new = actions.replace_keys(reporter=reporter(receipt), at=NOW)

        with pytest.raises(WrongKey):
            queries.reporter_by_key(receipt.key)
        assert queries.reporter_by_key(new).case_id == receipt.case_id

    @pytest.mark.parametrize("number", ["", "1", "AAAAA-AAAAA-A", "'; DROP TABLE", "x" * 10_000])
    def test_a_guessed_number_finds_nothing(self, here: Town, number: str) -> None:  # noqa: ARG002
        with pytest.raises(NoSuchCase):
            queries.public_card(number, at=NOW)


class TestStaff:
    def test_a_case_goes_its_way(self, here: Town) -> None:
        receipt, by = reported(here.lamp), here.officer

        seen = card(receipt).version
        for act in (actions.acknowledge, actions.start):
            seen = act(case_id=receipt.case_id, seen=seen, by=by, at=NOW).version
        case = actions.answer(
            case_id=receipt.case_id, text="New bulb.", seen=seen, by=by, at=NOW + timedelta(days=1)
        )

        assert (case.state, case.closed_at) == (State.ANSWERED, NOW + timedelta(days=1))
        assert types_of(case.id) == ["cases.received"] + ["cases.moved"] * 3
        assert queries.public_card(receipt.number, at=NOW).answer == "New bulb."

    def test_two_officers_do_not_overwrite_each_other(self, here: Town) -> None:
        receipt, by = reported(here.lamp), here.officer
        seen = card(receipt).version
        actions.acknowledge(case_id=receipt.case_id, seen=seen, by=by, at=NOW)

        with pytest.raises(ChangedSinceYouLooked):
            actions.start(case_id=receipt.case_id, seen=seen, by=by, at=NOW)

    def test_a_question_pauses_the_promise_and_the_reply_moves_it(self, here: Town) -> None:
        receipt, by = reported(here.lamp), here.officer
        actions.ask(
            case_id=receipt.case_id, text="Which side?", seen=card(receipt).version, by=by, at=NOW
        )

        later = NOW + timedelta(days=2)
        case = actions.reply(reporter=reporter(receipt), text="The left one", at=later)

        assert case.state == State.IN_WORK
        assert case.due_at == datetime(2026, 3, 13, 17, tzinfo=UTC)
        assert case.promised_at == datetime(2026, 3, 12, 17, tzinfo=UTC)

    @pytest.mark.parametrize(("asked_after_days", "is_late"), [(1, False), (12, True)])
    def test_an_answer_given_while_the_promise_waits_is_late_only_if_it_was_before(
        self, here: Town, asked_after_days: int, is_late: bool
    ) -> None:
        receipt, by = reported(here.lamp), here.officer
        asked_at, later = NOW + timedelta(days=asked_after_days), NOW + timedelta(days=40)
        case = actions.ask(case_id=receipt.case_id, text="Where?", seen=1, by=by, at=asked_at)

        actions.answer(case_id=case.id, text="Found it.", seen=case.version, by=by, at=later)
        actions.count_changed()

        assert queries.card(case.id, at=later).is_overdue is is_late
        assert Counted.objects.get(case_id=case.id).in_time == (not is_late)

    def test_nobody_can_be_asked_who_left_no_address(self, here: Town) -> None:
        receipt = reported(here.lamp, contact=ContactDraft())

        with pytest.raises(NoReporter):
            actions.ask(case_id=receipt.case_id, text="?", seen=1, by=here.officer, at=NOW)

    def test_another_unit_may_not_answer(self, here: Town) -> None:
        receipt = reported(here.lamp)

        with pytest.raises(NotYourCase):
            actions.answer(
                case_id=receipt.case_id,
                text="Done",
                seen=1,
                by=staff(Role.OFFICER, here.centre.id),
                at=NOW,
            )

    def test_a_lead_gives_a_case_away_with_a_reason(self, here: Town) -> None:
        receipt = reported(here.lamp)

        case = actions.assign(
            case_id=receipt.case_id,
            unit_id=here.centre.id,
            assignee_id=None,
            reason="Not a road of ours",
            seen=1,
            by=here.lead,
            at=NOW,
        )

        assert (case.state, case.unit_id) == (State.ASSIGNED, here.centre.id)
        assert queries.routings(case.id)[-1][1].because == ("person", "Not a road of ours")

    def test_a_unit_that_does_not_exist_gets_no_case(self, here: Town) -> None:
        receipt = reported(here.lamp)

        with pytest.raises(UnitClosed):
            actions.assign(
                case_id=receipt.case_id,
                unit_id=uuid4(),
                assignee_id=None,
                reason="x",
                seen=1,
                by=here.lead,
                at=NOW,
            )

    def test_another_category_keeps_the_promise_given(self, here: Town) -> None:
        receipt = reported(here.lamp)
        before = card(receipt)

        case = actions.recategorise(
            case_id=before.id,
            category_id=here.private.id,
            reason="about a neighbour",
            seen=1,
            by=here.lead,
            at=NOW,
        )

        assert (case.due_at, case.publication) == (before.due_at, Publication.WITHHELD)

    def test_a_plan_names_its_day(self, here: Town) -> None:
        case = actions.schedule(
            case_id=reported(here.lamp).case_id,
            on=date(2026, 3, 20),
            text="With the cherry picker",
            seen=1,
            by=here.officer,
            at=NOW,
        )

        assert (case.state, case.planned_for) == (State.SCHEDULED, date(2026, 3, 20))

    def test_notes_stay_inside(self, here: Town) -> None:
        receipt = reported(here.lamp)

        actions.note(case_id=receipt.case_id, text="Ask Bob", by=here.officer, at=NOW)

        assert queries.words(receipt.case_id) == []
        assert [w.kind for w in queries.words(receipt.case_id, with_notes=True)] == [WordKind.NOTE]


class TestReporter:
    def answered(self, here: Town) -> Any:
        receipt = reported(here.lamp)
        actions.answer(case_id=receipt.case_id, text="Done", seen=1, by=here.officer, at=NOW)
        return receipt

    def test_a_contested_answer_opens_the_case_and_promises_anew(self, here: Town) -> None:
        receipt = self.answered(here)

        case = actions.contest(
            reporter=reporter(receipt), text="Still dark", at=NOW + timedelta(days=7)
        )

        assert (case.state, case.closed_at) == (State.CONTESTED, None)
        assert case.due_at == datetime(2026, 3, 19, 17, tzinfo=UTC)

    def test_a_confirmed_case_is_over(self, here: Town) -> None:
        receipt = self.answered(here)
        actions.confirm(reporter=reporter(receipt), at=NOW)

        with pytest.raises(WrongMove):
            actions.contest(reporter=reporter(receipt), text="But", at=NOW)

    def test_a_correction_is_reviewed_again(self, here: Town) -> None:
        receipt = reported(here.lamp)
        actions.publish(
            case_id=receipt.case_id, text="A lamp is dark.", seen=1, by=here.officer, at=NOW
        )

        case = actions.correct(reporter=reporter(receipt), text="Two lamps are dark.", at=NOW)

        assert (case.text, case.publication) == ("Two lamps are dark.", Publication.WAITING)
        assert queries.public_card(receipt.number, at=NOW).text == ""

    def test_a_withdrawn_report_is_never_published(self, here: Town) -> None:
        receipt = reported(here.lamp)

        case = actions.withdraw(reporter=reporter(receipt), text="", at=NOW)

        assert (case.state, case.publication) == (State.WITHDRAWN, Publication.WITHHELD)

    def test_what_was_published_goes_with_the_withdrawal(self, here: Town) -> None:
        receipt = reported(here.lamp, text="the old mill")
        actions.publish(
            case_id=receipt.case_id, text="the old mill", seen=1, by=here.officer, at=NOW
        )

        actions.withdraw(reporter=reporter(receipt), text="", at=NOW)

        assert queries.public_card(receipt.number, at=NOW).text == ""
        assert queries.public_listing(Filter(text="mill"), at=NOW).total == 0


class TestPublication:
    def test_nothing_is_public_before_review(self, here: Town) -> None:
        receipt = reported(here.lamp, text="secret words")

        assert queries.public_card(receipt.number, at=NOW).text == ""
        found = queries.public_listing(Filter(text="secret"), at=NOW)
        assert found.total == 0

    def test_published_words_are_found_and_taken_down_ones_not(self, here: Town) -> None:
        receipt, by = reported(here.lamp, text="the old mill"), here.officer
        seen = actions.publish(
            case_id=receipt.case_id, text="the old mill", seen=1, by=by, at=NOW
        ).version
        assert queries.public_listing(Filter(text="mill"), at=NOW).total == 1

        actions.take_down(case_id=receipt.case_id, reason="a name", seen=seen, by=by, at=NOW)

        assert queries.public_listing(Filter(text="mill"), at=NOW).total == 0
        assert queries.listing(Filter(text="mill"), at=NOW).total == 1

    def test_what_was_taken_down_is_not_disclosed_either(self, here: Town) -> None:
        receipt, by = reported(here.lamp), here.officer
        seen = actions.publish(
            case_id=receipt.case_id, text="a name", seen=1, by=by, at=NOW
        ).version
        entry = queries.history(receipt.case_id)[-1]
        assert ledger.disclosed(entry.id) == {"text": "a name"}

        actions.take_down(case_id=receipt.case_id, reason="a name", seen=seen, by=by, at=NOW)
        kernel.run_waiting(clock=lambda: NOW + timedelta(seconds=1))

        assert ledger.disclosed(entry.id) == {}
        assert ledger.check_chain(subject_of("case", receipt.case_id)).breaks == ()

    def test_a_category_of_private_words_has_no_review(self, here: Town) -> None:
        receipt = reported(here.private)

        with pytest.raises(NothingToReview):
            actions.publish(
                case_id=receipt.case_id,
                text="x",
                seen=1,
                by=staff(Role.DISPATCHER),
                at=NOW,
            )

    def test_what_was_taken_back_cannot_be_published(self, here: Town) -> None:
        receipt = reported(here.lamp)
        seen = actions.withdraw(reporter=reporter(receipt), text="", at=NOW).version

        with pytest.raises(TakenBack):
            actions.publish(case_id=receipt.case_id, text="x", seen=seen, by=here.officer, at=NOW)

    def test_what_was_taken_down_stays_down_until_it_is_corrected(self, here: Town) -> None:
        receipt, by = reported(here.lamp), here.officer
        where: dict[str, Any] = {"case_id": receipt.case_id, "by": by, "at": NOW}
        seen = actions.publish(text="a name", seen=1, **where).version
        seen = actions.take_down(reason="a name", seen=seen, **where).version

        with pytest.raises(TakenDown):
            actions.publish(text="a name", seen=seen, **where)
        with pytest.raises(TakenDown):
            actions.withhold(reason="by a back door", seen=seen, **where)
        seen = actions.correct(reporter=reporter(receipt), text="no name", at=NOW).version
        assert actions.publish(text="no name", seen=seen, **where).public_text == "no name"

    def test_a_private_category_hides_what_was_public(self, here: Town) -> None:
        receipt = reported(here.lamp, text="the old mill")
        where: dict[str, Any] = {"case_id": receipt.case_id, "by": here.lead, "at": NOW}
        seen = actions.publish(text="the old mill", seen=1, **where).version

        actions.recategorise(category_id=here.private.id, reason="a quarrel", seen=seen, **where)

        assert queries.public_card(receipt.number, at=NOW).text == ""

    def test_photos_that_come_after_the_review_are_reviewed_too(self, here: Town) -> None:
        receipt = reported(here.lamp)
        seen = actions.publish(
            case_id=receipt.case_id, text="x", seen=1, by=here.officer, at=NOW
        ).version
        assert queries.counts(Filter(), at=NOW)["unreviewed"] == 0

        actions.add_photos(reporter=reporter(receipt), attachments_of="draft:none", at=NOW)

        assert queries.counts(Filter(), at=NOW)["unreviewed"] == 1
        actions.withhold(
            case_id=receipt.case_id, reason="faces", seen=seen + 1, by=here.officer, at=NOW
        )
        assert queries.counts(Filter(), at=NOW)["unreviewed"] == 0


class TestWordsOfTheCity:
    NAMES_SOMEBODY = "Mr Chan, 2345 6789, did it."

    def published(self, here: Town) -> tuple[Receipt, WordCard]:
        receipt = reported(here.lamp)
        actions.answer(
            case_id=receipt.case_id, text=self.NAMES_SOMEBODY, seen=1, by=here.officer, at=NOW
        )
        (word,) = queries.words(receipt.case_id, only_public=True)
        return receipt, word

    @pytest.mark.parametrize("say", [actions.answer, actions.hold, actions.refer, actions.decline])
    def test_whatever_the_city_said_can_be_taken_down(self, here: Town, say: Any) -> None:
        receipt = reported(here.lamp)
        where: dict[str, Any] = {"by": here.officer, "at": NOW}
        say(case_id=receipt.case_id, text=self.NAMES_SOMEBODY, seen=1, **where)
        (word,) = queries.words(receipt.case_id, only_public=True)
        assert queries.public_listing(Filter(text="Chan"), at=NOW).total == 1

        actions.take_down_word(word_id=word.id, reason="a name", seen=2, **where)

        assert queries.words(receipt.case_id, only_public=True) == []
        assert queries.public_card(receipt.number, at=NOW).answer == ""
        assert queries.public_listing(Filter(text="Chan"), at=NOW).total == 0
        until = NOW + timedelta(days=1)
        assert [m.text for m in queries.public_moves(since=NOW, until=until)] == [""]
        assert queries.listing(Filter(text="Chan"), at=NOW).total == 1

    def test_its_entry_stays_and_says_no_longer_what_it_was(self, here: Town) -> None:
        receipt, word = self.published(here)
        said = queries.history(receipt.case_id)[-1]
        assert ledger.disclosed(said.id) == {"text": self.NAMES_SOMEBODY}

        actions.take_down_word(word_id=word.id, reason="a name", seen=2, by=here.officer, at=NOW)
        kernel.run_waiting(clock=lambda: NOW + timedelta(seconds=1))

        assert ledger.disclosed(said.id) == {}
        taken = queries.history(receipt.case_id)[-1]
        assert taken.type == "cases.word-taken-down"
        assert taken.facts == {"kind": "answer", "said-in": said.seq}
        assert ledger.check_chain(subject_of("case", receipt.case_id)).breaks == ()

    def test_of_the_same_words_said_twice_each_is_taken_down_by_itself(self, here: Town) -> None:
        receipt = reported(here.lamp)
        where: dict[str, Any] = {"by": here.officer, "at": NOW}
        actions.schedule(case_id=receipt.case_id, on=NOW.date(), text="Soon", seen=1, **where)
        actions.schedule(case_id=receipt.case_id, on=NOW.date(), text="Soon", seen=2, **where)
        first, second = queries.words(receipt.case_id, only_public=True)

        actions.take_down_word(word_id=second.id, reason="wrong", seen=3, **where)
        actions.take_down_word(word_id=first.id, reason="wrong", seen=4, **where)

        entries = queries.history(receipt.case_id)[-2:]
        assert {entry.facts["said-in"] for entry in entries} == {2, 3}

    def test_an_older_answer_does_not_come_back_in_its_place(self, here: Town) -> None:
        receipt, _first = self.published(here)
        actions.contest(reporter=reporter(receipt), text="No", at=NOW)
        later: dict[str, Any] = {"by": here.officer, "at": NOW + timedelta(hours=1)}
        actions.answer(case_id=receipt.case_id, text="Mrs Wong did it", seen=3, **later)
        newest = queries.words(receipt.case_id, only_public=True)[-1]

        actions.take_down_word(word_id=newest.id, reason="a name", seen=4, **later)

        assert queries.public_card(receipt.number, at=NOW).answer == ""

    def test_what_is_not_public_cannot_be_taken_down(self, here: Town) -> None:
        receipt, word = self.published(here)
        how: dict[str, Any] = {"reason": "a name", "by": here.officer, "at": NOW}
        actions.take_down_word(word_id=word.id, seen=2, **how)
        private = next(
            w for w in queries.words(receipt.case_id, with_notes=True) if not w.is_public
        )

        for word_id in (word.id, private.id, uuid4()):
            with pytest.raises(NotPublic):
                actions.take_down_word(word_id=word_id, seen=3, **how)

    def test_only_who_answers_for_it_may_and_as_it_was_seen(self, here: Town) -> None:
        _receipt, word = self.published(here)
        how: dict[str, Any] = {"word_id": word.id, "reason": "a name", "at": NOW}

        with pytest.raises(NotYourCase):
            actions.take_down_word(seen=2, by=staff(Role.OFFICER, here.other.id), **how)
        with pytest.raises(NotAllowed):
            actions.take_down_word(seen=2, by=staff(Role.RESIDENT), **how)
        with pytest.raises(ChangedSinceYouLooked):
            actions.take_down_word(seen=1, by=here.officer, **how)


class TestRecord:
    def test_no_column_changes_without_an_entry(self, here: Town) -> None:
        receipt = reported(here.lamp)

        for change in ({"state": "assigned"}, {"unit_id": here.centre.id}, {"due_at": NOW}):
            with pytest.raises(IntegrityError), transaction.atomic():
                Case.objects.filter(pk=receipt.case_id).update(**change)
        with pytest.raises(IntegrityError), transaction.atomic():
            Case.objects.filter(pk=receipt.case_id).delete()


class TestTelling:
    def test_the_reporter_is_told_of_every_move_once(self, here: Town) -> None:
        receipt = reported(here.lamp)
        actions.answer(case_id=receipt.case_id, text="Done", seen=1, by=here.officer, at=NOW)

        kernel.run_waiting(clock=lambda: NOW + timedelta(seconds=1))
        kernel.run_waiting(clock=lambda: NOW + timedelta(seconds=2))

        told = [m.template for m in messages.outbox(subject_of("case", receipt.case_id))]
        assert sorted(told) == ["cases.answered", "cases.received"]


class TestLists:
    @pytest.mark.parametrize(("asked_after_days", "is_late"), [(1, False), (12, True)])
    def test_a_promise_that_waits_is_late_only_if_it_was_before(
        self, here: Town, asked_after_days: int, is_late: bool
    ) -> None:
        receipt = reported(here.lamp)
        case = card(receipt)
        asked_at = NOW + timedelta(days=asked_after_days)
        actions.ask(case_id=case.id, text="Where?", seen=case.version, by=here.officer, at=asked_at)

        later = NOW + timedelta(days=40)
        assert queries.card(case.id, at=later).is_overdue is is_late
        assert queries.listing(Filter(only_overdue=True), at=later).total == is_late
        assert queries.counts(Filter(), at=later)["overdue"] == is_late

        actions.reply(reporter=reporter(receipt), text="Here.", at=later)
        assert queries.card(case.id, at=later).is_overdue is is_late

    def test_overdue_comes_first_by_promise(self, here: Town) -> None:
        reported(here.lamp)
        late = NOW + timedelta(days=30)

        assert queries.counts(Filter(), at=late) == {
            "open": 1,
            "overdue": 1,
            "unreviewed": 1,
        }
        assert queries.listing(Filter(only_overdue=True), at=NOW).total == 0

    def test_a_filter_leaves_in_what_it_names(self, here: Town) -> None:
        reported(here.lamp)
        reported(here.private, text="noise at night", place=Place(words="Mill Lane"))

        wanted = {
            "text": Filter(text="noise"),
            "category": Filter(categories=(here.lamp.id,)),
            "parent": Filter(categories=(here.lamp.parent_id,))
            if here.lamp.parent_id
            else Filter(),
            "district": Filter(districts=(here.north.id,)),
            "unit": Filter(units=frozenset({here.roads.id})),
            "nobody": Filter(units=frozenset()),
            "since": Filter(since=NOW.date() + timedelta(days=1)),
            "until": Filter(until=NOW.date()),
            "ever": Filter(since=date.min, until=date.max),
        }
        totals = {name: queries.listing(f, at=NOW).total for name, f in wanted.items()}

        assert totals == {
            "text": 1,
            "category": 1,
            "parent": 2,
            "district": 1,
            "unit": 1,
            "nobody": 0,
            "since": 0,
            "until": 2,
            "ever": 2,
        }

    def test_categories_are_found_by_words_people_type(self, here: Town) -> None:  # noqa: ARG002
        for typed in ("路灯", "dark street", "lam", "LIGHT"):
            assert [c.code for c in queries.suggest_categories(typed)][:1] == ["lamp"], typed
