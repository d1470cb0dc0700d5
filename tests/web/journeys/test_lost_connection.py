"""The line breaks in the middle of sending: nothing typed is lost, nothing arrives twice."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Error, Page, Route, expect

from commonweal.cases import queries
from commonweal.cases.types import Filter
from commonweal.kernel.queries import clock
from tests.scenarios.town import Town
from tests.web.journeys.world import Who, World, world

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "橋頭的路燈壞了🙂 <b>&amp;\nsecond line"


@pytest.fixture
def the_world(here: Town) -> World:
    return world(here)


@pytest.fixture
def page(browser: Browser, address: str, the_world: World) -> Iterator[Page]:
    page = the_world.enter(browser, address, Who.RESIDENT, locale="en-GB")
    yield page
    page.context.close()


def dies(route: Route) -> None:
    """Break the line before anything arrives."""
    if route.request.method == "POST":
        route.abort("connectionreset")
    else:
        route.continue_()


def dies_late(route: Route) -> None:
    """Let the server do its work, and lose the answer."""
    if route.request.method == "POST":
        route.fetch(max_redirects=0)
        route.abort("connectionreset")
    else:
        route.continue_()


def press(page: Page) -> None:
    """Send the form, however that ends."""
    try:
        page.locator("main form[method='post'] > button.govuk-button").last.click()
        page.wait_for_url("chrome-error://**", timeout=4_000)
    except Error:
        pass


def test_words_that_never_arrived_are_there_again(page: Page) -> None:
    page.goto("/report/details/")
    page.fill("#id_text", "")
    page.fill("#id_text", LONG)
    page.route("**/report/details/", dies)
    press(page)
    page.unroute("**/report/details/")
    page.goto("/cases/")
    page.goto("/report/details/")

    expect(page.locator(".cw-draft")).to_contain_text("What you wrote before is here again.")
    expect(page.locator("#id_text")).to_have_value(LONG)
    page.locator("main form button.govuk-button").last.click()
    expect(page.locator("main")).to_contain_text("second line")


def test_a_report_whose_answer_was_lost_arrived_once_and_shows_its_receipt(page: Page) -> None:
    before = queries.listing(Filter(), at=clock()).total
    page.goto("/report/check/")
    page.wait_for_timeout(2_100)
    page.route("**/report/check/", dies_late)
    press(page)
    page.unroute("**/report/check/")
    page.goto("/report/check/")

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. We have your report.")
    assert queries.listing(Filter(), at=clock()).total == before + 1
