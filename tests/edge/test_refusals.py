"""Refusals become answers in one place, in the reader's language and form."""

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from commonweal.edge.refusals import sentence_of
from commonweal.kernel.errors import Kind
from tests.edge.errors import BenchTooHigh, Colour

pytestmark = pytest.mark.django_db
JSON = {"Accept": "application/json"}


@pytest.mark.parametrize(
    ("what", "status"),
    [("bench", 422), ("changed", 409), ("wait", 429), ("denied", 403), ("busy", 503), ("bug", 500)],
)
def test_each_kind_of_no_has_its_status_as_page_and_as_data(
    guest: Client, what: str, status: int
) -> None:
    page = guest.get(f"/refuse/{what}")
    data = guest.get(f"/refuse/{what}", headers=JSON)

    assert (page.status_code, data.status_code) == (status, status)
    assert page["Content-Type"].startswith("text/html")
    assert data["Content-Type"] == "application/problem+json"
    assert page["Cache-Control"] == "no-store"


def test_a_program_reads_code_sentence_and_facts(guest: Client) -> None:
    problem = guest.get("/refuse/bench", headers=JSON).json()

    assert problem == {
        "type": "urn:commonweal:edge.bench-too-high",
        "title": "Please check what you sent",
        "status": 422,
        "detail": "A dark green bench of 1200 cm is too high. Choose a lower one.",
        "code": "edge.bench-too-high",
        "facts": {"centimetres": 1200, "colour": "dark-green"},
    }


def test_a_person_reads_the_sentence_on_a_page_of_the_city(guest: Client) -> None:
    page = guest.get("/refuse/bench").content.decode()

    assert "A dark green bench of 1200 cm is too high. Choose a lower one." in page
    assert 'id="main"' in page


def test_an_address_of_the_api_answers_data_whatever_is_accepted(guest: Client) -> None:
    assert guest.get("/api/refuse/bench")["Content-Type"] == "application/problem+json"


def test_who_must_wait_is_told_how_long(guest: Client) -> None:
    assert guest.get("/refuse/wait")["Retry-After"] == "17"
    assert guest.get("/refuse/busy")["Retry-After"] == "30"


def test_a_guest_is_led_to_the_sign_in_and_back(guest: Client) -> None:
    page = guest.get("/refuse/sign-in?page=2")

    assert page.status_code == 302
    assert page["Location"] == "/sign-in/?next=%2Frefuse%2Fsign-in%3Fpage%3D2"


def test_a_program_without_a_session_is_told_so(guest: Client) -> None:
    assert guest.get("/refuse/sign-in", headers=JSON).status_code == 401


def test_a_part_of_a_page_leads_the_whole_page_to_the_sign_in(guest: Client) -> None:
    part = guest.get("/refuse/sign-in", headers={"HX-Request": "true"})

    assert part["HX-Redirect"] == "/sign-in/?next=%2Frefuse%2Fsign-in"


def test_an_unknown_address_is_answered_in_plain_words(guest: Client) -> None:
    page, data = guest.get("/nowhere"), guest.get("/nowhere", headers=JSON)

    assert (page.status_code, data.status_code) == (404, 404)
    assert data.json()["code"] == "edge.no-such-page"
    assert "Traceback" not in page.content.decode()


def test_a_bug_shows_nothing_of_its_inside_and_names_a_number(guest: Client) -> None:
    page = guest.get("/refuse/bug")

    assert "Lotus Road" not in page.content.decode()
    assert page["X-Request-ID"] in page.content.decode()


def test_a_body_that_is_too_large_is_refused_unread(guest: Client, settings: Settings) -> None:
    settings.LARGEST_BODY = 2 * 1024 * 1024
    body = "x" * (settings.LARGEST_BODY + 1)

    answer = guest.post("/letter", body, content_type="text/plain", headers=JSON)

    assert answer.status_code == 413
    assert "at most 2 MB" in answer.json()["detail"]


def test_a_text_that_is_too_large_is_refused(guest: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000

    answer = guest.post("/letter", {"text": "x" * 1001}, headers=JSON)

    assert (answer.status_code, answer.json()["code"]) == (413, "edge.too-large")


def test_a_form_with_too_many_fields_is_refused(guest: Client) -> None:
    answer = guest.post("/letter", {f"f{n}": "" for n in range(1100)}, headers=JSON)

    assert answer.json()["code"] == "edge.too-many-parts"


@pytest.mark.parametrize("length", ["", "nine", "-5"])
def test_a_forged_length_is_not_a_bug(guest: Client, length: str) -> None:
    assert guest.get("/", CONTENT_LENGTH=length).status_code == 200


def test_a_forged_host_is_a_bad_request(guest: Client) -> None:
    answer = guest.get("/", headers={"Host": "evil.example", **JSON})

    assert (answer.status_code, answer.json()["code"]) == (400, "edge.unreadable-request")


def test_a_form_from_elsewhere_is_refused_in_plain_words() -> None:
    strict = Client(enforce_csrf_checks=True)

    page, data = strict.post("/letter"), strict.post("/letter", headers=JSON)

    assert (page.status_code, data.json()["code"]) == (403, "edge.form-not-from-here")
    assert "open the form again" in page.content.decode()


def test_words_of_a_list_numbers_and_flags_are_translated() -> None:
    with translation.override("zh-hant"):
        refusal = BenchTooHigh(centimetres=1200, colour=Colour.DARK_GREEN)

        assert "1200" in sentence_of(refusal)
    assert refusal.kind is Kind.INVALID


def test_a_translation_that_names_unknown_facts_falls_back_to_english(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("commonweal.edge.refusals.gettext", lambda _text: "{nobody}")

    assert sentence_of(BenchTooHigh(centimetres=3, colour="red")).startswith("A red bench of 3 cm")


@pytest.mark.parametrize("charset", ["rot13", "zlib", "idna", "utf-16", "latin-1"])
@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=x", "text/plain"])
def test_what_is_not_utf_8_is_not_read(guest: Client, charset: str, kind: str) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="text"\r\n\r\nhello\r\n--x--\r\n'

    answer = guest.generic("POST", "/letter", part, f"{kind}; charset={charset}")

    assert answer.status_code == 400


@pytest.mark.parametrize("charset", ["utf-8", "UTF8", "no-such-thing"])
def test_what_is_utf_8_under_any_name_is_read(guest: Client, charset: str) -> None:
    kind = f"application/x-www-form-urlencoded; charset={charset}"

    assert guest.generic("GET", "/", b"", kind).status_code == 200
