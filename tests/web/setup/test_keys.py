"""The administrator makes keys for programs, sees each once, and ends them."""

from typing import Any

import pytest
from django.test import Client

from commonweal.edge import keys
from commonweal.edge.keys import Scope
from commonweal.kernel.models import Given
from commonweal.ledger import queries as ledger
from tests.factories.cases import Town
from tests.factories.edge import api_key
from tests.web.setup.conftest import Send

pytestmark = [pytest.mark.django_db]


def page(answer: Any) -> str:
    return str(answer.content.decode())


def made(send: Send, **said: Any) -> Any:
    typed = {"name": "Fix my town", "scopes": "open311.write", "per_hour": "600", **said}
    return send("/setup/keys/new/", **typed)


def test_a_key_is_made_and_shown_once(client: Client, send: Send) -> None:
    answer = made(send)

    secret = page(answer).partition('translate="no">cw_')[2].partition("<")[0]
    assert answer.status_code == 200
    assert len(secret) >= 32
    assert "no-store" in answer.headers["Cache-Control"]
    listed = page(client.get("/setup/keys/"))
    assert "Fix my town" in listed
    assert secret not in listed
    assert all(secret not in str(row.answer) for row in Given.objects.all())
    assert all(secret not in str(value) for value in client.session.values())


def test_the_same_form_sent_again_makes_no_second_key_and_shows_nothing(client: Client) -> None:
    opened = page(client.get("/setup/keys/new/"))
    stamp = opened.partition('name="form_key" value="')[2].partition('"')[0]
    typed = {
        "form_key": stamp,
        "seen": "0",
        "name": "Fix my town",
        "scopes": "open311.write",
        "per_hour": "600",
        "reason": "the council asked for it",
    }
    client.post("/setup/keys/new/", typed)

    again = client.post("/setup/keys/new/", typed)

    assert again.status_code == 302
    assert len(keys.all_keys()) == 1


def test_a_partner_works_for_a_unit_until_a_day(here: Town, send: Send) -> None:
    ends = {"until_year": "2099", "until_month": "1", "until_day": "31"}

    made(send, scopes="open311.update", unit=str(here.roads.id), **ends)

    (card,) = keys.all_keys()
    assert card.scopes == {Scope.UPDATE}
    assert card.unit_id == here.roads.id
    assert card.until is not None
    assert card.until.date().isoformat() == "2099-01-31"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"scopes": "open311.update"}, "does so for a unit"),
        ({"per_hour": "5"}, "greater than or equal to 10"),
        ({"until_year": "2020", "until_month": "1", "until_day": "31"}, "would be over already"),
    ],
)
def test_a_key_that_cannot_be_comes_back(said: dict[str, str], told: str, send: Send) -> None:
    answer = made(send, **said)

    assert answer.status_code == 422
    assert told in page(answer)
    assert keys.all_keys() == []


def test_a_key_is_ended_with_a_reason(client: Client, send: Send) -> None:
    card, _secret = api_key()

    answer = send(f"/setup/keys/{card.id}/end/")

    assert answer.status_code == 302
    assert "ended" in page(client.get("/setup/keys/"))
    entry = ledger.newest(["edge.key-ended"]).items[0]
    assert ledger.disclosed(entry.id)["reason"] == "the council asked for it"
    told = page(client.get("/setup/history/"))
    assert "A key for a program was ended: Fix my town." in told


def test_ending_a_key_twice_says_so(send: Send) -> None:
    card, _secret = api_key()
    send(f"/setup/keys/{card.id}/end/")

    answer = send(f"/setup/keys/{card.id}/end/")

    assert answer.status_code == 409
