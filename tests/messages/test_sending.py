"""A message is written with the act that wants it, and leaves once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.core import mail
from django.db import connection, connections, transaction

from commonweal.kernel.actions import run_waiting
from commonweal.kernel.queries import clock
from commonweal.messages import actions, queries
from commonweal.messages.errors import BadAddress, NoSuchTemplate
from commonweal.messages.models import Envelope, Message
from commonweal.messages.types import MessageState, Recipient
from tests.factories.messages import NOW, told

pytestmark = pytest.mark.django_db


def test_a_message_leaves_with_its_headers() -> None:
    told("resident@example.org", subject="case:7", key="case:7:received")

    run_waiting(clock=clock)

    [card] = queries.outbox("case:7")
    [letter] = mail.outbox
    assert card.state is MessageState.SENT
    assert letter.to == ["resident@example.org"]
    assert letter.extra_headers["Auto-Submitted"] == "auto-generated"
    assert letter.extra_headers["Message-ID"].endswith("@localhost.localdomain>")


def test_the_same_key_is_told_once() -> None:
    first = told(key="same")
    second = told(key="same", at=NOW + timedelta(minutes=1))

    run_waiting(clock=clock)

    assert first == second
    assert len(mail.outbox) == 1
    assert Envelope.objects.count() == 1


@pytest.mark.parametrize(
    "address",
    [
        "",
        "nobody",
        "a@b",
        "a@example.org\nBcc: all@example.org",
        "a@example.org, b@example.org",
        "Name <a@example.org>",
        "a@exa mple.org",
        "a@-example.org",
        "a@example..org",
        ".a@example.org",
        "a..b@example.org",
        "名@example.org",
        "a@" + "x" * 260 + ".org",
    ],
)
def test_an_address_the_post_would_not_take_is_refused(address: str) -> None:
    with pytest.raises((BadAddress, LookupError)):
        told(address)

    assert not Message.objects.exists()


def test_address_and_words_are_unreadable_in_the_database() -> None:
    told("resident@example.org")

    with connections["people"].cursor() as cursor:
        cursor.execute("SELECT * FROM messages_envelope")
        stored = str(cursor.fetchall())

    assert "resident" not in stored
    assert "gAAAA" in stored


def test_an_act_that_is_undone_tells_nothing_and_may_be_tried_again() -> None:
    with transaction.atomic():
        told(key="same")
        transaction.set_rollback(True)

    run_waiting(clock=clock)
    assert mail.outbox == []
    assert Envelope.objects.count() == 1  # an orphan, for the sweep

    told(key="same")
    run_waiting(clock=clock)
    assert len(mail.outbox) == 1
    assert actions.sweep(at=NOW + timedelta(days=2)) == 1


def test_a_message_without_its_facts_or_with_two_recipients_is_a_mistake_of_ours() -> None:
    with pytest.raises(LookupError, match="link"):
        told(template="identity.magic_link", facts={"minutes": "20"})
    with pytest.raises(LookupError), transaction.atomic():
        actions.send(
            template="messages.test",
            to=Recipient(address="a@example.org", contact_id=uuid4(), language="en"),
            facts={},
            subject="",
            key="x",
            at=NOW,
        )
    with pytest.raises(NoSuchTemplate):
        told(template="nothing")


@pytest.mark.database
@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer: proven on PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_fifty_who_tell_the_same_at_once_tell_it_once() -> None:
    def tell(_number: int) -> UUID:
        try:
            return told(key="same")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        ids = set(pool.map(tell, range(50)))
    run_waiting(clock=clock)

    assert len(ids) == 1
    assert Envelope.objects.count() == 1
    assert len(mail.outbox) == 1
