"""Staff find their cases, act on them, and learn what changed in between."""

import html
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from commonweal.cases import actions, queries
from commonweal.cases.types import (
    Publication,
    Receipt,
    State,
)
from commonweal.content import actions as content
from commonweal.content.queries import flags_of
from commonweal.identity import actions as identity
from commonweal.identity.models import Account
from commonweal.kernel.types import ANONYMOUS, Role
from commonweal.ledger.types import subject_of
from tests.factories.cases import (
    ADMINISTRATOR,
    NOW,
    Town,
    card,
    reported,
    town,
)
from tests.web.walk import Resident, hidden

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def here() -> Town:
    return town()


def signed_in(role: Role, unit_id: UUID | None = None) -> Client:
    """Sign somebody in who holds a role."""
    mail = f"{role.value}-{unit_id or 'city'}@example.org"
    person_id = identity.make_staff(mail=mail, name="Lin", by=ADMINISTRATOR, at=NOW, language="en")
    identity.grant(
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        until=None,
        reason="a test",
        by=ADMINISTRATOR,
        at=NOW,
    )
    client = Client()
    client.force_login(Account.objects.get(person_id=person_id))
    return client


def send(client: Client, number: str, slug: str, **said: Any) -> Any:
    data = {f"{slug}-{name}": value for name, value in said.items()}
    return client.post(f"/staff/cases/{number}/{slug}/", data)


def test_an_officer_sees_the_own_units_cases_only(here: Town) -> None:
    own, other = reported(here.lamp), reported(here.private)

    page = signed_in(Role.OFFICER, here.roads.id).get("/staff/").content.decode()

    assert own.number in page
    assert other.number not in page


def test_a_dispatcher_sees_all(here: Town) -> None:
    numbers = {reported(here.lamp).number, reported(here.private).number}

    page = signed_in(Role.DISPATCHER).get("/staff/").content.decode()

    assert all(number in page for number in numbers)


def test_another_units_case_is_refused(here: Town) -> None:
    receipt = reported(here.private)

    answer = signed_in(Role.OFFICER, here.roads.id).get(f"/staff/cases/{receipt.number}/")

    assert answer.status_code == 403


def test_a_case_is_answered_on_its_page(here: Town) -> None:
    receipt = reported(here.lamp)
    client = signed_in(Role.OFFICER, here.roads.id)
    assert "Answer" in client.get(f"/staff/cases/{receipt.number}/").content.decode()

    answer = send(client, receipt.number, "answer", text="A new bulb is in.", seen=1)

    assert answer.status_code == 302
    assert card(receipt).state == State.ANSWERED


def test_an_empty_answer_comes_back_with_what_to_do(here: Town) -> None:
    receipt = reported(here.lamp)

    answer = send(
        signed_in(Role.OFFICER, here.roads.id), receipt.number, "answer", text=" ", seen=1
    )

    assert answer.status_code == 422
    assert "Please fill this in" in answer.content.decode()


def test_a_stale_page_shows_what_changed_and_keeps_the_text(here: Town) -> None:
    receipt = reported(here.lamp)
    actions.acknowledge(case_id=receipt.case_id, seen=1, by=here.officer, at=NOW)

    client = signed_in(Role.OFFICER, here.roads.id)
    answer = send(client, receipt.number, "answer", text="My careful words", seen=1)

    page = answer.content.decode()
    assert answer.status_code == 409
    assert "What changed since you opened it" in page
    assert "My careful words" in page
    assert (
        send(client, receipt.number, "answer", text="My careful words", seen=2).status_code == 302
    )


@pytest.mark.parametrize(
    ("slug", "said", "state"),
    [
        ("acknowledge", {}, State.ACKNOWLEDGED),
        ("start", {}, State.IN_WORK),
        ("ask", {"text": "Which side?"}, State.WAITING),
        ("hold", {"text": "No parts"}, State.ON_HOLD),
        ("refer", {"text": "Ask the railway"}, State.NOT_OURS),
        ("decline", {"text": "Too dear"}, State.CANNOT),
    ],
)
def test_every_deed_moves_the_case(
    here: Town, slug: str, said: dict[str, str], state: State
) -> None:
    receipt = reported(here.lamp)

    answer = send(signed_in(Role.OFFICER, here.roads.id), receipt.number, slug, seen=1, **said)

    assert answer.status_code == 302
    assert card(receipt).state == state


