"""What a real browser makes of the residents' pages: axe, narrow and wide, without scripts too.

Console errors count as flaws: the content policy lets no inline script or style through.
"""

import os
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from commonweal.cases import actions, queries
from commonweal.cases.types import Question, QuestionKind, Receipt
from commonweal.kernel import queries as kernel
from commonweal.kernel.actions import run_waiting
from tests.browser import flaws
from tests.factories.cases import Town, card, category, named, reported, reporter, town
from tests.factories.given import forget_everything
from tests.web.walk import photo

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def here() -> Iterator[Town]:
    yield town()
    forget_everything()


@pytest.fixture
def opened(browser: Browser, live_server: LiveServer, here: Town) -> Iterator[Any]:
    """Open windows; what the browser complains of is gathered in `page.complaints`."""
    made = []

    def window(width: int = 1280, *, scripts: bool = True) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            java_script_enabled=scripts,
            locale="en-GB",
        )
        made.append(context)
        page = context.new_page()
        complaints: list[str] = []
        page.complaints = complaints  # type: ignore[attr-defined]
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda one: complaints.append(one.text) if one.type == "error" else None)
        return page

    yield window
    for context in made:
        context.close()
    assert here


def complaints(page: Page) -> list[str]:
    """Give what the browser complained of, but for answers that refuse."""
    said: list[str] = page.complaints  # type: ignore[attr-defined]
    return [one for one in said if "Failed to load resource" not in one]


def keep(page: Page, name: str) -> None:
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def press(page: Page) -> None:
    """Press the button with which a form ends."""
    page.locator("main form button.govuk-button").last.click()


@pytest.fixture
def told(here: Town) -> dict[str, Receipt]:
    """Bring cases into every state a reader can meet."""
    at = kernel.clock()

    def does(receipt: Receipt, act: Any, **said: Any) -> None:
        seen = card(receipt).version
        act(case_id=receipt.case_id, seen=seen, by=here.officer, at=at, **said)

    made = {
        name: reported(here.lamp) for name in ("late", "asked", "answered", "contested", "planned")
    }
    does(made["late"], actions.publish, text="A lamp is dark. " * 12)
    does(made["asked"], actions.ask, text="Which side of the bridge?")
    does(
        made["planned"], actions.schedule, on=(at + timedelta(days=4)).date(), text="With a ladder."
    )
    for name in ("answered", "contested"):
        does(made[name], actions.publish, text="A lamp is dark.")
        does(made[name], actions.answer, text="A new bulb is in.")
    actions.contest(reporter=reporter(made["contested"]), text="It is dark again.", at=at)
    return made


@pytest.mark.parametrize("width", [320])
def test_axe_finds_nothing_in_the_states_that_journeys_do_not_meet(
    width: int, opened: Any, told: dict[str, Receipt]
) -> None:
    elsewhere = {"public": ("answered",), "own": ("answered", "asked")}
    pages = [
        "/report/?q=dark", "/cases/?q=nothing", "/cases/?since=x", "/mine/wrong/",
        *(f"/cases/{one.number}/" for name, one in told.items() if name not in elsewhere["public"]),
        *(f"/mine/{one.key}/" for name, one in told.items() if name not in elsewhere["own"]),
    ]  # fmt: skip
    page = opened(width)
    found = {}
    for place, address in enumerate(pages):
        page.goto(address, wait_until="networkidle")
        found[address] = flaws(page)
        keep(page, f"{width}-{place:02}-{re.sub('[^a-z]+', '-', address)[:30]}")

    assert {address: said for address, said in found.items() if said} == {}
    assert complaints(page) == []


