"""Who may open a page, what its answer carries, and what is written in the log."""

import json
import logging

import pytest
import structlog
from django.test import Client
from django.urls import URLPattern

from commonweal.edge import csp
from commonweal.edge.access import Access, Open, access_of
from commonweal.kernel.types import Role
from tests.edge import town
from tests.edge.conftest import As

pytestmark = pytest.mark.django_db
PAGES = {
    "home": (Access(to=Open.ALL), set(Role)),
    "mine": (Access(to=Open.SIGNED_IN, personal=True), set(Role)),
    "desk": (Access(to=Open.STAFF, personal=True), set(Role) - {Role.RESIDENT}),
    "office": (
        Access(to=Open.ROLES, roles=frozenset({Role.ADMINISTRATOR}), personal=True),
        {Role.ADMINISTRATOR},
    ),
    "works": (Access(to=Open.ROLES, roles=frozenset({Role.OFFICER})), {Role.OFFICER}),
}


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", Role)
def test_a_page_opens_to_those_it_names(guest: Client, come_as: As, name: str, role: Role) -> None:
    _access, may = PAGES[name]
    come_as(role)

    status = guest.get("/" if name == "home" else f"/{name}").status_code

    assert status == (200 if role in may else 403)


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"home"}))
def test_a_page_that_is_not_for_all_leads_a_guest_to_the_sign_in(guest: Client, name: str) -> None:
    assert guest.get(f"/{name}")["Location"] == f"/sign-in/?next=%2F{name}"


def test_every_route_can_say_who_may_open_it() -> None:
    said = {
        pattern.name: access_of(pattern.callback)
        for pattern in town.urlpatterns
        if isinstance(pattern, URLPattern) and pattern.name in PAGES
    }

    assert said == {name: access for name, (access, _may) in PAGES.items()}


@pytest.mark.parametrize("address", ["/mine", "/desk", "/follow/SECRET"])
def test_a_page_about_a_person_is_kept_nowhere(guest: Client, come_as: As, address: str) -> None:
    come_as(Role.OFFICER)

    answer = guest.get(address)

    assert answer["Cache-Control"] == "no-store, private"
    assert answer["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_every_answer_carries_the_strict_headers(guest: Client) -> None:
    for address in ("/", "/nowhere", "/refuse/bench", "/refuse/bug"):
        answer = guest.get(address)

        policy = answer["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["X-Frame-Options"] == "DENY"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Referrer-Policy"] == "same-origin"
        assert "camera=()" in answer["Permissions-Policy"]


def test_tiles_are_allowed_on_the_page_with_the_map_only(guest: Client) -> None:
    with_map, without = guest.get("/map"), guest.get("/")

    assert "https://*.tiles.example" in with_map["Content-Security-Policy"]
    assert "tiles" not in without["Content-Security-Policy"]


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://tile.example/{z}/{x}/{y}.png", "https://tile.example"),
        ("https://{s}.tile.example:8443/{z}.png", "https://*.tile.example:8443"),
        ("", ""),
        ("javascript:alert(1)", ""),
        ("https://a.example; script-src *", ""),
        ("//a.example/{z}", ""),
    ],
)
def test_a_tile_address_can_open_nothing_but_its_own_origin(address: str, origin: str) -> None:
    assert csp.origin_of(address) == origin


def test_a_board_that_did_not_change_costs_a_few_bytes(guest: Client) -> None:
    first = guest.get("/board?version=1")

    same = guest.get("/board?version=1", headers={"If-None-Match": first["ETag"]})
    other = guest.get("/board?version=2", headers={"If-None-Match": first["ETag"]})

    assert (same.status_code, same.content) == (304, b"")
    assert (other.status_code, other.content) == (200, b"board")


def test_a_board_differs_by_viewer_and_language(guest: Client, come_as: As) -> None:
    anonymous = guest.get("/board")["ETag"]
    chinese = guest.get("/board", headers={"Accept-Language": "zh-hant"})["ETag"]
    come_as(Role.OFFICER)

    assert len({anonymous, chinese, guest.get("/board")["ETag"]}) == 3


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    (out,) = [
        handler
        for handler in logging.getLogger().handlers
        if isinstance(handler.formatter, structlog.stdlib.ProcessorFormatter)
    ]
    return [out.format(record) for record in caplog.records if out.filter(record)]


def test_a_request_leaves_one_line_with_its_route_and_no_key(
    guest: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        guest.get("/follow/SECRET-KEY?mail=chan@example.org")

    (line,) = lines(caplog)
    said = json.loads(line)
    assert said["event"] == "request"
    assert (said["method"], said["route"], said["status"]) == ("GET", "follow", 200)
    assert said.keys() >= {"ms", "actor", "request", "timestamp", "level"}
    assert "SECRET" not in line
    assert "example.org" not in line


@pytest.mark.parametrize(
    "address", ["/follow/SECRET/more", "/refuse/bug?name=SECRET", "/refuse/denied?name=SECRET"]
)
def test_a_failed_request_is_told_without_its_address_or_its_words(
    guest: Client, caplog: pytest.LogCaptureFixture, address: str
) -> None:
    guest.get(address)

    told = "\n".join(lines(caplog))
    assert "SECRET" not in told
    assert "Lotus Road" not in told


def test_a_bug_is_told_with_its_place(guest: Client, caplog: pytest.LogCaptureFixture) -> None:
    guest.get("/refuse/bug")

    error = next(json.loads(line) for line in lines(caplog) if "ZeroDivisionError" in line)["error"]
    assert error[0]["says"] == "ZeroDivisionError"
    assert any("town.py" in frame for frame in error[0]["where"])


def test_actors_are_read_only_when_somebody_asks(
    guest: Client, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        guest.get("/follow/KEY")
        guest.get("/board")

    assert [json.loads(line)["actor"] for line in lines(caplog)] == ["unasked", "anonymous"]
