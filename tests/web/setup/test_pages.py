"""Every page of Setup shows itself, and its form comes back when it is empty."""

import pytest
from django.test import Client
from django.urls import reverse

from commonweal.city import actions as city
from commonweal.city import queries as the_city
from tests.factories.cases import ADMINISTRATOR, NOW, Town, named
from tests.web.setup.conftest import Send

pytestmark = [pytest.mark.django_db]

PLAIN = (
    "setup",
    "setup-history",
    "setup-categories",
    "setup-category-new",
    "setup-rules",
    "setup-rule-new",
    "setup-units",
    "setup-unit-new",
    "setup-staff",
    "setup-invite",
    "setup-keys",
    "setup-key-new",
    "setup-templates",
    "setup-hours",
    "setup-holidays",
    "setup-holiday-new",
    "setup-parameters",
    "setup-pages",
    "setup-city",
    "setup-districts",
    "setup-borders",
    "setup-export",
)
FORMS = (
    "setup-category-new",
    "setup-rule-new",
    "setup-unit-new",
    "setup-invite",
    "setup-key-new",
    "setup-hours",
    "setup-holiday-new",
    "setup-city",
    "setup-borders",
)


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("language", ["en", "zh-hant"])
def test_a_page_shows_itself(name: str, language: str, client: Client) -> None:
    client.cookies["django_language"] = language

    assert client.get(reverse(name)).status_code == 200


@pytest.mark.parametrize("name", FORMS)
def test_an_empty_form_comes_back_with_what_is_missing(name: str, client: Client) -> None:
    answer = client.post(reverse(name), {"seen": "0"})

    assert answer.status_code == 422
    assert "There is something to mend" in answer.content.decode()


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("seen", ["", "-1", "abc", "99999999999999999999", "1.5"])
def test_a_forged_version_is_refused(name: str, seen: str, client: Client) -> None:
    answer = client.post(reverse(name), {"seen": seen, "reason": "x"})

    assert answer.status_code == 422
    assert "This form is not complete" in answer.content.decode()


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize(
    "text", ["<script>alert(1)</script>", "a" * 20_000, "\x00", "\u202eabc", "𝒳🙂" * 500]
)
def test_strange_words_are_never_a_fault(name: str, text: str, send: Send, client: Client) -> None:
    form = client.get(reverse(name)).context["form"]
    said = dict.fromkeys([one for one in form.fields if one not in {"seen", "borders"}], text)

    answer = send(reverse(name), **said)

    assert answer.status_code == 422
    assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize("name", FORMS)
def test_without_the_servers_key_nothing_is_done(name: str, send: Send) -> None:
    before = len(the_city.units())

    answer = send(reverse(name), without=("form_key",))

    assert answer.status_code == 422
    assert len(the_city.units()) == before


def test_the_overview_says_what_is_missing(client: Client) -> None:
    page = client.get("/setup/").content.decode()

    assert "No holiday of this year is named." in page
    assert "Nobody can call or write" in page


def test_the_history_tells_changes_with_their_reasons(client: Client, here: Town) -> None:
    city.save_unit(
        unit_id=here.roads.id,
        code="roads",
        names=named("Roads and bridges"),
        parent_id=here.centre.id,
        reason="the bridges <b>came</b> to it",
        seen=1,
        by=ADMINISTRATOR,
        at=NOW,
    )

    page = client.get("/setup/history/").content.decode()

    assert "The unit was set: Roads and bridges." in page
    assert "the bridges &lt;b&gt;came&lt;/b&gt; to it" in page
    assert "Administrator" in page


@pytest.mark.parametrize("page", ["0", "-1", "9999", "x", "99999999999999"])
def test_a_strange_page_of_the_history_is_no_fault(page: str, client: Client) -> None:
    assert client.get(f"/setup/history/?page={page}").status_code == 200


@pytest.mark.parametrize("year", ["0", "-1", "²", "99999999999", "2026"])
def test_a_strange_year_is_no_fault(year: str, client: Client) -> None:
    assert client.get("/setup/holidays/", {"year": year}).status_code == 200
