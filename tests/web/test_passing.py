"""An officer sees exactly what leaves, decides, and sees with everybody what came of it."""

from typing import Any

import pytest
from django.test import Client

from commonweal.cases import actions, queries
from commonweal.cases.types import CaseCard
from commonweal.kernel.models import Job
from commonweal.kernel.types import Role
from commonweal.partners import queries as partners
from commonweal.partners.adapters import outgoing
from commonweal.partners.models import Passing
from commonweal.partners.types import Answer, PassingState
from tests.factories.cases import NOW, Town, reported, reporter, town
from tests.factories.partners import elsewhere, known_neighbour, meaning
from tests.web.setup.conftest import key_of, signed_in

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def there(monkeypatch: pytest.MonkeyPatch) -> list[Answer]:
    """Play the other city's server; it asks nothing unless a test lets it."""
    says = [Answer(status=404, headers={}, body=b"[]")]
    monkeypatch.setattr(outgoing, "send", lambda *_what, **_how: says[0])
    return says


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def officer(here: Town) -> Client:
    return signed_in(Role.OFFICER, here.roads.id)


@pytest.fixture
def case(here: Town) -> CaseCard:
    receipt = reported(here.lamp, text="Mrs Ho of No. 5 is in the dark.")
    return queries.card(receipt.case_id, at=NOW)


def page(answer: Any) -> str:
    return str(answer.content.decode())


def url(case: CaseCard) -> str:
    return f"/staff/cases/{case.number}/pass-on/"


def sent(officer: Client, case: CaseCard, **said: Any) -> Any:
    opened = officer.get(url(case))
    city = partners.neighbours()[0]
    typed: dict[str, Any] = {
        "form_key": key_of(opened),
        "seen": case.version,
        "to": f"{city.id.hex}/lamp",
        "text": "The lamp at the far end is dark.",
        "answer": "It is Next Town's.",
        "nobody": "on",
        **said,
    }
    return officer.post(url(case), {k: v for k, v in typed.items() if v is not None})


def test_the_form_says_what_leaves_and_what_stays(officer: Client, case: CaseCard) -> None:
    meaning(known_neighbour("Next Town"), lamp="lamp")

    opened = officer.get(url(case))

    shown = page(opened)
    for said in ("This leaves", "22.0500, 114.0500", "North", f"/cases/{case.number}/"):
        assert said in shown
    assert "This stays here" in shown
    form = opened.context["form"]
    assert form["text"].value() == ""  # unreviewed words are never put in by themselves
    assert form["to"].value().endswith("/lamp")
    assert "We have passed the report on" in form["answer"].value()


def test_words_that_were_published_stand_ready(officer: Client, case: CaseCard, here: Town) -> None:
    known_neighbour("Next Town")
    actions.publish(case_id=case.id, text="A dark lamp.", seen=1, by=here.officer, at=NOW)

    assert officer.get(url(case)).context["form"]["text"].value() == "A dark lamp."


def test_a_case_is_passed_on_once_and_is_shown_on_its_way(officer: Client, case: CaseCard) -> None:
    known_neighbour("Next Town")

    first, again = sent(officer, case), sent(officer, case)

    assert first.headers["Location"] == f"/staff/cases/{case.number}/"
    assert again.status_code == 409
    assert "The lamp at the far end" in page(again)
    assert Passing.objects.count() == 1
    assert Job.objects.filter(name="partners.PassingWanted").count() == 1
    shown = page(officer.get(f"/staff/cases/{case.number}/"))
    assert "On its way." in shown
    assert "The unit decided to pass it on to Next Town." in shown
    assert "Pass it on to another city" not in shown


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ({"text": ""}, "What the other city reads"),
        ({"answer": ""}, "What the reporter and everybody reads"),
        ({"nobody": None}, "Read it once more, then tick the box."),
        ({"to": ""}, "To which city"),
        ({"to": "nonsense/lamp"}, "To which city"),
    ],
)
def test_what_is_not_complete_comes_back_and_nothing_leaves(
    said: dict[str, Any], told: str, officer: Client, case: CaseCard
) -> None:
    known_neighbour("Next Town")

    answer = sent(officer, case, **said)

    assert answer.status_code == 422
    assert told in page(answer)
    assert not Passing.objects.exists()


