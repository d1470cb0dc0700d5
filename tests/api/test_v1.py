"""Version 1 of the JSON interface: what everybody may see, as its own description says."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from commonweal.cases import actions
from commonweal.cases.types import ContactDraft, Place, State
from tests.api.conftest import now, told
from tests.api.test_hostile import NASTY
from tests.factories.cases import Town, reported
from tests.factories.edge import api_key

pytestmark = pytest.mark.django_db
V1 = "/api/v1/"
PUBLIC = ("cases", "cases/{number}", "categories", "districts", "landmarks", "units")


@pytest.fixture
def description(here: Town) -> dict[str, Any]:  # noqa: ARG001  (the town stands first)
    described: dict[str, Any] = Client().get(f"{V1}openapi.json").json()
    return described


def got(path: str, **said: Any) -> Any:
    answer = Client().get(V1 + path, said)
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/json; charset=utf-8"
    assert answer["Access-Control-Allow-Origin"] == "*"
    return answer.json()


def numbers(**said: Any) -> list[str]:
    return [case["number"] for case in got("cases", **said)["items"]]


def test_the_description_is_openapi_3_1_and_names_every_resource(
    description: dict[str, Any],
) -> None:
    assert description["openapi"].startswith("3.1.")
    assert {V1 + path for path in PUBLIC} < set(description["paths"])


def test_lists_name_things_by_code_and_in_every_language(here: Town) -> None:
    street, lamp, _private = got("categories")
    (north,) = got("districts")
    centre, *below = got("units")

    assert (street["parent"], lamp["parent"]) == (None, "street")
    assert lamp["names"]["zh-Hant"] == "Street lamp"
    assert (street["takes_reports"], lamp["takes_reports"]) == (False, True)
    assert [question["code"] for question in lamp["questions"]] == ["how-many"]
    assert [option["code"] for option in lamp["questions"][0]["options"]] == ["one", "several"]
    assert [card["code"] for card in got("categories", q="a dark light")] == ["lamp"]
    assert got("landmarks") == []
    assert (north["code"], north["is_current"]) == ("north", True)
    assert [unit["parent"] for unit in (centre, *below)] == [None, "centre", "centre"]
    assert here.lamp.is_open


def test_a_case_is_told_with_its_steps_and_without_words_of_the_resident(
    here: Town, settings: Settings
) -> None:
    settings.ADDRESS = "https://city.example"
    receipt = told(
        here,
        text="Ms Chan is loud",
        place=Place(words="Lotus Road 2", lat=22.054321, lng=114.054321),
        contact=ContactDraft(mail="ada@example.org"),
    )
    actions.answer(case_id=receipt.case_id, text="Mended.", seen=1, by=here.officer, at=now())

    case = got(f"cases/{receipt.number}")

    assert not any(word in str(case) for word in ("Chan", "Lotus", "ada@", "54321", receipt.key))
    assert case["moves"].pop()["text"] == case["words"].pop()["text"] == "Mended."
    assert case.pop("received_at").endswith(":00:00Z")
    assert {k: v for k, v in case.items() if not k.endswith("_at")} == {
        "number": receipt.number,
        "state": "answered",
        "is_open": False,
        "category": "lamp",
        "unit": "roads",
        "district": "north",
        "landmark": None,
        "lat": 22.0543,
        "lng": 114.0543,
        "text": "",
        "answer": "Mended.",
        "is_overdue": False,
        "html_url": f"https://city.example/cases/{receipt.number}/",
        "moves": [],
        "words": [],
        "pictures": [],
    }


def test_filters_leave_in_what_they_name(here: Town) -> None:
    lamp, private = told(here), reported(here.private)
    over = told(here, ago=timedelta(days=3))
    actions.answer(case_id=over.case_id, text="Mended.", seen=1, by=here.officer, at=now())
    today = now().date().isoformat()

    assert len(numbers()) == 3
    assert numbers(open="false") == [over.number]
    assert set(numbers(open="true")) == {lamp.number, private.number}
    assert numbers(state=["answered", "confirmed"]) == [over.number]
    assert numbers(state="answered", open="true") == []
    assert set(numbers(category="lamp")) == {lamp.number, over.number}
    assert len(numbers(category="street", district="north")) == 3
    assert numbers(since=today) == [lamp.number]
    assert numbers(until="2026-04-01") == [private.number]
    assert numbers(q="Mended") == [over.number]
    assert numbers(overdue="true") == [private.number]
    assert numbers(sort="oldest")[0] == private.number


def test_pages_end(here: Town) -> None:
    for _ in range(3):
        told(here)

    first, last, beyond = (got("cases", size="2", page=str(n)) for n in (1, 2, 3))

    assert [len(page["items"]) for page in (first, last, beyond)] == [2, 1, 0]
    assert (first["total"], first["pages"], beyond["page"]) == (3, 2, 3)


@pytest.mark.parametrize(
    "said",
    [
        {"state": "gone"},
        {"category": "none"},
        {"district": "none"},
        {"since": "yesterday"},
        {"until": "0"},
        {"until": "1767225600"},
        {"since": "2026-13-01"},
        {"since": "2026-01-01T00:00:00"},
        {"page": "0"},
        {"size": "101"},
        {"open": "perhaps"},
        {"q": "x" * 201},
        {"q": "?!"},
    ],
)
def test_what_cannot_be_read_is_a_problem_that_names_it(
    said: dict[str, str], description: dict[str, Any]
) -> None:
    answer = Client().get(f"{V1}cases", said)

    problem = answer.json()
    assert answer.status_code == problem["status"] == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert set(problem) == set(description["components"]["schemas"]["Problem"]["properties"])
    assert problem["facts"].get("name", "q") in said


@pytest.mark.parametrize("path", ["cases/nonsense", "nothing", ""])
def test_what_is_not_there_is_a_problem(path: str) -> None:
    answer = Client().get(V1 + path)

    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")


def test_nothing_is_answered_that_the_description_does_not_declare(
    here: Town, description: dict[str, Any]
) -> None:
    number, client = told(here).number, Client()
    secret = {"Authorization": f"Bearer {api_key(per_hour=100_000)[1]}"}
    tried = [
        (path, operation["get"]["responses"], parameter, text)
        for path, operation in description["paths"].items()
        if "security" not in operation.get("get", {"security": ""})
        for parameter in operation["get"].get("parameters", [])
        for text in (*NASTY, "", number, "true", "2026-03-09")
    ]

    for path, declared, parameter, text in tried:
        is_place = parameter["in"] == "path" and text and "/" not in text
        query = {parameter["name"]: text} if parameter["in"] == "query" else {}
        address = path.replace("{number}", text if is_place else number)
        said = client.get(address, query, headers=secret)
        answer = declared.get(str(said.status_code), {"content": {}})
        type_ = said["Content-Type"].partition(";")[0]
        assert type_ in answer["content"], (address, query, said.status_code)
    assert len(tried) > 250


def test_a_wrong_key_is_refused_and_a_network_without_one_must_wait(here: Town) -> None:
    told(here)
    client = Client()
    wrong = {"Authorization": "Bearer cw_wrong"}

    assert client.get(f"{V1}cases", headers=wrong).status_code == 403
    for _ in range(60):
        assert client.get(f"{V1}cases").status_code == 200
    assert client.get(f"{V1}cases").status_code == 429
    right = {"Authorization": f"Bearer {api_key()[1]}"}
    assert client.get(f"{V1}cases", headers=right).status_code == 200


def test_every_state_is_in_the_description(description: dict[str, Any]) -> None:
    assert set(description["components"]["schemas"]["State"]["enum"]) == {s.value for s in State}
