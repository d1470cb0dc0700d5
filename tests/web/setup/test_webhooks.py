"""The administrator says whom the city tells, sees each secret once, and what became of it."""

from typing import Any

import pytest
from django.test import Client

from commonweal.kernel.models import Given, Job
from commonweal.kernel.types import Role
from commonweal.ledger import queries as ledger
from commonweal.partners import actions, queries
from commonweal.partners.models import Hook
from commonweal.partners.types import Because, DeliveryState, Tells
from tests.factories.cases import NOW, Town, reported
from tests.factories.partners import told_webhook, webhook
from tests.web.setup.conftest import Send, signed_in

pytestmark = [pytest.mark.django_db]
TYPED = {
    "name": "Street works",
    "url": "https://partner.example/notices",
    "tells": ["case.moved", "case.answered"],
}


def page(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_webhook_is_made_and_its_secret_shown_once(client: Client, send: Send) -> None:
    answer = send("/setup/webhooks/new/", **TYPED)

    secret = page(answer).partition('translate="no">whsec_')[2].partition("<")[0]
    assert answer.status_code == 200
    assert len(secret) == 44
    assert "no-store" in answer.headers["Cache-Control"]
    (card,) = queries.hooks()
    assert card.tells == {Tells.MOVED, Tells.ANSWERED}
    later = page(client.get(f"/setup/webhooks/{card.id}/")) + page(client.get("/setup/webhooks/"))
    assert "Street works" in later
    assert "https://partner.example/notices" in later
    assert secret not in later
    assert all(secret not in str(row.answer) for row in Given.objects.all())
    assert all(secret not in str(value) for value in client.session.values())


def test_the_same_form_sent_again_makes_no_second_webhook(client: Client) -> None:
    opened = page(client.get("/setup/webhooks/new/"))
    stamp = opened.partition('name="form_key" value="')[2].partition('"')[0]
    typed = {**TYPED, "form_key": stamp, "seen": "0", "reason": "the council asked for it"}
    client.post("/setup/webhooks/new/", typed)

    again = client.post("/setup/webhooks/new/", typed)

    (card,) = queries.hooks()
    assert again.headers["Location"] == f"/setup/webhooks/{card.id}/"


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"url": "partner.example"}, "Write the whole address"),
        ({"url": "https://me:word@partner.example/"}, "Write the whole address"),
        ({"url": "http://169.254.169.254/"}, "in a network that is not public"),
        ({"url": "http://localhost:5432/"}, "in a network that is not public"),
        ({"name": ""}, "Who is told"),
        ({"tells": []}, "What is it told"),
    ],
)
def test_a_webhook_that_cannot_be_comes_back(said: dict[str, Any], told: str, send: Send) -> None:
    answer = send("/setup/webhooks/new/", **{**TYPED, **said})

    assert answer.status_code == 422
    assert told in page(answer)
    assert queries.hooks() == []


def test_a_webhook_is_switched_off_and_on_with_a_reason(client: Client, send: Send) -> None:
    card, _secret = webhook()
    here = f"/setup/webhooks/{card.id}/"

    off = send(f"{here}switch/")
    told_off = page(client.get(here))
    on = send(f"{here}switch/")

    assert (off.status_code, on.status_code) == (302, 302)
    assert "Switch on" in told_off
    assert queries.hook(card.id).is_on
    history = page(client.get("/setup/history/"))
    assert "A webhook was switched off: Street works." in history
    assert "A webhook was switched on: Street works." in history
    entry = ledger.newest(["partners.webhook-switched"]).items[0]
    assert ledger.disclosed(entry.id)["reason"] == "the council asked for it"


def test_a_webhook_is_changed_keeps_its_secret_and_what_waits_goes_to_the_new_place(
    client: Client, send: Send, here: Town
) -> None:
    card = told_webhook(reported(here.lamp).case_id, "Street works")
    secret = Hook.objects.get().secret
    url = f"/setup/webhooks/{card.id}/"

    answer = send(f"{url}change/", name="Lights", url="https://new.example/in", tells="case.moved")
    late = send(f"{url}change/", name="Other", seen="1")

    changed = queries.hook(card.id)
    assert answer.headers["Location"] == url
    assert (changed.name, changed.url, set(changed.tells)) == (
        "Lights",
        "https://new.example/in",
        {Tells.MOVED},
    )
    assert Hook.objects.get().secret == secret
    assert (late.status_code, queries.hook(card.id).version) == (409, 2)
    assert "A webhook was changed: Lights." in page(client.get(url))
    assert queries.deliveries(card.id).total == 1
    assert not queries.is_awaited(Tells.RECEIVED)


@pytest.mark.parametrize("wrong", [{"url": "http://10.0.0.1/"}, {"name": ""}, {"tells": []}])
def test_a_change_that_cannot_be_changes_nothing(wrong: dict[str, Any], send: Send) -> None:
    card, _secret = webhook()

    answer = send(f"/setup/webhooks/{card.id}/change/", **wrong)

    assert answer.status_code == 422
    assert queries.hook(card.id) == card


def test_switching_what_somebody_else_switched_says_so(client: Client, send: Send) -> None:
    card, _secret = webhook()
    url = f"/setup/webhooks/{card.id}/switch/"
    opened = client.get(url)
    stamp = page(opened).partition('name="form_key" value="')[2].partition('"')[0]
    send(url)

    late = client.post(url, {"form_key": stamp, "seen": "1", "reason": "me too"})

    assert late.status_code == 409
    assert not queries.hook(card.id).is_on


def test_deliveries_show_what_was_answered_and_are_sent_again(client: Client, here: Town) -> None:
    receipt = reported(here.lamp)
    card = told_webhook(receipt.case_id, "Street works")
    url = f"/setup/webhooks/{card.id}/"

    shown = page(client.get(url))
    (one,) = queries.deliveries(card.id).items
    answer = client.post(f"/setup/webhooks/deliveries/{one.id}/again/")

    for said in (receipt.number, "A case moved", "503", "41 ms", "waiting"):
        assert said in shown
    assert answer.headers["Location"] == url
    (again,) = queries.deliveries(card.id).items
    assert (again.state, again.tries) == (DeliveryState.WAITING, 0)
    assert Job.objects.filter(name="partners.DeliveryWanted").count() == 1


def test_nobody_else_sends_again_and_what_is_gone_is_not_there(client: Client, here: Town) -> None:
    card = told_webhook(reported(here.lamp).case_id, "Street works")
    (one,) = queries.deliveries(card.id).items
    url = f"/setup/webhooks/deliveries/{one.id}/again/"

    others = [signed_in(role, here.roads.id).post(url) for role in (Role.LEAD, Role.OFFICER)]
    guest, looked = Client().post(url), client.get(url)
    actions.sweep(created_before=one.created_at.replace(year=2100))

    assert [answer.status_code for answer in (*others, guest)] == [403, 403, 302]
    assert client.post(url).status_code == 404
    assert looked.headers["Location"] == f"/setup/webhooks/{card.id}/"
    assert not Job.objects.filter(name="partners.DeliveryWanted").exists()


def test_a_webhook_the_city_gave_up_stands_where_what_is_missing_stands(client: Client) -> None:
    card, _secret = webhook()

    actions.give_up(hook_id=card.id, because=Because.FAILED, at=NOW)

    assert "“Street works” was switched off" in page(client.get("/setup/"))
    shown = page(client.get(f"/setup/webhooks/{card.id}/"))
    assert "Nothing could be delivered here" in shown
    assert "A webhook was switched off, as nothing could be delivered: Street works." in shown
