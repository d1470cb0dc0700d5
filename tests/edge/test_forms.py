"""Forms: sent twice they act once, programs are told apart, nobody knocks without end."""

import hashlib
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeAlias

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings

from commonweal.edge import bots, limits, once
from commonweal.edge.models import Bucket
from commonweal.kernel.errors import TooManyRequests
from commonweal.kernel.types import Role
from tests.edge import town
from tests.edge.conftest import As
from tests.kernel.crowd import at_once, needs_many_writers

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
JSON = {"Accept": "application/json"}
Answer: TypeAlias = tuple[int, dict[str, object]]
Move: TypeAlias = Callable[[timedelta], None]


@pytest.fixture(autouse=True)
def _people_take_their_time(move_clock: Move) -> None:
    move_clock(timedelta(seconds=30))


def form(guest: Client) -> dict[str, str]:
    page = guest.get("/letter").content.decode()
    return dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page))


def send(guest: Client, fields: dict[str, str], text: str = "lamp") -> Answer:
    answer = guest.post("/letter", fields | {"text": text}, headers=JSON)
    return answer.status_code, answer.json()


def test_a_form_sent_twice_acts_once_and_answers_the_same(guest: Client) -> None:
    fields = form(guest)

    answers = [send(guest, fields) for _ in range(3)]

    assert answers == [(200, {"letter": 1})] * 3
    assert town.ACTS == ["lamp"]


def test_a_form_opened_twice_acts_twice(guest: Client) -> None:
    answers = [send(guest, form(guest)) for _ in range(2)]

    assert answers == [(200, {"letter": 1}), (200, {"letter": 2})]


def test_a_form_sent_again_with_other_words_is_a_conflict(guest: Client) -> None:
    fields = form(guest)
    send(guest, fields)

    status, problem = send(guest, fields, "bench")

    assert (status, problem["code"]) == (409, "kernel.same-key-other-body")
    assert town.ACTS == ["lamp"]


@pytest.mark.parametrize("stamp", ["", "x", "a:b:c", "é:1:2", ":::", "x" * 5000])
def test_a_key_the_server_did_not_make_is_refused(guest: Client, stamp: str) -> None:
    status, problem = send(guest, form(guest) | {once.FIELD: stamp})

    assert (status, problem["code"]) == (422, "edge.form-too-old")


def test_the_key_of_one_form_does_not_fit_another() -> None:
    request = RequestFactory().post("/")

    assert once.read_stamp(once.stamp_for(request, "other"), "letter") is None


def test_a_form_left_open_longer_than_answers_are_kept_is_refused(
    guest: Client, move_clock: Move
) -> None:
    fields = form(guest)
    move_clock(timedelta(hours=48))

    assert send(guest, fields)[1]["code"] == "edge.form-too-old"


def test_a_form_shown_again_keeps_its_key() -> None:
    request = RequestFactory().post("/")
    stamp = once.stamp_for(request, "letter")

    again = RequestFactory().post("/", {once.FIELD: stamp})

    assert once.stamp_for(again, "letter") == stamp


def test_who_fills_in_the_field_nobody_sees_is_refused_with_a_next_step(guest: Client) -> None:
    status, problem = send(guest, form(guest) | {bots.TRAP: "Bot"})

    assert (status, problem["code"]) == (422, "edge.looks-automatic")
    assert "call us" in str(problem["detail"])


def test_nobody_fills_in_a_form_in_no_time(guest: Client, move_clock: Move) -> None:
    move_clock(timedelta(seconds=-30))

    assert send(guest, form(guest))[1]["code"] == "edge.looks-automatic"


def test_who_worked_for_the_form_may_be_quick(guest: Client, move_clock: Move) -> None:
    move_clock(timedelta(seconds=-30))
    fields = form(guest)
    stamp = fields[once.FIELD]
    proof = next(n for n in range(10**7) if bots.proven(stamp, str(n)))

    assert send(guest, fields | {bots.PROOF: str(proof)})[0] == 200
    assert hashlib.sha256(f"{stamp}|{proof}".encode()).digest()[0] == 0


@pytest.mark.parametrize("proof", ["", "0", "\ud800", "9" * 41])
def test_a_proof_that_proves_nothing_counts_for_nothing(proof: str) -> None:
    assert not bots.proven("stamp", proof)


