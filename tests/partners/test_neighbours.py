"""Neighbouring cities are asked by the clock: each report once, in windows, whatever stops it."""

import json
import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from commonweal.cases import actions as the_actions
from commonweal.cases import queries as cases
from commonweal.cases.models import Case
from commonweal.cases.types import Filter, Publication, State
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed, Refusal
from commonweal.kernel.models import Job
from commonweal.kernel.types import ANONYMOUS, Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import subject_of
from commonweal.partners import actions, errors, queries, tasks
from commonweal.partners import handlers as reactions
from commonweal.partners.actions import visiting
from commonweal.partners.adapters import open311, outgoing
from commonweal.partners.models import Neighbour
from commonweal.partners.types import Answer, Does, NeighbourCard, Trouble
from tests.factories.cases import ADMINISTRATOR, NOW, Town, staff
from tests.factories.partners import Listener, meaning, neighbour
from tests.partners.server import SERVICES, Server, answer
from tests.partners.test_pulling import BOMB

pytestmark = [pytest.mark.django_db, pytest.mark.database]
DAY = timedelta(days=1)
FEW = [NOW - n * DAY for n in range(1, 6)]
Reach = Callable[..., Any]


@pytest.fixture(autouse=True)
def _town(here: Town) -> Town:
    return here


@pytest.fixture
def reach(monkeypatch: pytest.MonkeyPatch) -> Reach:
    """Let a played server answer instead of the network."""

    def act(server: Any) -> Any:
        monkeypatch.setattr(outgoing, "send", server.send)
        return server

    return act


def known(**values: Any) -> NeighbourCard:
    """Name a neighbour whose lamps are lamps here; nobody asks it yet."""
    card = meaning(neighbour(**values), lamp="lamp")
    Job.objects.all().delete()
    return card


def came(source: str = "next-town") -> list[str]:
    return sorted(Case.objects.filter(source=source).values_list("source_id", flat=True))


class Slow:
    """Lets each answer of a played server take its time, by a clock that is played as well."""

    def __init__(self, server: Any, monkeypatch: pytest.MonkeyPatch, takes_s: float) -> None:
        self.now_s, self.takes_s, self._send = 0.0, takes_s, server.send
        monkeypatch.setattr(open311, "monotonic", lambda: self.now_s)
        monkeypatch.setattr(outgoing, "send", self.send)

    def send(self, *asked: Any, **how: Any) -> Answer:
        self.now_s += self.takes_s
        answered: Answer = self._send(*asked, **how)
        return answered


def visit(card: NeighbourCard, at: datetime = NOW) -> Any:
    return actions.visit(neighbour_id=card.id, at=at)


def test_what_a_real_commonweal_received_comes_in_by_the_outbox_as_copies(
    neighbour_city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC) + timedelta(minutes=1)
    monkeypatch.setattr(reactions, "clock", lambda: now)
    card = neighbour(neighbour_city["url"], begins=now.date() - DAY, at=now)
    kernel.run_waiting(clock=lambda: now)
    waited = queries.kinds(card.id)
    assert came() == []

    meaning(card, lamp="lamp", neighbour="")
    for _ in range(2):
        kernel.run_waiting(clock=lambda: now + DAY)
        actions.ask_neighbour(neighbour_id=card.id, by=ADMINISTRATOR, at=now)

    assert [(one.code, one.waiting) for one in waited] == [("lamp", 3), ("neighbour", 0)]
    assert came() == sorted(neighbour_city["numbers"])
    found = cases.listing(Filter(), at=now).items[0]
    assert (found.state, found.publication) == (State.RECEIVED, Publication.WAITING)
    assert cases.category(found.category_id).code == "lamp"
    assert not found.is_promised
    assert queries.neighbour(card.id).trouble == ""