def test_a_lead_gives_a_case_to_another_unit(here: Town) -> None:
    receipt = reported(here.lamp)

    said = {"unit": str(here.centre.id), "reason": "not ours", "seen": 1}
    answer = send(signed_in(Role.LEAD, here.roads.id), receipt.number, "assign", **said)

    assert (answer.status_code, answer["Location"]) == (302, "/staff/")
    assert card(receipt).unit_id == here.centre.id


def test_words_are_reviewed_published_and_taken_down(here: Town) -> None:
    receipt = reported(here.lamp, text="Mr Chan's lamp is dark")
    client = signed_in(Role.OFFICER, here.roads.id)
    assert receipt.number in client.get("/staff/review/").content.decode()

    send(client, receipt.number, "publish", text="A lamp is dark", seen=1)
    assert queries.public_card(receipt.number, at=NOW).text == "A lamp is dark"

    send(client, receipt.number, "take-down", reason="a mistake", seen=2)
    assert card(receipt).publication == Publication.TAKEN_DOWN


def test_an_answer_is_taken_down_on_the_page_of_the_case(here: Town) -> None:
    receipt = reported(here.lamp)
    client = signed_in(Role.OFFICER, here.roads.id)
    url = f"/staff/cases/{receipt.number}/"
    assert "Take words of the city down" not in client.get(url).content.decode()
    send(client, receipt.number, "answer", text="Ask Mr Chan, 2345 6789.", seen=1)
    (word,) = queries.words(receipt.case_id, only_public=True)
    assert "Take words of the city down" in client.get(url).content.decode()

    lacking = send(client, receipt.number, "take-down-word", reason="a name", seen=2)
    forged = {"word": str(receipt.case_id), "reason": "a name", "seen": 2}
    assert send(client, receipt.number, "take-down-word", **forged).status_code == 422
    said = {"word": str(word.id), "reason": "a name", "seen": 2}
    done = send(client, receipt.number, "take-down-word", **said)

    assert (lacking.status_code, done.status_code) == (422, 302)
    public = Client().get(f"/cases/{receipt.number}/").content.decode()
    assert "Mr Chan" not in public
    assert "Published words of the city were taken away again." in public
    assert "What was said here was taken down." in public
    assert "The city's answer was taken down." in public
    assert "Mr Chan" in client.get(url).content.decode()


@pytest.mark.parametrize(
    ("slug", "said"),
    [
        ("withhold", {"reason": "again"}),
        ("publish", {"text": "Mr Chan's lamp is dark"}),
        ("take-down", {"reason": "again"}),
    ],
)
def test_what_the_page_does_not_offer_is_not_done_either(
    here: Town, slug: str, said: dict[str, str]
) -> None:
    receipt = reported(here.lamp, text="Mr Chan's lamp is dark")
    client = signed_in(Role.OFFICER, here.roads.id)
    send(client, receipt.number, "publish", text="Mr Chan's lamp is dark", seen=1)
    send(client, receipt.number, "take-down", reason="a name", seen=2)

    answer = send(client, receipt.number, slug, seen=3, **said)

    assert answer.status_code == 422
    assert "This cannot be done with the report as it stands now." in answer.content.decode()
    assert (card(receipt).publication, card(receipt).version) == (Publication.TAKEN_DOWN, 3)


