"""Copies stand where their city says; what we passed on is followed, and its reporter told."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.test import Client

from commonweal.cases import actions as the_actions
from commonweal.cases import queries as cases
from commonweal.cases import rules
from commonweal.cases.types import MOST_HEARD, CaseCard, Sought, State, WordKind
from commonweal.kernel import actions as kernel
from commonweal.kernel.models import Job
from commonweal.kernel.types import Role
from commonweal.partners import actions, queries
from commonweal.partners import handlers as reactions
from commonweal.partners.adapters import outgoing
from commonweal.partners.models import HeardUpdate, Twin
from commonweal.partners.types import Answer, NeighbourCard
from tests.api.program import Program
from tests.factories.cases import NOW, Town, reported, staff
from tests.factories.partners import NEXT, Listener, meaning, neighbour
from tests.partners.server import SERVICES, answer

pytestmark = [pytest.mark.django_db, pytest.mark.database]
outgoing_send = outgoing.send  # the one that leaves the house
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def written(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


class Town2:
    """A city that says what it is told to say of one request."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []
        self.updates: list[dict[str, Any]] | int = []
        self.asked: list[str] = []

    def receives(self, number: str, status: str = "open", **more: Any) -> None:
        self.requests = [one for one in self.requests if one["service_request_id"] != number]
        row = {"service_request_id": number, "status": status, "service_code": "lamp"}
        row["requested_datetime"] = written(NOW - DAY)
        row["updated_datetime"] = written(NOW - HOUR)
        self.requests.append({**row, **more})

    def says(self, number: str, status: str, text: str = "", at: datetime = NOW) -> None:
        assert isinstance(self.updates, list)
        self.updates.append(
            {
                "update_id": f"u{len(self.updates)}",
                "service_request_id": number,
                "status": status,
                "description": text,
                "updated_datetime": written(at),
            }
        )

    def send(self, _method: str, url: str, **_how: Any) -> Answer:
        self.asked.append(url)
        parts = urlsplit(url)
        if "services" in parts.path:
            return answer(SERVICES)
        if "updates" in parts.path:
            gone = isinstance(self.updates, int)
            return answer([], self.updates) if gone else answer(self.updates)  # type: ignore[arg-type]
        numbers = parse_qs(parts.query).get("service_request_id")
        wanted = numbers[0].split(",") if numbers else None
        return answer(
            [r for r in self.requests if wanted is None or r["service_request_id"] in wanted]
        )


@pytest.fixture
def there(monkeypatch: pytest.MonkeyPatch, here: Town) -> Town2:  # noqa: ARG001
    city = Town2()
    monkeypatch.setattr(outgoing, "send", city.send)
    return city


@pytest.fixture
def known(there: Town2) -> NeighbourCard:  # noqa: ARG001
    return meaning(neighbour(), lamp="lamp")


Visit = Callable[..., CaseCard]


@pytest.fixture
def visit(known: NeighbourCard) -> Visit:
    """Visit some hours from now, and read the copy of request 1."""
    hours = iter(range(1, 1000))

    def act() -> CaseCard:
        at = NOW + next(hours) * HOUR
        actions.visit(neighbour_id=known.id, at=at)
        return cases.card(cases.of_source("next-town", ["1"])["1"], at=at)

    return act


def types(card: CaseCard) -> list[str]:
    return [entry.type for entry in cases.history(card.id)]


def test_a_copy_stands_where_its_city_says_and_no_unit_of_ours_is_said_to_act(
    there: Town2, visit: Visit
) -> None:
    there.receives("1")
    states = [visit().state]
    for status in ("INVESTIGATING", "IN_PROGRESS", "ACTION_SCHEDULED"):
        there.says("1", status)
        states.append(visit().state)
    there.receives("1", "closed")
    there.says("1", "NO_FURTHER_ACTION", "The pole is private.")
    ended = visit()

    assert states == [State.RECEIVED, State.ACKNOWLEDGED, State.IN_WORK, State.SCHEDULED]
    assert (ended.state, ended.closed_at) == (State.CANNOT, NOW)
    assert types(ended) == ["cases.imported", *["cases.told"] * 4]
    entries = cases.history(ended.id)[1:]
    assert {entry.actor for entry in entries} == {"system"}
    assert entries[-1].facts["status"] == "cannot-be-done"
    (word,) = cases.words(ended.id)
    assert (word.kind, word.text) == (WordKind.TOLD, "The pole is private.")
    assert (word.is_public, word.by_reporter, word.unit_id) == (False, False, None)
    (twin,) = queries.twins(ended.id)
    assert (twin.number, twin.state, twin.is_copy) == ("1", State.CANNOT, True)