def test_a_form_works_without_scripts_and_says_nothing_to_screen_readers(guest: Client) -> None:
    page = guest.get("/letter").content.decode()

    assert "<script" not in page
    assert '<div hidden aria-hidden="true">' in page


def test_one_network_may_not_send_without_end(guest: Client) -> None:
    statuses = [send(guest, form(guest), str(n))[0] for n in range(5)]

    assert statuses == [200, 200, 200, 429, 429]


def test_another_network_is_not_held_up(guest: Client) -> None:
    for n in range(4):
        send(guest, form(guest), str(n))

    other = Client(REMOTE_ADDR="198.51.100.7")

    assert send(other, form(other))[0] == 200


def test_staff_at_one_desk_is_not_counted(guest: Client, come_as: As) -> None:
    come_as(Role.CLERK)

    assert {send(guest, form(guest), str(n))[0] for n in range(6)} == {200}


def test_a_bucket_fills_again_with_time() -> None:
    limit = limits.Limit(form="x", burst=2, per_hour=60)
    limits.spend("n", limit, at=NOW)
    limits.spend("n", limit, at=NOW)
    with pytest.raises(TooManyRequests) as refusal:
        limits.spend("n", limit, at=NOW + timedelta(seconds=20))

    limits.spend("n", limit, at=NOW + timedelta(seconds=60))

    assert refusal.value.facts == {"seconds": 40}


def test_a_bucket_never_holds_more_than_its_burst() -> None:
    limit = limits.Limit(form="x", burst=1, per_hour=60)
    limits.spend("n", limit, at=NOW)
    limits.spend("n", limit, at=NOW + timedelta(days=3))

    with pytest.raises(TooManyRequests):
        limits.spend("n", limit, at=NOW + timedelta(days=3))


def test_a_clock_that_steps_back_gives_no_tokens() -> None:
    limit = limits.Limit(form="x", burst=1, per_hour=60)
    limits.spend("n", limit, at=NOW)

    with pytest.raises(TooManyRequests):
        limits.spend("n", limit, at=NOW - timedelta(hours=5))


def test_no_address_can_be_read_out_of_a_bucket(guest: Client) -> None:
    send(guest, form(guest))

    assert "127.0.0.1" not in Bucket.objects.get().key


def test_knocks_are_forgotten_after_a_day() -> None:
    limits.spend("n", limits.REPORT, at=NOW)

    limits.sweep(at=NOW + timedelta(hours=25))

    assert not Bucket.objects.exists()


@needs_many_writers
@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_many_at_once_never_get_more_than_the_burst() -> None:
    limit = limits.Limit(form="x", burst=7, per_hour=1)

    answers = at_once([partial(limits.spend, "n", limit, at=NOW)] * 30)

    assert sum(answer is None for answer in answers) == 7


@pytest.mark.parametrize(
    ("remote", "forwarded", "proxies", "expected"),
    [
        ("203.0.113.5", "", [], "203.0.113.5"),
        ("203.0.113.5", "198.51.100.1", [], "203.0.113.5"),
        ("127.0.0.1", "198.51.100.1", ["127.0.0.1/32"], "198.51.100.1"),
        ("127.0.0.1", "6.6.6.6, 198.51.100.1", ["127.0.0.1/32"], "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1, 10.0.0.9", ["127.0.0.1/32", "10.0.0.0/8"], "198.51.100.1"),
        ("127.0.0.1", "198.51.100.1:4711", ["127.0.0.1/32"], "198.51.100.1"),
        ("127.0.0.1", "not an address", ["127.0.0.1/32"], "unknown"),
        ("", "198.51.100.1", ["127.0.0.1/32"], "198.51.100.1"),
        ("", "198.51.100.1", [], "unknown"),
        ("2001:db8:1:2:3:4:5:6", "", [], "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.5", "", [], "203.0.113.5"),
        ("127.0.0.1", "[2001:db8:1:2::9]:443", ["127.0.0.1/32"], "2001:db8:1:2::/64"),
    ],
)
def test_an_address_is_believed_only_from_our_own_proxies(
    settings: Settings, remote: str, forwarded: str, proxies: list[str], expected: str
) -> None:
    settings.PROXIES = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    answer = Client(REMOTE_ADDR=remote).get("/whence", headers=headers)

    assert answer.content.decode() == expected
