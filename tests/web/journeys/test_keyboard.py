"""Two walks by keyboard alone: somebody reports a lamp, an officer answers."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from commonweal.cases import queries
from commonweal.cases.types import State
from commonweal.identity.models import Account
from commonweal.kernel.queries import clock
from commonweal.kernel.types import Role
from tests.scenarios.people import PASSWORD
from tests.scenarios.town import Town, employ, window, work
from tests.web.journeys.keys import Keys
from tests.web.journeys.world import report

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def keys(browser: Browser, address: str, here: Town) -> Iterator[Keys]:  # noqa: ARG001
    page = window(browser, address, locale="en-GB", viewport={"width": 1000, "height": 800})
    page.set_default_timeout(8_000)
    hands = Keys(page)
    yield hands
    page.context.close()
    assert hands.unseen == []


def test_a_resident_reports(keys: Keys) -> None:
    page = keys.page
    page.goto("/")
    keys.go(page.get_by_role("link", name="Report a problem").first)
    keys.write(page.get_by_label("Say it in your own words"), "lamp dark")
    keys.go(page.locator("#found button").first)
    keys.round()
    keys.go(page.get_by_role("button", name="Continue").last)
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    keys.press(page.locator(".govuk-error-summary a"))
    expect(page.get_by_label("Address, or a few words")).to_be_focused()
    page.keyboard.type("at the bridge")
    keys.go(page.get_by_role("button", name="Continue").last)
    keys.write(page.get_by_label("What happened?"), "The lamp is dark.")
    keys.go(page.get_by_role("button", name="Continue"))
    keys.press(page.get_by_label("One"), "Space")
    page.keyboard.press("ArrowDown")
    keys.write(page.get_by_label("Which ones?"), "the first two")
    expect(page.get_by_label("Several")).to_be_checked()
    keys.go(page.get_by_role("button", name="Continue"))
    keys.go(page.get_by_role("button", name="Continue without photos"), "Space")
    keys.press(page.get_by_label("By mail", exact=True), "Space")
    keys.write(page.get_by_label("Your mail address"), "mei@example.org")
    keys.go(page.get_by_role("button", name="Continue"))
    keys.round()
    page.wait_for_timeout(2100)
    keys.go(page.get_by_role("button", name="Send the report"))

    expect(page.get_by_role("heading", level=1)).to_have_text("Thank you. We have your report.")


def test_an_officer_answers(keys: Keys, here: Town) -> None:
    person_id = employ(Role.OFFICER, here.roads.id, mail="lin@lanting.example")
    account = Account.objects.get(person_id=person_id)
    account.set_password(PASSWORD)
    account.save(update_fields=["password"])
    receipt = report(here, "The lamp is dark.")
    work()
    page = keys.page
    page.goto("/staff/")
    keys.write(page.get_by_label("E-mail address"), "lin@lanting.example")
    keys.write(page.get_by_label("Password"), PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.round()
    keys.go(page.get_by_role("link", name=receipt.number))
    keys.round()
    answer = page.locator("#answer")
    keys.press(answer.locator("summary"))
    keys.go(answer.locator("button"))
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    keys.press(page.locator(".govuk-error-summary a").first)
    expect(answer.locator("textarea")).to_be_focused()
    page.keyboard.type("A new bulb is in.")
    keys.tab_to(answer.locator("summary"), "Shift+Tab")
    keys.go(answer.locator("button"))
    page.wait_for_url(f"**/staff/cases/{receipt.number}/")

    assert queries.card(receipt.case_id, at=clock()).state is State.ANSWERED
