"""The clerk's intake: found by typing, sent once, and nothing left of whoever came before."""

import html
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from commonweal.cases import actions, queries
from commonweal.cases.models import AccessKey, Case
from commonweal.cases.types import (
    CategoryCard,
    Evidence,
    Mandate,
    Place,
    Question,
    QuestionKind,
    SpeaksFor,
)
from commonweal.city import actions as city
from commonweal.city.types import LandmarkCard
from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.queries import clock
from commonweal.kernel.types import Role
from commonweal.ledger import queries as ledger
from commonweal.web.pages.intake import LINK_SHOWN, TAKEN_IN_LINK
from tests.factories.cases import ADMINISTRATOR, Town, category, named, reported, town
from tests.web.test_staff import signed_in
from tests.web.walk import receipt_in

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def here() -> Town:
    return town()


def taking_in(client: Client, category_: CategoryCard, /, **said: Any) -> dict[str, Any]:
    """Fill in the clerk's page, its questions seen and left open."""
    page = client.get("/staff/intake/").content.decode()
    return {
        "form_key": page.split('name="form_key" value="')[1].split('"')[0],
        "channel": "phone",
        "kind": category_.code,
        "shown": [f"{category_.code}:{question.code}" for question in category_.questions],
        "text": "The lamp is dark, says Mrs Wong",
        "place": "at the bridge",
        "language": "zh-Hant",
        "phone": "+852 2345 6789",
        "speaks_for": "oneself",
        "evidence": "stated",
        **said,
    }


def test_a_clerk_takes_a_report_in_and_prints_the_receipt(here: Town) -> None:
    client = signed_in(Role.CLERK, here.centre.id)
    said = taking_in(client, here.lamp)

    answer = client.post("/staff/intake/", said)
    assert answer.status_code == 302, answer.content.decode()
    again = client.post("/staff/intake/", said)

    assert answer["Location"] == again["Location"]
    number, key = receipt_in(client.get(answer["Location"]).content.decode())
    assert queries.reporter_by_key(key).number == number
    assert Case.objects.get().channel == "phone"


def test_looking_at_the_receipt_makes_no_key(here: Town) -> None:
    client = signed_in(Role.CLERK, here.centre.id)
    answer = client.post("/staff/intake/", taking_in(client, here.lamp))
    made = AccessKey.objects.count()

    keys = {receipt_in(client.get(answer["Location"]).content.decode())[1] for _ in range(3)}

    assert len(keys) == 1
    assert AccessKey.objects.count() == made


def test_the_secret_link_is_shown_for_a_quarter_of_an_hour_and_while_it_opens(here: Town) -> None:
    client = signed_in(Role.CLERK, here.centre.id)
    for is_late in (True, False):
        said = taking_in(client, here.lamp)
        answer = client.post("/staff/intake/", said)
        number, key = receipt_in(client.get(answer["Location"]).content.decode())
        if is_late:
            session = client.session
            kept = session[TAKEN_IN_LINK]
            early = datetime.fromisoformat(kept["at"]) - LINK_SHOWN - timedelta(seconds=1)
            session[TAKEN_IN_LINK] = {**kept, "at": early.isoformat()}
            session.save()
        else:
            actions.replace_keys(reporter=queries.reporter_by_key(key), at=clock())
        client.post("/staff/intake/", said)

        page = client.get(answer["Location"]).content.decode()

        assert receipt_in(page) == (number, "")
        assert "the secret link is not shown again here" in page


