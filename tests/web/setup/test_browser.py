"""What a real browser makes of Setup: axe, narrow and wide, and without scripts."""

import os
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from commonweal.cases import queries as cases
from commonweal.identity.models import Account
from commonweal.kernel.types import Role
from tests.browser import flaws
from tests.factories.cases import Town, town
from tests.factories.city import given_holiday
from tests.factories.given import forget_everything
from tests.web.setup.conftest import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/setup/",
    "/setup/history/",
    "/setup/categories/",
    "/setup/categories/{lamp}/",
    "/setup/categories/{lamp}/how-many/",
    "/setup/categories/{lamp}/how-many/remove/",
    "/setup/rules/?category=lamp&district=north&channel=web&text=dark",
    "/setup/rules/{rule}/",
    "/setup/units/",
    "/setup/units/{roads}/",
    "/setup/staff/",
    "/setup/staff/invite/",
    "/setup/staff/{person}/",
    "/setup/staff/{person}/role/",
    "/setup/keys/",
    "/setup/keys/new/",
    "/setup/messages/",
    "/setup/messages/cases.received/en/",
    "/setup/hours/",
    "/setup/holidays/?year=2026",
    "/setup/holidays/new/",
    "/setup/policy/",
    "/setup/policy/consent_age/",
    "/setup/pages/",
    "/setup/pages/privacy/en/",
    "/setup/city/",
    "/setup/districts/",
    "/setup/districts/{north}/",
    "/setup/districts/borders/",
    "/setup/export/",
)


@pytest.fixture
def here() -> Iterator[Town]:
    made = town()
    given_holiday(date(2026, 6, 19))
    yield made
    forget_everything()


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, here: Town) -> Iterator[Any]:
    """Open windows in which the administrator has signed in."""
    client = signed_in(Role.ADMINISTRATOR)
    made = []

    def window(width: int, *, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
        )
        cookie = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])
        made.append(context)
        return context.new_page()

    yield window
    for context in made:
        context.close()
    assert here


def addresses(here: Town) -> list[str]:
    known = {
        "lamp": here.lamp.id,
        "roads": here.roads.id,
        "north": here.north.id,
        "rule": cases.rules_in_order()[0].id,
        "person": Account.objects.get(email="administrator@example.org").person_id,
    }
    return [address.format(**known) for address in PAGES]


@pytest.mark.parametrize("width", [1280])  # narrow ones: journeys
def test_axe_finds_nothing_on_any_page(width: int, opened: Any, here: Town) -> None:
    page = opened(width)
    found = {}
    for number, address in enumerate(addresses(here)):
        page.goto(address)
        found[address] = flaws(page)
        _keep(page, f"{width}-{number:02}-{re.sub('[^a-z]+', '-', address)[:40]}")

    assert {address: said for address, said in found.items() if said} == {}


def _keep(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def test_a_form_with_errors_is_sound_and_takes_the_reader_there(opened: Any) -> None:
    page = opened(320)
    page.goto("/setup/units/new/")
    page.get_by_role("button", name="Save").click()

    assert flaws(page) == []
    page.get_by_role("link", name="Code – Please fill this in.").click()
    expect(page.get_by_label("Code")).to_be_focused()


@pytest.mark.parametrize("width", [320, 1280])
def test_a_key_is_made_without_scripts_and_its_page_is_sound(width: int, opened: Any) -> None:
    page = opened(width, scripts=False)
    page.goto("/setup/keys/new/")
    page.get_by_label("Which program is it for?").fill("Fix my town")
    page.get_by_label("Send reports").check()
    page.get_by_label("Why do you change this?").fill("the council asked for it")
    page.get_by_role("button", name="Make a key").click()

    secret = page.locator("main code").inner_text()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert secret.startswith("cw_")
    assert wide <= width
    page.reload()
    expect(page.get_by_text(secret)).to_have_count(0)
    _keep(page, f"{width}-key")


def test_a_page_that_shows_a_key_is_sound(opened: Any) -> None:
    page = opened(1280)
    page.goto("/setup/keys/new/")
    page.get_by_label("Which program is it for?").fill("Fix my town")
    page.get_by_label("Send reports").check()
    page.get_by_label("Why do you change this?").fill("the council asked for it")
    page.get_by_role("button", name="Make a key").click()

    assert flaws(page) == []


def test_questions_and_rules_are_set_up_without_scripts(opened: Any, here: Town) -> None:
    page = opened(1280, scripts=False)
    page.goto(f"/setup/categories/{here.lamp.id}/")
    page.get_by_role("link", name="Add a question").click()
    for language in ("繁體中文", "简体中文", "English"):
        page.get_by_label(f"Question ({language})").fill("How dark?")
    page.get_by_label("Code").first.fill("dark")
    page.get_by_label("How it is answered").select_option("choice")
    page.get_by_role("button", name="Add an answer").click()
    page.get_by_label("Answer 1: code").fill("very")
    for language in ("繁體中文", "简体中文", "English"):
        page.get_by_label(f"Answer 1: words ({language})").fill("Very")
    page.get_by_label("Why do you change this?").fill("people ask")
    page.get_by_role("button", name="Save", exact=True).last.click()

    expect(page.get_by_role("strong").filter(has_text="How dark?")).to_be_visible()
    page.goto("/setup/rules/new/")
    for language in ("繁體中文", "简体中文", "English"):
        page.get_by_label(f"Name ({language})").fill("All else")
    page.get_by_label("Send it to").select_option(str(here.centre.id))
    page.get_by_label("Why do you change this?").fill("nobody waits")
    page.get_by_role("button", name="Save").click()
    page.get_by_label("Why do you change this?").fill("it comes first")
    page.get_by_role("button", name="Up All else").click()

    expect(page.get_by_text("Moved.")).to_be_visible()
    assert cases.rules_in_order()[0].names["en"] == "All else"
