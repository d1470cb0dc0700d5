"""The administrator names neighbouring cities, says what their words mean, sees how it goes."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from commonweal.kernel.models import Job
from commonweal.kernel.types import Role
from commonweal.ledger import queries as ledger
from commonweal.partners import queries
from commonweal.partners.models import Neighbour
from commonweal.partners.types import Does
from tests.factories.cases import NOW, Town
from tests.factories.partners import known_neighbour, neighbour
from tests.web.setup.conftest import Send, signed_in

pytestmark = [pytest.mark.django_db]
NEW = "/setup/neighbours/new/"
TYPED = {
    "name": "Next Town",
    "source": "next-town",
    "url": "https://next.example/open311/v2",
    "jurisdiction": "next.example",
    "key": "top-secret",
}


def page(answer: Any) -> str:
    return str(answer.content.decode())


def test_a_neighbour_is_named_asked_at_once_and_its_key_never_shown(
    client: Client, send: Send
) -> None:
    answer = send(NEW, **TYPED)

    (card,) = queries.neighbours()
    url = f"/setup/neighbours/{card.id}/"
    assert answer.headers["Location"] == url
    assert (card.does, card.has_key) == (frozenset({Does.PULL}), True)
    assert Job.objects.filter(name="partners.NeighbourWanted").count() == 1
    shown = "".join(page(client.get(at)) for at in ("/setup/neighbours/", url, f"{url}change/"))
    for said in ("Next Town", TYPED["url"], "next.example", "kept, encrypted", "not asked yet"):
        assert said in shown
    assert "top-secret" not in shown
    assert "The neighbouring city was set: Next Town." in page(client.get("/setup/history/"))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"url": "next.example"}, "Write the whole address"),
        ({"url": "http://169.254.169.254/"}, "in a network that is not public"),
        ({"source": "Next Town"}, "small letters, digits and hyphens"),
        ({"source": ""}, "Short name"),
        ({"name": ""}, "Which city is it"),
        ({"does": []}, "What passes between you"),
        ({"begins_year": "2099"}, "first day that is not still to come"),
    ],
)
def test_a_neighbour_that_cannot_be_comes_back(said: dict[str, Any], told: str, send: Send) -> None:
    answer = send(NEW, **{**TYPED, **said})

    assert answer.status_code == 422
    assert told in page(answer)
    assert queries.neighbours() == []


def test_the_same_short_name_twice_is_a_conflict_in_words(send: Send) -> None:
    neighbour()

    answer = send(NEW, **TYPED)

    assert "Another neighbouring city has this short name" in page(answer)


def test_a_change_keeps_the_key_unless_it_is_replaced_or_removed(send: Send) -> None:
    card = neighbour(key="top-secret")
    url = f"/setup/neighbours/{card.id}/change/"

    def key() -> str:
        return Neighbour.objects.get().key

    send(url, name="Next City", key="")
    assert (queries.neighbour(card.id).name, key()) == ("Next City", "top-secret")
    send(url, key="newer")
    assert key() == "newer"
    send(url, key="newest", drop_key="on")
    assert key() == ""


def test_two_who_change_at_once_learn_of_each_other(send: Send) -> None:
    card = neighbour()
    url = f"/setup/neighbours/{card.id}/change/"
    send(url, name="First")

    late = send(url, name="Second", seen="1")

    assert late.status_code == 409
    assert queries.neighbour(card.id).name == "First"
    assert "First" in page(late)


def test_kinds_are_shown_asked_for_and_decided(client: Client, send: Send) -> None:
    card = known_neighbour("Next Town")
    url = f"/setup/neighbours/{card.id}/"

    before, overview = page(client.get(url)), page(client.get("/setup/"))
    answer = send(f"{url}kinds/", kind_0="lamp", kind_1="-")

    assert "2 kinds of reports of this city have no meaning here yet" in before
    assert "Reports of “Next Town” wait" in overview
    assert answer.headers["Location"] == url
    assert queries.neighbour(card.id).meanings == {"bins": "lamp", "lamp": ""}
    after = page(client.get(url))
    for said in ("Street lamp", "left out", "What the kinds of a neighbouring city are here"):
        assert said in after
    assert "Reports of “Next Town” wait" not in page(client.get("/setup/"))


def test_a_meaning_that_is_not_in_the_list_is_refused(send: Send) -> None:
    card = known_neighbour("Next Town")

    answer = send(f"/setup/neighbours/{card.id}/kinds/", kind_0="nonsense")

    assert answer.status_code == 422
    assert queries.neighbour(card.id).meanings == {}


def test_trouble_is_told_in_plain_words(client: Client) -> None:
    card = known_neighbour("Next Town")
    url = f"/setup/neighbours/{card.id}/"

    said = [page(client.get(url))]
    Neighbour.objects.update(status=403)
    said.append(page(client.get(url)))
    Neighbour.objects.update(status=None, trouble="too-slow", failing_since=NOW)
    said.append(page(client.get(url)))

    assert "The city answered with an error (503)." in said[0]
    assert "does not answer" in said[0]
    assert "refuses the key (403)" in said[1]
    assert "too slow" in said[2]
    assert "“Next Town” has not answered for a day" in page(client.get("/setup/"))


def test_asking_now_and_switching(client: Client, send: Send) -> None:
    card = neighbour()
    url = f"/setup/neighbours/{card.id}/"
    Job.objects.all().delete()

    asked = client.post(f"{url}ask/")
    looked = client.get(f"{url}ask/")
    off = send(f"{url}switch/")
    refused = client.post(f"{url}ask/")
    told = page(client.get(url))
    on = send(f"{url}switch/")

    assert {one.headers["Location"] for one in (asked, looked, off, on)} == {url}
    assert refused.status_code == 409
    assert "Ask now" not in told
    assert "Switch on" in told
    assert Job.objects.filter(name="partners.NeighbourWanted").count() == 2
    entry = ledger.newest(["partners.neighbour-switched"]).items[0]
    assert ledger.disclosed(entry.id)["reason"] == "the council asked for it"


def test_nobody_else_comes_near_and_what_is_not_there_is_not_there(
    client: Client, here: Town
) -> None:
    card = neighbour()
    url = f"/setup/neighbours/{card.id}/"
    Job.objects.all().delete()

    for role in (Role.LEAD, Role.OFFICER):
        other = signed_in(role, here.roads.id)
        assert [other.get(url).status_code, other.post(f"{url}ask/").status_code] == [403, 403]

    assert Client().post(f"{url}ask/").status_code == 302
    assert client.get(f"/setup/neighbours/{'0' * 8}-0000-0000-0000-{'0' * 12}/").status_code == 404
    assert not Job.objects.filter(name="partners.NeighbourWanted").exists()
    assert date(2026, 1, 1) == card.begins
