"""Version 1 opens a report to who holds its secret key, for all that the own page offers."""

from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client

from commonweal.cases import actions, queries
from commonweal.cases.models import Word
from commonweal.cases.types import Publication, Receipt, State
from commonweal.content import actions as content_actions
from commonweal.content import queries as content
from commonweal.content.models import Flag
from commonweal.kernel.actions import run_waiting
from commonweal.ledger.types import subject_of
from tests.api.conftest import now, told
from tests.api.test_hostile import NASTY
from tests.api.test_v1_reports import V1, post
from tests.factories.cases import Town, reported
from tests.factories.content import photo
from tests.factories.edge import api_key
from tests.kernel.crowd import at_once, needs_many_writers

pytestmark = pytest.mark.django_db
JPEG = b"\xff\xd8"
ACTS = ("reply", "correct", "contest", "withdraw", "confirm", "key")


@pytest.fixture
def receipt(here: Town) -> Receipt:
    return told(here)


@pytest.fixture
def act(receipt: Receipt) -> Callable[..., Any]:
    return lambda what, repeat="", **said: post(
        f"mine/{what}", said, X_Case_Key=receipt.key, Idempotency_Key=repeat
    )


def own(receipt: Receipt, path: str = "mine") -> Any:
    return Client().get(V1 + path, headers={"X-Case-Key": receipt.key})


def work(here: Town, receipt: Receipt, name: str, **said: Any) -> None:
    version = queries.card(receipt.case_id, at=now()).version
    by: dict[str, Any] = {"by": here.officer, "at": now(), "seen": version}
    getattr(actions, name)(case_id=receipt.case_id, **by, **said)


def stands(receipt: Receipt) -> Any:
    return queries.card(receipt.case_id, at=now())


def test_the_reporter_reads_the_own_report_whole_without_notes_or_contact(
    here: Town, receipt: Receipt
) -> None:
    work(here, receipt, "note", text="Ask the electrician.")
    work(here, receipt, "ask", text="Which lamp?")

    said = own(receipt)

    case = said.json()
    assert (said.status_code, case["number"], case["state"]) == (
        200,
        receipt.number,
        "waiting-for-reporter",
    )
    assert (case["text"], case["lat"]) == ("The lamp at the bridge is dark.", 22.05)
    assert [word["text"] for word in case["words"]] == ["Which lamp?"]
    assert case["history"][0]["type"] == "cases.received"
    assert set(case["can"]) == {"reply", "correct", "photos", "withdraw"}
    assert "electrician" not in said.content.decode()
    assert "example.org" not in said.content.decode()
    assert said["Cache-Control"] == "no-store, private"
    assert "Access-Control-Allow-Origin" not in said


def test_a_reply_a_correction_and_a_withdrawal(
    here: Town, receipt: Receipt, act: Callable[..., Any]
) -> None:
    work(here, receipt, "ask", text="Which lamp?")

    replied = act("reply", text="The left one.").json()
    corrected = act("correct", text="Two lamps are dark.").json()
    withdrawn = act("withdraw", text="It shines again.").json()

    assert (replied["state"], replied["words"][-1]["text"]) == ("in-work", "The left one.")
    assert corrected["text"] == "Two lamps are dark."
    assert (withdrawn["state"], withdrawn["is_open"], withdrawn["can"]) == ("withdrawn", False, [])
    assert stands(receipt).state is State.WITHDRAWN


@pytest.mark.parametrize(
    ("what", "said", "state"),
    [("confirm", {}, State.CONFIRMED), ("contest", {"text": "Still dark."}, State.CONTESTED)],
)
def test_an_answer_is_confirmed_or_contested(
    what: str,
    said: dict[str, str],
    state: State,
    here: Town,
    receipt: Receipt,
    act: Callable[..., Any],
) -> None:
    work(here, receipt, "answer", text="Mended.")
    assert set(own(receipt).json()["can"]) == {"confirm", "contest"}

    answer = act(what, **said)

    assert answer.json()["state"] == state == stands(receipt).state