def test_open_and_closed_alone_are_enough_and_agree_with_what_was_told_finer(
    there: Town2, visit: Visit
) -> None:
    there.updates = 404
    there.receives("1")
    visit()
    there.receives("1", "closed", status_notes="Mended.")
    closed = visit()
    there.receives("1", "open")
    again = visit()

    assert (closed.state, again.state, again.closed_at) == (State.ANSWERED, State.RECEIVED, None)
    assert [word.text for word in cases.words(again.id)] == ["Mended."]


def test_what_is_told_in_two_places_and_told_again_is_kept_once(there: Town2, visit: Visit) -> None:
    there.receives("1")
    visit()
    there.says("1", "CLOSED", "Mended.")
    there.receives("1", "closed", status_notes="Mended.")

    cards = [visit() for _ in range(3)]

    assert types(cards[-1]) == ["cases.imported", "cases.told"]
    assert len(cases.words(cards[-1].id)) == 1
    assert HeardUpdate.objects.count() == 1


def test_old_steps_told_at_once_are_kept_in_words_and_only_the_last_moves(
    there: Town2, visit: Visit
) -> None:
    there.receives("1", "closed")
    there.says("1", "FIXED", "Done.", at=NOW - HOUR)
    there.says("1", "IN_PROGRESS", "We are here.", at=NOW - 2 * HOUR)

    visit()
    card = visit()

    assert card.state is State.ANSWERED
    assert [word.text for word in cases.words(card.id)] == ["We are here.", "Done."]
    assert [entry.facts.get("moves") for entry in cases.history(card.id)[1:]] == [False, False]


def test_a_copy_that_a_unit_of_ours_took_up_goes_its_own_way(
    there: Town2, visit: Visit, here: Town
) -> None:
    there.receives("1")
    card = visit()
    officer = staff(Role.OFFICER, card.unit_id)
    the_actions.start(case_id=card.id, seen=card.version, by=officer, at=NOW)
    there.receives("1", "closed")
    there.says("1", "FIXED", "Done.")

    after = visit()

    assert after.state is State.IN_WORK
    assert types(after)[-1] == "cases.told"
    assert queries.twins(after.id)[0].state is State.ANSWERED
    assert here.roads.id == card.unit_id


def test_what_cannot_be_is_left_as_it_was(there: Town2, visit: Visit) -> None:
    there.receives("1")
    visit()
    there.receives("1", "closed")
    there.says("1", "NONSENSE")
    there.says("1", "CLOSED", "\x00\u202eDone.", at=NOW + 900 * DAY)
    there.says("unknown", "CLOSED", "Elsewhere.")
    assert isinstance(there.updates, list)
    there.updates += [{"status": "CLOSED"}, {"update_id": "x" * 200, "service_request_id": "1"}]
    there.updates += [{"update_id": "\ud800", "service_request_id": "1", "status": "\x00"}]
    there.requests += [{"service_request_id": "\ud800"}, {"service_request_id": {"a": 1}}]
    card = visit()

    assert card.state is State.ANSWERED
    assert types(card) == ["cases.imported", "cases.told"]
    (word,) = cases.words(card.id)
    assert word.text == "Done."
    assert queries.twins(card.id)[0].told_at == NOW + 2 * HOUR


