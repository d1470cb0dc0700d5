"""Programs act with a key: made and ended by the administrator, limited, kept as a digest."""

from contextlib import nullcontext
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import RequestFactory

from commonweal.cases import queries as cases
from commonweal.edge import errors, keys
from commonweal.edge.keys import KeyCard, Scope
from commonweal.edge.models import ApiKey
from commonweal.identity import actions as identity
from commonweal.kernel.errors import (
    ChangedSinceYouLooked,
    NotAllowed,
    Refusal,
    SignInFirst,
    TooManyRequests,
)
from commonweal.kernel.queries import clock
from commonweal.kernel.types import ANONYMOUS, ActorKind, Channel, Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import subject_of
from tests.factories.cases import ADMINISTRATOR, NOW, reported, staff, town
from tests.factories.edge import api_key

pytestmark = pytest.mark.django_db


def coming(secret: str, address: str = "203.0.113.7") -> KeyCard | None:
    request = RequestFactory().get("/", REMOTE_ADDR=address)
    return keys.of_request(request, secret)


def test_a_key_opens_and_only_its_digest_is_kept() -> None:
    card, secret = api_key()

    assert coming(secret) == card
    row = ApiKey.objects.get()
    assert secret not in {str(value) for value in vars(row).values()}
    assert secret.startswith(row.begins)
    assert len(secret) > 30


def test_no_two_keys_are_alike() -> None:
    assert api_key()[1] != api_key()[1]


def test_making_and_ending_are_entered_with_reach_and_without_the_name() -> None:
    card, secret = api_key()

    keys.end(key_id=card.id, seen=1, reason="not used", by=ADMINISTRATOR, at=NOW)

    made, ended = ledger.entries_of(subject_of("api-key", card.id))
    assert (made.type, ended.type) == ("edge.key-made", "edge.key-ended")
    assert made.facts == {"scopes": ["open311.write"], "unit": "", "per_hour": 600, "until": ""}
    assert ledger.disclosed(ended.id)["reason"] == "not used"
    assert all(secret not in str(entry) and card.name not in str(entry) for entry in (made, ended))


def test_an_ended_key_opens_nothing_and_cannot_be_ended_again() -> None:
    card, secret = api_key()

    ended = keys.end(key_id=card.id, seen=1, reason="not used", by=ADMINISTRATOR, at=clock())

    with pytest.raises(errors.WrongKey):
        coming(secret)
    with pytest.raises(ChangedSinceYouLooked):
        keys.end(key_id=card.id, seen=2, reason="again", by=ADMINISTRATOR, at=clock())
    assert ended.version == 2


def test_a_key_that_changed_meanwhile_is_not_ended() -> None:
    card, _secret = api_key()

    with pytest.raises(ChangedSinceYouLooked):
        keys.end(key_id=card.id, seen=7, reason="not used", by=ADMINISTRATOR, at=NOW)