@pytest.mark.parametrize(
    ("what", "said", "status", "code"),
    [
        ("confirm", {}, 409, "cases.wrong-move"),
        ("contest", {"text": "No."}, 409, "cases.wrong-move"),
        ("contest", {"text": ""}, 422, "cases.reason-missing"),
        ("reply", {"text": " "}, 422, "cases.empty-text"),
        ("reply", {}, 422, "api.bad-argument"),
        ("correct", {"text": "x" * 5_001}, 422, "cases.text-too-long"),
        ("withdraw", {"text": "a\x00"}, 422, "cases.unreadable-text"),
        ("withdraw", {"why": "x"}, 422, "api.bad-argument"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    what: str,
    said: dict[str, str],
    status: int,
    code: str,
    receipt: Receipt,
    act: Callable[..., Any],
) -> None:
    answer = act(what, **said)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert stands(receipt).version == 1


def test_an_act_with_a_key_of_its_own_is_done_once(
    receipt: Receipt, act: Callable[..., Any]
) -> None:
    first, again = (act("reply", "app-1", text="It rains.") for _ in range(2))

    assert first.json()["words"] == again.json()["words"]
    assert Word.objects.count() == 1
    assert act("reply", "app-1", text="It pours.").status_code == 409
    assert stands(receipt).version == 2


def test_without_the_key_of_a_report_nothing_opens_and_guessing_ends(here: Town) -> None:
    assert here.lamp.is_open
    client = Client()
    for name in ACTS:
        assert client.post(f"{V1}mine/{name}").json()["code"] == "api.case-key-missing"
    secret = api_key()[1]
    assert client.get(f"{V1}mine", headers={"Authorization": f"Bearer {secret}"}).status_code == 401

    wrong = ["no", "A" * 20, "x" * 10_000, *(["B" * 20] * 17)]
    said = [client.get(f"{V1}mine", headers={"X-Case-Key": key}).status_code for key in wrong]

    assert set(said) == {404}
    assert client.get(f"{V1}mine", headers={"X-Case-Key": "C" * 20}).status_code == 429


def test_a_new_key_shuts_the_old_one(receipt: Receipt, act: Callable[..., Any]) -> None:
    made = act("key").json()

    assert own(receipt).status_code == 404
    assert Client().get(V1 + "mine", headers={"X-Case-Key": made["key"]}).status_code == 200
    assert made["link"].endswith(f"/mine/{made['key']}/")


def test_photos_are_added_seen_by_their_sender_and_by_nobody_else(
    here: Town, receipt: Receipt
) -> None:
    def add(*files: bytes, **headers: str) -> Any:
        sent = [SimpleUploadedFile("a.jpg", file) for file in files]
        asks = {"X-Case-Key": receipt.key, **headers}
        return Client().post(V1 + "mine/photos", {"photo": sent}, headers=asks)

    repeat = {"Idempotency-Key": "1"}
    first, again = (add(photo(), **repeat) for _ in range(2))
    wrong = add(photo(), b"<svg/>")
    run_waiting(clock=now)

    (kept,) = first.json()["photos"]
    assert first.status_code == again.status_code == 200
    assert again.json()["photos"] == [kept]
    assert wrong.status_code == 422
    path = f"mine/pictures/{kept['id']}/thumb"
    shown = own(receipt, path)
    assert b"".join(shown).startswith(JPEG)
    assert shown["Cache-Control"] == "no-store, private"
    other = reported(here.lamp)
    assert own(other, path).status_code == 404
    assert own(receipt, f"mine/pictures/{kept['id']}/huge").status_code == 422
    assert own(receipt, "mine/pictures/none/thumb").status_code == 422


@pytest.mark.parametrize("what", ["reply", "correct", "contest", "withdraw"])
def test_no_words_are_a_fault(
    what: str, here: Town, receipt: Receipt, act: Callable[..., Any]
) -> None:
    if what == "contest":
        work(here, receipt, "answer", text="Mended.")

    for text in NASTY:
        assert act(what, text=text).status_code in {200, 409, 422}, text


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@needs_many_writers
def test_confirmed_and_contested_at_once_one_of_the_two_holds(
    here: Town, receipt: Receipt, act: Callable[..., Any]
) -> None:
    work(here, receipt, "answer", text="Mended.")

    def judged(what: str, **said: str) -> int:
        try:
            return int(act(what, **said).status_code)
        finally:
            connections["people"].close()

    acts: list[Any] = [partial(judged, "confirm"), partial(judged, "contest", text="No.")] * 5

    assert sorted(at_once(acts), key=str) == [200, *[409] * 9]


# Not this


@pytest.fixture
def flag(here: Town, receipt: Receipt) -> Callable[..., Any]:
    """Flag with a key what is public of a report whose words and photo are published."""
    about: dict[str, Any] = {"subject": "draft:1", "by": here.officer, "at": now()}
    content_actions.receive(data=BytesIO(photo()), name="a.jpg", **about)
    reporter = queries.reporter_by_key(receipt.key)
    actions.add_photos(reporter=reporter, attachments_of="draft:1", at=now())
    run_waiting(clock=now)
    (kept,) = content.attachments(subject_of("case", receipt.case_id), public_only=False)
    work(here, receipt, "publish", text="A lamp is dark.")
    by: dict[str, Any] = {"by": here.officer, "at": now(), "case_id": receipt.case_id}
    actions.publish_photo(attachment_id=kept.id, seen=kept.version, **by)
    work(here, receipt, "hold", text="No parts.")
    secret = api_key(per_hour=100_000)[1]

    def send(what: str, repeat: str = "", **said: Any) -> Any:
        body = {"reason": "person", **said}
        return post(what, body, Authorization=f"Bearer {secret}", Idempotency_Key=repeat)

    return send


def test_words_and_photos_that_are_public_can_be_flagged(
    flag: Callable[..., Any], receipt: Receipt
) -> None:
    public = Client().get(f"{V1}cases/{receipt.number}").json()
    word, picture = public["words"][0]["id"], public["pictures"][0].split("/")[-3]
    places = (
        f"cases/{receipt.number}/flag",
        f"cases/{receipt.number}/words/{word}/flag",
        f"photos/{picture}/flag",
    )

    said = [flag(place, words="A name.") for place in places]

    assert [one.status_code for one in said] == [201] * 3
    assert {str(one.pk) for one in Flag.objects.all()} == {one.json()["id"] for one in said}


def test_a_flag_is_made_once_and_only_with_a_key_and_a_reason(
    flag: Callable[..., Any], receipt: Receipt
) -> None:
    place = f"cases/{receipt.number}/flag"

    first, again = flag(place, "app-1"), flag(place, "app-1")

    assert first.json() == again.json()
    assert flag(place, reason="dislike").status_code == 422
    assert flag(place, reason="time-over").status_code == 422
    assert flag(place, words="x" * 1_001).status_code == 422
    assert post(place, {"reason": "person"}).status_code == 401
    assert Flag.objects.count() == 1


def test_what_is_not_public_cannot_be_flagged(
    flag: Callable[..., Any], here: Town, receipt: Receipt
) -> None:
    private = reported(here.lamp)
    (kept,) = content.attachments(subject_of("case", receipt.case_id), public_only=False)
    work(here, receipt, "take_down", reason="A name.")
    actions.withhold_photo(
        case_id=receipt.case_id, attachment_id=kept.id, seen=kept.version, by=here.officer, at=now()
    )

    assert stands(receipt).publication is Publication.TAKEN_DOWN
    for place in (
        f"cases/{private.number}/flag",
        f"cases/{receipt.number}/flag",
        f"cases/{receipt.number}/words/{kept.id}/flag",
        f"photos/{kept.id}/flag",
    ):
        assert flag(place).status_code == 409, place
    assert flag("cases/none/flag").status_code == 404
    assert flag(f"photos/{receipt.case_id}/flag").status_code == 404