def test_every_request_of_a_long_time_comes_in_by_windows_and_the_place_is_kept(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = reach(Server([NOW - n * 12 * timedelta(hours=1) for n in range(1, 240)]))
    slow = Slow(server, monkeypatch, 9.0)
    card = known(begins=NOW.date() - 120 * DAY)

    unfinished = visit(card)
    place = queries.neighbour(card.id).pulled_until
    slow.takes_s = 0.0
    finished = visit(card)

    assert (unfinished.is_done, finished.is_done) == (False, True)
    assert place is not None
    assert place < NOW
    assert unfinished.new + finished.new == len(came()) == 239
    spans = [
        datetime.fromisoformat(said["end_date"]) - datetime.fromisoformat(said["start_date"])
        for said in server.asked
        if "start_date" in said
    ]
    assert max(spans) <= 30 * DAY
    assert queries.neighbour(card.id).pulled_until == NOW


def test_a_visit_that_takes_too_long_goes_on_as_work_of_its_own(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = known(begins=NOW.date() - 120 * DAY)
    slow = Slow(reach(Server(FEW)), monkeypatch, 8.0)
    monkeypatch.setattr(reactions, "clock", lambda: NOW)
    actions.ask_neighbour(neighbour_id=card.id, by=ADMINISTRATOR, at=NOW)
    kernel.run_waiting(clock=lambda: NOW)

    assert len(came()) == 5
    assert queries.neighbour(card.id).pulled_until == NOW
    assert slow.now_s > 40


def test_a_server_that_never_ends_is_left_soon_rests_and_is_asked_for_less_next_time(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Endless(Server):
        def _requests(self, said: dict[str, str]) -> Answer:
            span = [datetime.fromisoformat(said.get(x, "")) for x in ("start_date", "end_date")]
            spans.append(span[1] - span[0])
            row = {"status": "open", "service_code": "bins", "requested_datetime": said["end_date"]}
            numbers = range(len(self.asked) * 50, len(self.asked) * 50 + 50)
            return answer([{**row, "service_request_id": f"x{n}"} for n in numbers])

    spans: list[timedelta] = []
    card = known()
    slow = Slow(reach(Endless(FEW)), monkeypatch, 5.0)

    found = visit(card)
    kept, first = queries.neighbour(card.id), spans[-1]
    took = slow.now_s
    visit(card, at=NOW + timedelta(minutes=1))

    assert found.is_done
    assert took <= 60
    assert (kept.trouble, kept.failing_since, kept.pulled_until) == (Trouble.TOO_SLOW, NOW, None)
    assert actions.ask_all(at=NOW + timedelta(minutes=1)) == 0
    assert (first, spans[-1]) == (30 * DAY, DAY)


def test_a_visit_killed_in_the_middle_is_made_good_by_the_next(
    reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    reach(Server(FEW))
    card, take_in, batches = known(), the_actions.import_file, list[Any]()

    def killed(**values: Any) -> Any:
        batches.append(values)
        if len(batches) == 2:
            raise KeyboardInterrupt
        return take_in(**values)

    with monkeypatch.context() as patch:
        patch.setattr(visiting, "BATCH", 2)
        patch.setattr(the_actions, "import_file", killed)
        with pytest.raises(KeyboardInterrupt):
            visit(card)
    before, place = len(came()), queries.neighbour(card.id).pulled_until
    found = visit(card)

    assert (before, place is not None) == (2, True)
    assert found.new == 3
    assert came() == ["0", "1", "2", "3", "4"]


def test_who_died_during_a_visit_is_waited_for_and_then_not(reach: Reach) -> None:
    reach(Server(FEW))
    card = known()
    Neighbour.objects.update(busy_until=NOW + timedelta(minutes=15))

    visit(card)
    assert came() == []
    visit(card, at=NOW + timedelta(minutes=15))

    assert len(came()) == 5


def test_pages_told_twice_and_changes_told_again_come_in_once(reach: Reach) -> None:
    class Twice(Server):
        def _requests(self, said: dict[str, str]) -> Answer:
            return super()._requests({k: v for k, v in said.items() if k != "page"})

    reach(Twice([NOW - DAY] * 50))
    card = known()

    first, again = visit(card), visit(card, at=NOW + timedelta(minutes=30))

    assert (first.new, again.new) == (50, 0)
    assert len(came()) == 50


def test_a_kind_nobody_has_decided_on_waits_and_one_left_out_stays_out(reach: Reach) -> None:
    server = reach(Server(FEW))
    card = neighbour()

    visit(card)
    (kind,) = queries.kinds(card.id)
    visit(card, at=NOW + 60 * DAY)
    left = meaning(queries.neighbour(card.id), lamp="")
    visit(left, at=NOW + 60 * DAY)
    assert (kind.meaning, kind.waiting, came()) == (None, 5, [])
    server.code = "bins"
    visit(left, at=NOW + 60 * DAY)

    assert [one.code for one in queries.kinds(card.id)] == ["bins", "lamp"]
    assert came() == []


def test_what_waited_for_a_meaning_comes_in_however_long_ago_it_was_received(
    reach: Reach,
) -> None:
    reach(Server(FEW))
    card = neighbour()
    visit(card)
    visit(card, at=NOW + 60 * DAY)

    meaning(queries.neighbour(card.id), lamp="lamp")
    visit(card, at=NOW + 61 * DAY)

    assert len(came()) == 5
    assert [one.waiting for one in queries.kinds(card.id)] == [0]


def test_an_xml_only_server_is_read_as_well(reach: Reach) -> None:
    class Xml(Server):
        def send(self, method: str, url: str, **how: Any) -> Answer:
            if ".json" in url:
                return answer([], 404)
            said = super().send(method, url.replace(".xml", ".json"), **how)
            rows = json.loads(said.body)
            inner = "".join(
                "<x>" + "".join(f"<{k}>{v}</{k}>" for k, v in row.items()) + "</x>" for row in rows
            )
            return replace(said, body=f"<?xml version='1.0'?><xs>{inner}</xs>".encode())

    reach(Xml(FEW))

    assert visit(known()).new == 5


@pytest.mark.parametrize(
    ("body", "status", "trouble", "kept"),
    [
        (b"", 500, "status", 500),
        (b"", 403, "status", 403),
        (b"no", 200, "nonsense", None),
        (b"{}", 200, "nonsense", None),
        (b"<a><b></a>", 200, "nonsense", None),
        (BOMB, 200, "nonsense", None),
        (b"[" * 100_000, 200, "nonsense", None),
    ],
)
def test_what_is_no_answer_is_kept_in_words_and_tried_again(
    body: bytes, status: int, trouble: str, kept: int | None, reach: Reach
) -> None:
    class Wrong:
        def send(self, *_asked: Any, **_how: Any) -> Answer:
            return Answer(status=status, headers={}, body=body)

    reach(Wrong())
    card = known()

    visit(card)

    failing = queries.neighbour(card.id)
    assert (failing.trouble, failing.status, failing.failing_since) == (trouble, kept, NOW)
    assert actions.ask_all(at=NOW) == 0
    assert actions.ask_all(at=NOW + timedelta(minutes=1)) == 1
    reach(Server(FEW))
    visit(card, at=NOW + timedelta(minutes=30))
    well = queries.neighbour(card.id)
    assert (well.trouble, well.status, well.failing_since) == ("", None, None)
    assert len(came()) == 5


def test_half_an_answer_takes_in_its_half_and_the_rest_next_time(reach: Reach) -> None:
    server = reach(Server([NOW - n * timedelta(hours=1) for n in range(1, 121)]))
    card = known()
    send = server.send

    def broken(method: str, url: str, **how: Any) -> Answer:
        return answer([], 500) if "page=3" in url else send(method, url, **how)

    server.send = broken
    reach(server)
    visit(card)
    half = len(came())
    server.send = send
    reach(server)

    visit(card, at=NOW + timedelta(minutes=30))

    assert half < 120
    assert (len(came()), len(set(came()))) == (120, 120)


def test_a_silent_neighbour_is_too_slow_and_one_that_redirects_inside_leads_nowhere(
    partner: Listener,
) -> None:
    card = neighbour(partner.url.removesuffix("/notices"))
    partner.answers = [(302, {"Location": "http://169.254.169.254/latest/"}, b"")]
    visit(card)
    redirected = queries.neighbour(card.id).trouble
    partner.answers, partner.drip_s = [(200, {}, b"[" + b" " * 1000)], 0.2
    send = outgoing.send

    def hurried(*asked: Any, **how: Any) -> Answer:
        return send(*asked, **{**how, "within_s": 0.5})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outgoing, "send", hurried)
        visit(card, at=NOW + DAY)

    assert redirected == Trouble.REDIRECTED
    assert queries.neighbour(card.id).trouble == Trouble.TOO_SLOW
    assert len(partner.heard) == 2


def test_a_neighbour_inside_our_network_is_refused_and_one_that_moves_inside_not_asked(
    partner: Listener, settings: Any
) -> None:
    settings.OUTGOING_INSIDE = []

    with pytest.raises(errors.AddressInside):
        neighbour("http://10.0.0.1/v2")
    card = neighbour(f"http://localtest.example:{partner.port}/v2")
    with pytest.MonkeyPatch.context() as patch:
        found = [(2, 1, 6, "", ("127.0.0.1", partner.port))]
        patch.setattr(socket, "getaddrinfo", lambda *_a, **_k: found)
        visit(card)

    assert queries.neighbour(card.id).trouble == Trouble.INSIDE
    assert partner.heard == []


def test_rows_that_cannot_be_read_are_counted_with_the_first_reason(reach: Reach) -> None:
    good = {"service_code": "lamp", "requested_datetime": "2026-03-01T09:00:00Z"}
    rows = [
        {**good, "service_request_id": "1"},
        {**good, "service_request_id": "2", "requested_datetime": "soon"},
        {**good, "service_request_id": "3", "status": "\ud800"},
        {"service_request_id": "4", "requested_datetime": "2026-03-01T09:00:00Z"},
        {**good, "token": "not yet"},
    ]

    class Mixed:
        def send(self, _method: str, url: str, **_how: Any) -> Answer:
            return answer(SERVICES if "services" in url else rows)

    reach(Mixed())
    card = known(begins=date(2026, 2, 20))

    visit(card)

    assert came() == ["1"]
    kept = queries.neighbour(card.id)
    assert kept.rejected == 3
    assert "not a date" in kept.reason


@pytest.mark.parametrize(
    "said", ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "0001-01-01"]
)
def test_a_date_that_cannot_be_disables_nothing(said: str, reach: Reach) -> None:
    row = {"service_request_id": "old", "service_code": "lamp", "status": "open"}
    dates = {"requested_datetime": said, "updated_datetime": said}

    class Old(Server):
        def _requests(self, said: dict[str, str]) -> Answer:
            rows = json.loads(super()._requests(said).body)
            return answer([*rows, {**row, **dates}])

    reach(Old(FEW))
    card = neighbour()
    visit(card)
    (kind,) = queries.kinds(card.id)
    meaning(queries.neighbour(card.id), lamp="lamp")
    visit(card)
    visit(card, at=NOW + DAY)

    assert kind.waiting == 6
    kept = queries.neighbour(card.id)
    assert (kept.trouble, kept.pulled_until) == ("", NOW + DAY)
    assert set(came()) >= {"0", "1", "2", "3", "4"}


def test_places_of_long_ago_are_healed(reach: Reach) -> None:
    reach(Server(FEW))
    card = known()
    ages = datetime(1, 1, 1, tzinfo=UTC)
    Neighbour.objects.update(pulled_until=ages, heard_until=ages)

    visit(card)
    visit(card, at=NOW + DAY)

    assert queries.neighbour(card.id).trouble == ""
    assert len(came()) == 5


def test_what_nobody_thought_of_is_a_trouble_that_rests_and_is_logged(
    reach: Reach, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(**_values: Any) -> Any:
        raise OverflowError("date value out of range")

    reach(Server(FEW))
    card = known()
    with monkeypatch.context() as patch:
        patch.setattr(the_actions, "import_file", broken)
        actions.ask_neighbour(neighbour_id=card.id, by=ADMINISTRATOR, at=NOW)
        monkeypatch.setattr(reactions, "clock", lambda: NOW)
        kernel.run_waiting(clock=lambda: NOW)
    kept = queries.neighbour(card.id)
    visit(card, at=NOW + DAY)

    assert (kept.trouble, kept.failing_since) == (Trouble.UNFORESEEN, NOW)
    assert {job.state for job in Job.objects.all()} == {Job.State.DONE}
    assert "visit broke" in caplog.text
    assert len(came()) == 5


def test_the_clock_asks_all_that_are_on(reach: Reach, monkeypatch: pytest.MonkeyPatch) -> None:
    reach(Server(FEW))
    first = known()
    second = known(name="Far Town", source="far-town")
    actions.switch_neighbour(
        neighbour_id=second.id, is_on=False, seen=2, reason="a test", by=ADMINISTRATOR, at=NOW
    )
    for module in (tasks, reactions):
        monkeypatch.setattr(module, "clock", lambda: NOW)

    tasks.ask_neighbours()
    kernel.run_waiting(clock=lambda: NOW)

    assert (len(came()), len(came("far-town"))) == (5, 0)
    assert queries.neighbour(first.id).asked_at == NOW
    with pytest.raises(errors.NeighbourIsOff):
        actions.ask_neighbour(neighbour_id=second.id, by=ADMINISTRATOR, at=NOW)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"name": " "}, errors.NameMissing),
        ({"source": "Next Town"}, errors.BadSource),
        ({"source": "x" * 41}, errors.BadSource),
        ({"url": "https://next.example/ x"}, errors.AddressUnreadable),
        ({"jurisdiction": "x" * 101}, errors.BadJurisdiction),
        ({"jurisdiction": "a\nb"}, errors.BadJurisdiction),
        ({"key": "a\nb"}, errors.BadNeighbourKey),
        ({"key": "x" * 501}, errors.BadNeighbourKey),
        ({"does": frozenset()}, errors.NothingBetweenUs),
        ({"begins": date(2200, 1, 1)}, errors.FirstDayImpossible),
        ({"begins": date(1, 1, 1)}, errors.FirstDayImpossible),
        ({"reason": "x"}, errors.ReasonMissing),
        ({"by": ANONYMOUS}, NotAllowed),
        ({"by": staff(Role.DISPATCHER)}, NotAllowed),
    ],
)
def test_what_no_neighbour_can_be(values: dict[str, Any], refusal: type[Refusal]) -> None:
    with pytest.raises(refusal):
        neighbour(**values)

    assert queries.neighbours() == []


