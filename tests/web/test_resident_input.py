"""Whatever people type or forge: a clear sentence, the right status, nothing lost, never a 500."""

import logging
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from commonweal.cases import actions, queries
from commonweal.cases.models import Case
from commonweal.kernel import queries as kernel
from tests.factories.cases import NOW, Town, reported, town
from tests.web.walk import Resident, hidden, photo

pytestmark = [pytest.mark.django_db]

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ 7|add:7 }}{% now 'Y' %}"
STRANGE = {
    "empty": "",
    "blank": " \t\r\n\u3000\u200b",
    "long": "x" * 200_000,
    "nul": "a\x00b",
    "surrogate": "a\ud800b",
    "emoji": "🧑‍🦽🏳️‍🌈 " * 30,
    "right to left": "\u202eمرحبا بالعالم\u202c שלום",
    "controls": "\x01\x02\x1b[31m\x7f\x85",
    "script": SCRIPT,
    "combining": "e" + "\u0301" * 500,
    "format": "%s %(x)s {0} {name} $${x}",
    "header": "a\r\nBcc: b@example.org",
    "sql": "'; DROP TABLE cases_case; --",
}
FIELDS = {
    "place": ("place", "district", "landmark", "lat", "lng", "find"),
    "details": ("text", "happened_on_day", "happened_on_month", "happened_on_year"),
    "questions": ("q-how-many", "shown"),
    "photos": ("remove", "photo"),
    "contact": ("how", "mail", "phone"),
    "check": ("key", "form_key", "form_proof"),
}
GOOD: dict[str, dict[str, str]] = {
    "place": {"place": "by the bridge"},
    "details": {"text": "A dark lamp."},
    "questions": {"q-how-many": "one", "shown": "how-many"},
    "photos": {},
    "contact": {"how": "mail", "mail": "ada@example.org"},
    "check": {},
}


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def ada() -> Resident:
    return Resident(Client(raise_request_exception=True))


def encoded(said: dict[str, str]) -> bytes:
    """Write a form as a browser would if it could send anything at all."""
    from urllib.parse import quote_plus  # noqa: PLC0415

    pairs = (f"{k}={quote_plus(v.encode('utf-8', 'surrogatepass'))}" for k, v in said.items())
    return "&".join(pairs).encode()


def post(ada: Resident, address: str, said: dict[str, str]) -> Any:
    return ada.client.post(address, encoded(said), content_type="application/x-www-form-urlencoded")


@pytest.mark.parametrize("strange", STRANGE)
@pytest.mark.parametrize("step", FIELDS)
def test_no_field_of_a_report_breaks_a_page(
    here: Town, ada: Resident, step: str, strange: str
) -> None:
    ada.begin(here.lamp)
    for name in FIELDS[step]:
        answer = post(ada, f"/report/{step}/", GOOD[step] | {name: STRANGE[strange]})

        assert answer.status_code in {200, 302, 422}, name
        if answer.status_code != 302:
            page = answer.content.decode()
            assert "<script>alert" not in page
            assert "onerror=alert(2)>" not in page.replace("&gt;", "")


@pytest.mark.parametrize("strange", STRANGE)
def test_no_words_break_the_search_for_a_kind(here: Town, ada: Resident, strange: str) -> None:
    said = STRANGE[strange].encode("utf-8", "surrogatepass")
    from urllib.parse import quote_plus  # noqa: PLC0415

    for address in ("/report/", "/cases/", "/cases/map/", "/cases/points.geojson"):
        answer = ada.get(f"{address}?q={quote_plus(said[:4000])}")
        assert answer.status_code in {200, 302, 422}, address
        assert b"<script>alert" not in answer.content

    answer = post(ada, "/report/", {"q": STRANGE[strange], "category": str(here.lamp.id)})
    assert answer.status_code in {302, 422}


def test_script_in_every_field_is_stored_as_words_and_shown_as_words(
    here: Town, ada: Resident
) -> None:
    ada.fill_in(
        here.lamp,
        place={"place": SCRIPT, "lat": "22.05", "lng": "114.05"},
        details={"text": SCRIPT},
    )
    assert ada.press_send().status_code == 302
    case = Case.objects.get()
    assert case.text == case.place == SCRIPT
    actions.publish(case_id=case.pk, text=SCRIPT, seen=1, by=here.officer, at=kernel.clock())
    actions.answer(case_id=case.pk, text=SCRIPT, seen=2, by=here.officer, at=kernel.clock())

    sent = ada.read("/report/sent/")
    key = sent.partition("/mine/")[2].partition("/")[0]
    for address in (
        f"/cases/{case.number}/",
        f"/mine/{key}/",
        f"/mine/{key}/contest/",
        "/cases/",
        "/",
        f"/flag/cases/{case.number}/",
    ):
        page = ada.read(address)
        assert "<script>alert" not in page, address
        assert "<img src=x" not in page, address


def test_a_megabyte_of_text_is_refused_with_a_sentence(here: Town, ada: Resident) -> None:
    ada.begin(here.lamp)

    answer = ada.client.post("/report/details/", {"text": "x" * 1_100_000})

    assert answer.status_code in {413, 422}
    assert b"too l" in answer.content or b"at most" in answer.content
    assert "Where is it?" in ada.read("/report/place/")  # the draft is still there


