"""A case that is a neighbour's is handed over once, whatever happens on the way, and followed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode

import pytest
from django.core import mail

from commonweal.cases import actions as the_actions
from commonweal.cases import queries as cases
from commonweal.cases.errors import NotNow, NotYourCase
from commonweal.cases.types import CaseCard, ContactDraft, State, WordKind
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed, Refusal
from commonweal.kernel.types import ANONYMOUS, Role
from commonweal.partners import actions, errors, queries
from commonweal.partners import handlers as reactions
from commonweal.partners.actions import passing as the_passing
from commonweal.partners.adapters import outgoing
from commonweal.partners.models import ForeignKind, Passing
from commonweal.partners.types import Answer, NeighbourCard, PassingState, Trouble
from tests.factories.cases import ADMINISTRATOR, NOW, Town, draft, reported, staff
from tests.factories.partners import neighbour
from tests.partners.server import SERVICES, answer

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HOUR = timedelta(hours=1)
WORDS = "The lamp on the far side of the bridge is dark."
ANSWER = "The far side is Next Town's. We have passed your report on."


class Clock:
    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    standing = Clock()
    monkeypatch.setattr(reactions, "clock", standing)
    return standing


@pytest.fixture
def wait(clock: Clock) -> Callable[..., None]:
    """Let time pass, then do what is due."""

    def act(**by: float) -> None:
        clock.at += timedelta(**by)
        kernel.run_waiting(clock=clock)

    return act


Wait = Callable[..., None]


class Office:
    """A server that takes requests in: each answer of `says` once, then as a good one does."""

    def __init__(self, *, knows_keys: bool = True, shows_words: bool = False) -> None:
        self.says: list[Any] = []
        self.taken: list[dict[str, str]] = []
        self.posts: list[dict[str, str]] = []
        self.knows_keys, self.shows_words = knows_keys, shows_words
        self.token = ""

    def send(self, method: str, url: str, **how: Any) -> Answer:
        if "services" in url:
            return answer(SERVICES)
        if "tokens" in url:
            return answer([{"service_request_id": "N1"}] if self.token == "ready" else [])
        if method == "GET":
            return answer([] if "updates" in url else self._listed())
        said = {name: one[0] for name, one in parse_qs(how["body"].decode()).items()}
        said["once"] = how["headers"]["Idempotency-Key"]
        self.posts.append(said)
        if self.says and isinstance(self.says[0], int):
            return answer([{"code": 1, "description": "Not so."}], self.says.pop(0))
        number = self._number(said)
        if self.says:
            said_instead = self.says.pop(0)
            if isinstance(said_instead, Exception):
                raise said_instead
            return Answer(status=201, headers={}, body=said_instead)
        if self.token:
            return answer([{"token": "t 1"}], 201)
        return answer([{"service_request_id": number}], 201)

    def _number(self, said: dict[str, str]) -> str:
        before = [one["once"] for one in self.taken]
        if self.knows_keys and said["once"] in before:
            return f"N{before.index(said['once']) + 1}"
        self.taken.append(said)
        return f"N{len(self.taken)}"

    def _listed(self) -> list[dict[str, Any]]:
        return [
            {
                "service_request_id": f"N{n}",
                "status": "open",
                "service_code": "lamp",
                "description": one["description"] if self.shows_words else None,
            }
            for n, one in enumerate(self.taken, start=1)
        ]


@pytest.fixture
def office(monkeypatch: pytest.MonkeyPatch) -> Office:
    there = Office()
    monkeypatch.setattr(outgoing, "send", there.send)
    return there


@pytest.fixture
def next_town(here: Town) -> NeighbourCard:  # noqa: ARG001
    card = neighbour(key="k")
    ForeignKind.objects.create(neighbour_id=card.id, code="lamp", name="Lamps")
    return card


@pytest.fixture
def case(here: Town) -> CaseCard:
    return cases.card(reported(here.lamp, text="Mrs Ho of No. 5 is in the dark.").case_id, at=NOW)


def passed(case: CaseCard, to: NeighbourCard, here: Town, **values: Any) -> Any:
    said: dict[str, Any] = {
        "case_id": case.id,
        "neighbour_id": to.id,
        "service_code": "lamp",
        "text": WORDS,
        "answer": ANSWER,
        "seen": case.version,
        "by": here.officer,
        "at": NOW,
        **values,
    }
    return actions.pass_on(**said)


def stands(case: CaseCard) -> CaseCard:
    return cases.card(case.id, at=NOW)


def state(case: CaseCard) -> PassingState:
    return queries.passings(case.id)[0].state


def test_two_cities_pass_on_answer_follow_and_tell_the_reporter(
    here: Town, neighbour_city: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime.now(UTC)
    later = iter(range(1, 100))
    monkeypatch.setattr(reactions, "clock", lambda: now + next(later) * HOUR)
    to = neighbour(neighbour_city["url"], key=neighbour_city["key"], begins=now.date(), at=now)
    kernel.run_waiting(clock=lambda: now)
    receipt = the_actions.report(
        draft=draft(here.lamp, text="Mrs Ho sits in the dark."), by=ANONYMOUS, at=now
    )
    case = cases.card(receipt.case_id, at=now)

    passed(case, to, here, at=now)
    kernel.run_waiting(clock=lambda: now)
    arrived = queries.twins(case.id)[0]
    there = f"{neighbour_city['url']}/servicerequestupdates.json"
    for number, (status, text) in enumerate([("IN_PROGRESS", ""), ("FIXED", "New bulb.")]):
        said = {"api_key": neighbour_city["unit_key"], "service_request_id": arrived.number}
        said |= {"update_id": str(number), "status": status, "description": text}
        body = urlencode({name: value for name, value in said.items() if value}).encode()
        type_ = {"Content-Type": "application/x-www-form-urlencoded"}
        assert outgoing.send("POST", there, headers=type_, body=body).is_yes
    for _ in range(2):
        actions.ask_neighbour(neighbour_id=to.id, by=ADMINISTRATOR, at=now)
        kernel.run_waiting(clock=lambda: now + 99 * HOUR)

    (twin,) = queries.twins(case.id)
    assert (twin.state, twin.number, twin.is_copy) == (State.ANSWERED, arrived.number, False)
    assert twin.link.endswith(f"/cases/{arrived.number}/")
    assert cases.card(case.id, at=now).state is State.NOT_OURS
    request = outgoing.send("GET", f"{neighbour_city['url']}/requests/{arrived.number}.json")
    assert b"Mrs Ho" not in request.body
    told = [one.body for one in mail.outbox if one.to == ["ada@example.org"]]
    assert len([body for body in told if ANSWER in body and arrived.number in body]) == 1
    assert len([body for body in told if "New bulb." in body and "Next Town" in body]) == 1
    assert cases.of_source("next-town", [arrived.number]) == {}
    assert {one.kind for one in cases.words(case.id)} == {WordKind.REFERRAL, WordKind.TOLD}


def test_what_leaves_is_what_the_officer_wrote_and_what_everybody_sees(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait, settings: Any
) -> None:
    passed(case, next_town, here)
    wait()

    (sent,) = office.taken
    assert sent == {
        "api_key": "k",
        "service_code": "lamp",
        "description": f"{WORDS}\n\n{settings.ADDRESS}/cases/{case.number}/",
        "lat": "22.05",
        "long": "114.05",
        "address_string": "North",
        "once": sent["once"],
    }
    row = Passing.objects.get()
    assert (row.text, row.answer) == ("", "")
    assert "ada" not in str(sent)


def test_the_case_moves_when_it_has_arrived_and_its_history_says_who_decided(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait
) -> None:
    passed(case, next_town, here)
    on_its_way = stands(case).state
    wait()

    assert on_its_way is State.RECEIVED
    assert (stands(case).state, state(case)) == (State.NOT_OURS, PassingState.ARRIVED)
    _received, decided, moved = cases.history(case.id)
    unit = f"unit:{here.roads.id.hex}"
    assert (decided.type, decided.actor, decided.facts) == (
        "cases.passing",
        unit,
        {"to": "next-town"},
    )
    assert (moved.type, moved.actor) == ("cases.moved", unit)
    assert moved.facts["passed_to"] == "next-town"
    (word,) = cases.words(case.id, only_public=True)
    assert word.text == f"{ANSWER}\n\nNext Town: N1"
    assert len(office.taken) == 1


@pytest.mark.parametrize("knows_keys", [True, False])
@pytest.mark.parametrize(
    "first",
    [
        500,
        b"nonsense",
        b"[]",
        b"<a><b></a>",
        outgoing.NothingCame(Trouble.TOO_SLOW),
        outgoing.NothingCame(Trouble.UNREACHABLE),
    ],
)
def test_what_did_not_answer_well_is_tried_again_and_there_once(
    first: Any,
    knows_keys: bool,
    here: Town,
    office: Office,
    next_town: NeighbourCard,
    case: CaseCard,
    wait: Wait,
) -> None:
    office.knows_keys, office.shows_words = knows_keys, not knows_keys
    office.says = [first]
    passed(case, next_town, here)
    wait()
    assert (state(case), stands(case).state) == (PassingState.WAITING, State.RECEIVED)
    wait(seconds=4)
    assert len(office.posts) == 1

    wait(seconds=1)

    assert (state(case), stands(case).state) == (PassingState.ARRIVED, State.NOT_OURS)
    assert len(office.taken) == 1
    assert queries.twins(case.id)[0].number == "N1"


def test_killed_after_it_was_sent_it_is_not_sent_as_another(
    here: Town,
    office: Office,
    next_town: NeighbourCard,
    case: CaseCard,
    wait: Wait,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    passed(case, next_town, here)

    def killed(*_what: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr(the_passing, "_arrived", killed)
        with pytest.raises(SystemExit):
            wait()
    between = Passing.objects.get()
    wait(minutes=2)

    assert (between.state, between.may_have_arrived) == ("waiting", True)
    assert len(office.taken) == 1
    assert state(case) is PassingState.ARRIVED


def test_given_up_it_stays_the_units_which_is_told_and_may_try_again(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait, clock: Clock
) -> None:
    office.says = [422]
    passing = passed(case, next_town, here)
    wait()

    given_up = queries.passing(passing.id)
    assert (given_up.state, given_up.status, given_up.reason) == ("failed", 422, "Not so.")
    assert not given_up.may_have_arrived
    assert stands(case).state is State.RECEIVED
    assert cases.history(case.id)[-1].type == "cases.passing-failed"
    wait(hours=100)
    actions.pass_again(passing_id=passing.id, by=here.officer, at=clock.at)
    wait()
    assert (state(case), stands(case).state) == (PassingState.ARRIVED, State.NOT_OURS)
    assert len(office.taken) == 1


def test_a_server_that_is_away_for_days_is_given_up_within_the_time_its_key_holds(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait, clock: Clock
) -> None:
    office.says = [503] * 99
    passing = passed(case, next_town, here)

    for _ in range(100):
        wait(minutes=30)

    (failed,) = queries.passings(case.id)
    assert (failed.state, failed.tries, failed.may_have_arrived) == ("failed", 8, True)
    assert Passing.objects.get().tried_at - NOW < 46 * HOUR  # type: ignore[operator]
    with pytest.raises(errors.MayHaveArrived):
        actions.pass_again(passing_id=passing.id, by=here.officer, at=clock.at)


def test_a_case_that_ends_meanwhile_does_not_leave(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait
) -> None:
    passed(case, next_town, here)
    the_actions.answer(case_id=case.id, text="Mended.", seen=2, by=here.officer, at=NOW)

    wait()

    assert (state(case), office.posts) == (PassingState.DROPPED, [])
    assert stands(case).state is State.ANSWERED


def test_a_case_that_ends_while_it_is_sent_keeps_its_end_and_is_followed(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait
) -> None:
    passed(case, next_town, here)
    send = office.send

    def slowly(method: str, url: str, **how: Any) -> Answer:
        if method == "POST":
            the_actions.answer(case_id=case.id, text="Mended.", seen=2, by=here.officer, at=NOW)
        return send(method, url, **how)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(outgoing, "send", slowly)
        wait()

    assert stands(case).state is State.ANSWERED
    assert queries.twins(case.id)[0].number == "N1"
    assert cases.history(case.id)[-1].type == "cases.passed"


def test_a_token_is_followed_to_the_number(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait
) -> None:
    office.token = "waits"
    passed(case, next_town, here)
    wait()
    without = queries.twins(case.id)[0].number
    actions.visit(neighbour_id=next_town.id, at=NOW + HOUR)
    still = queries.twins(case.id)[0].number
    office.token = "ready"

    actions.visit(neighbour_id=next_town.id, at=NOW + 2 * HOUR)

    assert (without, still, queries.twins(case.id)[0].number) == ("", "", "N1")
    assert stands(case).state is State.NOT_OURS


def test_a_neighbour_that_is_off_takes_nothing(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait
) -> None:
    passed(case, next_town, here)
    actions.switch_neighbour(
        neighbour_id=next_town.id, is_on=False, seen=1, reason="a test", by=ADMINISTRATOR, at=NOW
    )

    wait()

    assert (queries.passings(case.id)[0].trouble, office.posts) == ("off", [])
    assert state(case) is PassingState.FAILED
    other = cases.card(reported(here.lamp).case_id, at=NOW)
    with pytest.raises(errors.TakesNothing):
        passed(other, next_town, here)


@pytest.mark.parametrize(
    ("values", "refusal"),
    [
        ({"service_code": "bins"}, errors.TakesNothing),
        ({"seen": 9}, ChangedSinceYouLooked),
        ({"by": ANONYMOUS}, NotAllowed),
        ({"by": staff(Role.CLERK)}, NotAllowed),
        ({"text": " "}, Refusal),
        ({"text": "x" * 5001}, Refusal),
    ],
)
def test_what_cannot_be_passed_on_leaves_no_trace(
    values: dict[str, Any], refusal: type[Refusal], here: Town, next_town: Any, case: CaseCard
) -> None:
    with pytest.raises(refusal):
        passed(case, next_town, here, **values)

    assert queries.passings(case.id) == []
    assert stands(case).version == case.version


def test_a_case_is_on_one_way_at_a_time_and_another_units_is_not_ours_to_pass(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait
) -> None:
    stranger = staff(Role.OFFICER, here.other.id)
    with pytest.raises(NotYourCase):
        passed(case, next_town, here, by=stranger)
    passing = passed(case, next_town, here)

    with pytest.raises(errors.PassedAlready):
        passed(stands(case), next_town, here)
    with pytest.raises(NotYourCase):
        actions.pass_again(passing_id=passing.id, by=stranger, at=NOW)
    with pytest.raises(NotNow):
        actions.pass_again(passing_id=passing.id, by=here.officer, at=NOW)
    wait()
    assert len(office.posts) == 1
    with pytest.raises(Refusal):
        passed(stands(case), next_town, here)


def test_the_words_of_what_was_given_up_are_forgotten_after_a_month(
    here: Town, office: Office, next_town: NeighbourCard, case: CaseCard, wait: Wait
) -> None:
    office.says = [400]
    passed(case, next_town, here)
    wait()

    actions.forget_passings(created_before=NOW)
    kept = Passing.objects.get().text
    actions.forget_passings(created_before=NOW + HOUR)

    assert WORDS in kept
    assert Passing.objects.get().text == ""


def test_who_left_a_phone_only_is_called_when_it_has_arrived(
    here: Town, office: Office, next_town: NeighbourCard, wait: Wait
) -> None:
    receipt = reported(here.lamp, contact=ContactDraft(phone="+852 2345 6789"))
    case = cases.card(receipt.case_id, at=NOW)

    passed(case, next_town, here)
    wait()

    call = cases.call_of(case.id, at=NOW)
    assert call is not None
    assert ANSWER in call.told
    assert len(office.taken) == 1
