"""The filters above the queue: kept from the page, counted, shared, put in order."""

import re
from uuid import UUID, uuid4

import pytest
from django.test import Client

from commonweal.cases import actions
from commonweal.cases.models import SavedFilter
from commonweal.kernel.types import Role
from tests.factories.cases import NOW, Town, reported, town
from tests.web.test_staff import signed_in

pytestmark = [pytest.mark.django_db]
NEW = "/staff/filters/new/"


@pytest.fixture
def here() -> Town:
    return town()


def keep(client: Client, name: str = "Dark lamps", **said: str) -> UUID:
    answer = client.post(NEW, {"name": name, **said})
    assert answer.status_code == 302, answer.content.decode()
    return UUID(answer["Location"].partition("?filter=")[2])


def test_what_is_chosen_above_the_queue_is_kept_and_opened_again(here: Town) -> None:
    lamp, other = reported(here.lamp), reported(here.lamp)
    actions.answer(case_id=other.case_id, text="Done", seen=1, by=here.officer, at=NOW)
    client = signed_in(Role.OFFICER, here.roads.id)
    chosen = client.get("/staff/", {"category": str(here.lamp.id), "show": "open"})
    [address] = re.findall(r'href="([^"]+)">Keep this filter', chosen.content.decode())
    asked = client.get(address.replace("&amp;", "&")).content.decode()
    assert "Street lamp" in asked
    assert "Open cases" in asked

    kept = keep(client, category=str(here.lamp.id), show="open")
    page = client.get("/staff/", {"filter": str(kept)}).content.decode()

    assert lamp.number in page
    assert other.number not in page
    assert re.search(r'aria-current="page">Dark lamps <span class="cw-quiet">\(1 case\)', page)
    assert f'<option value="{here.lamp.id}" selected>' in page
    assert "Keep this filter" not in page


def test_the_name_is_asked_for_beside_its_field(here: Town) -> None:
    client = signed_in(Role.OFFICER, here.roads.id)
    keep(client, "Lamps")

    empty = client.post(NEW, {"name": " ", "show": "open"})
    taken = client.post(NEW, {"name": "Lamps", "show": "mine"})

    assert empty.status_code == 422
    assert 'id="id_name-error"' in empty.content.decode()
    assert taken.status_code == 409
    assert "another filter with this name" in taken.content.decode()
    assert 'value="mine"' in taken.content.decode()


@pytest.mark.parametrize(
    "said", [{"category": "x"}, {"category": str(uuid4())}, {"state": "gone"}, {"text": "?!"}]
)
def test_what_cannot_be_read_is_not_kept(here: Town, said: dict[str, str]) -> None:
    client = signed_in(Role.OFFICER, here.roads.id)

    answer = client.post(NEW, {"name": "x", **said})

    assert answer.status_code == 422
    assert not SavedFilter.objects.exists()


def test_only_a_lead_is_offered_to_share(here: Town) -> None:
    lead, officer = (signed_in(role, here.roads.id) for role in (Role.LEAD, Role.OFFICER))
    assert "Everybody who works for" in lead.get(NEW).content.decode()
    assert "Everybody who works for" not in officer.get(NEW).content.decode()

    kept = keep(lead, "Ours", share_with=str(here.roads.id))
    keep(officer, "Own", share_with=str(here.roads.id))  # not offered, so not read

    assert SavedFilter.objects.get(name="Own").shared_with is None
    assert "Ours" in officer.get("/staff/").content.decode()
    assert "Own" not in lead.get("/staff/").content.decode()
    assert officer.post(f"/staff/filters/{kept}/delete/", {"seen": "1"}).status_code == 403
    assert "Only a lead can change it" in officer.get(f"/staff/filters/{kept}/").content.decode()


def test_they_are_renamed_ordered_and_deleted(here: Town) -> None:
    client = signed_in(Role.OFFICER, here.roads.id)
    first, second = keep(client, "first"), keep(client, "second")

    client.post(f"/staff/filters/{second}/up/", {"seen": "1"})
    client.post(f"/staff/filters/{first}/", {"name": "later", "seen": "1"})
    page = client.get("/staff/filters/").content.decode()
    assert page.index(">second</a>") < page.index(">later</a>")

    stale = client.post(f"/staff/filters/{first}/delete/", {"seen": "1"})
    gone = client.post(f"/staff/filters/{second}/delete/", {"seen": "1"})

    assert stale.status_code == 409
    assert gone.status_code == 302
    assert ">second</a>" not in client.get("/staff/filters/").content.decode()
    assert client.get(f"/staff/?filter={second}").status_code == 404


def test_a_name_taken_meanwhile_comes_back(here: Town) -> None:
    client = signed_in(Role.OFFICER, here.roads.id)
    keep(client, "first")
    second = keep(client, "second")

    answer = client.post(f"/staff/filters/{second}/", {"name": "first", "seen": "1"})

    assert answer.status_code == 409
    assert "another filter with this name" in answer.content.decode()


@pytest.mark.parametrize("named", ["", "x", str(uuid4())])
def test_an_address_that_names_no_filter_says_so(here: Town, named: str) -> None:
    answer = signed_in(Role.OFFICER, here.roads.id).get("/staff/", {"filter": named})

    assert answer.status_code == 404
    assert "does not exist any more" in answer.content.decode()


def test_a_filter_that_names_what_is_gone_says_so_and_shows_nothing(here: Town) -> None:
    receipt = reported(here.lamp)
    client = signed_in(Role.OFFICER, here.roads.id)
    kept = keep(client)
    SavedFilter.objects.update(category_id=uuid4())

    page = client.get("/staff/", {"filter": str(kept)}).content.decode()
    listed = client.get("/staff/filters/").content.decode()

    assert "It names a kind of report that no longer exists." in page
    assert "something is gone" in page
    assert receipt.number not in page
    assert "It names a kind of report that no longer exists." in listed
