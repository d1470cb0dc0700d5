"""Whatever is sent, a program gets an answer in its form: well made, never a fault."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from commonweal.api.open311.answers import Format, answer
from commonweal.cases import actions, queries
from commonweal.cases.models import Case
from commonweal.edge import limits
from tests.api.conftest import now, told
from tests.api.program import V2, Program, read
from tests.factories.cases import Town, category
from tests.factories.edge import api_key

pytestmark = pytest.mark.django_db

NASTY = (
    "\x00",
    "\x01\x1f\x7f",
    "\u202e\u2028\ufeff",
    "\ufffe\uffff",
    "𝒳🙂" * 200,
    "<![CDATA[ ]]> & <script>alert(1)</script>",
    "' OR 1=1; DROP TABLE cases_case; --",
    "%s %(a)s {0} {x}",
    "../../../../etc/passwd",
    "a" * 20_000,
    "-0",
    "1e400",
    "9" * 400,
    "٣",
    ",,,,",
    "[]",
    "NaN",
    "2026-13-45T99:99:99+99:99",
    "0000-00-00",
    "P90D",
)
READ = (
    "api_key",
    "end_date",
    "extensions",
    "jurisdiction_id",
    "lat",
    "long",
    "page",
    "page_size",
    "radius",
    "service_code",
    "service_request_id",
    "start_date",
    "status",
    "updated_after",
    "updated_before",
)
SENT = (
    "address_id",
    "address_string",
    "api_key",
    "attribute[how-many]",
    "attribute[]",
    "description",
    "email",
    "first_name",
    "jurisdiction_id",
    "lat",
    "long",
    "media_url",
    "phone",
    "service_code",
)
EXPECTED = {200, 201, 400, 403, 404, 409, 413}


@pytest.fixture(autouse=True)
def _patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the limits be wide here; they have tests of their own."""
    for module, name in (("api.open311.asked", "LISTS"), ("edge.keys", "GUESSES")):
        wide = limits.Limit(form=name, burst=100_000, per_hour=100_000)
        monkeypatch.setattr(f"commonweal.{module}.{name}", wide)


@pytest.mark.parametrize("name", READ)
def test_no_argument_of_a_list_is_a_fault(name: str, here: Town, program: Program) -> None:
    told(here)
    around = {"lat": "22.05", "long": "114.05", "radius": "50"}

    for text in NASTY:
        for what in ("requests", "servicerequestupdates"):
            said = program.get(what, **{**around, name: text})
            assert said.status in EXPECTED, text
            assert said.status == 200 or said.error


@pytest.mark.parametrize("name", SENT)
def test_no_argument_of_a_report_is_a_fault(name: str, program: Program) -> None:
    _card, secret = api_key(per_hour=100_000)
    whole = {"api_key": secret, "service_code": "lamp", "lat": "22.05", "long": "114.05"}

    for text in NASTY:
        said = program.post("requests", **{**whole, name: text})
        assert said.status in EXPECTED, text
        assert said.status == 201 or said.error


@pytest.mark.parametrize("what", ["services", "requests", "tokens"])
def test_no_name_in_an_address_is_a_fault(what: str, program: Program) -> None:
    for text in NASTY:
        said = read(program.client.get(f"{V2}{what}/{text}.{program.form}"))
        assert said.status == 404, text
        assert said.error


def test_published_words_come_through_whole_and_well_formed(here: Town, program: Program) -> None:
    receipt = told(here)
    text = "a < b & c > d ]]> \"e\" 'f' 🙂 \ufffe\uffff 路燈"
    actions.publish(case_id=receipt.case_id, text=text, seen=1, by=here.officer, at=now())
    category("cdata", "<![CDATA[x]]>", parent_id=here.lamp.parent_id)

    (row,) = program.get("requests").value

    assert row["description"] == "a < b & c > d ]]> \"e\" 'f' 🙂  路燈"
    assert "<![CDATA[x]]>" in {one["service_name"] for one in program.get("services").value}


