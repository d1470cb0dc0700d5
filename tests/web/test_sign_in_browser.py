"""Sign-in in a real browser: readable, wide enough, without flaws that axe finds."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from tests.browser import flaws

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]


@pytest.fixture
def page(browser: Browser, live_server: LiveServer) -> Iterator[Page]:
    context = browser.new_context(base_url=live_server.url, viewport={"width": 320, "height": 700})
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans", "en"])
def test_signing_in_has_no_flaws_and_says_what_is_wrong(page: Page, language: str) -> None:
    page.goto(f"/language?language={language}&next=/account/login/")
    first = flaws(page)

    page.locator("main form button").first.click()
    page.wait_for_selector(".govuk-error-summary")

    assert first == []
    assert flaws(page) == []
    assert page.evaluate("document.activeElement.className").startswith("govuk-error-summary")
    page.goto("/account/signup/")
    assert flaws(page) == []