@pytest.mark.parametrize("width", [1280])  # narrow ones: journeys
def test_a_report_with_scripts_is_sound_on_every_page(width: int, opened: Any, here: Town) -> None:
    page, found = opened(width), {}

    def look(name: str) -> None:
        page.wait_for_load_state("networkidle")
        found[name] = flaws(page)
        keep(page, f"{width}-report-{name}")

    page.goto("/report/")
    page.fill("#q", "dark")  # suggestions come while typing
    page.locator("#found .cw-pick").first.wait_for()
    look("found")
    page.locator("#found .cw-pick").first.click()
    look("place")
    press(page)
    look("no-place")
    page.locator("#map[data-ready]").click(position={"x": width // 3, "y": 120})
    assert page.input_value("#id_lat")
    page.fill("#id_place", "At the bridge")
    page.locator("form[data-draft] > button.govuk-button").last.click()
    if page.url.endswith("/place/"):
        look("outside")
        page.locator("#outside button").click()
    page.fill("#id_text", "It is dark.")
    look("details")
    press(page)
    page.check("input[value='one']")
    look("questions")
    press(page)
    file = {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": photo().getvalue()}
    page.set_input_files("#photo", file)
    page.click("button[name='add']")
    look("photo-waits")
    run_waiting(clock=kernel.clock)
    expect(page.locator("img[alt='Photo: lamp.jpg']")).to_be_visible(timeout=15_000)
    look("photo-ready")
    page.click("button[name='next']")
    look("contact")
    press(page)
    look("no-contact")
    page.check("#id_how_0")
    page.fill("#id_mail", "ada@example.org")
    press(page)
    look("check")
    page.wait_for_timeout(1_000)  # the browser works a little for the form meanwhile
    press(page)
    page.wait_for_url("**/report/sent/")
    look("sent")

    assert {name: said for name, said in found.items() if said} == {}
    assert complaints(page) == []
    assert here.lamp


def test_an_answer_brings_up_its_question_at_once(opened: Any, here: Town) -> None:
    asks = category(
        "water",
        "Water",
        parent_id=here.lamp.parent_id,
        needs_place=False,
        questions=(
            Question(code="flows", kind=QuestionKind.YES_NO, words=named("Does it flow?")),
            Question(
                code="deep",
                kind=QuestionKind.TEXT,
                words=named("How deep?"),
                after="flows",
                after_is=("yes",),
            ),
        ),
    )
    page = opened()
    page.goto("/report/?q=water")
    page.locator("#found .cw-pick").first.click()
    page.fill("#id_text", "A flood.")
    press(page)

    page.check("input[value='yes']")
    expect(page.get_by_label("How deep?")).to_be_visible()
    page.check("input[value='no']")
    expect(page.get_by_label("How deep?")).to_have_count(0)

    assert complaints(page) == []
    assert asks


def test_what_was_typed_survives_a_lost_connection(opened: Any, here: Town) -> None:
    page = opened()
    page.goto("/report/?q=dark")
    page.locator("#found .cw-pick").first.click()
    page.fill("#id_place", "here")
    page.locator("form[data-draft] > button.govuk-button").last.click()
    page.wait_for_url("**/details/")
    page.fill("#id_text", "It has been dark for a week.")
    page.wait_for_timeout(600)

    page.context.set_offline(True)
    press(page)
    expect(page.get_by_text("There is no connection.")).to_be_visible()
    page.context.set_offline(False)
    page.goto("/cases/")
    page.goto("/report/details/")

    assert page.input_value("#id_text") == "It has been dark for a week."
    assert here


def test_a_reporter_without_scripts_answers_and_contests(
    opened: Any, told: dict[str, Receipt]
) -> None:
    page = opened(320, scripts=False)
    page.goto(f"/mine/{told['asked'].key}/")
    page.get_by_label("Your reply").fill("The left side.")
    page.get_by_role("button", name="Send the reply").click()
    expect(page.get_by_text("Your reply has gone to the unit.")).to_be_visible()

    page.goto(f"/mine/{told['answered'].key}/")
    page.get_by_role("button", name="No, it is not settled").click()
    page.get_by_label("What is not settled yet?").fill("Dark again.")
    page.get_by_role("button", name="Contest the answer").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Answer contested")

    assert queries.words(told["answered"].case_id)[-1].text == "Dark again."


def test_a_receipt_prints_on_one_page_without_buttons(
    opened: Any, told: dict[str, Receipt]
) -> None:
    page = opened()
    page.goto(f"/mine/{told['late'].key}/receipt/")
    page.emulate_media(media="print")
    keep(page, "receipt-print")

    expect(page.locator(".cw-receipt__number")).to_be_visible()
    expect(page.locator(".cw-receipt svg")).to_be_visible()
    expect(page.locator("[data-print]")).to_be_hidden()
    assert page.pdf(format="A4").count(b"/Type /Page\n") == 1