class TestFlags:
    """A report and its answer, both public, both named by strangers."""

    TEXT, ANSWER = "The lamp at Mrs Wong's is dark.", "Ask Mr Chan, 2345 6789."

    @pytest.fixture
    def receipt(self, here: Town) -> Receipt:
        receipt = reported(here.lamp)
        by: dict[str, Any] = {"case_id": receipt.case_id, "by": here.officer, "at": NOW}
        actions.publish(text=self.TEXT, seen=1, **by)
        actions.answer(text=self.ANSWER, seen=2, **by)
        return receipt

    @pytest.fixture
    def client(self, here: Town) -> Client:
        return signed_in(Role.OFFICER, here.roads.id)

    def links(self, receipt: Receipt) -> list[str]:
        page = Resident().read(f"/cases/{receipt.number}/")
        return list(dict.fromkeys(re.findall(r'href="(/flag/[^"]+)"', page)))

    def decide(self, client: Client, outcome: str, **instead: str) -> Any:
        """Press a button of the page's only flag."""
        page = client.get("/staff/flags/").content.decode()
        (address,) = re.findall(r'action="(/staff/flags/[^"]+)"', page)
        return client.post(address, hidden(page) | {"outcome": outcome} | instead)

    def test_every_public_text_has_its_link_and_staff_see_just_that_text(
        self, receipt: Receipt, client: Client
    ) -> None:
        links = self.links(receipt)
        (word,) = queries.words(receipt.case_id, only_public=True)
        number = receipt.number
        assert set(links) == {f"/flag/cases/{number}/", f"/flag/cases/{number}/words/{word.id}/"}

        for link, said, other in zip(
            sorted(links), (self.TEXT, self.ANSWER), (self.ANSWER, self.TEXT), strict=True
        ):
            form = html.unescape(Resident().read(link))
            assert (said in form, other in form) == (True, False)
            assert Resident().send(link, reason="person").status_code == 302
            shown = html.unescape(client.get("/staff/flags/").content.decode())
            assert (said in shown, other in shown) == (True, False)
            assert self.decide(client, "kept").status_code == 302

    def test_an_answer_is_taken_down_and_the_report_stays(
        self, receipt: Receipt, client: Client
    ) -> None:
        Resident().send(max(self.links(receipt)), reason="person")

        assert self.decide(client, "taken-down").status_code == 302

        shown = queries.public_card(receipt.number, at=NOW)
        assert (shown.text, shown.answer) == (self.TEXT, "")
        assert self.ANSWER not in Resident().read(f"/cases/{receipt.number}/")
        assert "Nothing is flagged." in client.get("/staff/flags/").content.decode()

    @pytest.mark.parametrize("outcome", ["taken-down", "withheld"])
    def test_the_report_is_hidden_and_the_answer_stays(
        self, receipt: Receipt, client: Client, outcome: str
    ) -> None:
        Resident().send(min(self.links(receipt)), reason="person")

        assert self.decide(client, outcome).status_code == 302

        shown = queries.public_card(receipt.number, at=NOW)
        assert (shown.text, shown.answer) == ("", self.ANSWER)
        assert card(receipt).publication == Publication(outcome)

    def test_no_flag_is_settled_as_hidden_when_nothing_was(
        self, here: Town, receipt: Receipt, client: Client
    ) -> None:
        report, answer = sorted(self.links(receipt))
        Resident().send(answer, reason="person")
        assert 'value="withheld"' not in client.get("/staff/flags/").content.decode()
        assert self.decide(client, "withheld").status_code == 409
        assert self.decide(client, "taken-down", case="1").status_code == 409
        (word,) = queries.words(receipt.case_id, only_public=True)
        actions.take_down_word(word_id=word.id, reason="x", seen=3, by=here.officer, at=NOW)

        assert self.decide(client, "taken-down").status_code == 409
        assert "It is not public any more." in client.get("/staff/flags/").content.decode()
        assert self.decide(client, "kept").status_code == 302

        Resident().send(report, reason="person")
        actions.take_down(case_id=receipt.case_id, reason="x", seen=4, by=here.officer, at=NOW)
        for outcome in ("taken-down", "withheld"):
            assert self.decide(client, outcome).status_code == 409
        (flag,) = flags_of(f"case:{receipt.case_id.hex}")
        assert flag.outcome is None

    def test_only_what_is_public_here_can_be_flagged(self, here: Town, receipt: Receipt) -> None:
        (word,) = queries.words(receipt.case_id, only_public=True)
        other = reported(here.lamp).number

        assert Resident().get(f"/flag/cases/{other}/words/{word.id}/").status_code == 404
        actions.take_down_word(word_id=word.id, reason="x", seen=3, by=here.officer, at=NOW)
        assert Resident().get(f"/flag/cases/{receipt.number}/words/{word.id}/").status_code == 404