JSON_ASKS = b"""{"service_code": "lamp", "attributes": [
  {"code": "pole", "description": "Which <pole>?", "required": true, "variable": true},
  {"code": "colour", "description": "Which colour?", "required": false, "variable": true},
  {"code": "note", "description": "Please read.", "required": true, "variable": false}]}"""
XML_ASKS = b"""<service_definition><service_code>lamp</service_code><attributes>
  <attribute><code>pole</code><description>Which &lt;pole&gt;?</description>
  <variable>true</variable><required>true</required></attribute><attribute><code>colour</code><required>false</required>
  </attribute></attributes></service_definition>"""


@pytest.mark.parametrize(
    ("status", "body", "is_refused"),
    [
        (200, JSON_ASKS, True),
        (200, XML_ASKS, True),
        (200, JSON_ASKS.replace(b"true", b"false"), False),
        (200, b'[{"attributes": [7, null]}, "x"]', False),
        (200, b"nonsense", False),
        (404, b"[]", False),
        (503, b"", False),
    ],
)
def test_a_kind_that_requires_answers_is_refused_before_anything_leaves(
    status: int, body: bytes, is_refused: bool, officer: Client, case: CaseCard, there: list[Answer]
) -> None:
    known_neighbour("Next Town")
    there[:] = [Answer(status=status, headers={}, body=body)]

    answer = sent(officer, case)

    assert Passing.objects.exists() is not is_refused
    if is_refused:
        assert answer.status_code == 422
        told = "Next Town takes no report of this kind without answers to: Which &lt;pole&gt;?."
        assert told in page(answer)
        assert "Which colour" not in page(answer)
        assert "The lamp at the far end" in page(answer)


def test_what_did_not_arrive_is_told_plainly_and_tried_again(
    officer: Client, case: CaseCard, here: Town
) -> None:
    city = known_neighbour("Next Town")
    passing_id = elsewhere(city.id, reported(here.lamp).case_id, case.id, "No such kind.")
    again = f"/staff/passings/{passing_id}/again/"

    shown = page(officer.get(f"/staff/cases/{case.number}/"))
    stranger = signed_in(Role.LEAD, here.other.id).post(again)
    Passing.objects.update(may_have_arrived=False)
    tried = officer.post(again)

    for said in ("Given up: it did not arrive.", "503", "No such kind.", "Try again"):
        assert said in shown
    assert stranger.status_code == 403
    assert tried.headers["Location"] == f"/staff/cases/{case.number}/"
    assert partners.passing(passing_id).state is PassingState.WAITING
    assert officer.post(again).status_code == 409


def test_everybody_and_the_reporter_see_where_it_stands_there(here: Town) -> None:
    receipt, other = reported(here.lamp), reported(here.lamp)
    elsewhere(known_neighbour("Next Town").id, receipt.case_id, other.case_id, "<b>N-1</b>")
    assert reporter(receipt).number == receipt.number

    for address in (f"/cases/{receipt.number}/", f"/mine/{receipt.key}/"):
        shown = page(Client().get(address))
        assert "Passed on to Next Town" in shown
        assert "&lt;b&gt;N-1&lt;/b&gt;" in shown
        assert "In work" in shown


def test_without_a_city_that_takes_reports_nothing_is_offered(
    officer: Client, case: CaseCard, here: Town
) -> None:
    offered = page(officer.get(f"/staff/cases/{case.number}/"))
    closed = officer.get(url(case))
    known_neighbour("Next Town")
    stranger = signed_in(Role.LEAD, here.other.id).get(url(case))
    actions.answer(case_id=case.id, text="Mended.", seen=1, by=here.officer, at=NOW)

    assert "Pass it on to another city" not in offered
    assert [closed.status_code, stranger.status_code] == [409, 403]
    assert officer.get(url(case)).status_code == 409
