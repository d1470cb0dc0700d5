"""Version 1 lets a unit's own programs do its work: what the staff pages offer, and no more."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from io import BytesIO
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from commonweal.cases import actions, queries
from commonweal.cases.models import Case, Word
from commonweal.cases.types import (
    ContactDraft,
    Deed,
    Evidence,
    Mandate,
    Place,
    Publication,
    Receipt,
    SpeaksFor,
    State,
)
from commonweal.content import actions as content_actions
from commonweal.content import queries as content
from commonweal.content.models import Flag
from commonweal.edge.keys import Scope
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.types import ANONYMOUS, Channel
from commonweal.ledger.types import subject_of
from tests.api.conftest import now, told
from tests.api.test_hostile import NASTY
from tests.api.test_v1_mine import JPEG
from tests.api.test_v1_reports import V1, post
from tests.factories.cases import Town, reported
from tests.factories.content import photo
from tests.factories.edge import api_key
from tests.kernel.crowd import at_once, needs_many_writers

pytestmark = pytest.mark.django_db
ALL = (Scope.READ, Scope.WORK, Scope.ASSIGN, Scope.INTAKE)


@pytest.fixture
def receipt(here: Town) -> Receipt:
    return told(here)


@pytest.fixture
def key(here: Town) -> str:
    return api_key(*ALL, unit_id=here.roads.id, per_hour=100_000)[1]


@pytest.fixture
def do(key: str, receipt: Receipt) -> Callable[..., Any]:
    """Do something with the one case, as it was seen last."""

    def act(what: str, repeat: str = "", **said: Any) -> Any:
        body = {"seen": stands(receipt).version, **said}
        headers = {"Authorization": f"Bearer {key}", "Idempotency_Key": repeat}
        return post(f"staff/cases/{receipt.number}/{what}", body, **headers)

    return act


@pytest.fixture
def read(key: str) -> Callable[..., Any]:
    headers = {"Authorization": f"Bearer {key}", "Accept-Language": "en"}
    return lambda path, **said: Client().get(f"{V1}staff/{path}", said, headers=headers)


def stands(receipt: Receipt) -> Any:
    return queries.card(receipt.case_id, at=now())


def listed(read: Callable[..., Any], **said: Any) -> list[str]:
    answer = read("cases", **said)
    assert answer.status_code == 200, answer.content
    return [case["number"] for case in answer.json()["items"]]


# Reading


def test_a_case_is_told_whole_with_what_can_be_done_and_never_how_to_reach_the_reporter(
    here: Town, receipt: Receipt, read: Callable[..., Any], do: Callable[..., Any]
) -> None:
    do("note", text="Ask the electrician.")

    said = read(f"cases/{receipt.number}")

    case = said.json()
    assert (case["version"], case["text"]) == (2, "The lamp at the bridge is dark.")
    assert [word["text"] for word in case["words"]] == ["Ask the electrician."]
    assert case["routings"][0]["unit"] == "roads"
    assert case["routings"][0]["because"] == ["category:lamp"]
    assert case["can_be_asked"]
    assert set(case["can"]) == {
        deed.value
        for deed in Deed
        if queries.may(here.officer, queries.act_of(deed), here.roads.id)
        and queries.fits(deed, stands(receipt))
    }
    assert {"answer", "publish"} < set(case["can"])
    assert "assign" not in case["can"]
    assert "ada" not in said.content.decode()
    assert said["Cache-Control"] == "no-store, private"


def test_the_inbox_holds_the_cases_of_the_unit_and_those_below(
    here: Town, read: Callable[..., Any]
) -> None:
    mine, elsewhere = told(here), reported(here.private)
    above = api_key(Scope.READ, unit_id=here.centre.id)[1]

    assert listed(read) == [mine.number]
    assert listed(read, unit="roads") == [mine.number]
    assert listed(read, unit="other") == []
    both = Client().get(f"{V1}staff/cases", headers={"Authorization": f"Bearer {above}"}).json()
    assert {case["number"] for case in both["items"]} == {mine.number, elsewhere.number}
    assert read("counts").json() == {"open": 1, "overdue": 0, "unreviewed": 1}


def test_the_inbox_is_filtered_as_the_page_is(
    here: Town, read: Callable[..., Any], receipt: Receipt, do: Callable[..., Any]
) -> None:
    late = reported(here.lamp, text="A flood at the market")
    do("answer", text="Mended.")

    assert listed(read, open="true") == [late.number]
    assert listed(read, open="false") == [receipt.number]
    assert listed(read, overdue="true") == [late.number]
    assert listed(read, state="answered") == [receipt.number]
    assert listed(read, state="answered", open="true") == []
    assert listed(read, q="flood") == [late.number]
    assert set(listed(read, unreviewed="true")) == {receipt.number, late.number}
    assert listed(read, channel="phone") == []
    assert listed(read, since=now().date().isoformat()) == [receipt.number]
    assert listed(read, category="lamp", district="north", sort="oldest")[0] == late.number


@pytest.mark.parametrize("sort", ["promise", "newest", "oldest"])
def test_pages_go_on_from_where_the_last_ended_whatever_comes_in(
    sort: str, here: Town, read: Callable[..., Any]
) -> None:
    before = {told(here, ago=timedelta(minutes=n % 3)).number for n in range(7)}
    pages: list[list[str]] = []
    after = ""

    while len(pages) < 10:
        page = read("cases", sort=sort, size="2", after=after).json()
        pages.append([case["number"] for case in page["items"]])
        told(here)
        after = page["next"]
        if after is None:
            break

    seen = [number for page in pages for number in page]
    assert len(seen) == len(set(seen))
    assert before <= set(seen)


@pytest.mark.parametrize(
    "said",
    [
        {"after": "x"},
        {"after": "eA=="},
        {"after": "MjAyNi0wMS0wMVQwMDowMDowMCBhYmM="},
        {"unit": "none"},
        {"category": "none"},
        {"sort": "best"},
        {"size": "0"},
        {"channel": "fax"},
        {"unreviewed": "perhaps"},
    ],
)
def test_a_filter_that_cannot_be_read_is_named(
    said: dict[str, str], read: Callable[..., Any]
) -> None:
    answer = read("cases", **said)

    assert answer.status_code == 422
    assert answer.json()["facts"]["name"] in said


@pytest.mark.parametrize("text", NASTY)
def test_nothing_asked_is_a_fault(text: str, read: Callable[..., Any], receipt: Receipt) -> None:
    assert receipt.number
    names = ("q", "after", "unit", "state", "since", "size", "category")

    assert {read("cases", **{name: text}).status_code for name in names} <= {200, 422}


# Acting


@pytest.mark.parametrize(
    ("deed", "said", "state"),
    [
        ("acknowledge", {}, State.ACKNOWLEDGED),
        ("start", {}, State.IN_WORK),
        ("ask", {"text": "Which lamp?"}, State.WAITING),
        ("schedule", {"text": "We come.", "on": "tomorrow"}, State.SCHEDULED),
        ("hold", {"text": "No parts."}, State.ON_HOLD),
        ("answer", {"text": "Mended."}, State.ANSWERED),
        ("refer", {"text": "Ask the port."}, State.NOT_OURS),
        ("decline", {"text": "It is protected."}, State.CANNOT),
        ("assign", {"unit": "other", "reason": "Theirs."}, State.ASSIGNED),
        ("recategorise", {"category": "neighbour", "reason": "A quarrel."}, State.RECEIVED),
        ("note", {"text": "We know."}, State.RECEIVED),
        ("publish", {"text": "A lamp is dark."}, State.RECEIVED),
        ("withhold", {"reason": "A name."}, State.RECEIVED),
    ],
)
def test_each_deed_is_done_as_on_the_page(
    deed: str, said: dict[str, str], state: State, receipt: Receipt, do: Callable[..., Any]
) -> None:
    tomorrow = (now() + timedelta(days=1)).date().isoformat()
    said = {name: tomorrow if value == "tomorrow" else value for name, value in said.items()}

    answer = do(deed, **said)

    card = stands(receipt)
    assert (answer.status_code, card.state) == (200, state)
    assert answer.json() == {
        "number": receipt.number,
        "version": card.version,
        "state": state,
        "unit": "other" if deed == "assign" else "roads",
        "publication": card.publication,
    }
    assert card.version == 2
    assert card.assignee_id is None
    assert queries.history(card.id)[-1].actor.startswith("unit:")


def test_published_words_and_words_of_the_city_are_taken_down(
    receipt: Receipt, do: Callable[..., Any]
) -> None:
    do("publish", text="A lamp is dark.")
    do("hold", text="Mr Lee is away.")
    (word,) = queries.words(receipt.case_id, only_public=True)

    down = do("take-down", reason="A name.")
    gone = do("take-down-word", word=str(word.id), reason="A name.")
    again = do("take-down-word", word=str(word.id), reason="A name.")

    assert down.json()["publication"] == Publication.TAKEN_DOWN
    assert gone.status_code == 200
    assert again.status_code == 409
    assert queries.words(receipt.case_id, only_public=True) == []


def test_who_saw_an_older_version_is_told_what_changed_and_changes_nothing(
    receipt: Receipt, do: Callable[..., Any]
) -> None:
    do("acknowledge")
    do("start")

    said = do("answer", seen=1, text="Mended.")

    problem = said.json()
    assert (said.status_code, problem["code"]) == (409, "kernel.changed-since-you-looked")
    assert problem["facts"]["version"] == 3
    changed = problem["facts"]["changed"]
    assert [one["facts"]["to"] for one in changed] == ["acknowledged", "in-work"]
    assert stands(receipt).state is State.IN_WORK


@pytest.mark.parametrize(
    ("deed", "said", "status", "code"),
    [
        ("answer", {"text": " "}, 422, "cases.empty-text"),
        ("answer", {}, 422, "api.bad-argument"),
        ("answer", {"text": "x", "seen": -1}, 422, "api.bad-argument"),
        ("answer", {"text": "x", "seen": "one"}, 422, "api.bad-argument"),
        ("answer", {"text": "x", "seen": 9}, 409, "kernel.changed-since-you-looked"),
        ("answer", {"text": "x", "to": "ada@example.org"}, 422, "api.bad-argument"),
        ("schedule", {"text": "x", "on": "1999-01-01"}, 422, "cases.date-to-come"),
        ("schedule", {"text": "x", "on": 20_000}, 422, "api.bad-argument"),
        ("assign", {"unit": "none", "reason": "x"}, 422, "api.bad-argument"),
        ("assign", {"unit": "other", "reason": ""}, 422, "cases.reason-missing"),
        ("recategorise", {"category": "street", "reason": "x"}, 422, "api.bad-argument"),
        ("take-down", {"reason": "x"}, 409, "cases.not-now"),
        ("take-down-word", {"reason": "x", "word": "7"}, 422, "api.bad-argument"),
        ("vanish", {}, 404, "edge.no-such-page"),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    deed: str,
    said: dict[str, Any],
    status: int,
    code: str,
    receipt: Receipt,
    do: Callable[..., Any],
) -> None:
    answer = do(deed, **said)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert stands(receipt).version == 1


def test_nobody_is_asked_who_cannot_be_reached(here: Town, key: str) -> None:
    silent = told(here, contact=ContactDraft())

    said = post(
        f"staff/cases/{silent.number}/ask",
        {"seen": 1, "text": "Which?"},
        Authorization=f"Bearer {key}",
    )

    assert said.status_code == 409


def test_a_deed_with_a_key_of_its_own_is_done_once(
    receipt: Receipt, do: Callable[..., Any]
) -> None:
    first, again = (do("note", "app-1", seen=1, text="We know.") for _ in range(2))

    assert first.json() == again.json()
    assert Word.objects.count() == 1
    assert do("note", "app-1", seen=1, text="We do not.").status_code == 409
    assert do("hold", "app-1", seen=1, text="We know.").status_code == 409
    assert stands(receipt).version == 2


@pytest.mark.parametrize("text", NASTY)
def test_no_words_are_a_fault(text: str, do: Callable[..., Any], receipt: Receipt) -> None:
    assert receipt.number
    for deed in ("note", "answer", "publish"):
        assert do(deed, text=text).status_code in {200, 409, 422}
    assert do("assign", unit=text, reason=text).status_code in {409, 422}


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
@needs_many_writers
def test_of_ten_who_answer_at_once_one_does(receipt: Receipt, do: Callable[..., Any]) -> None:
    def answered(text: str) -> int:
        try:
            return int(do("answer", seen=1, text=text).status_code)
        finally:
            connections["people"].close()

    acts: list[Any] = [partial(answered, f"Mended by {n}.") for n in range(10)]

    assert sorted(at_once(acts), key=str) == [200, *[409] * 9]
    assert stands(receipt).version == 2


# Photos, flags, calls


@pytest.fixture
def photo_id(here: Town, receipt: Receipt) -> str:
    about: dict[str, Any] = {"subject": "draft:1", "by": here.officer, "at": now()}
    content_actions.receive(data=BytesIO(photo()), name="a.jpg", **about)
    reporter = queries.reporter_by_key(receipt.key)
    actions.add_photos(reporter=reporter, attachments_of="draft:1", at=now())
    run_waiting(clock=now)
    (kept,) = content.attachments(subject_of("case", receipt.case_id), public_only=False)
    return str(kept.id)


def test_a_photo_is_looked_at_published_withheld_and_deleted(
    here: Town,
    receipt: Receipt,
    photo_id: str,
    read: Callable[..., Any],
    do: Callable[..., Any],
) -> None:
    def shown() -> Any:
        return next(iter(read(f"cases/{receipt.number}").json()["photos"]), None)

    picture = read(f"cases/{receipt.number}/pictures/{photo_id}/full")
    assert b"".join(picture).startswith(JPEG)
    stale = do(f"photos/{photo_id}/publish", seen=99)
    public = do(f"photos/{photo_id}/publish", seen=shown()["version"])
    assert (stale.status_code, public.status_code) == (409, 200)
    assert shown()["is_public"]
    assert do(f"photos/{photo_id}/withhold", seen=shown()["version"]).status_code == 200
    assert not shown()["is_public"]
    key = api_key(Scope.WORK, unit_id=here.roads.id)[1]
    gone = post(
        f"staff/cases/{receipt.number}/photos/{photo_id}/take-down",
        {"reason": "person"},
        Authorization=f"Bearer {key}",
    )
    assert gone.status_code == 200
    assert shown() is None


def test_a_photo_of_another_case_is_not_found(
    here: Town, photo_id: str, read: Callable[..., Any], key: str
) -> None:
    other = reported(here.lamp)

    path = f"cases/{other.number}"
    assert read(f"{path}/pictures/{photo_id}/full").status_code == 404
    publish = f"staff/{path}/photos/{photo_id}/publish"
    said = post(publish, {"seen": 1}, Authorization=f"Bearer {key}")
    assert said.status_code == 404


@pytest.mark.parametrize(
    ("outcome", "publication"),
    [
        ("kept", Publication.PUBLISHED),
        ("taken-down", Publication.TAKEN_DOWN),
        ("withheld", Publication.WITHHELD),
    ],
)
def test_a_flag_is_settled_with_what_it_means(
    outcome: str,
    publication: Publication,
    receipt: Receipt,
    read: Callable[..., Any],
    do: Callable[..., Any],
    key: str,
) -> None:
    do("publish", text="Mr Lee's lamp is dark.")
    target = subject_of("case", receipt.case_id)
    about: dict[str, Any] = {"target": target, "of": target, "by": ANONYMOUS, "at": now()}
    content_actions.flag(reason="person", words="My name.", **about)
    (flag,) = read("flags").json()
    assert (flag["number"], flag["text"]) == (receipt.number, "Mr Lee's lamp is dark.")
    assert set(flag["outcomes"]) == {"kept", "withheld", "taken-down"}

    body = {"outcome": outcome, "seen": flag["version"], "case_seen": flag["case_version"]}
    settle = partial(post, f"staff/flags/{flag['id']}", Authorization=f"Bearer {key}")
    stale = [settle({**body, "seen": 9})]
    stale += [settle({**body, "case_seen": 9})] if outcome != "kept" else []

    assert {one.status_code for one in stale} == {409}
    assert settle(body).json() == {"id": flag["id"], "outcome": outcome}
    assert settle(body).status_code == 409
    assert stands(receipt).publication is publication
    assert read("flags").json() == []


def test_a_flag_on_a_case_of_another_unit_is_neither_seen_nor_settled(
    here: Town, receipt: Receipt, do: Callable[..., Any]
) -> None:
    do("publish", text="A lamp is dark.")
    target = subject_of("case", receipt.case_id)
    content_actions.flag(target=target, of=target, reason="person", by=ANONYMOUS, at=now())
    other = {"Authorization": f"Bearer {api_key(*ALL, unit_id=here.other.id)[1]}"}
    flag = Flag.objects.get()

    body = {"outcome": "kept", "seen": 1, "case_seen": 2}
    assert Client().get(f"{V1}staff/flags", headers=other).json() == []
    assert post(f"staff/flags/{flag.pk}", body, **other).status_code == 403
    assert post(f"staff/flags/{receipt.case_id}", body, **other).status_code == 404


def test_a_call_that_waits_is_told_without_its_number_and_what_came_of_it_is_kept(
    here: Town, read: Callable[..., Any], key: str
) -> None:
    silent = told(here, contact=ContactDraft(phone="+852 5555 0000"))
    actions.answer(case_id=silent.case_id, text="Mended.", seen=1, by=here.officer, at=now())

    said = read("calls")
    (call,) = said.json()["due"]
    made = partial(post, f"staff/cases/{silent.number}/call", Authorization=f"Bearer {key}")

    assert (call["number"], call["told"], call["tries"]) == (silent.number, "Mended.", 0)
    assert "0000" not in said.content.decode()
    assert made({"outcome": "reached", "seen": 9}).status_code == 409
    assert made({"outcome": "not-reached", "again_in_hours": 999, "seen": 1}).status_code == 422
    assert made({"outcome": "not-reached", "again_in_hours": 4, "seen": 1}).status_code == 200
    assert read("calls").json() == {"due": [], "later": 1}
    whole = read(f"cases/{silent.number}").json()
    assert whole["call"]["tries"] == 1
    assert made({"outcome": "reached", "seen": whole["call"]["version"]}).status_code == 200
    assert made({"outcome": "reached", "seen": 3}).status_code == 409


# Intake


@pytest.fixture
def take_in(key: str) -> Callable[..., Any]:
    whole = {
        "category": "lamp",
        "text": "It is dark.",
        "place": {"district": "north"},
        "channel": "phone",
        "speaks_for": "neighbour",
        "contact": {"phone": "+852 5555 0000"},
    }
    return lambda **said: post(
        "staff/reports", {**whole, **said}, Authorization=f"Bearer {key}", Idempotency_Key="1"
    )


def test_a_report_is_taken_in_for_somebody_else_with_its_mandate(
    take_in: Callable[..., Any], read: Callable[..., Any]
) -> None:
    first, again = (take_in(evidence="seen", wants_call=True) for _ in range(2))

    card = queries.card(Case.objects.get().pk, at=now())
    mandate = Mandate(speaks_for=SpeaksFor.NEIGHBOUR, evidence=Evidence.SEEN)
    assert first.status_code == again.status_code == 201
    assert queries.reporter_by_key(first.json()["key"]).case_id == card.id
    assert again.json()["key"] is None
    assert (card.channel, card.mandate) == (Channel.PHONE, mandate)
    assert queries.history(card.id)[0].actor == "role:clerk"
    told_of = read(f"cases/{card.number}").json()
    assert told_of["mandate"] == {"speaks_for": "neighbour", "evidence": "seen"}
    assert [one["number"] for one in read("calls").json()["due"]] == [card.number]


@pytest.mark.parametrize(
    "said",
    [
        {"channel": "web"},
        {"channel": "api"},
        {"speaks_for": "nobody"},
        {"evidence": "rumour"},
        {"contact": {"phone": "+852 5555 0000", "mail": "ada@example.org"}},
        {"contact": {}, "wants_call": True},
        {"upload": "x"},
        {"text": ""},
    ],
)
def test_what_the_clerks_page_would_not_take_is_refused(
    said: dict[str, Any], take_in: Callable[..., Any]
) -> None:
    assert take_in(**said).status_code == 422
    assert not Case.objects.exists()


def test_open_reports_of_a_kind_close_by_are_called_to_mind(
    here: Town, read: Callable[..., Any]
) -> None:
    near, _far = told(here), told(here, place=Place(lat=22.09, lng=114.09))
    around = {"category": "lamp", "lat": "22.0501", "lng": "114.05"}

    assert [one["number"] for one in read("alike", **around).json()] == [near.number]
    assert read("alike", **{**around, "lat": "95"}).status_code == 422
    assert read("alike", **{**around, "category": "street"}).status_code == 422
