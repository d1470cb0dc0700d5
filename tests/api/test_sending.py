"""Programs bring reports: with a key, whole or not at all, and once if they say so."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.cases import queries
from commonweal.cases.models import Case
from commonweal.cases.types import CaseCard
from commonweal.city import actions as city
from commonweal.content import queries as content
from commonweal.content.models import Attachment
from commonweal.edge import keys
from commonweal.edge.keys import Scope
from commonweal.identity import queries as people
from commonweal.kernel.types import Channel
from commonweal.ledger.types import subject_of
from tests.api.conftest import now
from tests.api.program import V2, Program, Said
from tests.api.test_reading import every_question
from tests.factories.cases import ADMINISTRATOR, NOW, Town, named
from tests.factories.content import photo
from tests.factories.edge import api_key

pytestmark = pytest.mark.django_db
LAMP = {"service_code": "lamp", "lat": "22.05", "long": "114.05", "description": "It is dark."}
Send = Callable[..., Said]


@pytest.fixture
def send(program: Program) -> Send:
    """Send a report of a lamp with a key."""
    _card, secret = api_key()

    def act(*, headers: Any = None, **said: Any) -> Said:
        told = {"api_key": secret, **LAMP, **said}
        asks = {"Accept-Language": "en", **(headers or {})}
        return program.post(
            "requests", headers=asks, **{k: v for k, v in told.items() if v is not None}
        )

    return act


def only_case() -> CaseCard:
    return queries.card(Case.objects.get().pk, at=now())


def test_a_report_is_taken_in_and_its_number_told_at_once(send: Send, here: Town) -> None:
    said = send(email="ada@example.org", first_name="Ada", last_name="Lovelace")

    card = only_case()
    assert said.status == 201
    assert said.value == [
        {
            "service_request_id": card.number,
            "service_notice": f"Roads answers by {card.due_at.date().isoformat()}.",
            "account_id": "",
        }
    ]
    assert (card.channel, card.text, card.category_id) == (Channel.API, "It is dark.", here.lamp.id)
    assert (card.place.lat, card.place.lng) == (22.05, 114.05)
    contact_id = queries.contact_of(card.id)
    contact = people.contact(contact_id) if contact_id else None
    assert contact is not None
    assert contact.masked == "a•••@example.org"
    assert contact.person_id is None
    assert queries.history(card.id)[0].actor == "resident"


def test_what_was_sent_can_be_read_and_shows_no_word(send: Send, program: Program) -> None:
    number = send().value[0]["service_request_id"]

    (row,) = program.get(f"requests/{number}").value

    assert (row["service_request_id"], row["description"]) == (number, "")
    assert program.get(f"tokens/{number}").status == 200


def test_a_report_without_words_says_what_it_is_about(send: Send) -> None:
    send(description=None)

    assert only_case().text == "Street lamp"


def test_a_place_may_be_words_or_the_code_of_a_landmark(send: Send) -> None:
    landmark = city.save_landmark(
        landmark_id=None,
        code="tower",
        names=named("Clock tower"),
        lat=22.05,
        lng=114.05,
        reason="a test",
        seen=0,
        by=ADMINISTRATOR,
        at=NOW,
    )
    nowhere = {"lat": None, "long": None}

    assert send(**nowhere, address_string="at the bridge").status == 201
    assert send(**nowhere, address_id="tower").status == 201
    assert send(**nowhere, address_id="nowhere").status == 400
    assert send(**nowhere).status == 400
    places = {(one.place, one.landmark_id) for one in Case.objects.all()}
    assert places == {("at the bridge", None), ("", landmark.id)}


def test_answers_come_as_attributes_in_every_way_clients_write_them(send: Send, here: Town) -> None:
    code = every_question(here)

    said = send(
        service_code=code,
        **{
            "attribute[yes-no]": "yes",
            "attribute[text]": "Two\nlines",
            "attribute[choice]": "a",
            "attribute[several][]": ["a", "b"],
            "attribute[number]": "1.5",
            "attribute[date]": "2026-03-01T00:00:00Z",
            "attribute[unasked]": "x",
        },
    )

    assert said.status == 201
    assert only_case().answers == {
        "yes-no": "yes",
        "text": "Two\nlines",
        "choice": "a",
        "several": ["a", "b"],
        "number": "1.5",
        "date": "2026-03-01",
    }


def test_a_required_attribute_that_is_missing_is_named(send: Send, here: Town) -> None:
    said = send(service_code=every_question(here))

    assert said.status == 400
    assert "yes-no" in said.error
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"service_code": None}, 400),
        ({"service_code": "none"}, 404),
        ({"service_code": "street"}, 404),  # a main kind takes no reports
        ({"lat": "22.05", "long": None}, 400),
        ({"lat": "x"}, 400),
        ({"lat": "nan"}, 400),
        ({"lat": "91"}, 400),
        ({"email": "nobody"}, 400),
        ({"phone": "one two"}, 400),
        ({"description": "x" * 5_001}, 400),
        ({"description": "a\x00b"}, 400),
        ({"attribute[how-many]": "three"}, 400),
        ({"jurisdiction_id": "elsewhere.example"}, 404),
    ],
)
def test_what_cannot_be_taken_in_is_refused_with_a_sentence(
    said: dict[str, Any], status: int, send: Send
) -> None:
    answer = send(**said)

    assert answer.status == status
    assert answer.error.endswith(".")
    assert not Case.objects.exists()


@pytest.mark.parametrize("secret", [None, "", "cw_wrong", "\x00", "é" * 3000])
def test_without_a_key_that_opens_nothing_is_taken_in(secret: str | None, send: Send) -> None:
    said = send(api_key=secret)

    assert said.status == 403
    assert "key" in said.error
    assert not Case.objects.exists()


def test_a_key_with_another_scope_or_that_has_ended_is_refused(send: Send, here: Town) -> None:
    card, secret = api_key()
    keys.end(key_id=card.id, seen=1, reason="not used", by=ADMINISTRATOR, at=now())
    _card, narrow = api_key(Scope.UPDATE, unit_id=here.roads.id)

    assert send(api_key=secret).status == 403
    assert send(api_key=narrow).status == 403


def test_a_key_may_come_in_the_address(program: Program) -> None:
    _card, secret = api_key()
    address = f"{V2}requests.{program.form}?api_key={secret}"

    assert Client().post(address, LAMP).status_code == 201


def test_a_wrong_key_is_refused_for_reading_too(program: Program) -> None:
    assert program.get("requests", api_key="cw_wrong").status == 403


def test_a_key_that_comes_too_often_must_wait(send: Send) -> None:
    _card, slow = api_key(per_hour=10)
    for _ in range(10):
        assert send(api_key=slow).status == 201

    said = send(api_key=slow)

    assert said.status == 429
    assert int(said.headers["Retry-After"]) > 0


def test_a_network_without_a_key_must_wait_before_more_long_lists(program: Program) -> None:
    for _ in range(60):
        assert program.get("requests").status == 200

    assert program.get("requests").status == 429
    assert program.get("services").status == 200
    assert program.get("requests", api_key=api_key()[1]).status == 200


# Photos


def sent_photo() -> SimpleUploadedFile:
    return SimpleUploadedFile("lamp.jpg", photo(), content_type="image/jpeg")


def test_photos_come_along_and_wait_for_review(send: Send, program: Program) -> None:
    said = send(media=[sent_photo(), sent_photo()])

    found = content.attachments(subject_of("case", only_case().id), public_only=False)
    assert said.status == 201
    assert len(found) == 2
    assert not any(one.is_public for one in found)
    assert program.get("requests").value[0]["media_url"] == ""


@pytest.mark.parametrize(
    "media",
    [
        SimpleUploadedFile("x.jpg", b"<?php system('x');"),
        SimpleUploadedFile("x.svg", b"<svg onload='x'/>", content_type="image/svg+xml"),
        SimpleUploadedFile("x.jpg", b""),
    ],
    ids=["program", "svg", "empty"],
)
def test_a_report_with_a_file_that_is_no_photo_is_refused_whole(
    media: SimpleUploadedFile, send: Send
) -> None:
    media.seek(0)

    said = send(media=[sent_photo(), media])

    assert said.status == 400
    assert not Case.objects.exists()
    assert not Attachment.objects.exists()


def test_no_more_photos_than_a_form_takes(send: Send) -> None:
    said = send(media=[sent_photo() for _ in range(6)])

    assert said.status == 409
    assert not Case.objects.exists()


@pytest.mark.parametrize(
    "address", ["http://127.0.0.1:1/x.jpg", "http://169.254.169.254/", "file:///etc/passwd", "x"]
)
def test_an_address_of_a_picture_is_not_opened_and_the_program_is_told(
    address: str, send: Send
) -> None:
    said = send(media_url=address)

    assert said.status == 201
    assert "not fetched" in said.value[0]["service_notice"]


# Once


def test_with_a_key_of_its_own_a_report_sent_again_is_the_same(send: Send) -> None:
    headers = {"Idempotency-Key": "4711"}

    first, again = (send(headers=headers, media=sent_photo()) for _ in range(2))

    assert first.status == again.status == 201
    assert first.value == again.value
    assert Case.objects.count() == 1


def test_the_same_key_with_another_body_is_a_conflict(send: Send) -> None:
    headers = {"Idempotency-Key": "4711"}
    send(headers=headers, media=sent_photo())

    assert send(headers=headers).status == 409
    assert send(headers=headers, media=sent_photo(), description="Other").status == 409
    assert Case.objects.count() == 1


def test_two_programs_may_count_alike(send: Send) -> None:
    headers = {"Idempotency-Key": "1"}
    _card, other = api_key()

    send(headers=headers)
    send(headers=headers, api_key=other)

    assert Case.objects.count() == 2


def test_a_refused_report_may_be_sent_again_mended(send: Send) -> None:
    headers = {"Idempotency-Key": "4711"}

    assert send(headers=headers, email="nobody").status == 400
    assert send(headers=headers).status == 201


def test_without_a_key_of_its_own_each_is_a_report(send: Send) -> None:
    send()
    send()

    assert Case.objects.count() == 2


@pytest.mark.parametrize("key", ["x" * 81, "a\tb"])
def test_a_strange_key_for_repeats_is_400(key: str, send: Send) -> None:
    assert send(headers={"Idempotency-Key": key}).status == 400