def test_an_address_is_shown_once_with_a_reason_and_entered(here: Town) -> None:
    receipt = reported(here.lamp)
    client = signed_in(Role.OFFICER, here.roads.id)
    url = f"/staff/cases/{receipt.number}/"
    assert "ada@example.org" not in client.get(url).content.decode()

    assert client.post(f"{url}reveal/", {"reason": ""}).status_code == 422
    shown = client.post(f"{url}reveal/", {"reason": "to call back"}).content.decode()

    assert "ada@example.org" in shown
    assert "ada@example.org" not in client.get(url).content.decode()
    assert "identity.revealed" in [e.type for e in queries.history(receipt.case_id)]


@pytest.mark.parametrize("url", ["/staff/", "/staff/review/", "/staff/intake/", "/staff/operator/"])
def test_whoever_has_not_signed_in_is_asked_to(here: Town, url: str) -> None:  # noqa: ARG001
    answer = Client().get(url)

    assert answer.status_code == 302
    assert "next=" in answer["Location"]


@pytest.mark.parametrize(
    "query",
    [
        "?page=99999999999999999999",
        "?page=-1",
        "?category=x&district=%00&unit=1&sort=z&state=q",
        "?text=%F0%9F%92%A1%20%22%27%3B--",
        "?text=" + "a" * 5000,
    ],
)
def test_a_forged_filter_shows_a_page(here: Town, query: str) -> None:
    reported(here.lamp)

    assert signed_in(Role.OFFICER, here.roads.id).get(f"/staff/{query}").status_code in {200, 422}


def test_the_operator_sees_the_work_behind_the_pages(here: Town) -> None:  # noqa: ARG001
    page = signed_in(Role.ADMINISTRATOR).get("/staff/operator/").content.decode()

    assert "Nothing is parked." in page


@pytest.mark.parametrize(
    ("text", "query", "marked"),
    [
        ("橋頭的路燈壞了", "路灯", ["路燈"]),
        ("ＬＥＤ lamps <b>are</b> dark", "led b", ["ＬＥＤ", "b", "b"]),
        ("&lt;mark&gt; nothing", "nothing", ["nothing"]),
    ],
)
def test_what_was_searched_for_is_marked_in_the_queue(
    here: Town, text: str, query: str, marked: list[str]
) -> None:
    reported(here.lamp, text=text)
    client = signed_in(Role.OFFICER, here.roads.id)

    page = client.get("/staff/", {"text": query}).content.decode()
    plain = client.get("/staff/").content.decode()

    [line] = re.findall(r'<br><span class="cw-words">(.*?)</span>', page)
    assert html.unescape(line.replace("<mark>", "").replace("</mark>", "")) == text
    assert [html.unescape(one) for one in re.findall("<mark>(.*?)</mark>", line)] == marked
    assert "<mark>" not in plain
    assert "<b>are" not in page


def test_the_kind_and_the_place_are_marked_too(here: Town) -> None:
    reported(here.lamp)

    page = signed_in(Role.OFFICER, here.roads.id).get("/staff/", {"text": "north lamp"})

    assert "Street <mark>lamp</mark>" in page.content.decode()
    assert "<mark>North</mark>" in page.content.decode()


def test_two_flags_on_one_case_have_buttons_of_different_names(here: Town) -> None:
    receipt = reported(here.lamp)
    actions.publish(case_id=receipt.case_id, text="Words", seen=1, by=here.officer, at=NOW)
    target = subject_of("case", receipt.case_id)
    for reason in ("person", "insult"):
        content.flag(target=target, of=target, reason=reason, words="", by=ANONYMOUS, at=NOW)

    page = signed_in(Role.OFFICER, here.roads.id).get("/staff/flags/").content.decode()

    names = re.findall(r'<button[^>]*name="outcome"[^>]*>(.*?)</button>', page)
    assert len(names) == 6
    assert len(set(names)) == 6