def test_a_clerk_is_asked_the_questions_of_the_kind_and_nothing_typed_is_lost(here: Town) -> None:
    water = category(
        "water",
        "Water",
        parent_id=here.lamp.parent_id,
        questions=(
            Question(
                code="flows",
                kind=QuestionKind.YES_NO,
                words=named("Does it flow?"),
                is_required=True,
            ),
            Question(
                code="where-to",
                kind=QuestionKind.TEXT,
                words=named("Where to?"),
                after="flows",
                after_is=("yes",),
                is_required=True,
            ),
        ),
    )
    client = signed_in(Role.CLERK, here.centre.id)
    said = taking_in(client, water, shown=[])
    assert "Does it flow?" not in client.get("/staff/intake/").content.decode()

    first = client.post("/staff/intake/", said)
    page = first.content.decode()
    assert (first.status_code, "govuk-error-summary" in page) == (200, False)
    assert "Does it flow?" in page
    assert "Where to?" not in page
    assert "says Mrs Wong" in page
    assert said["form_key"] in page

    said |= {"shown": ["water:flows"]}
    assert client.post("/staff/intake/", said).status_code == 422
    second = client.post("/staff/intake/", said | {"q-flows": "yes"})
    assert second.status_code == 200
    assert "Where to?" in second.content.decode()

    told = {"shown": ["water:flows", "water:where-to"], "q-flows": "yes", "q-where-to": "Downhill"}
    answer = client.post("/staff/intake/", said | told)

    assert answer.status_code == 302, answer.content.decode()
    assert Case.objects.get().answers == {"flows": "yes", "where-to": "Downhill"}


def test_no_other_receipt_opens(here: Town) -> None:
    receipt = reported(here.lamp)

    answer = signed_in(Role.CLERK, here.centre.id).get(f"/staff/intake/{receipt.number}/")

    assert answer.status_code == 403


def clerk(here: Town) -> Client:
    return signed_in(Role.CLERK, here.centre.id)


def landmark(code: str, name: str, lat: float = 22.05) -> LandmarkCard:
    return city.save_landmark(
        landmark_id=None,
        code=code,
        names=named(name),
        lat=lat,
        lng=114.05,
        seen=0,
        reason="set up",
        by=ADMINISTRATOR,
        at=clock(),
    )


@pytest.mark.parametrize("words", ["lamp", "LAMP", "Street lamp", " street  lamp "])
def test_a_code_or_a_whole_name_is_taken_at_once(here: Town, words: str) -> None:
    client = clerk(here)

    answer = client.post("/staff/intake/", taking_in(client, here.lamp, kind=words))

    assert answer.status_code == 302, answer.content.decode()
    assert Case.objects.get().category_id == here.lamp.id


@pytest.mark.parametrize("words", ["street", "路灯", "dark", "lam"])
def test_other_words_bring_up_choices_that_belong_to_them_alone(here: Town, words: str) -> None:
    category("lamp-post", "Lamp post", parent_id=here.lamp.parent_id, keywords={"en": ["dark"]})
    client = clerk(here)
    said = taking_in(client, here.lamp, kind=words)

    offered = client.post("/staff/intake/", said)
    page = offered.content.decode()
    assert offered.status_code == 200
    assert f'name="category" value="{here.lamp.id}"' in page
    assert page.count("autofocus") == 1

    choice = {"category": str(here.lamp.id), "kind_offered": "something else"}
    assert client.post("/staff/intake/", said | choice).status_code == 200
    assert not Case.objects.exists()
    choice |= {"kind_offered": words}
    assert client.post("/staff/intake/", said | choice).status_code == 302
    assert Case.objects.get().category_id == here.lamp.id


def test_words_that_find_nothing_are_said_to(here: Town) -> None:
    client = clerk(here)
    said = taking_in(client, here.lamp, kind="zzz", near="nowhere")

    answer = client.post("/staff/intake/", said)

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "No kind of report fits." in page
    assert "We know no such place." in page
    assert "says Mrs Wong" in page


