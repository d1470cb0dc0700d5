"""Cookies, receipt numbers, keys and forms: what a stranger can try, and what comes of it."""

import pytest
from django.test import Client

from commonweal.edge import limits
from commonweal.methods.receipt import number_of
from tests.scenarios.town import town
from tests.web.journeys.world import MEI, SAID, Who, World, world

pytestmark = pytest.mark.django_db


@pytest.fixture
def the_world() -> World:
    return world(town())


@pytest.mark.usefixtures("the_world")
def test_cookies_are_kept_from_scripts_and_from_other_sites() -> None:
    client = Client()
    client.get("/language?language=en")
    client.get("/text-size?size=larger")
    page = client.get("/report/").content.decode()
    category = page.split('name="category" value="')[1].split('"')[0]
    client.post("/report/", {"category": category})

    kept = {name: (one["httponly"], one["samesite"]) for name, one in client.cookies.items()}

    assert kept.keys() == {"csrftoken", "django_language", "sessionid", "text_size"}
    assert set(kept.values()) == {(True, "Lax")}


def test_a_guessed_number_shows_what_everybody_may_see(the_world: World) -> None:
    page = Client().get(f"/cases/{the_world.args['fresh']}/").content.decode()

    assert SAID not in page
    assert MEI not in page
    assert the_world.args["answered_key"] not in page
    assert Client().get(f"/my-cases/{the_world.args['fresh']}/").status_code == 302
    assert Client().get(f"/mine/{the_world.args['fresh']}/").status_code == 404


def test_a_number_that_nobody_has_is_a_plain_page(the_world: World) -> None:
    number = number_of(1234567890123)

    answer = the_world.client(Who.GUEST).get(f"/cases/{number}/")

    assert answer.status_code == 404
    assert "There is no such" in answer.content.decode()


def test_guessing_keys_is_soon_refused_with_a_sentence(the_world: World) -> None:
    client = Client()
    most = limits.LOOK_UP.burst
    guesses = [client.get(f"/mine/0000-0000-{n:04}-0000-0000/") for n in range(most + 5)]

    assert {one.status_code for one in guesses[: most - 1]} == {404}
    assert {one.status_code for one in guesses[-5:]} == {429}
    assert "Please wait" in guesses[-1].content.decode()
    assert int(guesses[-1]["Retry-After"]) > 0
    real = client.get(f"/mine/{the_world.args['asked_key']}/")
    assert real.status_code == 200  # who has the link is not shut out by a neighbour's guesses


def test_a_form_from_elsewhere_gets_a_plain_page(the_world: World) -> None:
    forms = [
        (Who.GUEST, "/my-cases/"),
        (Who.GUEST, "/account/login/"),
        (Who.RESIDENT, "/report/check/"),
        (Who.STAFF, "/staff/intake/"),
        (Who.ADMINISTRATOR, "/setup/city/"),
    ]
    for who, address in forms:
        strict = Client(enforce_csrf_checks=True)
        strict.cookies = the_world.client(who).cookies

        answer = strict.post(address, {"csrfmiddlewaretoken": "x" * 64})

        page = answer.content.decode()
        assert (answer.status_code, page.count("<h1")) == (403, 1)
        assert "csrf" not in page.lower()
