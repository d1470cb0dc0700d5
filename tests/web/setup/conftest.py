"""A town, its administrator signed in, and a way to send forms as a browser does."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from commonweal.identity import actions as identity
from commonweal.identity.models import Account
from commonweal.kernel.types import SYSTEM, Role
from tests.factories.cases import NOW, Town, town

Send = Callable[..., Any]


def signed_in(role: Role, unit_id: UUID | None = None) -> Client:
    """Sign somebody in who holds a role."""
    mail = f"{role.value}@example.org"
    person_id = identity.make_staff(mail=mail, name="Lin", by=SYSTEM, at=NOW, language="en")
    identity.grant(
        person_id=person_id, role=role, unit_id=unit_id, reason="a test", by=SYSTEM, at=NOW
    )
    client = Client()
    client.force_login(Account.objects.get(person_id=person_id))
    return client


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def client(here: Town) -> Client:  # noqa: ARG001  (the town stands first)
    return signed_in(Role.ADMINISTRATOR)


@pytest.fixture
def send(client: Client) -> Send:
    """Open a form, change some fields, send it with everything else as it stood."""

    def act(address: str, *, without: tuple[str, ...] = (), **said: Any) -> Any:
        opened = client.get(address)
        assert opened.status_code == 200, opened.content.decode()[:500]
        typed = fields(opened.context["form"]) | {"form_key": key_of(opened)}
        typed |= {"reason": "the council asked for it"} | said
        return client.post(address, {k: v for k, v in typed.items() if k not in without})

    return act


def key_of(opened: Any) -> str:
    """Read the key that the server put into a form."""
    page = opened.content.decode()
    return str(page.partition('name="form_key" value="')[2].partition('"')[0])


def fields(form: Any) -> dict[str, Any]:
    """Give what a browser would send of a form that nobody touched."""
    typed: dict[str, Any] = {}
    for bound in form:
        value = bound.value()
        if hasattr(value, "year"):
            typed |= {f"{bound.html_name}_{p}": getattr(value, p) for p in ("year", "month", "day")}
        elif value is not None and value is not False:
            typed[bound.html_name] = "on" if value is True else value
    return typed


def words(name: str, text: str) -> dict[str, str]:
    """Write the same in the fields of every language."""
    return {f"{name}_{one}": text for one in ("zh_hant", "zh_hans", "en")}