def test_a_key_holds_until_its_last_moment() -> None:
    later = clock() + timedelta(days=1)
    card, secret = api_key(until=later)

    assert coming(secret) == card
    assert card.holds(later - timedelta(seconds=1))
    assert not card.holds(later)
    assert not card.holds(NOW - timedelta(seconds=1))


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"name": "  "}, errors.KeyNameMissing),
        ({"name": "n" * 101}, errors.KeyNameMissing),
        ({"reason": "x"}, errors.KeyReasonMissing),
        ({"per_hour": 1}, errors.KeyRateOutOfRange),
        ({"per_hour": 1_000_000}, errors.KeyRateOutOfRange),
        ({"until": NOW}, errors.KeyEndsBeforeItBegins),
        ({"by": ANONYMOUS}, NotAllowed),
        ({"by": staff(Role.DISPATCHER)}, NotAllowed),
    ],
)
def test_what_no_key_can_be(values: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        api_key(**values)

    assert keys.all_keys() == []


@pytest.mark.parametrize("scope", list(Scope))
def test_a_key_that_acts_in_a_role_has_a_unit_and_no_other_has(scope: Scope) -> None:
    here = town()

    for unit_id in (None, here.north.id, here.roads.id):
        is_right = unit_id == (here.roads.id if scope in keys.ROLES else None)
        wrong = errors.KeyNeedsUnit if scope in keys.ROLES else errors.KeyNeedsNoUnit
        with nullcontext() if is_right else pytest.raises(wrong):
            api_key(scope, unit_id=unit_id)


def test_a_key_is_for_something() -> None:
    with pytest.raises(errors.KeyWithoutScope):
        keys.make(
            name="Nothing",
            scopes=frozenset(),
            unit_id=None,
            per_hour=600,
            until=None,
            reason="a test",
            by=ADMINISTRATOR,
            at=NOW,
        )


def test_who_only_sends_reports_holds_no_role() -> None:
    card, _secret = api_key()

    sender = keys.sender_of(card)

    assert (sender.kind, sender.channel) == (ActorKind.SERVICE, Channel.API)
    assert not sender.is_staff


ACTS_AS = {
    Scope.UPDATE: Role.OFFICER,
    Scope.READ: Role.OFFICER,
    Scope.WORK: Role.OFFICER,
    Scope.ASSIGN: Role.LEAD,
    Scope.INTAKE: Role.CLERK,
}


@pytest.mark.parametrize("scope", sorted(ACTS_AS))
def test_who_works_holds_the_one_role_of_the_use_in_the_unit_and_below(scope: Scope) -> None:
    here = town()
    card, _secret = api_key(*ACTS_AS, unit_id=here.centre.id)

    worker = keys.worker_of(card, scope)

    assert (worker.kind, worker.channel) == (ActorKind.UNIT_TOKEN, Channel.API)
    assert [role for role in Role if worker.has(role)] == [ACTS_AS[scope]]
    assert worker.works_as(ACTS_AS[scope], here.roads.id)
    assert set(ACTS_AS) == set(keys.ROLES) == set(Scope) - {Scope.REPORT, Scope.METRICS}


def test_no_key_ever_sees_how_to_reach_a_reporter() -> None:
    here = town()
    receipt = reported(here.lamp)
    card, _secret = api_key(*ACTS_AS, unit_id=here.roads.id)
    contact_id = cases.contact_of(receipt.case_id)
    assert contact_id is not None
    about: dict[str, Any] = {"subject": subject_of("case", receipt.case_id), "at": NOW}

    for scope in ACTS_AS:
        with pytest.raises(SignInFirst):
            identity.reveal(
                contact_id=contact_id,
                reason="to call",
                by=keys.worker_of(card, scope),
                **about,
            )


def test_a_key_reaches_no_further_than_its_scopes() -> None:
    card, _secret = api_key()

    assert keys.needed(card, Scope.REPORT) == card
    with pytest.raises(errors.KeyTooNarrow):
        keys.needed(card, Scope.UPDATE)
    with pytest.raises(errors.KeyMissing):
        keys.needed(None, Scope.REPORT)


def test_each_key_has_its_own_limit_wherever_it_comes_from() -> None:
    _card, slow = api_key(per_hour=10)
    _card, other = api_key(per_hour=10)

    for number in range(10):
        coming(slow, f"203.0.113.{number}")

    with pytest.raises(TooManyRequests):
        coming(slow, "203.0.113.99")
    assert coming(other) is not None


@pytest.mark.parametrize("wrong", ["cw_no", "x" * 100_000, "\x00", "\ud800", "鑰匙"])
def test_whoever_guesses_keys_must_wait_and_nobody_else(wrong: str) -> None:
    _card, secret = api_key()

    for _ in range(20):
        with pytest.raises(errors.WrongKey):
            coming(wrong)

    with pytest.raises(TooManyRequests):
        coming(wrong)
    assert coming(secret) is not None


def test_no_key_is_no_refusal() -> None:
    assert coming("") is None


def test_a_key_nobody_made_is_not_found() -> None:
    with pytest.raises(errors.NoSuchKey):
        keys.key(uuid4())
    with pytest.raises(errors.NoSuchKey):
        keys.end(key_id=uuid4(), seen=1, reason="gone", by=ADMINISTRATOR, at=NOW)