def test_a_source_belongs_to_one_neighbour() -> None:
    neighbour()

    with pytest.raises(errors.SourceTaken):
        neighbour(name="Other")


def test_the_key_is_kept_encrypted_changed_and_removed_and_in_no_entry() -> None:
    card = neighbour(key="top-secret")
    about: dict[str, Any] = {
        "neighbour_id": card.id,
        "name": "Next Town",
        "url": card.url,
        "jurisdiction": "",
        "does": frozenset(Does),
        "begins": card.begins,
        "reason": "a test",
        "by": ADMINISTRATOR,
        "at": NOW,
    }

    def stored() -> tuple[str, str]:
        row = Neighbour.objects.extra(select={"stored": "key"}).get()
        return row.key, row.stored

    assert stored()[0] == "top-secret"
    assert "top-secret" not in stored()[1]
    actions.change_neighbour(key=None, seen=1, **about)
    assert stored()[0] == "top-secret"
    actions.change_neighbour(key="newer", seen=2, **about)
    assert stored()[0] == "newer"
    removed = actions.change_neighbour(key="", seen=3, **about)
    assert (removed.has_key, stored()[0]) == (False, "")
    with pytest.raises(ChangedSinceYouLooked):
        actions.change_neighbour(key="", seen=3, **about)
    entries = ledger.entries_of(subject_of("neighbour", card.id))
    assert [entry.facts["key"] for entry in entries] == [True, True, True, False]
    everything = str(entries) + str([ledger.disclosed(entry.id) for entry in entries])
    assert "secret" not in everything
    assert "newer" not in everything
    assert "Next Town" not in str(entries)


def test_a_meaning_is_a_kind_of_ours_that_reports_can_have() -> None:
    card = neighbour()

    for wrong in ("nonsense", "street"):
        with pytest.raises(errors.UnknownMeaning):
            meaning(card, lamp=wrong)
    with pytest.raises(ChangedSinceYouLooked):
        meaning(replace(card, version=7), lamp="lamp")
    assert meaning(card, lamp="lamp").meanings == {"lamp": "lamp"}
    assert meaning(queries.neighbour(card.id), lamp=None).meanings == {}
