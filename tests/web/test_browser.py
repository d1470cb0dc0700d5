"""What a reader's browser makes of the pages, under the strictest content policy."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser import flaws

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("frame"),
]


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    """Open a window of 320 px; whatever the browser complains about fails the test."""
    context = browser.new_context(
        base_url=live_server.url,
        viewport={"width": 320, "height": 700},
        geolocation={"latitude": 22.5, "longitude": 114.5},
        permissions=["geolocation"],
    )
    said: list[str] = []
    window = context.new_page()
    window.on("pageerror", lambda error: said.append(str(error)))
    window.on(
        "console",
        lambda line: said.append(line.text) if line.type in {"error", "warning"} else None,
    )
    yield window
    context.close()
    assert [line for line in said if "ERR_INTERNET_DISCONNECTED" not in line] == []


@pytest.mark.parametrize(
    ("language", "size", "width"),
    [
        ("zh-hant", "larger", 320),
        ("zh-hans", "normal", 1280),
        ("en", "larger", 1280),
        ("en", "normal", 320),
    ],
)
def test_axe_finds_nothing_and_nothing_is_wider_than_the_window(
    page: Page, language: str, size: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(f"/language?language={language}")
    page.goto(f"/text-size?size={size}&next=/pieces")
    page.wait_for_selector("#shown[data-ready]")

    assert flaws(page) == []
    page.get_by_role("button", name="Continue").click()
    page.wait_for_selector("#shown[data-ready]")
    assert flaws(page) == []


def test_errors_take_the_focus_and_lead_to_their_field(page: Page) -> None:
    page.goto("/pieces")
    page.get_by_role("button", name="Continue").click()

    expect(page.locator(".govuk-error-summary")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.get_by_label("Where is it?")).to_be_focused()


def test_the_first_key_leads_past_the_menu(page: Page) -> None:
    page.goto("/pieces")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator("main")).to_be_focused()


def wait_for_draft(page: Page, *, there: bool) -> None:
    """Wait until the device keeps a draft, or none; the page's policy lets nobody else look."""
    for _ in range(50):
        if (page.evaluate("Object.keys(localStorage).length") > 0) is there:
            return
        page.wait_for_timeout(100)
    pytest.fail("the draft did not come, or did not go")


def test_a_lost_connection_loses_nothing(page: Page) -> None:
    page.goto("/pieces")
    page.get_by_label("What happened?").fill("Dark lamp 🙂 <b>")
    page.get_by_label("District").select_option("s")
    page.get_by_label("Dangerous").check()
    page.context.set_offline(True)
    page.get_by_role("button", name="Continue").click()
    expect(page.locator(".cw-draft")).to_contain_text("There is no connection")
    page.context.set_offline(False)
    page.reload()

    expect(page.get_by_label("What happened?")).to_have_value("Dark lamp 🙂 <b>")
    expect(page.get_by_label("District")).to_have_value("s")
    expect(page.get_by_label("Dangerous")).to_be_checked()
    expect(page.locator(".cw-draft")).to_contain_text("here again")


def test_a_draft_is_forgotten_once_it_arrived(page: Page) -> None:
    page.goto("/pieces")
    page.get_by_label("What happened?").fill("Dark lamp")
    wait_for_draft(page, there=True)

    page.goto("/sent")
    wait_for_draft(page, there=False)
    page.goto("/pieces")

    expect(page.get_by_label("What happened?")).to_have_value("")


def test_a_draft_can_be_thrown_away(page: Page) -> None:
    page.goto("/pieces")
    page.get_by_label("What happened?").fill("Dark lamp")
    wait_for_draft(page, there=True)
    page.reload()
    page.get_by_role("button", name="Start with an empty form").click()

    expect(page.get_by_label("What happened?")).to_have_value("")
    assert page.evaluate("Object.keys(localStorage).length") == 0


def test_a_place_is_chosen_by_touch_by_key_and_by_the_device(page: Page) -> None:
    page.goto("/pieces")
    page.wait_for_selector("#map[data-ready]")
    page.get_by_role("button", name="Use the place where I am now").click()
    expect(page.locator("#map-said")).to_have_text("Chosen: a place in West.")
    assert page.input_value("#lat") == "22.50000"

    page.locator("#map").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#map-said")).to_have_text("Chosen: a place in West.")

    page.locator("#map").click(position={"x": 10, "y": 250})
    assert page.input_value("#lng") != "114.50000"


def test_what_a_case_is_called_does_not_become_markup_on_the_map(page: Page) -> None:
    page.goto("/pieces")
    page.wait_for_selector("#shown[data-ready]")
    box = page.locator("#shown").bounding_box()
    assert box is not None

    page.locator("#shown").click(position={"x": box["width"] / 2, "y": box["height"] / 2})

    bubble = page.locator("#shown .leaflet-popup-content")
    expect(bubble).to_contain_text("<script>alert('x')</script>")
    expect(bubble.locator("a")).to_have_count(0)


def test_letters_left_are_counted_as_the_server_counts_them(page: Page) -> None:
    page.goto("/pieces")
    page.get_by_label("What happened?").fill("燈壞了🙂\nx")

    expect(page.locator("#id_text-info")).to_have_text("Characters left: 33")
    page.get_by_label("What happened?").fill("x" * 43)
    expect(page.locator("#id_text-info")).to_have_text("Characters too many: 3")


def test_everything_stands_without_scripts(browser: Browser, live_server: LiveServer) -> None:
    context = browser.new_context(base_url=live_server.url, java_script_enabled=False)
    page = context.new_page()
    page.goto("/pieces")
    page.get_by_role("button", name="Continue").click()

    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.locator("#map")).to_be_hidden()
    expect(page.get_by_role("button", name="Use the place where I am now")).to_be_hidden()
    context.close()
