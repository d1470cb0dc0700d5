"""A message is written with the act that wants it, and leaves once."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import connections

from commonweal.kernel.actions import run_waiting
from commonweal.kernel.queries import clock
from commonweal.messages import queries
from commonweal.messages.errors import BadAddress
from commonweal.messages.models import Envelope, Message
from commonweal.messages.types import MessageState
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
