"""Who has a phone only is called: when an answer stands, or at once when wished for."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail

from commonweal.cases import actions, queries
from commonweal.cases.errors import NoCallWaits, NotYourCase
from commonweal.cases.models import CallBack
from commonweal.cases.types import CallOutcome, ContactDraft, Receipt
from commonweal.identity import actions as identity
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed
from commonweal.kernel.types import ANONYMOUS, Actor, Role
from commonweal.ledger.types import subject_of
from commonweal.messages import actions as post
from commonweal.messages.models import Message
from tests.factories.cases import ADMINISTRATOR, NOW, Town, card, reported, staff, town

pytestmark = pytest.mark.django_db
PHONE = ContactDraft(phone="+852 2345 6789")
HOUR = timedelta(hours=1)


@pytest.fixture
def here() -> Town:
    return town()


def answered(here: Town, at: datetime = NOW, **values: Any) -> Receipt:
    receipt = reported(here.lamp, **{"contact": PHONE, **values})
    actions.answer(
        case_id=receipt.case_id,
        text="The lamp is mended.",
        seen=card(receipt).version,
        by=here.officer,
        at=at,
    )
    return receipt


def called(receipt: Receipt, outcome: CallOutcome, by: Actor, **values: Any) -> None:
    waits = queries.call_of(receipt.case_id, at=NOW)
    said: dict[str, Any] = {
        "again_in": HOUR,
        "seen": waits.version if waits else 1,
        "at": NOW,
        **values,
    }
    actions.call(case_id=receipt.case_id, outcome=outcome, by=by, **said)


def clerk(here: Town) -> Actor:
    return staff(Role.CLERK, here.centre.id)


def test_an_answer_to_a_phone_number_has_to_be_told_by_phone(here: Town) -> None:
    first, second = answered(here, NOW), answered(here, NOW + HOUR)
    answered(here, contact=ContactDraft(mail="ada@example.org"))
    answered(here, contact=ContactDraft())

    due = queries.calls_due(by=clerk(here), at=NOW + HOUR)

    assert [one.case.number for one in due] == [first.number, second.number]
    assert due[0].told == "The lamp is mended."


def test_a_question_has_to_be_asked_by_phone_and_the_newest_word_is_told(here: Town) -> None:
    receipt = reported(here.lamp, contact=PHONE)
    about: dict[str, Any] = {"case_id": receipt.case_id, "by": here.officer}
    actions.ask(text="Which side?", seen=card(receipt).version, at=NOW, **about)
    [asked] = queries.calls_due(by=here.officer, at=NOW)
    actions.answer(text="It is done.", seen=card(receipt).version, at=NOW + HOUR, **about)

    [waits] = queries.calls_due(by=here.officer, at=NOW + HOUR)

    assert (asked.told, waits.told) == ("Which side?", "It is done.")


def test_who_wishes_for_a_call_at_the_counter_waits_from_then_on(here: Town) -> None:
    wished = reported(here.lamp, contact=PHONE, wants_call=True)
    reported(here.lamp, contact=PHONE)
    reported(here.lamp, wants_call=True)  # a mail address only: nothing to call

    [waits] = queries.calls_due(by=here.officer, at=NOW)

    assert (waits.case.number, waits.told) == (wished.number, "")


def test_another_unit_sees_and_makes_no_call(here: Town) -> None:
    receipt = answered(here)
    other = staff(Role.OFFICER, here.other.id)

    assert queries.calls_due(by=other, at=NOW) == []
    assert queries.calls_later(by=other, at=NOW - HOUR) == 0
    with pytest.raises(NotYourCase):
        called(receipt, CallOutcome.REACHED, other)
    for nobody in (ANONYMOUS, ADMINISTRATOR):
        with pytest.raises((NotAllowed, NotYourCase)):
            called(receipt, CallOutcome.REACHED, nobody)


def test_reached_is_entered_and_the_call_is_over(here: Town) -> None:
    receipt = answered(here)

    called(receipt, CallOutcome.REACHED, clerk(here))

    assert queries.calls_due(by=clerk(here), at=NOW) == []
    entry = queries.history(receipt.case_id)[-1]
    assert (entry.type, dict(entry.facts)) == ("cases.called", {"outcome": "reached", "tries": 1})
    assert entry.actor == "role:clerk"
    with pytest.raises(NoCallWaits):
        called(receipt, CallOutcome.REACHED, clerk(here))


def test_not_reached_is_tried_again_later_and_at_most_so_often(here: Town) -> None:
    receipt, by = answered(here), clerk(here)
    for tries in (1, 2):
        called(receipt, CallOutcome.NOT_REACHED, by)
        assert queries.calls_due(by=by, at=NOW) == []
        assert queries.calls_later(by=by, at=NOW) == 1
        [waits] = queries.calls_due(by=by, at=NOW + HOUR)
        assert waits.tries == tries

    called(receipt, CallOutcome.NOT_REACHED, by)

    assert CallBack.objects.get().outcome == "gave-up"
    assert queries.history(receipt.case_id)[-1].facts["outcome"] == "gave-up"


def test_what_two_write_down_at_once_counts_once(here: Town) -> None:
    receipt, by = answered(here), clerk(here)
    called(receipt, CallOutcome.NOT_REACHED, by, seen=1)

    with pytest.raises(ChangedSinceYouLooked):
        called(receipt, CallOutcome.NOT_REACHED, by, seen=1)


def test_nobody_is_called_who_has_said_the_last_word(here: Town) -> None:
    receipt = answered(here)

    actions.confirm(reporter=queries.reporter_by_key(receipt.key), at=NOW)

    assert queries.calls_due(by=clerk(here), at=NOW) == []
    assert queries.call_of(receipt.case_id, at=NOW) is None


def test_a_clerk_sees_the_number_only_while_somebody_waits_for_a_call(here: Town) -> None:
    receipt, by = answered(here), clerk(here)
    contact_id = queries.contact_of(receipt.case_id)
    assert contact_id is not None
    about: dict[str, Any] = {
        "contact_id": contact_id,
        "reason": "to call back",
        "subject": subject_of("case", receipt.case_id),
        "by": by,
        "at": NOW,
    }

    assert identity.reveal(**about) == "+85223456789"
    assert queries.history(receipt.case_id)[-1].type == "identity.revealed"
    called(receipt, CallOutcome.GAVE_UP, by)
    with pytest.raises(NotAllowed):
        identity.reveal(**about)


def test_the_digest_tells_the_unit_of_calls_to_make(here: Town) -> None:
    person = identity.make_staff(
        mail="lin@example.org", name="Lin", by=ADMINISTRATOR, at=NOW, language="en"
    )
    identity.grant(
        person_id=person,
        role=Role.OFFICER,
        unit_id=here.roads.id,
        reason="a test",
        by=ADMINISTRATOR,
        at=NOW,
    )
    receipt = answered(here)
    reported(here.lamp, contact=PHONE, wants_call=True)
    run_waiting(clock=lambda: NOW)

    assert Message.objects.filter(template="cases.staff-call").count() == 2
    post.send_digests(at=NOW + timedelta(days=2))
    run_waiting(clock=lambda: NOW + timedelta(days=2))
    [digest] = [one for one in mail.outbox if "waits for a call" in str(one.body)]
    assert receipt.number in str(digest.body)
    assert "2345" not in str(digest.body)
