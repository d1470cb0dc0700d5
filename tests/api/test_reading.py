"""What everybody may see of the city, as Open311 GeoReport v2 tells it."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from commonweal.api.open311.told import STATUSES
from commonweal.cases import actions
from commonweal.cases.actions.setup import CategoryDraft
from commonweal.cases.types import ContactDraft, Place, Question, QuestionKind, State
from commonweal.city import actions as city
from commonweal.ledger.types import subject_of
from tests.api.conftest import now, told
from tests.api.program import V2, Program
from tests.factories.cases import ADMINISTRATOR, NOW, Town, category, named, reporter
from tests.factories.content import published, ready

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
PATHS = ("discovery", "services", "services/lamp", "requests", "servicerequestupdates")


@pytest.mark.parametrize("what", PATHS)
def test_content_types_are_exactly_those_of_the_specification(what: str, program: Program) -> None:
    said = program.get(what)

    wanted = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
    assert (said.status, said.type) == (200, wanted[program.form])
    if program.form == "xml":
        assert said.raw.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n<')
    assert said.headers["Access-Control-Allow-Origin"] == "*"
    assert not program.client.cookies


def test_discovery_names_the_endpoint_with_bare_types(program: Program, settings: Settings) -> None:
    settings.ADDRESS = "https://city.example"

    said = program.get("discovery")

    (endpoint,) = said.value["endpoints"]
    assert endpoint["url"] == "https://city.example/open311/v2"
    assert endpoint["specification"] == "http://wiki.open311.org/GeoReport_v2"
    assert endpoint["formats"] == ["text/xml", "application/json"]
    assert endpoint["type"] == "production"
    assert "https://city.example/pages/help-and-contact/" in said.value["key_service"]
    assert said.value["changeset"].endswith("Z")


def test_discovery_is_found_above_the_version_too() -> None:
    above, within = (Client().get(f"/open311/{path}discovery.json") for path in ("", "v2/"))

    assert above.json() == within.json()


def test_services_are_the_kinds_of_reports_that_are_open(here: Town, program: Program) -> None:
    category("gone", "Gone", parent_id=here.lamp.parent_id, is_open=False)

    rows = program.get("services", headers={"Accept-Language": "en"}).value

    assert [row["service_code"] for row in rows] == ["lamp", "neighbour"]
    assert rows[0] == {
        "service_code": "lamp",
        "service_name": "Street lamp",
        "description": "",
        "metadata": "true",
        "type": "realtime",
        "keywords": "light, dark",
        "group": "Street",
    }
    assert rows[1]["metadata"] == "false"


def test_metadata_is_true_or_false_in_json_and_identifiers_are_text(here: Town) -> None:
    category("001", "Cans", parent_id=here.lamp.parent_id)

    rows = Client().get(f"{V2}services.json").json()

    assert {row["metadata"] for row in rows} == {True, False}
    assert "001" in {row["service_code"] for row in rows}


@pytest.mark.parametrize(
    ("asks", "language", "name"),
    [
        ("zh-Hant", "zh-hant", "路燈"),
        ("zh-CN, en;q=0.5", "zh-hans", "路灯"),
        ("", "zh-hant", "路燈"),
    ],
)
def test_the_city_speaks_the_language_asked_for_else_its_own(
    asks: str, language: str, name: str, here: Town, program: Program
) -> None:
    names = {"zh-Hant": "路燈", "zh-Hans": "路灯", "en": "Lamp"}
    actions.save_category(
        draft=CategoryDraft(code="light", names=names, parent_id=here.lamp.parent_id),
        category_id=None,
        seen=None,
        reason="names",
        by=ADMINISTRATOR,
        at=NOW,
    )

    said = program.get("services", headers={"Accept-Language": asks} if asks else None)

    assert name in {row["service_name"] for row in said.value}
    assert said.headers["Content-Language"] == language


def test_a_definition_asks_what_the_form_asks(program: Program) -> None:
    said = program.get("services/lamp", headers={"Accept-Language": "en"})

    assert said.value == {
        "service_code": "lamp",
        "attributes": [
            {
                "variable": "true",
                "code": "how-many",
                "datatype": "singlevaluelist",
                "required": "false",
                "datatype_description": "",
                "order": "1",
                "description": "How many lamps?",
                "values": [
                    {"key": "one", "name": "One"},
                    {"key": "several", "name": "Several"},
                ],
            }
        ],
    }


def test_every_kind_of_question_has_its_datatype(here: Town, program: Program) -> None:
    made = every_question(here)

    attributes = program.get(f"services/{made}", headers={"Accept-Language": "en"}).value

    told_of = {one["code"]: (one["datatype"], one["required"]) for one in attributes["attributes"]}
    assert told_of == {
        "yes-no": ("singlevaluelist", "true"),
        "choice": ("singlevaluelist", "false"),
        "several": ("multivaluelist", "false"),
        "text": ("text", "false"),  # asked only after "yes", so it cannot be required of all
        "number": ("number", "false"),
        "date": ("datetime", "false"),
    }
    assert attributes["attributes"][0]["values"] == [
        {"key": "yes", "name": "Yes"},
        {"key": "no", "name": "No"},
    ]


def every_question(here: Town) -> str:
    """Make a category that asks in every way."""
    options = (("a", named("A")), ("b", named("B")))
    questions = tuple(
        Question(
            code=kind.value,
            kind=kind,
            words=named(kind.value),
            options=options if kind in {QuestionKind.CHOICE, QuestionKind.SEVERAL} else (),
            is_required=kind in {QuestionKind.YES_NO, QuestionKind.TEXT},
            after="yes-no" if kind is QuestionKind.TEXT else "",
            after_is=("yes",) if kind is QuestionKind.TEXT else (),
        )
        for kind in QuestionKind
    )
    return category("asks", "Asks", parent_id=here.lamp.parent_id, questions=questions).code


@pytest.mark.parametrize("code", ["none", "street", "%00", "../lamp", "é" * 300])
def test_a_service_that_is_not_there_is_404(code: str, program: Program) -> None:
    assert program.get(f"services/{code}").status == 404


def test_a_new_report_shows_no_word_of_the_resident(here: Town, program: Program) -> None:
    receipt = told(
        here,
        text="Ms Chan at number 2 is loud",
        place=Place(words="Lotus Road 2, door at the back", lat=22.054321, lng=114.054321),
        contact=ContactDraft(mail="ada@example.org"),
        answers={"how-many": "one"},
    )

    for said in (
        program.get("requests", extensions="true"),
        program.get(f"requests/{receipt.number}", extensions="true"),
        program.get("servicerequestupdates"),
    ):
        text = said.raw.decode()
        for secret in ("Chan", "Lotus", "ada", "54321", receipt.key, "how-many"):
            assert secret not in text
    row = program.get("requests").value[0]
    assert (row["lat"], row["long"], row["description"]) == ("22.0543", "114.0543", "")


def test_a_request_tells_what_is_public_and_in_the_words_of_the_standard(
    here: Town, program: Program, settings: Settings
) -> None:
    settings.ADDRESS = "https://city.example"
    receipt = told(here)
    by: dict[str, Any] = {"by": here.officer, "at": now()}
    actions.publish(case_id=receipt.case_id, text="A lamp is dark.", seen=1, **by)

    (row,) = program.get(
        f"requests/{receipt.number}", extensions="true", headers={"Accept-Language": "en"}
    ).value

    assert row.pop("requested_datetime").endswith(":00:00Z")  # of a resident, the hour
    assert row.pop("updated_datetime")[-1] == row.pop("expected_datetime")[-1] == "Z"
    assert row == {
        "service_request_id": receipt.number,
        "status": "open",
        "status_notes": "",
        "service_name": "Street lamp",
        "service_code": "lamp",
        "description": "A lamp is dark.",
        "agency_responsible": "Roads",
        "service_notice": "",
        "address": "North",
        "address_id": "",
        "zipcode": "",
        "lat": "22.05",
        "long": "114.05",
        "media_url": "",
        "extended_attributes": {
            "state": "received",
            "is_overdue": "false",
            "district": "North",
            "html_url": f"https://city.example/cases/{receipt.number}/",
            "media_urls": [],
            "passed_on_to": "",
        },
    }


def test_numbers_are_numbers_in_json_and_what_is_not_said_is_null(here: Town) -> None:
    told(here)

    (row,) = Client().get(f"{V2}requests.json").json()

    assert isinstance(row["lat"], float)
    assert isinstance(row["service_request_id"], str)
    assert row["description"] is None
    assert "extended_attributes" not in row


def test_an_answered_report_is_closed_with_the_answer(here: Town, program: Program) -> None:
    receipt = told(here)
    actions.answer(case_id=receipt.case_id, text="Mended.", seen=1, by=here.officer, at=now())

    (row,) = program.get("requests").value

    assert (row["status"], row["status_notes"]) == ("closed", "Mended.")


def test_a_landmark_is_the_address_and_its_code_the_address_id(
    here: Town, program: Program
) -> None:
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
    told(here, place=Place(landmark_id=landmark.id))

    (row,) = program.get("requests").value

    assert (row["address"], row["address_id"]) == ("Clock tower, North", "tower")


def test_published_pictures_have_addresses_and_others_none(
    here: Town, program: Program, settings: Settings
) -> None:
    settings.ADDRESS = "https://city.example"
    receipt = told(here)
    subject = subject_of("case", receipt.case_id)
    ready(of=subject)
    shown = [published(of=subject) for _ in range(2)]

    (row,) = program.get("requests", extensions="true").value

    told_of = row["extended_attributes"]["media_urls"]
    addresses = [f"https://city.example/photos/{one.id}/full/" for one in shown]
    assert sorted(told_of) == sorted(addresses)
    assert row["media_url"] == told_of[0]
    picture = Client().get(addresses[0].removeprefix("https://city.example"))
    assert picture.status_code == 200
    picture.close()


def test_long_words_are_cut_to_what_the_standard_allows(here: Town, program: Program) -> None:
    receipt = told(here)
    by: dict[str, Any] = {"by": here.officer, "at": now(), "case_id": receipt.case_id}
    actions.publish(text="a" * 5_000, seen=1, **by)
    actions.answer(text="b" * 5_000, seen=2, **by)

    (row,) = program.get("requests").value
    (update,) = program.get("servicerequestupdates").value

    assert row["description"] == "a" * 4_000
    assert update["description"] == "b" * 4_000


# Filters


def test_numbers_override_every_other_filter(here: Town, program: Program) -> None:
    one, two, _three = told(here), told(here, ago=200 * DAY), told(here)

    said = program.get(
        "requests", service_request_id=f"{one.number}, {two.number},nonsense", status="closed"
    )

    assert set(said.numbers) == {one.number, two.number}


def test_without_a_span_the_last_90_days_come_newest_first(here: Town, program: Program) -> None:
    old, newer, newest = (told(here, ago=n * DAY).number for n in (91, 89, 0))

    assert program.get("requests").numbers == [newest, newer]
    assert old not in program.get("requests").numbers


@pytest.mark.parametrize(
    ("first", "last", "found"),
    [
        (5, 0, [3]),
        (45, 20, [30]),
        (45, None, [30, 3]),
        (None, 20, [95, 30]),
        (100, 10, [95, 30]),
        (110, 99, []),
    ],
)
def test_a_span_is_read_from_either_end(
    first: int | None, last: int | None, found: list[int], here: Town, program: Program
) -> None:
    made = {n: told(here, ago=n * DAY).number for n in (3, 30, 95)}
    at = now()
    said = {
        name: (at - days * DAY).strftime("%Y-%m-%dT%H:%M:%SZ")
        for name, days in (("start_date", first), ("end_date", last))
        if days is not None
    }

    assert sorted(program.get("requests", **said).numbers) == sorted(made[n] for n in found)


def test_more_than_90_days_are_refused(program: Program) -> None:
    said = program.get("requests", start_date="2026-01-01", end_date="2026-06-01")

    assert said.status == 400
    assert "90" in said.error


@pytest.mark.parametrize(
    "written",
    [
        "2026-03-09T10:15:00Z",
        "2026-03-09T10:15:00.123456Z",
        "2026-03-09T18:15:00+08:00",
        "2026-03-09T18:15:00 08:00",  # a plus that nobody wrote as %2B
        "2026-03-09T18:15+08:00",
    ],
)
def test_times_are_read_as_clients_write_them(written: str, here: Town, program: Program) -> None:
    receipt = told(here, at=NOW.replace(hour=10, minute=15))

    assert program.get("requests", start_date=written).numbers == [receipt.number]


def test_nobody_finds_out_the_minute_of_a_resident(here: Town, program: Program) -> None:
    receipt = told(here, at=NOW.replace(minute=30))

    for minute in ("09:01:00", "09:59:00"):
        span = {"start_date": f"2026-03-09T{minute}Z", "end_date": f"2026-03-09T{minute}Z"}
        assert program.get("requests", **span).numbers == [receipt.number]


def test_status_and_service_are_lists(here: Town, program: Program) -> None:
    going, over = told(here), told(here)
    actions.answer(case_id=over.case_id, text="Mended.", seen=1, by=here.officer, at=now())

    assert program.get("requests", status="open").numbers == [going.number]
    assert program.get("requests", status="Closed").numbers == [over.number]
    assert len(program.get("requests", status="open,closed").numbers) == 2
    assert len(program.get("requests", service_code="lamp,neighbour").numbers) == 2
    assert program.get("requests", service_code="neighbour").numbers == []


def test_changes_are_found_without_a_span_of_reception(here: Town, program: Program) -> None:
    old, _still = told(here, ago=200 * DAY), told(here, ago=10 * DAY)
    actions.answer(case_id=old.case_id, text="Mended.", seen=1, by=here.officer, at=now())
    since = (now() - DAY).strftime("%Y-%m-%dT%H:%M:%SZ")

    assert program.get("requests", updated_after=since).numbers == [old.number]
    assert program.get("requests", updated_after=since, start_date=since).numbers == []
    assert old.number not in program.get("requests", updated_before=since).numbers


def test_what_lies_around_a_point_is_found(here: Town, program: Program) -> None:
    near = told(here).number
    told(here, place=Place(lat=22.09, lng=114.05))

    said = program.get("requests", lat="22.051", long="114.05", radius="500")

    assert said.numbers == [near]


def test_pages_end(here: Town, program: Program) -> None:
    three = [told(here, ago=n * DAY).number for n in range(3)]

    assert program.get("requests", page_size="2").numbers == three[:2]
    assert program.get("requests", page="2", page_size="2").numbers == three[2:]
    assert program.get("requests", page="3", page_size="2").numbers == []
    assert len(program.get("requests", page_size="999999999999999999999").numbers) == 3


def test_an_empty_argument_is_as_good_as_none(here: Town, program: Program) -> None:
    number = told(here).number
    names = ("service_request_id", "service_code", "start_date", "status", "lat", "page", "api_key")

    assert program.get("requests", **dict.fromkeys(names, "")).numbers == [number]


@pytest.mark.parametrize(
    "said",
    [
        {"start_date": "yesterday"},
        {"start_date": "2026-03-09T10:15:00"},  # without a zone
        {"start_date": "0001-01-01T00:00:00Z"},
        {"end_date": "9999-12-31T23:59:59-23:00"},
        {"start_date": "2026-03-09", "end_date": "2026-03-01"},
        {"updated_after": "2026-03-09", "updated_before": "2026-03-01"},
        {"status": "fixed"},
        {"page": "0"},
        {"page": "-1"},
        {"page": "1.5"},
        {"page": "²"},
        {"page_size": "many"},
        {"lat": "22"},
        {"lat": "22", "long": "114"},
        {"lat": "north", "long": "114", "radius": "5"},
        {"lat": "nan", "long": "114", "radius": "5"},
        {"lat": "91", "long": "114", "radius": "5"},
        {"lat": "22", "long": "181", "radius": "5"},
        {"lat": "22", "long": "114", "radius": "0"},
        {"lat": "22", "long": "114", "radius": "inf"},
        {"lat": "22", "long": "114", "radius": "1e9"},
    ],
)
def test_what_cannot_be_read_is_400_with_a_sentence(said: dict[str, str], program: Program) -> None:
    answer = program.get("requests", headers={"Accept-Language": "en"}, **said)

    assert answer.status == 400
    assert answer.error.endswith(".")


def test_an_unknown_service_code_is_404(program: Program) -> None:
    assert program.get("requests", service_code="lamp,none").status == 404


@pytest.mark.parametrize("number", ["nonsense", "0" * 400, "%00", "ZZZZ-ZZZZ-ZZZ"])
def test_a_request_that_is_not_there_is_404(number: str, program: Program) -> None:
    said = program.get(f"requests/{number}")

    assert said.status == 404
    assert said.headers["Cache-Control"] == "no-store"


def test_a_number_is_its_own_token(here: Town, program: Program) -> None:
    receipt = told(here)

    said = program.get(f"tokens/{receipt.number}")

    assert said.value == [{"service_request_id": receipt.number, "token": receipt.number}]
    assert program.get("tokens/nonsense").status == 404


@pytest.mark.parametrize("what", ["services", "requests", "services/lamp", "discovery"])
def test_a_city_is_its_own_jurisdiction(what: str, program: Program, settings: Settings) -> None:
    settings.ADDRESS = "https://www.City.example:8443"

    assert program.get(what, jurisdiction_id="city.example").status == 200
    assert program.get(what, jurisdiction_id=" ").status == 200
    other = program.get(what, jurisdiction_id="elsewhere.example")
    assert other.status == 404
    assert "city.example" in other.error


# Updates


def test_updates_tell_each_move_with_what_was_publicly_said(here: Town, program: Program) -> None:
    receipt = told(here)
    by: dict[str, Any] = {"by": here.officer, "at": now()}
    actions.ask(case_id=receipt.case_id, text="Which lamp?", seen=1, **by)
    actions.reply(reporter=reporter(receipt), text="The tall one", at=now())
    actions.note(case_id=receipt.case_id, text="Call first", **by)
    actions.answer(case_id=receipt.case_id, text="Mended.", seen=4, by=here.officer, at=now())

    rows = program.get("servicerequestupdates").value

    assert [(row["status"], row["description"]) for row in rows] == [
        ("INVESTIGATING", ""),
        ("IN_PROGRESS", ""),
        ("CLOSED", "Mended."),
    ]
    assert {row["service_request_id"] for row in rows} == {receipt.number}
    assert rows[1]["updated_datetime"].endswith(":00:00Z")
    assert len({row["update_id"] for row in rows}) == 3


def test_updates_are_found_by_span_and_number(here: Town, program: Program) -> None:
    one, other = told(here), told(here)
    for receipt in (one, other):
        actions.start(case_id=receipt.case_id, seen=1, by=here.officer, at=now())

    assert len(program.get("servicerequestupdates").value) == 2
    said = program.get("servicerequestupdates", service_request_id=one.number)
    assert said.numbers == [one.number]
    past = {"start_date": "2020-01-01", "end_date": "2020-02-01"}
    assert program.get("servicerequestupdates", **past).value == []
    assert program.get("servicerequestupdates", start_date="x").status == 400


def test_every_state_has_its_word() -> None:
    assert set(STATUSES) == set(State)


def test_both_forms_say_the_same(here: Town) -> None:
    told(here)
    category("quick", "Quick & <easy>", parent_id=here.lamp.parent_id)
    in_json, in_xml = Program("json"), Program("xml")

    for what in (*PATHS, "services/quick"):
        assert in_json.get(what).value == in_xml.get(what).value, what
    assert json.loads(in_json.get("services").raw)[-1]["service_name"] == "Quick & <easy>"