def test_a_district_or_a_landmark_is_found_by_typing(here: Town) -> None:
    spot = landmark("school", "River School")
    client = clerk(here)
    client.post("/staff/intake/", taking_in(client, here.lamp, near="river school"))
    client.post("/staff/intake/", taking_in(client, here.lamp, near="NORTH"))
    said = taking_in(client, here.lamp, near="river")
    assert client.post("/staff/intake/", said).status_code == 200
    chosen: dict[str, Any] = {"spot": f"landmark:{spot.id}", "near_offered": "river"}
    chosen |= {"shown": [*said["shown"], *Case.objects.values_list("number", flat=True)]}
    client.post("/staff/intake/", said | chosen)

    found = Case.objects.order_by("received_at").values_list("landmark_id", "district_id")
    assert list(found) == [
        (spot.id, here.north.id), (None, here.north.id), (spot.id, here.north.id)
    ]  # fmt: skip


def test_open_reports_close_by_are_called_to_mind_once(here: Town) -> None:
    near = reported(here.lamp, place=Place(words="by the gate", lat=22.0505, lng=114.05))
    far = reported(here.lamp, place=Place(lat=22.0515, lng=114.05))
    other = reported(here.private, place=Place(lat=22.05, lng=114.05))
    ended = reported(here.lamp, place=Place(lat=22.05, lng=114.05))
    actions.withdraw(reporter=queries.reporter_by_key(ended.key), text="", at=clock())
    landmark("school", "River School")
    client = clerk(here)
    said = taking_in(client, here.lamp, near="school")

    answer = client.post("/staff/intake/", said)

    page = answer.content.decode()
    assert (answer.status_code, "by the gate" in page) == (200, True)
    assert near.number in page
    assert not {far.number, other.number, ended.number} & set(page.split())
    assert f'name="shown" value="{far.number}"' not in page
    again = client.post("/staff/intake/", said | {"shown": [*said["shown"], near.number]})
    assert again.status_code == 302


SECRETS = ("says Mrs Wong", "at the bridge", "2345")


def test_the_next_form_is_empty_and_the_receipt_before_cannot_be_had_again(here: Town) -> None:
    client = clerk(here)
    said = taking_in(client, here.lamp, near="north")
    answer = client.post("/staff/intake/", said)
    receipt = answer["Location"]
    number, key = receipt_in(client.get(receipt).content.decode())

    page = client.get("/staff/intake/")

    text = page.content.decode()
    assert not [one for one in (*SECRETS, number, key) if one in text]
    assert 'autocomplete="off"' in text.split("<form", 1)[1].split(">")[0]
    assert text.count('autocomplete="off"') > text.count('<input type="text"')
    assert "no-store" in page["Cache-Control"]
    assert not [one for one in (*SECRETS, number, key) if one in str(dict(client.session))]
    assert client.get(receipt).status_code == 403
    # The browser's "send again", of the last page or of one in between.
    for back in (said, said | {"text": "", "shown": []}):
        resent = client.post("/staff/intake/", back)
        assert (resent.status_code, resent["Location"]) == (302, "/staff/intake/")
    assert client.get(receipt).status_code == 403
    assert Case.objects.count() == 1


def test_sent_with_next_there_is_no_receipt_at_all(here: Town) -> None:
    client = clerk(here)

    answer = client.post("/staff/intake/", taking_in(client, here.lamp) | {"then": "next"})

    assert answer["Location"] == "/staff/intake/"
    page = client.get("/staff/intake/").content.decode()
    number = Case.objects.get().number
    assert "Sent." in page
    assert not [one for one in (*SECRETS, number) if one in page]
    assert client.get(f"/staff/intake/{number}/").status_code == 403


def test_receipts_of_the_desk_print_and_go_on_by_one_key(here: Town) -> None:
    client = clerk(here)
    answer = client.post("/staff/intake/", taking_in(client, here.lamp))

    page = client.get(answer["Location"]).content.decode()

    assert 'data-print="first" accesskey="p"' in page
    assert 'href="/staff/intake/" accesskey="n"' in page


