"""Partners are told what happens to cases: signed, public facts only, tried again, not for ever."""

import base64
import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core import mail

from commonweal.cases import actions as cases
from commonweal.cases import queries as the_cases
from commonweal.cases.types import Foreign, State
from commonweal.identity import actions as identity
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed, Refusal
from commonweal.kernel.models import Job
from commonweal.kernel.types import ANONYMOUS, SYSTEM, Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import subject_of
from commonweal.partners import actions, errors, queries, rules
from commonweal.partners import handlers as reactions
from commonweal.partners.models import Hook
from commonweal.partners.types import DeliveryState, HookCard, Tells, Trouble
from tests.factories.cases import ADMINISTRATOR, NOW, Town, draft, reported, staff
from tests.factories.partners import Listener, webhook

pytestmark = [pytest.mark.django_db, pytest.mark.database]
GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "webhooks.md"
Wait = Callable[..., None]


class Clock:
    """A clock that stands still until somebody moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    monkeypatch.setattr(reactions, "clock", standing)
    return standing


@pytest.fixture
def wait(clock: Clock) -> Wait:
    """Let time pass, then do what is due."""

    def act(**by: float) -> None:
        clock.at += timedelta(**by)
        kernel.run_waiting(clock=clock)

    return act


def lines(card: HookCard) -> list[tuple[str, str, int]]:
    page = queries.deliveries(card.id)
    return [(one.tells.value, one.state.value, one.tries) for one in page.items]


def test_a_partner_is_told_each_step_once_under_one_name(
    here: Town, partner: Listener, wait: Wait
) -> None:
    card, _secret = webhook(partner.url)
    receipt = reported(here.lamp)
    seen: dict[str, Any] = {"case_id": receipt.case_id, "by": here.officer, "at": NOW}
    cases.start(seen=1, **seen)
    cases.answer(text="Mended.", seen=2, **seen)

    wait()
    wait()

    told = sorted((heard.said["data"]["seq"], heard.said["type"]) for heard in partner.heard)
    assert told == [(1, "case.received"), (2, "case.moved"), (3, "case.answered")]
    assert {state for _tells, state, _tries in lines(card)} == {"arrived"}


def test_what_is_told_is_public_and_by_the_hour(here: Town, partner: Listener, wait: Wait) -> None:
    webhook(partner.url)
    receipt = reported(here.lamp, text="Mrs Ho of No. 5 lies in the dark.")

    wait()

    (heard,) = partner.heard
    assert heard.said == {
        "type": "case.received",
        "timestamp": "2026-03-09T09:00:00Z",
        "data": {
            "number": receipt.number,
            "seq": 1,
            "state": "received",
            "before": None,
            "category": "lamp",
            "district": "north",
            "unit": "roads",
            "received_at": "2026-03-09T09:00:00Z",
            "url": f"http://127.0.0.1:8000/cases/{receipt.number}/",
        },
    }
    assert receipt.key not in str(heard)


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (Tells.RECEIVED, ["case.received"]),
        (Tells.MOVED, ["case.moved"]),
        (Tells.ANSWERED, ["case.answered"]),
    ],
)
def test_a_partner_is_told_what_it_wants_and_nothing_else(
    wanted: Tells, told: list[str], here: Town, partner: Listener, wait: Wait
) -> None:
    webhook(partner.url, wanted)
    receipt = reported(here.lamp)
    cases.start(case_id=receipt.case_id, seen=1, by=here.officer, at=NOW)
    cases.refer(case_id=receipt.case_id, text="The port's.", seen=2, by=here.officer, at=NOW)

    wait()

    assert [heard.said["type"] for heard in partner.heard] == told


def test_neither_an_import_nor_what_was_undone_is_told(
    here: Town, partner: Listener, wait: Wait
) -> None:
    webhook(partner.url)
    with pytest.raises(Refusal):
        cases.report(draft=draft(here.lamp, text=" "), by=ANONYMOUS, at=NOW)
    foreign = Foreign(
        source="elsewhere",
        source_id="7",
        row_digest="x",
        category_id=here.lamp.id,
        unit_id=here.roads.id,
        state=State.ANSWERED,
        received=NOW - timedelta(days=400),
    )
    cases.import_cases(foreign=[foreign], file_digest="y", by=ADMINISTRATOR, at=NOW)

    wait()

    assert partner.heard == []


def test_a_delivery_is_signed_as_standard_webhooks_says(
    here: Town, partner: Listener, wait: Wait
) -> None:
    _card, secret = webhook(partner.url)
    reported(here.lamp)

    wait()

    (heard,) = partner.heard
    head = heard.headers
    signed = f"{head['webhook-id']}.{head['webhook-timestamp']}.".encode() + heard.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert head["webhook-signature"] == f"v1,{expected}"
    assert head["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert head["content-type"] == "application/json"
    assert len(key) == 32


def test_the_signature_is_that_of_the_specification() -> None:
    """The worked example of github.com/standard-webhooks/standard-webhooks."""
    said = rules.signature(
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        id_="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        body=b'{"test": 2432232314}',
    )

    assert said == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_the_example_of_the_guide_verifies_what_was_sent(
    here: Town, partner: Listener, wait: Wait
) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    names: dict[str, Any] = {}
    exec(example, names)  # noqa: S102  (the guide is ours)
    _card, secret = webhook(partner.url)
    reported(here.lamp)
    wait()
    (heard,) = partner.heard
    now = NOW.timestamp()

    def genuine(**changed: Any) -> bool:
        said = {"secret": secret, "headers": heard.headers, "body": heard.body, "now": now}
        return bool(names["is_genuine"](**{**said, **changed}))

    assert genuine()
    assert not genuine(body=heard.body + b" ")
    assert not genuine(secret=rules.secret_from(b"another"))
    assert not genuine(now=now + 301)
    assert not genuine(headers={**heard.headers, "webhook-id": "msg_other"})
    assert not genuine(headers={})
    kept = names["newest"]({}, heard.said)
    assert names["newest"](kept, heard.said) == kept


def test_what_does_not_arrive_is_sent_again_under_the_same_id_and_later_and_later(
    here: Town, partner: Listener, wait: Wait
) -> None:
    partner.answers = [(500, {}, b""), (503, {}, b""), (200, {}, b"")]
    card, _secret = webhook(partner.url)
    reported(here.lamp)

    wait()
    assert lines(card) == [("case.received", "waiting", 1)]
    wait(seconds=4)
    assert len(partner.heard) == 1
    wait(seconds=1)
    assert lines(card) == [("case.received", "waiting", 2)]
    wait(minutes=5)

    assert lines(card) == [("case.received", "arrived", 3)]
    assert len({heard.headers["webhook-id"] for heard in partner.heard}) == 1
    assert len({heard.body for heard in partner.heard}) == 1
    assert len({heard.headers["webhook-timestamp"] for heard in partner.heard}) == 3
    assert queries.hook(card.id).failing_since is None
    (one,) = queries.deliveries(card.id).items
    assert (one.status, one.trouble) == (200, "")


def test_a_redirect_and_an_address_inside_are_failures_with_their_words(
    here: Town, partner: Listener, wait: Wait, settings: Any
) -> None:
    partner.answers = [(302, {"Location": "/there"}, b"")]
    card, _secret = webhook(partner.url)
    reported(here.lamp)
    wait()
    (first,) = queries.deliveries(card.id).items
    settings.OUTGOING_INSIDE = []

    wait(seconds=5)

    (second,) = queries.deliveries(card.id).items
    assert (first.status, first.trouble) == (302, Trouble.STATUS)
    assert (second.status, second.trouble) == (None, Trouble.INSIDE)
    assert len(partner.heard) == 1


def test_a_partner_who_is_away_is_not_asked_for_every_delivery(
    here: Town, partner: Listener, wait: Wait
) -> None:
    partner.answers = [(500, {}, b""), (204, {}, b"")]
    card, _secret = webhook(partner.url)
    for _ in range(5):
        reported(here.lamp)

    wait()
    assert len(partner.heard) == 1
    wait(seconds=5)

    assert len(partner.heard) == 6
    assert {state for _tells, state, _tries in lines(card)} == {"arrived"}


def test_the_last_try_of_what_alone_fails_is_parked_for_an_operator(
    here: Town, partner: Listener, wait: Wait
) -> None:
    partner.answers = [(400, {}, b"")]
    card, _secret = webhook(partner.url)
    reported(here.lamp)
    wait()
    for pause in rules.WAITS:
        Hook.objects.update(failing_since=None, rests_until=None)  # others arrive meanwhile
        wait(seconds=pause.total_seconds())
    for _ in range(5):
        Hook.objects.update(failing_since=None, rests_until=None)
        wait(hours=2)

    (parked,) = Job.objects.filter(state=Job.State.PARKED)
    ((_tells, state, tries),) = lines(card)
    assert parked.handler == "partners.handlers.send_later"
    assert (state, tries) == ("failed", len(rules.WAITS) + 5)
    partner.answers = [(204, {}, b"")]
    kernel.release(job_id=parked.pk, at=NOW)
    wait()
    assert lines(card) == [("case.received", "arrived", tries + 1)]


def test_a_webhook_that_fails_for_days_is_switched_off_and_the_administrators_are_told(
    here: Town, partner: Listener, wait: Wait
) -> None:
    administrator = identity.make_staff(
        mail="wu@example.org", name="Wu", by=SYSTEM, at=NOW, language="en"
    )
    identity.grant(
        person_id=administrator,
        role=Role.ADMINISTRATOR,
        unit_id=None,
        reason="a test",
        by=SYSTEM,
        at=NOW,
    )
    partner.answers = [(500, {}, b"")]
    card, _secret = webhook(partner.url)
    reported(here.lamp)
    wait()
    for _ in range(80):
        wait(hours=1)
        if not queries.hook(card.id).is_on:
            break
    reported(here.lamp)
    wait(hours=1)

    off = queries.hook(card.id)
    assert (off.is_on, off.is_given_up) == (False, True)
    assert [one.id for one in queries.given_up()] == [card.id]
    assert NOW + timedelta(days=3) <= ledger_time(card) <= NOW + timedelta(days=4)
    assert lines(card) == [("case.received", "failed", len(partner.heard))]
    (told,) = [one for one in mail.outbox if "was switched off" in one.subject]
    assert told.to == ["wu@example.org"]
    assert f"/setup/webhooks/{card.id}/" in told.body


def ledger_time(card: HookCard) -> datetime:
    return ledger.entries_of(subject_of("webhook", card.id))[-1].at


def test_who_says_that_nobody_listens_any_more_is_believed(
    here: Town, partner: Listener, wait: Wait
) -> None:
    partner.answers = [(410, {}, b"")]
    card, _secret = webhook(partner.url)
    reported(here.lamp)

    wait()

    assert queries.hook(card.id).is_given_up
    entry = ledger.entries_of(subject_of("webhook", card.id))[-1]
    assert (entry.actor, entry.facts["because"]) == ("system", "gone")


def test_a_webhook_that_is_off_is_told_nothing_and_nothing_later(
    here: Town, partner: Listener, wait: Wait
) -> None:
    partner.answers = [(500, {}, b""), (204, {}, b"")]
    card, _secret = webhook(partner.url)
    reported(here.lamp)
    wait()
    about: dict[str, Any] = {
        "hook_id": card.id,
        "reason": "they move house",
        "by": ADMINISTRATOR,
        "at": NOW,
    }
    actions.switch_hook(is_on=False, seen=1, **about)
    reported(here.lamp)
    wait(seconds=10)
    actions.switch_hook(is_on=True, seen=2, **about)

    reported(here.lamp)
    wait()

    assert len(partner.heard) == 2
    assert sorted(state for _tells, state, _tries in lines(card)) == ["arrived", "dropped"]


def test_a_webhook_that_was_given_up_begins_afresh_when_it_is_switched_on(
    here: Town, partner: Listener, wait: Wait
) -> None:
    partner.answers = [(500, {}, b""), (410, {}, b""), (204, {}, b"")]
    card, _secret = webhook(partner.url)
    reported(here.lamp)
    wait()
    wait(minutes=5)
    about: dict[str, Any] = {"reason": "they mended it", "by": ADMINISTRATOR, "at": NOW}

    actions.switch_hook(hook_id=card.id, is_on=True, seen=2, **about)
    reported(here.lamp)
    wait()

    again = queries.hook(card.id)
    assert (again.is_on, again.is_given_up, again.failing_since) == (True, False, None)
    assert sorted(state for _tells, state, _tries in lines(card)) == ["arrived", "failed"]


def test_a_delivery_is_sent_again_by_hand_under_its_id(
    here: Town, partner: Listener, wait: Wait
) -> None:
    card, _secret = webhook(partner.url)
    reported(here.lamp)
    wait()
    (one,) = queries.deliveries(card.id).items

    for _ in range(2):
        actions.send_again(delivery_id=one.id, by=ADMINISTRATOR, at=NOW)
        wait()

    assert len(partner.heard) == 3
    assert len({heard.headers["webhook-id"] for heard in partner.heard}) == 1
    assert lines(card) == [("case.received", "arrived", 1)]


def test_nothing_is_sent_again_of_what_is_off_or_forgotten_or_by_others(
    here: Town, partner: Listener, wait: Wait
) -> None:
    card, _secret = webhook(partner.url)
    reported(here.lamp)
    wait()
    (one,) = queries.deliveries(card.id).items

    with pytest.raises(NotAllowed):
        actions.send_again(delivery_id=one.id, by=here.lead, at=NOW)
    actions.switch_hook(
        hook_id=card.id, is_on=False, seen=1, reason="a test", by=ADMINISTRATOR, at=NOW
    )
    with pytest.raises(errors.HookIsOff):
        actions.send_again(delivery_id=one.id, by=ADMINISTRATOR, at=NOW)
    actions.sweep(created_before=NOW + timedelta(seconds=1))
    with pytest.raises(errors.NoSuchDelivery):
        actions.send_again(delivery_id=one.id, by=ADMINISTRATOR, at=NOW)
    assert lines(card) == []


def test_the_secret_is_shown_once_and_lies_nowhere_in_the_clear() -> None:
    card, secret = webhook()

    row = Hook.objects.extra(select={"stored": "secret"}).get()
    assert row.secret == secret
    assert secret not in row.stored
    assert secret not in str(card)
    made = ledger.entries_of(subject_of("webhook", card.id))
    assert secret not in str(made) + str(ledger.disclosed(made[0].id))


def test_making_and_switching_are_entered_without_name_and_address() -> None:
    card, _secret = webhook()
    actions.switch_hook(
        hook_id=card.id, is_on=False, seen=1, reason="not used", by=ADMINISTRATOR, at=NOW
    )

    made, off = ledger.entries_of(subject_of("webhook", card.id))
    assert (made.type, off.type) == ("partners.webhook-made", "partners.webhook-switched")
    everything = ["case.answered", "case.moved", "case.received"]
    assert made.facts == {"tells": everything, "on": True, "because": ""}
    assert off.facts == {"tells": everything, "on": False, "because": ""}
    assert ledger.disclosed(off.id)["reason"] == "not used"
    assert all("partner.example" not in str(e) and card.name not in str(e) for e in (made, off))


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"name": " "}, errors.NameMissing),
        ({"name": "n" * 101}, errors.NameMissing),
        ({"reason": "x"}, errors.ReasonMissing),
        ({"tells": frozenset()}, errors.NothingToTell),
        ({"url": "https://partner.example/ x"}, errors.AddressUnreadable),
        ({"url": "http://192.168.0.7/"}, errors.AddressInside),
        ({"by": ANONYMOUS}, NotAllowed),
        ({"by": staff(Role.DISPATCHER)}, NotAllowed),
    ],
)
def test_what_no_webhook_can_be(values: dict[str, Any], refusal: type[Refusal]) -> None:
    said: dict[str, Any] = {
        "name": "Street works",
        "url": "https://partner.example/",
        "tells": frozenset(Tells),
        "reason": "a test",
        "by": ADMINISTRATOR,
        "at": NOW,
    }
    with pytest.raises(refusal):
        actions.make_hook(**{**said, **values})

    assert queries.hooks() == []


def test_a_webhook_that_changed_meanwhile_is_left_alone() -> None:
    card, _secret = webhook()
    about: dict[str, Any] = {"hook_id": card.id, "reason": "a test", "by": ADMINISTRATOR, "at": NOW}

    with pytest.raises(ChangedSinceYouLooked):
        actions.switch_hook(is_on=False, seen=2, **about)
    with pytest.raises(ChangedSinceYouLooked):
        actions.switch_hook(is_on=True, seen=1, **about)
    with pytest.raises(errors.NoSuchHook):
        actions.switch_hook(is_on=False, seen=1, **{**about, "hook_id": uuid4()})
    with pytest.raises(errors.NoSuchHook):
        queries.hook(uuid4())


def test_deliveries_come_by_pages_the_newest_first(here: Town) -> None:
    card, _secret = webhook()
    receipt = reported(here.lamp)
    case = the_cases.card(receipt.case_id, at=NOW)
    for seq in range(10, 15):
        actions.tell(
            tells=Tells.MOVED,
            case_id=case.id,
            state="in-work",
            before="received",
            subject=subject_of("case", case.id),
            seq=seq,
            at=NOW.astimezone(UTC) + timedelta(minutes=seq),
        )

    page = queries.deliveries(card.id, number=2, size=2)

    assert [one.seq for one in page.items] == [12, 11]
    assert (page.total, page.last) == (5, 3)
    assert queries.deliveries(card.id, number=99, size=2).number == 3
    assert all(one.state is DeliveryState.WAITING for one in page.items)