def test_bytes_that_are_no_text_are_read_as_far_as_they_are(here: Town, ada: Resident) -> None:
    ada.begin(here.lamp)

    answer = ada.client.post(
        "/report/details/",
        b"text=\xff\xfe%ff%fe lamp",
        content_type="application/x-www-form-urlencoded",
    )

    assert answer.status_code == 302


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b'{"text": "x"}'),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=x", b"--x\r\nbroken"),
        ("text/plain; charset=nonsense", b"text=x"),
        ("application/x-www-form-urlencoded; charset=utf-7", b"text=+ADw-script+AD4-"),
    ],
)
def test_a_body_of_another_kind_is_answered(
    here: Town, ada: Resident, kind: str, body: bytes
) -> None:
    ada.begin(here.lamp)

    answer = ada.client.generic("POST", "/report/details/", body, content_type=kind)

    assert answer.status_code in {302, 400, 415, 422}


@pytest.mark.parametrize(
    "day",
    [("32", "1", "2026"), ("1", "1", "2999"), ("1", "1", "1066"), ("x", "y", "z"), ("1", "", "")],
)
def test_a_day_to_come_or_of_old_or_of_nowhere_is_refused(
    here: Town, ada: Resident, day: tuple[str, str, str]
) -> None:
    ada.begin(here.lamp)
    parts = dict(zip(("day", "month", "year"), day, strict=True))
    said = {f"happened_on_{part}": value for part, value in parts.items()}

    answer = ada.client.post("/report/details/", {"text": "It was then.", **said})

    assert answer.status_code == 422
    assert "It was then." in answer.content.decode()


@pytest.mark.parametrize("category", ["", "x", str(uuid4()), "0" * 5000, "\x00", SCRIPT])
def test_a_forged_category_is_refused(here: Town, ada: Resident, category: str) -> None:
    answer = ada.client.post("/report/", {"category": category})

    assert answer.status_code == 422
    assert here.lamp.names["en"] in answer.content.decode()


def test_a_main_category_is_no_kind_of_report(here: Town, ada: Resident) -> None:
    answer = ada.client.post("/report/", {"category": str(here.lamp.parent_id)})

    assert answer.status_code == 422


@pytest.mark.parametrize("name", ["district", "landmark"])
def test_a_forged_place_is_refused(here: Town, ada: Resident, name: str) -> None:
    ada.begin(here.lamp)

    answer = ada.client.post("/report/place/", {name: str(uuid4()), "place": "here"})

    assert answer.status_code == 422
    assert "Please choose from the list." in answer.content.decode()


@pytest.mark.parametrize("photo_id", [uuid4(), "x", "0" * 32])
def test_a_photo_of_nobody_is_not_there(here: Town, ada: Resident, photo_id: object) -> None:
    ada.begin(here.lamp)

    for address in (f"/report/photos/{photo_id}/", f"/photos/{photo_id}/full/"):
        assert ada.get(address).status_code == 404


@pytest.mark.parametrize("strange", STRANGE)
def test_no_words_break_the_reporters_page(here: Town, ada: Resident, strange: str) -> None:
    receipt = reported(here.lamp)
    actions.answer(case_id=receipt.case_id, text="Done.", seen=1, by=here.officer, at=NOW)
    for page in ("contest", "reply", "correct", "withdraw"):
        address = f"/mine/{receipt.key}/{page}/"
        said = {k: v for k, v in hidden(ada.read(address)).items() if k != "csrfmiddlewaretoken"}

        answer = post(ada, address, said | {"text": STRANGE[strange]})

        assert answer.status_code in {302, 409, 422}, page
        assert b"<script>alert" not in answer.content
    assert ada.get(f"/mine/{receipt.key}/").status_code == 200


@pytest.mark.parametrize("strange", [name for name in STRANGE if name != "long"])
def test_no_words_break_a_flag(here: Town, ada: Resident, strange: str) -> None:
    receipt = reported(here.lamp)
    actions.publish(case_id=receipt.case_id, text="He did it.", seen=1, by=here.officer, at=NOW)
    address = f"/flag/cases/{receipt.number}/"

    for name in ("reason", "words"):
        fields = {k: v for k, v in hidden(ada.read(address)).items() if k != "csrfmiddlewaretoken"}
        said = {"reason": "person", **fields, name: STRANGE[strange]}
        assert post(ada, address, said).status_code in {302, 422}


@pytest.mark.parametrize("method", ["put", "delete", "patch"])
def test_other_methods_are_refused(here: Town, ada: Resident, method: str) -> None:
    receipt = reported(here.lamp)
    for address in ("/", "/report/", "/cases/", f"/mine/{receipt.key}/", "/my-cases/"):
        assert getattr(ada.client, method)(address).status_code == 405, address


def test_a_photo_with_a_name_that_tries_things_is_named_harmlessly(
    here: Town, ada: Resident
) -> None:
    ada.begin(here.lamp)

    ada.client.post(
        "/report/photos/", {"photo": photo("../../<script>alert(1)</script>.jpg"), "add": 1}
    )

    page = ada.read("/report/photos/")
    assert "<script>alert" not in page
    assert ".." not in page.partition("Your photos")[2].partition("</ul>")[0]


def test_keys_are_in_no_log(here: Town, ada: Resident, caplog: pytest.LogCaptureFixture) -> None:
    receipt = reported(here.lamp)
    with caplog.at_level(logging.INFO):
        ada.get(f"/mine/{receipt.key}/")
        ada.get(f"/mine/{receipt.key}/nowhere/")
        ada.get("/mine/11111-11111-11111-11111/")

    assert receipt.key not in caplog.text
    assert queries.reporter_by_key(receipt.key)