def test_for_whom_somebody_spoke_is_for_staff_only(here: Town) -> None:
    client = clerk(here)
    said = taking_in(client, here.lamp, speaks_for="carer", evidence="paper")

    number = receipt_number(client.post("/staff/intake/", said)["Location"])

    case = queries.by_number(number, at=clock())
    assert case.mandate == Mandate(speaks_for=SpeaksFor.CARER, evidence=Evidence.PAPER)
    staff_page = client.get(f"/staff/cases/{number}/").content.decode()
    assert "For somebody in one's care; Handed in on paper" in html.unescape(staff_page)
    [entry] = queries.history(case.id)
    assert "carer" not in str(entry.facts)
    assert ledger.disclosed(entry.id)["speaks-for"] == "carer"
    for address in (f"/cases/{number}/", f"/api/v1/cases/{number}"):
        assert "care" not in Client().get(address).content.decode().split("<footer")[0]


def test_for_oneself_nothing_needs_to_be_shown(here: Town) -> None:
    client = clerk(here)
    said = taking_in(client, here.lamp, speaks_for="oneself", evidence="paper")

    client.post("/staff/intake/", said)

    assert Case.objects.values_list("speaks_for", "evidence").get() == ("oneself", "")


def test_who_spoke_for_whom_is_forgotten_with_the_case(here: Town) -> None:
    client = clerk(here)
    said = taking_in(client, here.lamp, speaks_for="family")
    client.post("/staff/intake/", said)
    case = Case.objects.get()
    assert case.evidence == "stated"
    key = actions.new_key(case_id=case.pk, at=clock())
    actions.withdraw(reporter=queries.reporter_by_key(key), text="", at=clock())

    later = clock() + timedelta(days=1)
    actions.forget(ended_before=later, at=later)

    assert Case.objects.values_list("speaks_for", "evidence").get() == ("", "")


def test_no_resident_reports_with_a_mandate(here: Town) -> None:
    with pytest.raises(NotAllowed):
        reported(here.lamp, mandate=Mandate(speaks_for=SpeaksFor.FAMILY))


def receipt_number(address: str) -> str:
    return address.rstrip("/").rpartition("/")[2]


def test_a_call_back_needs_a_number_and_no_address_is_dropped_unsaid(here: Town) -> None:
    client = clerk(here)

    both = client.post("/staff/intake/", taking_in(client, here.lamp, mail="wong@example.org"))
    none = client.post("/staff/intake/", taking_in(client, here.lamp, wants_call="on", phone=""))

    assert (both.status_code, none.status_code) == (422, 422)
    assert "Please keep one of the two" in both.content.decode()
    assert "Please write the number to call." in none.content.decode()


def test_a_call_wished_for_is_made_and_written_down(here: Town) -> None:
    client = clerk(here)
    said = taking_in(client, here.lamp, wants_call="on", speaks_for="carer")
    number = receipt_number(client.post("/staff/intake/", said)["Location"])

    page = client.get("/staff/calls/").content.decode()
    assert number in page
    assert "For somebody in one's care" in html.unescape(page)
    assert "2345" not in page
    shown = client.post(f"/staff/cases/{number}/reveal/", {"reason": "to call back"})
    assert "+85223456789" in shown.content.decode()
    missing = client.post(f"/staff/calls/{number}/", {"seen": "1", "again": "1"})
    assert missing.status_code == 422
    assert 'id="id_outcome-error"' in missing.content.decode()
    assert 'href="#id_outcome_0"' in missing.content.decode()
    late = {"seen": "1", "outcome": "not-reached", "again": "4"}
    assert client.post(f"/staff/calls/{number}/", late)["Location"] == "/staff/calls/"

    assert client.post(f"/staff/calls/{number}/", late).status_code == 409
    assert "1 call is to be tried again later." in client.get("/staff/calls/").content.decode()
    page = Client().get(f"/cases/{number}/").content.decode()
    assert "A member of staff called the reporter and reached nobody yet." in page


def test_calls_are_no_administrators_business(here: Town) -> None:
    receipt = reported(here.lamp)
    client = signed_in(Role.ADMINISTRATOR)

    assert client.get("/staff/calls/").status_code == 403
    assert client.post(f"/staff/calls/{receipt.number}/", {}).status_code == 403
