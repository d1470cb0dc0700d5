"""The link to "my cases": once, within 20 minutes, and the same for everybody who asks."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.core import mail
from django.db import connections
from pytest_django import DjangoAssertNumQueries

from commonweal.identity import actions
from commonweal.identity.errors import LinkUsedUp
from commonweal.identity.models import MagicLink
from commonweal.identity.types import ContactKind
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.models import Job
from commonweal.kernel.queries import clock
from commonweal.messages.errors import BadAddress
from commonweal.messages.models import Envelope
from tests.factories.identity import NOW
from tests.kernel.crowd import needs_many_writers


def _contact(address: str = "wang@example.org") -> UUID:
    return actions.keep_contact(kind=ContactKind.MAIL, value=address, language="en", at=NOW)


def _token(address: str = "wang@example.org") -> str:
    actions.send_magic_link(mail=address, language="en", at=NOW)
    facts = Envelope.objects.order_by("-created_at")[0].facts
    found = re.search(r"/([\w-]{32})/", facts)
    assert found is not None
    return found[1]


@pytest.mark.django_db
def test_it_opens_the_cases_of_the_address_once() -> None:
    contacts = {_contact("Wang@example.org"), _contact("wang@example.org")}
    _contact("other@example.org")
    token = _token()

    opened = actions.redeem_magic_link(token=token, at=NOW + timedelta(minutes=19))

    assert set(opened) == contacts
    with pytest.raises(LinkUsedUp):
        actions.redeem_magic_link(token=token, at=NOW + timedelta(minutes=19))


@pytest.mark.django_db
def test_it_expires() -> None:
    _contact()
    token = _token()

    with pytest.raises(LinkUsedUp):
        actions.redeem_magic_link(token=token, at=NOW + timedelta(minutes=20))


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "\ud800", "x" * 10_000, "' OR 1=1 --", "\x00"])
def test_a_guessed_token_opens_nothing(token: str) -> None:
    _token()

    with pytest.raises(LinkUsedUp):
        actions.redeem_magic_link(token=token, at=NOW)


@pytest.mark.django_db
def test_known_and_unknown_addresses_are_treated_alike(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    _contact("known@example.org")

    for address in ("known@example.org", "unknown@example.org"):
        with django_assert_num_queries(3, using="people"):
            actions.send_magic_link(mail=address, language="en", at=NOW)

    run_waiting(clock=clock)
    known, unknown = sorted(mail.outbox, key=lambda letter: letter.to)
    assert known.subject == unknown.subject
    assert len(known.body) == len(unknown.body)


@pytest.mark.django_db
def test_only_the_hash_of_a_token_is_kept() -> None:
    token = _token()

    with connections["people"].cursor() as cursor:
        cursor.execute("SELECT * FROM identity_magiclink")
        stored = str(cursor.fetchall())

    assert token not in stored
    assert "wang" not in stored
    assert token not in str(list(Job.objects.values()))


@pytest.mark.django_db
def test_nobodys_mailbox_is_flooded() -> None:
    for _ in range(10):
        actions.send_magic_link(mail="wang@example.org", language="en", at=NOW)

    assert MagicLink.objects.count() == 3
    assert Envelope.objects.count() == 3


@pytest.mark.django_db
def test_what_is_no_address_is_told() -> None:
    with pytest.raises(BadAddress):
        actions.send_magic_link(mail="wang@\nexample.org", language="en", at=NOW)


@needs_many_writers
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_of_many_who_use_one_link_at_once_one_succeeds() -> None:
    contact = _contact()
    token = _token()
    together = Barrier(8)

    def redeem(_number: int) -> tuple[UUID, ...] | None:
        try:
            together.wait()
            return actions.redeem_magic_link(token=token, at=NOW)
        except LinkUsedUp:
            return None
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(redeem, range(8)))

    assert sorted(answers, key=str) == [(contact,), *[None] * 7]
