"""Three walks by keyboard alone: a resident reports, an officer answers, a clerk takes in."""

import sys
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, Error, Page, expect

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


class Desk:
    """A practised clerk's hands: presses are counted, none is spent on looking around."""

    def __init__(self, page: Page) -> None:
        self.page, self.presses = page, 0

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)
        self.presses += len(text)

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)
            self.presses += 1

    def access(self, key: str) -> None:
        """Press an access key; Chromium hears it only as a real keyboard would send it."""
        about: dict[str, object] = {"modifiers": 1, "key": key, "text": key, "unmodifiedText": key}
        about["windowsVirtualKeyCode"] = ord(key.upper())
        about["code"] = f"Key{key.upper()}" if key.isalpha() else f"Digit{key}"
        session = self.page.context.new_cdp_session(self.page)
        for type_ in ("rawKeyDown", "char", "keyUp"):
            session.send("Input.dispatchKeyEvent", {"type": type_, **about})
        self.presses += 1

    def go(self, key: str) -> None:
        with self.page.expect_navigation():
            self.press(key)


def test_a_clerk_takes_two_reports_in(
    keys: Keys, here: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    person_id = employ(Role.CLERK, here.centre.id, mail="ho@lanting.example")
    account = Account.objects.get(person_id=person_id)
    account.set_password(PASSWORD)
    account.save(update_fields=["password"])
    page = keys.page
    page.goto("/staff/intake/")
    keys.write(page.get_by_label("E-mail address"), "ho@lanting.example")
    keys.write(page.get_by_label("Password"), PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    keys.round()
    page.reload()
    printed = "window.printed = 0; window.print = () => { window.printed += 1; }; 0"

    desk, began = Desk(page), time.monotonic()
    expect(page.get_by_label("What is it about?")).to_be_focused()
    desk.type("lamp")
    desk.press("Tab")
    desk.type("Dark since Monday, says Mrs Wong.")
    desk.press("Tab", "Tab")
    desk.type("river")
    desk.press("Tab")
    desk.type("+852 2345 6789")
    desk.go("Enter")
    expect(page.get_by_label("River School")).to_be_focused()
    desk.go("Enter")
    expect(page.get_by_label("One", exact=True)).to_be_focused()
    desk.press("Space")
    desk.go("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Your receipt")
    expect(page.get_by_role("button", name="Print the receipt")).to_be_focused()
    page.evaluate(printed)
    desk.press("Enter")
    assert page.evaluate("window.printed") == 1
    receipt = page.url
    with page.expect_navigation():
        desk.access("n")
    took = time.monotonic() - began
    with capsys.disabled():
        sys.stdout.write(f"\nintake by keyboard: {desk.presses} presses, {took:.1f} s by script\n")

    # The desk is the next person's: nothing of Mrs Wong, however one goes back.
    assert desk.presses <= MOST_PRESSES
    expect(page.get_by_label("What is it about?")).to_be_focused()
    for _step in range(4):
        with suppress(Error):  # the browser has not kept the page, and does not send again unasked
            page.go_back(wait_until="load")
        page.wait_for_timeout(300)
        shown = page.content() + str(page.evaluate(VALUES))
        assert not [one for one in ("Wong", "2345", "river") if one in shown.lower()], page.url
    answer = page.goto(receipt)
    assert answer is not None
    assert answer.status == 403
    page.goto("/staff/intake/")
    desk.access("2")
    expect(page.get_by_label("At the counter")).to_be_checked()
    desk.press("Tab")
    desk.type("nothing like it")
    desk.go("Enter")
    expect(page.locator(".govuk-error-summary")).to_be_focused()
    keys.round()


MOST_PRESSES = 80
VALUES = "[...document.querySelectorAll('input, textarea')].map(i => i.value).join(' ')"
