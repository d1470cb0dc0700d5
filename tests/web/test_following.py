"""Following by mail through the pages: nothing before the link, and no mailbox is bombed."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client

from commonweal.cases import actions as cases
from commonweal.edge import limits
from commonweal.identity import actions as identity
from commonweal.identity import queries as people
from commonweal.identity.models import Account
from commonweal.kernel.queries import clock
from commonweal.messages import actions, queries
from commonweal.messages.types import FollowKind, Rhythm, Target
from tests.factories.cases import Town, card, reported, town
from tests.scenarios.town import work
from tests.web.walk import Resident

pytestmark = pytest.mark.django_db
FEN = "fen@example.org"


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def fen() -> Resident:
    return Resident()


def link_in_mail(to: str = FEN) -> str:
    """Read the confirming link off the newest letter."""
    work()
    letter = next(one for one in reversed(mail.outbox) if one.to == [to])
    found = re.search(rf"{settings.ADDRESS}(/follow/confirm/\S+)", str(letter.body))
    assert found is not None
    return found[1]


def followed(mail_: str = FEN) -> list[FollowKind]:
    return [one.target.kind for one in queries.follows(people.contacts_of_mail(mail_))]


def test_a_report_is_followed_after_the_mailed_link_and_ended_by_one_click(
    here: Town, fen: Resident
) -> None:
    receipt = reported(here.lamp)
    page = fen.read(f"/cases/{receipt.number}/")
    assert f"/follow/cases/{receipt.number}/" in page

    asked = fen.send(f"/follow/cases/{receipt.number}/", mail=FEN)
    assert asked["Location"] == "/follow/sent/"
    link = link_in_mail()
    looked = Resident().read(link)
    assert "Street lamp · North" in looked
    assert followed() == []
    opened = fen.client.post(link)
    assert opened["Location"] == "/following/"
    assert "You now follow" in fen.read("/following/")
    assert followed() == [FollowKind.CASE]

    cases.answer(
        case_id=receipt.case_id,
        text="A new bulb is in.",
        seen=card(receipt).version,
        by=here.officer,
        at=clock(),
    )
    work()
    letter = next(one for one in mail.outbox if one.to == [FEN] and "Answered" in one.subject)
    address = letter.extra_headers["List-Unsubscribe"].strip("<>").removeprefix(settings.ADDRESS)
    assert "Street lamp" in Resident().read(address)
    assert followed() == [FollowKind.CASE]
    program = Client(enforce_csrf_checks=True)
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert followed() == []
    assert program.post(address, {"List-Unsubscribe": "One-Click"}).status_code == 200


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ({"district": "north"}, FollowKind.DISTRICT, "North"),
        (
            {"lat": "22.05", "lng": "114.05", "metres": "1000", "category": "lamp"},
            FollowKind.CIRCLE,
            "1 kilometre around the point on the map – only: Street lamp",
        ),
        ({"district": "north", "lat": "22.05", "lng": "114.05"}, FollowKind.DISTRICT, "North"),
    ],
)
@pytest.mark.usefixtures("here")
def test_an_area_is_followed(
    fen: Resident, said: dict[str, str], kind: FollowKind, words: str
) -> None:
    usual = {"metres": "500", "rhythm": "weekly", "mail": FEN}

    assert fen.send("/follow/area/", **usual | said).status_code == 302
    fen.client.post(link_in_mail())

    assert followed() == [kind]
    assert words in fen.read("/following/")
    assert "Once a week" in fen.read("/following/")


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"mail": "nobody"}, "should look like name@example.org"),
        ({"district": ""}, "Choose a district, a known place, or a point on the map."),
        ({"district": "", "lat": "nan", "lng": "1"}, "map"),
        ({"district": "elsewhere"}, "Please choose from the list."),
        ({"metres": "1000000"}, "Please choose from the list."),
        ({"rhythm": "at-once"}, "Please choose from the list."),
        ({"category": "none"}, "Please choose from the list."),
    ],
)
@pytest.mark.usefixtures("here")
def test_a_wrong_wish_gets_a_sentence_and_no_mail(
    fen: Resident, said: dict[str, str], sentence: str
) -> None:
    good = {"district": "north", "metres": "500", "rhythm": "daily", "mail": FEN}

    answer = fen.send("/follow/area/", **good | said)
    work()

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert mail.outbox == []
    assert people.contacts_of_mail(FEN) == []


def test_a_mailbox_gets_few_links_wherever_they_are_asked_from(here: Town, fen: Resident) -> None:
    receipt = reported(here.lamp)
    answers = []
    for number in range(6):
        with patch("commonweal.edge.limits.address_of", return_value=f"192.0.2.{number}"):
            answers.append(fen.send(f"/follow/cases/{receipt.number}/", mail=FEN.upper()))
    work()

    assert [one.status_code for one in answers] == [302, 302, 302, 429, 429, 429]
    assert "wait" in answers[-1].content.decode()
    assert len([one for one in mail.outbox if one.to[0].lower() == FEN]) == 3


def test_one_network_sends_only_so_many_links(here: Town, fen: Resident) -> None:
    receipt = reported(here.lamp)
    page = f"/follow/cases/{receipt.number}/"
    most = limits.MAIL_ME.burst

    answers = [fen.send(page, mail=f"f{number}@example.org") for number in range(most + 2)]

    assert {one.status_code for one in answers[:most]} == {302}
    assert answers[-1].status_code == 429


def test_who_has_just_opened_a_link_follows_more_without_another(here: Town, fen: Resident) -> None:
    receipt = reported(here.lamp)
    fen.send(f"/follow/cases/{receipt.number}/", mail=FEN)
    fen.client.post(link_in_mail())
    sent = len(mail.outbox)

    more = fen.send("/follow/area/", district="north", metres="500", rhythm="daily", mail=FEN)
    other = fen.send(
        "/follow/area/", district="north", metres="500", rhythm="daily", mail="o@b.org"
    )
    work()

    assert (more["Location"], other["Location"]) == ("/following/", "/follow/sent/")
    assert followed() == [FollowKind.CASE, FollowKind.DISTRICT]
    assert followed("o@b.org") == []
    assert [one.to for one in mail.outbox[sent:]] == [["o@b.org"]]


def test_who_has_signed_in_follows_at_once_by_the_own_address_only(
    here: Town, fen: Resident
) -> None:
    receipt = reported(here.lamp)
    person = identity.make_account(mail=FEN, language="en", at=clock())
    fen.client.force_login(Account.objects.get(person_id=person))

    assert FEN in fen.read(f"/follow/cases/{receipt.number}/")
    own = fen.send(f"/follow/cases/{receipt.number}/", mail=FEN)
    other = fen.send(f"/follow/cases/{receipt.number}/", mail="victim@example.org")

    assert (own["Location"], other["Location"]) == ("/following/", "/follow/sent/")
    assert followed() == [FollowKind.CASE]
    assert followed("victim@example.org") == []


def test_nobody_sees_or_ends_what_others_follow(here: Town, fen: Resident) -> None:
    receipt = reported(here.lamp)
    fen.send(f"/follow/cases/{receipt.number}/", mail=FEN)
    fen.client.post(link_in_mail())
    (mine,) = queries.follows(people.contacts_of_mail(FEN))
    stranger = Resident()

    assert receipt.number not in stranger.read("/following/")
    answer = stranger.client.post(f"/following/{mine.id}/", {"stop": "1"})

    assert answer.status_code == 404
    assert followed() == [FollowKind.CASE]
    assert "no-store" in fen.get("/following/")["Cache-Control"]


def test_the_list_opens_by_the_link_to_my_reports_too(here: Town, fen: Resident) -> None:
    contact = identity.contact_to_follow(mail=FEN, language="en", at=clock())
    target = Target(kind=FollowKind.DISTRICT, subject=f"district:{here.north.id.hex}")
    actions.follow(contact_id=contact, target=target, rhythm=Rhythm.DAILY, at=clock())
    assert "Send me the link" in fen.read("/following/")
    identity.send_magic_link(mail=FEN, language="en", at=clock())
    work()
    token = str(mail.outbox[-1].body).partition("/my-cases/open/")[2].split("/")[0]
    fen.client.post(f"/my-cases/open/{token}/")

    assert 'href="/following/"' in fen.read("/my-cases/")
    page = fen.read("/following/")
    assert "North" in page
    (one,) = queries.follows([contact])
    fen.client.post(f"/following/{one.id}/", {"rhythm": "weekly"})
    assert "Once a week" in fen.read("/following/")
    fen.client.post("/following/quiet/", {"quiet_from": "22:00", "quiet_until": "07:00"})
    assert str(queries.preferences(contact).quiet_from) == "22:00:00"
    wrong = fen.client.post("/following/quiet/", {"quiet_from": "22:00"})
    assert wrong.status_code == 422
    fen.client.post(f"/following/{one.id}/", {"stop": "1"})
    assert queries.follows([contact]) == []


@pytest.mark.parametrize("token", ["x", "0" * 32, "0" * 32 + ":abc", "é"])
@pytest.mark.usefixtures("here")
def test_wrong_links_say_what_to_do(fen: Resident, token: str) -> None:
    confirm = fen.get(f"/follow/confirm/{token}/")
    stop = fen.get(f"/follow/stop/{token}/")

    assert (confirm.status_code, stop.status_code) == (404, 404)
    assert "you get a new link by mail" in confirm.content.decode()
    assert "Copy the whole link" in stop.content.decode()


def test_an_old_link_says_what_to_do(here: Town, fen: Resident) -> None:
    receipt = reported(here.lamp)
    fen.send(f"/follow/cases/{receipt.number}/", mail=FEN)
    link = link_in_mail()

    later = clock() + timedelta(days=4)
    with patch("commonweal.web.pages.following.now_of", return_value=later):
        answer = fen.client.post(link)

    assert answer.status_code == 404
    assert "older than 3 days" in answer.content.decode()
    assert followed() == []


@pytest.mark.usefixtures("here")
def test_a_report_that_is_not_there_cannot_be_followed(fen: Resident) -> None:
    assert fen.get("/follow/cases/0000/").status_code == 404


@pytest.mark.usefixtures("here")
def test_feeds_stand_beside_following(fen: Resident) -> None:
    assert "/cases.atom" in fen.read("/follow/area/")
    assert "/follow/area/" in fen.read("/cases/map/")
