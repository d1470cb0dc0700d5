"""Version 1 takes reports in: with a key, whole or not at all, and once if the program says so."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from pytest_django import Settings

from commonweal.cases import queries
from commonweal.cases.models import AccessKey, Case
from commonweal.cases.types import Publication
from commonweal.city import actions as city
from commonweal.content import queries as content
from commonweal.content.models import Attachment
from commonweal.edge.keys import Scope
from commonweal.identity import queries as people
from commonweal.kernel.types import Channel
from commonweal.ledger.types import subject_of
from tests.api.conftest import now
from tests.api.test_hostile import NASTY
from tests.factories.cases import ADMINISTRATOR, NOW, Town, named
from tests.factories.content import photo
from tests.factories.edge import api_key
from tests.kernel.crowd import at_once, needs_many_writers

V1 = "/api/v1/"
LAMP = {"category": "lamp", "text": "It is dark.", "place": {"lat": 22.05, "lng": 114.05}}
Send = Callable[..., Any]


def post(path: str, body: Any, **headers: str) -> Any:
    client = Client(enforce_csrf_checks=True)
    asks = {"Accept-Language": "en", **{n.replace("_", "-"): said for n, said in headers.items()}}
    return client.post(V1 + path, body, content_type="application/json", headers=asks)


@pytest.fixture
def send(here: Town) -> Send:  # noqa: ARG001  (the town stands first)
    """Send a report of a lamp with a key."""
    _card, secret = api_key(per_hour=100_000)
    return lambda repeat="", **said: post(
        "reports", {**LAMP, **said}, Authorization=f"Bearer {secret}", Idempotency_Key=repeat
    )


def only_case() -> Any:
    return queries.card(Case.objects.get().pk, at=now())


@pytest.mark.django_db
def test_a_report_is_taken_in_with_all_it_says_and_its_receipt_given(
    send: Send, here: Town, settings: Settings
) -> None:
    settings.ADDRESS = "https://city.example"

    said = send(
        answers={"how-many": "several"},
        contact={"mail": "ada@example.org"},
        happened_on=now().date().isoformat(),
        language="zh-Hant",
    )

    told, card = said.json(), only_case()
    assert said.status_code == 201
    key = told.pop("key")
    assert queries.reporter_by_key(key).number == card.number
    assert told == {
        "number": card.number,
        "link": f"https://city.example/mine/{key}/",
        "html_url": f"https://city.example/cases/{card.number}/",
        "unit": "roads",
        "due_at": told["due_at"],
        "is_outside": False,
    }
    assert (card.channel, card.text, card.category_id) == (Channel.API, "It is dark.", here.lamp.id)
    assert (card.place.lat, card.place.lng, card.language) == (22.05, 114.05, "zh-Hant")
    assert (card.answers, card.publication) == ({"how-many": "several"}, Publication.WAITING)
    assert card.happened == f"{now().date().isoformat()} reporter"
    contact_id = queries.contact_of(card.id)
    contact = people.contact(contact_id) if contact_id else None
    assert contact is not None
    assert contact.masked == "a•••@example.org"
    assert queries.history(card.id)[0].actor == "resident"


@pytest.mark.django_db
def test_a_receipt_is_kept_by_nobody_on_the_way(send: Send) -> None:
    said = send()

    assert said["Cache-Control"] == "no-store, private"
    assert "Access-Control-Allow-Origin" not in said


@pytest.mark.django_db
def test_without_a_language_it_is_the_one_the_program_reads(here: Town) -> None:
    assert here.lamp.is_open
    secret = api_key()[1]

    post("reports", LAMP, Authorization=f"Bearer {secret}", Accept_Language="zh-Hans")

    assert only_case().language == "zh-Hans"


@pytest.mark.django_db
def test_a_place_is_said_by_words_district_or_landmark(send: Send, here: Town) -> None:
    by: dict[str, Any] = {"by": ADMINISTRATOR, "at": NOW, "reason": "a test", "seen": 0}
    city.save_landmark(
        landmark_id=None, code="bridge", names=named("Bridge"), lat=22.05, lng=114.05, **by
    )

    for place in ({"words": "at the bridge"}, {"district": "north"}, {"landmark": "bridge"}):
        assert send(place=place).status_code == 201, place

    cards = [queries.card(pk, at=now()) for pk in Case.objects.values_list("pk", flat=True)]
    assert {card.place.words for card in cards} == {"", "at the bridge"}
    assert [card.district_id for card in cards].count(here.north.id) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"category": "none"}, "cases.no-such-category"),
        ({"category": "street"}, "cases.no-such-category"),
        ({"category": "x" * 101}, "api.bad-argument"),
        ({"category": None}, "api.bad-argument"),
        ({"text": " "}, "cases.empty-text"),
        ({"text": "x" * 5_001}, "cases.text-too-long"),
        ({"text": "a\x00b"}, "cases.unreadable-text"),
        ({"text": 7}, "api.bad-argument"),
        ({"place": {}}, "cases.place-missing"),
        ({"place": {"lat": 22.05}}, "cases.impossible-point"),
        ({"place": {"lat": 95, "lng": 0}}, "cases.impossible-point"),
        ({"place": {"lat": "north", "lng": 0}}, "api.bad-argument"),
        ({"place": {"district": "none"}}, "api.bad-argument"),
        ({"place": {"landmark": "none"}}, "api.bad-argument"),
        ({"place": []}, "api.bad-argument"),
        ({"answers": {"how-many": "hundreds"}}, "cases.answer-wrong"),
        ({"answers": {"how-many": ["one", "several"]}}, "cases.answer-wrong"),
        ({"answers": {"how-many": {"one": 1}}}, "api.bad-argument"),
        ({"contact": {"mail": "nobody"}}, "cases.bad-contact"),
        ({"contact": {"phone": "call me"}}, "cases.bad-contact"),
        ({"happened_on": "2999-01-01"}, "cases.impossible-date"),
        ({"happened_on": 0}, "api.bad-argument"),
        ({"language": "tlh"}, "api.bad-argument"),
        ({"upload": "gone"}, "api.no-such-upload"),
        ({"sms": "yes"}, "api.bad-argument"),
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_kept(
    said: dict[str, Any], code: str, send: Send
) -> None:
    answer = send(**said)

    problem = answer.json()
    assert (answer.status_code, problem["status"], problem["code"]) == (422, 422, code)
    assert answer["Content-Type"] == "application/problem+json"
    assert problem["detail"].endswith(".")
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_only_a_key_that_sends_reports_does(here: Town) -> None:
    narrow = api_key(Scope.UPDATE, unit_id=here.roads.id)[1]

    for status, headers in (
        (401, {}),
        (401, {"Authorization": "Basic YTpi"}),
        (403, {"Authorization": "Bearer cw_wrong"}),
        (403, {"Authorization": f"Bearer {narrow}"}),
    ):
        said = post("reports", LAMP, **headers)
        assert said.status_code == status, headers
    assert post("reports", LAMP)["WWW-Authenticate"] == "Bearer"
    assert "Authorization: Bearer" in post("reports", LAMP).json()["detail"]
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_a_key_that_comes_too_often_must_wait(here: Town) -> None:
    assert here.lamp.is_open
    slow = f"Bearer {api_key(per_hour=10)[1]}"
    for _ in range(10):
        assert post("reports", LAMP, Authorization=slow).status_code == 201

    said = post("reports", LAMP, Authorization=slow)

    assert said.status_code == 429
    assert int(said["Retry-After"]) > 0


# Once


@pytest.mark.django_db
def test_sent_again_it_is_the_same_and_the_key_is_told_once(send: Send) -> None:
    first, again = send(repeat="app-1"), send(repeat="app-1")

    assert first.status_code == again.status_code == 201
    assert first.json()["number"] == again.json()["number"]
    assert first.json()["key"]
    assert (again.json()["key"], again.json()["link"]) == (None, None)
    assert AccessKey.objects.count() == Case.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_with_another_body_is_a_conflict(send: Send) -> None:
    send(repeat="app-1")

    said = send(repeat="app-1", text="Something else.")

    assert (said.status_code, said.json()["code"]) == (409, "kernel.same-key-other-body")
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_what_was_refused_may_be_sent_again_mended_and_without_a_key_each_is_a_report(
    send: Send,
) -> None:
    assert send(repeat="app-1", text="").status_code == 422
    assert send(repeat="app-1").status_code == 201
    assert send().status_code == send().status_code == 201
    assert Case.objects.count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize("repeat", ["x" * 81, "a\tb"])
def test_a_strange_key_for_repeats_is_refused(repeat: str, send: Send) -> None:
    assert send(repeat=repeat).status_code == 422
    assert not Case.objects.exists()


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@needs_many_writers
def test_sent_twenty_times_at_once_it_is_taken_in_once(here: Town) -> None:
    assert here.lamp.is_open
    secret = api_key(per_hour=10_000)[1]

    def once() -> Any:
        try:
            said = post("reports", LAMP, Authorization=f"Bearer {secret}", Idempotency_Key="1")
            assert said.status_code == 201, said.content
            return said.json()
        finally:
            connections["people"].close()

    made: list[Any] = at_once([partial(once)] * 20)

    assert {one["number"] for one in made} == {Case.objects.get().number}
    assert len([one for one in made if one["key"]]) == 1


# Photos


def uploaded(secret: str, *files: bytes) -> Any:
    sent = [SimpleUploadedFile("lamp.jpg", file, content_type="image/jpeg") for file in files]
    headers = {"Authorization": f"Bearer {secret}"}
    return Client(enforce_csrf_checks=True).post(V1 + "uploads", {"photo": sent}, headers=headers)


@pytest.mark.django_db
def test_photos_sent_before_come_along_and_wait_for_review(here: Town) -> None:
    assert here.lamp.is_open
    secret = api_key()[1]
    upload = uploaded(secret, photo(), photo()).json()["upload"]

    said = post("reports", {**LAMP, "upload": upload}, Authorization=f"Bearer {secret}")

    found = content.attachments(subject_of("case", only_case().id), public_only=False)
    assert said.status_code == 201
    assert len(found) == 2
    assert not any(one.is_public for one in found)


@pytest.mark.django_db
def test_photos_of_another_key_are_not_found_and_a_repeat_takes_them_once(here: Town) -> None:
    assert here.lamp.is_open
    mine, other = api_key()[1], api_key()[1]
    upload = uploaded(mine, photo()).json()["upload"]
    body = {**LAMP, "upload": upload}

    assert post("reports", body, Authorization=f"Bearer {other}").status_code == 422
    for _ in range(2):
        said = post("reports", body, Authorization=f"Bearer {mine}", Idempotency_Key="1")
        assert said.status_code == 201
    assert post("reports", body, Authorization=f"Bearer {mine}").status_code == 422
    assert Case.objects.count() == Attachment.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "files", [[b"<?php system('x');"], [photo(), b""], [photo()] * 6, []], ids=len
)
def test_what_is_no_photo_or_too_many_is_refused_whole(files: list[bytes], here: Town) -> None:
    assert here.lamp.is_open

    said = uploaded(api_key()[1], *files)

    assert said.status_code == 422
    assert not Attachment.objects.exists()


# Whatever is sent


def raw(body: bytes, secret: str, content_type: str = "application/json") -> Any:
    headers = {"Authorization": f"Bearer {secret}"}
    return Client().generic("POST", V1 + "reports", body, content_type, headers=headers)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'"lamp"', 422),
        (b"\xff\xfe", 422),
        (b"[" * 100_000, 422),
        (b'{"a":' * 100_000, 422),
        (b'{"category": "lamp", "text": "\\ud800", "place": {"district": "north"}}', 422),
        (b'{"category": "\\u0000", "text": "x"}', 422),
        (b'{"category": "lamp", "text": "x", "place": {"lat": NaN, "lng": 1e999}}', 422),
        (b'{"category": "lamp", "text": "x", "place": {"lat": ' + b"9" * 10_000 + b"}}", 422),
        (b'{"text": "' + b"x" * 2_000_000 + b'"}', 413),
    ],
    ids=range(13),
)
def test_hostile_json_is_refused(body: bytes, status: int, here: Town) -> None:
    assert here.lamp.is_open

    said = raw(body, api_key()[1])

    assert (said.status_code, said["Content-Type"]) == (status, "application/problem+json")
    assert not Case.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "content_type",
    ["multipart/form-data", "multipart/form-data; boundary=x", "text/xml", "application/json;q"],
)
def test_a_body_of_another_kind_is_refused(content_type: str, here: Town) -> None:
    assert here.lamp.is_open

    assert raw(b"--x\r\nno parts", api_key()[1], content_type).status_code in {400, 422}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "where", ["category", "text", "language", "upload", "happened_on", "words", "mail", "answer"]
)
def test_no_word_of_a_report_is_a_fault(where: str, send: Send) -> None:
    inner: dict[str, Callable[[str], dict[str, Any]]] = {
        "words": lambda text: {"place": {"words": text, "landmark": text}},
        "mail": lambda text: {"contact": {"mail": text, "phone": text}},
        "answer": lambda text: {"answers": {"how-many": text, text: text}},
    }

    for text in NASTY:
        said = send(**(inner[where](text) if where in inner else {where: text}))
        assert said.status_code in {201, 422}, text