@pytest.mark.parametrize("format_", list(Format))
def test_no_control_character_is_written(format_: Format) -> None:
    strange = "".join(chr(n) for n in (*range(32), 127, 0xD800, 0xFFFE, 0x1F642))

    said = read(answer(format_, "services", [{"service_name": strange}]))

    assert not any(byte < 32 and byte not in b"\t\n\r" for byte in said.raw)
    assert said.value[0]["service_name"].strip() == "\x7f\U0001f642"


BOMB = (
    '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10)).replace("&a0;", "&a;")
    + "]><b>&a9;</b>"
)

FIELD = '--x\r\nContent-Disposition: form-data; name="service_code"\r\n\r\nlamp\r\n--x--\r\n'


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (BOMB, "text/xml"),
        ('<!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><b>&x;</b>', "application/xml"),
        ("[" * 100_000, "application/json"),
        ('{"service_code": "lamp"}', "application/json; charset=utf-8"),
        ("service_code=lamp", "text/plain"),
        ("service_code=lamp", ""),
        ("service_code=lamp", "application/x-www-form-urlencoded; charset=rot13"),
        ("service_code=lamp", "application/x-www-form-urlencoded; charset=utf-7"),
        ("no parts", "multipart/form-data"),
        ("--x\r\nno parts", "multipart/form-data; boundary=x"),
        (FIELD, "multipart/form-data; boundary=x; charset=rot13"),
        (FIELD, "multipart/form-data; boundary=x; charset=zlib"),
    ],
)
def test_what_is_no_form_is_refused_unread(body: str, content_type: str, program: Program) -> None:
    address = f"{V2}requests.{program.form}"

    said = read(program.client.generic("POST", address, body.encode(), content_type))

    assert said.status in {400, 403}
    assert said.error
    assert not Case.objects.exists()


def test_fields_that_are_too_large_or_too_many_are_refused(program: Program) -> None:
    large = program.post("requests", description="x" * 2_000_000)
    many = program.post("requests", **{f"attribute[{n}]": "x" for n in range(1_500)})

    assert (large.status, many.status) == (413, 400)


def test_a_body_beyond_what_the_city_takes_is_not_read(
    program: Program, settings: Settings
) -> None:
    settings.LARGEST_BODY = 10_000
    media = SimpleUploadedFile("x.jpg", b"x" * 20_000)

    assert program.post("requests", media=media).status == 413


@pytest.mark.parametrize(
    "path", ["", "v2/", "v2/nothing.xml", "v2/services", "v2/services.yaml", "v3/services.json"]
)
def test_addresses_that_lead_nowhere_are_told_as_errors(path: str) -> None:
    said = read(Client().get(f"/open311/{path}"))

    assert said.status == 404
    assert said.type.startswith("application/json" if path.endswith("json") else "text/xml")


def test_without_an_ending_the_form_that_is_accepted_is_spoken() -> None:
    said = read(Client().get("/open311/v2/", headers={"Accept": "application/json"}))

    assert (said.status, said.type) == (404, "application/json; charset=utf-8")


@pytest.mark.parametrize(
    ("fault", "status"), [(OperationalError("locked"), 503), (ZeroDivisionError("Ms Chan"), 500)]
)
def test_a_fault_of_ours_is_told_in_the_form_too_and_without_its_words(
    fault: Exception, status: int, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_kwargs: object) -> None:
        raise fault

    monkeypatch.setattr(queries, "public_cards", broken)
    program.client.raise_request_exception = False

    said = program.get("requests")

    assert said.status == status
    assert "Chan" not in said.error


def test_a_session_alone_opens_nothing_and_a_form_of_another_site_neither(
    program: Program,
) -> None:
    browser = Client(enforce_csrf_checks=True, headers={"Origin": "https://evil.example"})
    form = {"service_code": "lamp", "lat": "22.05", "long": "114.05"}

    assert browser.post(f"{V2}requests.{program.form}", form).status_code == 403


def test_only_get_and_post_are_answered() -> None:
    client = Client()

    for method in ("put", "patch", "delete", "options", "trace"):
        assert getattr(client, method)(f"{V2}requests.json").status_code == 405
    assert client.head(f"{V2}requests.json").content == b""
    assert client.post(f"{V2}services.json").status_code == 405
