"""The first administrator comes from the machine itself."""

from collections.abc import Callable
from io import StringIO
from typing import TypeVar

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.test import override_settings

from commonweal.identity import queries
from commonweal.identity.actions.beginning import FirstAdministrator
from commonweal.identity.models import Account
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.queries import clock
from commonweal.kernel.types import SYSTEM, Role
from commonweal.messages.actions.trying import TestMail, try_the_post
from commonweal.messages.errors import NotTaken, PostFails
from tests.factories.identity import NOW
from tests.factories.mail_server import MailServer

pytestmark = pytest.mark.django_db
T = TypeVar("T")


class Answering:
    """A console whose answers are known beforehand."""

    languages: tuple[str, ...] = ("en",)
    zone = "UTC"

    def __init__(self, **answers: str) -> None:
        self.answers = answers

    def say(self, line: str) -> None:
        """Hear it."""

    def ask(
        self,
        key: str,
        question: str,
        parse: Callable[[str], T],
        *,
        default: str | None = None,
        secret: bool = False,
    ) -> T:
        """Give the known answer."""
        assert question
        assert not secret
        return parse(self.answers.get(key) or default or "")


def test_the_command_makes_an_administrator_and_shows_the_way_in() -> None:
    out = StringIO()
    call_command("administrator", "boss@example.org", "The Boss", stdout=out)
    call_command("administrator", "boss@example.org", "The Boss", stdout=out)

    account = Account.objects.get()
    run_waiting(clock=clock)

    assert queries.actor_of_account(account.id, at=clock()).has(Role.ADMINISTRATOR)
    assert len(queries.grants_of(account.person_id)) == 1
    assert "/account/password/reset/key/" in out.getvalue()
    assert mail.outbox[0].to == ["boss@example.org"]


@pytest.mark.parametrize(("address", "name"), [("x", "The Boss"), ("boss@example.org", " ")])
def test_the_command_says_what_is_wrong(address: str, name: str) -> None:
    with pytest.raises(CommandError):
        call_command("administrator", address, name)

    assert not Account.objects.exists()


def test_setting_up_a_city_makes_its_administrator() -> None:
    answers = Answering(administrator_name="The Boss", administrator_mail="boss@example.org")
    deed = FirstAdministrator().ask(answers)
    assert deed is not None

    line = deed.do(SYSTEM, NOW)

    assert "The Boss" in line
    assert queries.administrators(at=NOW) == 1


def test_setting_up_a_city_tries_the_post() -> None:
    deed = TestMail().ask(Answering(test_mail="boss@example.org"))
    assert deed is not None
    assert TestMail().ask(Answering()) is None

    line = deed.do(SYSTEM, NOW)
    run_waiting(clock=clock)

    assert deed.afterwards
    assert "boss@example.org" in line
    assert len(mail.outbox) == 1


def test_a_post_that_fails_says_why(mail_server: MailServer) -> None:
    mail_server.to_recipient = "550 no"
    with pytest.raises(NotTaken, match="550"):
        try_the_post(address="boss@example.org", language="en", at=NOW)

    with override_settings(EMAIL_PORT=1), pytest.raises(PostFails, match="COMMONWEAL_MAIL_URL"):
        try_the_post(address="boss@example.org", language="en", at=NOW)