def test_open_twins_of_which_nobody_speaks_are_asked_by_number(
    there: Town2, visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    there.receives("1")
    visit()
    send = there.send
    row = {**there.requests[0], "status": "closed"}

    def silent(method: str, url: str, **how: Any) -> Answer:
        if "service_request_id" in url:
            return answer([row])
        said = send(method, url, **how)
        is_list = "requests.json" in url and "updates" not in url
        return answer([]) if is_list else said

    monkeypatch.setattr(outgoing, "send", silent)

    assert visit().state is State.ANSWERED


def test_many_open_twins_are_asked_in_addresses_of_a_length_that_servers_take(
    there: Town2, partner: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = meaning(neighbour(key="k" * 500), lamp="lamp")
    for number in range(60):
        there.receives(f"a-long-number-{number}")
    actions.visit(neighbour_id=known.id, at=NOW)
    rows = [{**row, "status": "closed"} for row in there.requests]
    there.requests, send, asked = [], there.send, list[str]()

    def sent(method: str, url: str, **how: Any) -> Answer:
        if "service_request_id" not in url:
            return send(method, url, **how)
        asked.append(url)
        outgoing_send(method, url.replace(NEXT, partner.url), **how)
        numbers = parse_qs(urlsplit(url).query)["service_request_id"][0].split(",")
        return answer([row for row in rows if row["service_request_id"] in numbers])

    monkeypatch.setattr(outgoing, "send", sent)
    actions.visit(neighbour_id=known.id, at=NOW + HOUR)

    assert queries.neighbour(known.id).trouble == ""
    assert set(Twin.objects.values_list("state", flat=True)) == {State.ANSWERED}
    assert len(asked) == len(partner.heard) == 2
    assert max(map(len, asked)) <= 1500


def test_the_link_is_a_page_on_the_web_or_none(there: Town2, visit: Visit) -> None:
    links = []
    for link in ("javascript:alert(1)", "https://next.example/a b", "https://next.example/1"):
        there.receives("1", extended_attributes={"html_url": link})
        links.append(queries.twins(visit().id)[0].link)

    assert links == ["", "", "https://next.example/1"]


def test_a_report_passed_on_to_us_does_not_come_back_as_a_copy(
    there: Town2, known: NeighbourCard, settings: Any
) -> None:
    ours = f"{settings.ADDRESS}/cases/22222-22222/"
    there.receives("1", extended_attributes={"passed_on_to": ours})
    there.receives("2", extended_attributes={"passed_on_to": "https://far.example/9"})

    actions.visit(neighbour_id=known.id, at=NOW)

    assert list(cases.of_source("next-town", ["1", "2"])) == ["2"]


def test_our_server_leaves_out_copies_unless_asked_by_number(there: Town2, visit: Visit) -> None:
    there.receives("1")
    copy = visit()
    program = Program("json")
    everything = {"start_date": "2026-01-01T00:00:00Z", "end_date": "2026-03-20T00:00:00Z"}

    listed = program.get("requests", **everything)
    asked = program.get("requests", service_request_id=copy.number)

    assert listed.value == []
    assert asked.numbers == [copy.number]
    assert len(cases.public_cards(Sought(), at=NOW)) == 1


def test_a_copy_made_before_it_had_a_twin_gets_one(there: Town2, visit: Visit) -> None:
    there.receives("1")
    card = visit()
    Twin.objects.all().delete()

    visit()

    (twin,) = queries.twins(card.id)
    assert twin.number == "1"


def test_a_neighbour_that_sends_and_sends_makes_one_mail_a_day_and_no_links(
    there: Town2, known: NeighbourCard, here: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    receipt = reported(here.lamp)
    about: dict[str, Any] = {"case_id": receipt.case_id, "number": "9", "is_copy": False}
    state = {"state": State.RECEIVED, "looked_at": NOW}
    Twin.objects.create(neighbour_id=known.id, **about, **state)
    mails = []
    for day in range(1, 3):
        for n in range(30):
            text = f"spam {n} HTTP://phish.example www.x.example"
            there.says("9", "OPEN", text, NOW + n * timedelta(seconds=1))
        for hour in range(3):
            at = NOW + day * DAY + hour * HOUR
            there.says("9", "FIXED" if hour else "REOPEN", "", at)
            actions.visit(neighbour_id=known.id, at=at)
            clock = partial(datetime.fromtimestamp, at.timestamp(), UTC)
            monkeypatch.setattr(reactions, "clock", clock)
            kernel.run_waiting(clock=clock)
        mails.append([one.body for one in mail.outbox if "spam" in one.body or "–" in one.body])

    words = [one.text for one in cases.words(receipt.case_id) if one.kind is WordKind.TOLD]
    assert [len(some) for some in mails] == [1, 2]
    assert len(words) == MOST_HEARD
    assert words[0] == "spam 0 phish.example x.example"
    assert "In the words of Next Town:\n\n> spam" in mails[0][0]
    assert not any("://phish" in body.lower() or "www." in body for body in mails[1])
    page = Client().get(f"/mine/{receipt.key}/").content.decode()
    assert "Only the first words of Next Town are kept here." in page
    assert 'href="https://next.example/"' in page


def test_a_report_that_its_city_reopens_leaves_no_job_behind(there: Town2, visit: Visit) -> None:
    for status in ("open", "closed", "open"):
        there.receives("1", status)
        card = visit()
        kernel.run_waiting(clock=lambda: NOW + DAY)

    assert card.state is State.RECEIVED
    assert not Job.objects.exclude(error="").exists()


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("see https://a.example/b?c", "see a.example/b?c"),
        ("hthttp://tp://a.example", "a.example"),
        ("javascript://x mailto:a@b.example", "x a@b.example"),
        ("open 9:00-17:00, and/or http", "open 9:00-17:00, and/or http"),
        ("http://", ""),
    ],
)
def test_links_of_others_are_plain_words(raw: str, kept: str) -> None:
    assert rules.unlinked(raw) == kept
