"""Many cases at once, from the queue: chosen, looked at, done, undone; without a script."""

import re
from typing import Any

import pytest
from django.test import Client

from commonweal.cases import actions
from commonweal.cases.models import Bulk, Word
from commonweal.cases.types import Receipt, State
from commonweal.kernel.types import Role
from tests.factories.cases import NOW, Town, card, reported, town
from tests.web.test_staff import signed_in

pytestmark = [pytest.mark.django_db]
NEW = "/staff/bulk/new/"
DAY = {"on_day": "1", "on_month": "1", "on_year": "2020"}


@pytest.fixture
def here() -> Town:
    return town()


def choose(client: Client, *receipts: Receipt, **said: Any) -> str:
    """Send the form of an act; give the address of the page that shows what will happen."""
    numbers = [receipt.number for receipt in receipts]
    answer = client.post(NEW, {"which": "ticked", "case": numbers, **said})
    assert answer.status_code == 302, answer.content.decode()
    return str(answer["Location"])


def test_from_the_queue_to_the_answers_and_back(here: Town) -> None:
    client = signed_in(Role.LEAD, here.roads.id)
    first, second, ended = (reported(here.lamp) for _ in range(3))
    actions.answer(case_id=ended.case_id, text="Done", seen=1, by=here.officer, at=NOW)
    queue = client.get("/staff/?show=all").content.decode()
    assert queue.count('name="case" value=') == 3
    assert '<option value="answer">Answer</option>' in queue
    assert f'action="{NEW}"' in queue
    ask = {"act": "answer", "which": "ticked", "case": [first.number, second.number]}
    asked = client.get(NEW, ask).content.decode()
    assert "For 2 ticked cases." in asked
    assert "Your answer" in asked

    page = choose(client, first, second, ended, act="answer", text="The storm is over.")
    preview = client.get(page).content.decode()
    assert "2 cases will be done." in preview
    assert "1 will be left out." in preview
    assert "it cannot come there from where it stands now" in preview
    assert "You can undo it for 30 minutes." in preview
    assert card(first).state is State.RECEIVED

    client.post(f"{page}do/")
    client.post(f"{page}do/")
    result = client.get(page).content.decode()
    assert "2 cases were done." in result
    assert "Undo it for 2 cases" in result
    assert (card(first).state, card(second).state) == (State.ANSWERED, State.ANSWERED)
    public = Client().get(f"/cases/{first.number}/").content.decode()
    assert "The storm is over." in public

    client.post(f"{page}undo/")
    undone = client.get(page).content.decode()
    assert "2 were undone." in undone
    assert "Undo it for" not in undone
    assert card(first).state is State.RECEIVED
    public = Client().get(f"/cases/{first.number}/").content.decode()
    assert "The storm is over." not in public
    assert "This step was undone; what was said with it no longer holds." in public
    staff_page = client.get(f"/staff/cases/{first.number}/").content.decode()
    assert "The city undid its last step. It stands again as: Received." in staff_page


def test_everything_a_filter_shows_is_meant(here: Town) -> None:
    client = signed_in(Role.LEAD, here.roads.id)
    receipts = [reported(here.lamp) for _ in range(2)]
    other = reported(here.lamp, text="Something else")
    queue = client.get("/staff/", {"text": "bridge"}).content.decode()
    assert "Go on with all 2 cases of this filter" in queue
    [form] = re.findall(rf'<form method="get" action="{NEW}">(.*?)</form>', queue, re.DOTALL)
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form))
    asked = client.get(NEW, {**hidden, "act": "start", "which": "all"}).content.decode()
    hidden = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', asked))
    hidden.pop("csrfmiddlewaretoken", None)

    answer = client.post(NEW, hidden)
    client.post(f"{answer['Location']}do/")

    assert [card(receipt).state for receipt in receipts] == [State.IN_WORK] * 2
    assert card(other).state is State.RECEIVED


def test_what_is_missing_is_said_beside_its_field(here: Town) -> None:
    client, receipt = signed_in(Role.LEAD, here.roads.id), reported(here.lamp)
    sent = {"act": "answer", "which": "ticked", "case": [receipt.number]}

    empty = client.post(NEW, {**sent, "text": " "})
    closed = client.post(NEW, {**sent, "act": "schedule", "text": "x", **DAY})

    assert empty.status_code == 422
    assert 'id="id_text-error"' in empty.content.decode()
    assert f'name="case" value="{receipt.number}"' in empty.content.decode()
    assert closed.status_code == 422
    assert not Bulk.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"act": "answer", "which": "ticked"},
        {"act": "answer", "which": "all", "of-category": "x"},
        {"act": "nonsense", "which": "all"},
        {"act": "configure", "which": "all"},
        {"which": "all"},
    ],
)
def test_an_address_that_means_nothing_is_refused(here: Town, said: dict[str, str]) -> None:
    client = signed_in(Role.LEAD, here.roads.id)

    assert client.post(NEW, said).status_code == 422
    back = client.get(NEW, {**said, "of-show": "mine"})
    assert back["Location"].startswith("/staff/?")
    assert "Please choose what" in (page := client.get(back["Location"]).content.decode()) or (
        "No case is chosen" in page
    )


def test_each_role_is_offered_its_own_acts(here: Town) -> None:
    reported(here.lamp)
    offered = {
        role: set(re.findall(r'<option value="([a-z-]+)">', _acts(signed_in(role, unit))))
        for role, unit in (
            (Role.OFFICER, here.roads.id),
            (Role.DISPATCHER, None),
            (Role.CLERK, here.roads.id),
            (Role.ADMINISTRATOR, None),
        )
    }

    assert "answer" in offered[Role.OFFICER]
    assert "assign" not in offered[Role.OFFICER]
    assert "assign" in offered[Role.DISPATCHER]
    assert offered[Role.CLERK] == {"note"}
    assert offered[Role.ADMINISTRATOR] == {"withhold"}


def _acts(client: Client) -> str:
    page = client.get("/staff/?show=all").content.decode()
    found = re.search(r'<select[^>]*id="bulk-act".*?</select>', page, re.DOTALL)
    return found[0] if found else ""


def test_somebody_elses_list_is_not_there(here: Town) -> None:
    page = choose(signed_in(Role.LEAD, here.roads.id), reported(here.lamp), act="start")
    officer = signed_in(Role.OFFICER, here.roads.id)

    assert officer.get(page).status_code == 404
    assert officer.post(f"{page}do/").status_code == 404
    assert officer.post(f"{page}undo/").status_code == 404


def test_words_are_read_whole_before_they_are_published_as_they_stand(here: Town) -> None:
    client = signed_in(Role.LEAD, here.roads.id)
    text = "Dark since Monday. " * 20 + "The end."
    receipt = reported(here.lamp, text=text)
    ask = {"act": "publish", "which": "ticked", "case": [receipt.number]}
    assert "become public as they stand" in client.get(NEW, ask).content.decode()

    page = choose(client, receipt, act="publish")

    assert text in client.get(page).content.decode()


def test_a_note_cannot_be_undone_and_the_page_says_so_before(here: Town) -> None:
    client, receipt = signed_in(Role.LEAD, here.roads.id), reported(here.lamp)
    page = choose(client, receipt, act="note", text="One cause: the storm.")
    assert "This cannot be undone." in client.get(page).content.decode()

    client.post(f"{page}do/")

    assert "Undo it for" not in client.get(page).content.decode()
    assert Word.objects.get(case_id=receipt.case_id).text == "One cause: the storm."
