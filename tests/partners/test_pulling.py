"""The requests of another city come in: each once, however often, whatever its server does."""

import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from commonweal.cases import actions as cases
from commonweal.cases import queries
from commonweal.cases.actions import from_file
from commonweal.cases.errors import BadMapping
from commonweal.cases.models import Case
from commonweal.cases.types import FileReport, Filter, Publication, State
from commonweal.kernel.errors import NotAllowed, Refusal
from commonweal.partners import actions
from commonweal.partners.adapters import outgoing
from commonweal.partners.errors import AddressInside, NotAnswered, NothingInThisSpan
from commonweal.partners.types import Answer, Trouble
from tests.factories.cases import ADMINISTRATOR, NOW, Town
from tests.partners.server import Server

pytestmark = [pytest.mark.django_db]
DAY = timedelta(days=1)
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><service_requests><request><service_request_id>1
</service_request_id><description>&c;</description></request></service_requests>"""


def pulled(url: str, tmp_path: Path, **values: Any) -> FileReport:
    now = datetime.now(UTC) + DAY
    said: dict[str, Any] = {
        "source": "next-town",
        "since": now - 30 * DAY,
        "until": now,
        "by": ADMINISTRATOR,
        "at": now,
        **values,
    }
    return actions.pull(url=url, rejected=tmp_path / "rejected.csv", **said)


def came() -> list[str]:
    return sorted(Case.objects.filter(source="next-town").values_list("source_id", flat=True))


@pytest.mark.usefixtures("here")
def test_what_another_commonweal_received_comes_in_once_and_unpublished(
    neighbour_city: Any, tmp_path: Path
) -> None:
    first, again = (pulled(neighbour_city["url"], tmp_path) for _ in range(2))

    assert (first.new, first.known, first.rejected) == (3, 0, 0)
    assert (again.new, again.known) == (0, 3)
    assert came() == sorted(neighbour_city["numbers"])
    card = queries.listing(Filter(), at=datetime.now(UTC)).items[0]
    assert (card.state, card.publication) == (State.RECEIVED, Publication.WAITING)
    assert not card.is_promised


@pytest.mark.usefixtures("here")
def test_a_pull_that_broke_off_goes_on_and_leaves_nothing_twice(
    neighbour_city: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_in, calls = cases.import_cases, list[Any]()

    def broken(**values: Any) -> Any:
        calls.append(values)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return take_in(**values)

    with monkeypatch.context() as patch:
        patch.setattr(from_file, "BATCH", 1)
        patch.setattr(from_file, "import_cases", broken)
        with pytest.raises(KeyboardInterrupt):
            pulled(neighbour_city["url"], tmp_path)
    before = len(came())

    report = pulled(neighbour_city["url"], tmp_path)

    assert before == 1
    assert (report.new, report.known) == (2, 1)
    assert came() == sorted(neighbour_city["numbers"])


SINCE = NOW - 200 * DAY
MANY = [SINCE + timedelta(hours=12 * n) for n in range(400)]
URL = "https://next.example/v2/"


def reached(monkeypatch: pytest.MonkeyPatch, server: Any) -> None:
    monkeypatch.setattr(outgoing, "send", server.send)


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(("knows_pages", "beyond"), [(True, 200), (True, 404), (False, 200)])
def test_every_request_of_a_long_span_is_found_by_pages_or_by_halves(
    knows_pages: bool, beyond: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = Server(MANY, knows_pages=knows_pages, beyond=beyond)
    reached(monkeypatch, server)

    report = pulled(URL, tmp_path, since=SINCE, until=NOW, key="k", jurisdiction="next.example")

    assert (report.new, report.rejected) == (400, 0)
    assert len(came()) == len(set(came())) == 400
    assert {(said["api_key"], said["jurisdiction_id"]) for said in server.asked} == {
        ("k", "next.example")
    }


@pytest.mark.usefixtures("here")
def test_more_in_one_hour_than_a_server_tells_ends_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached(monkeypatch, Server([SINCE] * 60, knows_pages=False))

    assert pulled(URL, tmp_path, since=SINCE, until=NOW).new == 50


class Answers:
    """A server that answers anything the same."""

    def __init__(self, body: bytes, status: int = 200) -> None:
        self.answer = Answer(status=status, headers={}, body=body)

    def send(self, _method: str, _url: str) -> Answer:
        return self.answer


@pytest.mark.usefixtures("here")
@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        (b"<service_requests><request>", 200, "no XML"),
        (b"<service_requests>gone</service_requests><b/>", 200, "no XML"),
        (b"<a>" * 100_000, 200, "no XML"),
        (b"<html><body>Sorry</body></html>", 200, "no list of requests"),
        (BOMB, 200, "no XML"),
        (b"\xff\xfe\x00", 200, "no JSON"),
        (b"[" * 100_000, 200, "no JSON"),
        (b'{"a": 1}', 200, "no list of requests"),
        (b"[1]", 200, "no list of requests"),
        (b"[]", 403, "HTTP 403"),
        (b"[]", 302, "HTTP 302"),
        (b"[]", 500, "HTTP 500"),
    ],
)
def test_what_is_no_answer_changes_nothing_and_says_why(
    body: bytes, status: int, problem: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached(monkeypatch, Answers(body, status))

    with pytest.raises(NotAnswered, match=problem):
        pulled(URL, tmp_path)

    assert not Case.objects.exists()


@pytest.mark.usefixtures("here")
def test_rows_without_a_number_wait_and_hostile_rows_are_rejected_with_reasons(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = {
        "service_request_id": 1,
        "service_name": "Lamps",
        "status": "open",
        "requested_datetime": "2026-03-01T09:00:00Z",
    }
    rows = [
        {**good, "service_request_id": None, "token": "t"},
        {**good, "service_request_id": "2", "status": "\ud800"},
        {**good, "service_request_id": "3", "requested_datetime": "soon"},
        {**good, "service_request_id": "4", "description": {"a": ["b"]}},
        {**good, "service_request_id": "x" * 101},
        good,
        good,
    ]
    reached(monkeypatch, Answers(json.dumps(rows).encode()))

    report = pulled(URL, tmp_path)

    assert came() == ["1", "4"]
    assert (report.new, report.rejected) == (2, 3)


def test_who_may_not_and_what_cannot_be_asked(here: Town, tmp_path: Path) -> None:
    refusals: list[tuple[type[Refusal], dict[str, Any]]] = [
        (NotAllowed, {"by": here.lead}),
        (NothingInThisSpan, {"since": NOW, "until": NOW}),
    ]
    for refusal, values in refusals:
        with pytest.raises(refusal):
            pulled(URL, tmp_path, **values)
    with pytest.raises(AddressInside):
        pulled("http://10.0.0.1/v2", tmp_path)


@pytest.mark.usefixtures("here")
def test_a_source_is_named_plainly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reached(monkeypatch, Answers(b"[]"))

    with pytest.raises(BadMapping):
        pulled(URL, tmp_path, source="Next Town")


@pytest.mark.usefixtures("here")
def test_the_command_says_what_came_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    server = Server(MANY, knows_pages=True)
    reached(monkeypatch, server)
    (tmp_path / "key").write_text("secret\n", encoding="utf-8")
    said = StringIO()
    span = ["--since", SINCE.date().isoformat(), "--until", "2026-03-08"]
    rest = ["--source", "next-town", "--key-file", str(tmp_path / "key")]
    rejected = ["--rejected", str(tmp_path / "rejected.csv")]

    call_command("partners", "pull", URL, *span, *rest, *rejected, "--dry-run", stdout=said)
    call_command("partners", "pull", URL, *span, *rest, *rejected, stdout=said)

    assert "would come in, 0 were here already, 0 rejected" in said.getvalue()
    assert len(came()) > 390
    assert not (tmp_path / "rejected.csv").exists()
    assert {one["api_key"] for one in server.asked} == {"secret"}


@pytest.mark.usefixtures("here")
def test_the_command_says_what_is_wrong(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Away:
        def send(self, _method: str, _url: str) -> Answer:
            raise outgoing.NothingCame(Trouble.NO_ADDRESS)

    reached(monkeypatch, Away())
    monkeypatch.chdir(tmp_path)

    with pytest.raises(CommandError, match="no-address"):
        call_command("partners", "pull", URL, "--source", "next-town")
    with pytest.raises(CommandError, match="2026-01-31"):
        call_command("partners", "pull", URL, "--source", "next-town", "--since", "soon")
