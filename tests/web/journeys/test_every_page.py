"""Every page, once per language: readable, 320 px wide, strict, private where it is personal."""

import re
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any

import pytest
from django.urls import get_resolver
from playwright.sync_api import Browser, Error, Page, Response

from commonweal.edge.access import access_of
from tests.architecture.test_access_matrix import patterns
from tests.browser import flaws
from tests.scenarios.town import LANGUAGES, Town
from tests.web.journeys.atlas import NO_PAGE, ONLY_SENT, STOPS, TWINS, Stop
from tests.web.journeys.world import Who, World, paint, world

NARROW = {"width": 320, "height": 800}
WIDE = {"width": 1280, "height": 900}
ENGLISH = re.compile(r"[A-Za-z]{2,}(?: [A-Za-z]{2,}){2,}")
ROUTES = {str(p.name): p.callback for _path, p in patterns(get_resolver())}
PERSONAL = {
    name
    for name, view in ROUTES.items()
    if (access := access_of(view)) is not None and access.personal
}
Look = tuple[bool, bool, bool, bool]  # larger text, city's colours, wide, with an error


def look_of(page: int, language: int) -> Look:
    """Spread the states over pages and languages so that every pair of states meets."""
    row = (page + language) % 8
    a, b, c = bool(row & 1), bool(row & 2), bool(row & 4)
    return b, a, c, a ^ b ^ c


def test_no_page_is_missing_from_the_table() -> None:
    known = {stop.name for stop in STOPS} | NO_PAGE | ONLY_SENT | TWINS.keys()

    assert set(ROUTES) - known == set()
    assert known - set(ROUTES) == set()


def test_every_pair_of_states_meets() -> None:
    looks = [
        (language, *look_of(i, j))
        for i, stop in enumerate(STOPS)
        if stop.wrong
        for j, language in enumerate(LANGUAGES)
    ]

    for one, other in combinations(range(5), 2):
        met = {(look[one], look[other]) for look in looks}
        wanted = len({look[one] for look in looks}) * len({look[other] for look in looks})
        assert len(met) == wanted, (one, other)


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_is_sound(browser: Browser, address: str, here: Town, language: str) -> None:
    the_world = world(here)
    found: list[str] = []
    for painted in (False, True):
        if painted:
            paint("#7a1f2b", "#0b5345")
        found += Round(browser, address, the_world, language, painted=painted).walked()

    assert not found, "\n".join(found)


class Round:
    """One walk past all pages that have their turn with these colours."""

    def __init__(
        self, browser: Browser, address: str, the_world: World, language: str, *, painted: bool
    ) -> None:
        self.browser, self.address, self.world = browser, address, the_world
        self.language, self.painted = language, painted
        self.said: list[str] = []

    def walked(self) -> list[str]:
        found: list[str] = []
        for who in Who:
            window = self.window(who)
            for number, stop in enumerate(STOPS):
                larger, painted, wide, wrong = look_of(number, LANGUAGES.index(self.language))
                if stop.who is not who or painted != self.painted:
                    continue
                self.dress(window, larger=larger, wide=wide)
                wrong = wrong and stop.wrong is not None
                # Colours are the same in every language: each page once, and every error.
                contrast = wrong or number % 3 == LANGUAGES.index(self.language)
                try:
                    told = list(self.trouble(window, stop, wrong=wrong, contrast=contrast))
                except Error as error:
                    told = [f"cannot be opened: {error.message[:300]}"]
                look = ", ".join([str(who), *["error"] * wrong, *["larger"] * larger])
                found += [f"{stop} ({look}): {one}" for one in told]
            window.context.close()
        return found

    def window(self, who: Who) -> Page:
        window = self.world.enter(self.browser, self.address, who, viewport=NARROW)
        window.set_default_timeout(8_000)
        window.context.add_cookies(
            [{"name": "django_language", "value": self.language.lower(), "url": self.address}]
        )
        window.on("pageerror", lambda error: self.said.append(f"script: {error}"))
        window.on("console", self.listen)
        return window

    def listen(self, line: Any) -> None:
        is_status = (
            "the server responded with a status of 4" in line.text
        )  # an error page asked for
        if line.type in {"error", "warning"} and not is_status:
            self.said.append(f"console: {line.text}")

    def dress(self, window: Page, *, larger: bool, wide: bool) -> None:
        size = "larger" if larger else "normal"
        window.context.add_cookies([{"name": "text_size", "value": size, "url": self.address}])
        window.set_viewport_size(WIDE if wide else NARROW)  # type: ignore[arg-type]

    def trouble(self, window: Page, stop: Stop, *, wrong: bool, contrast: bool) -> Iterator[str]:
        """Open a page and say what is wrong with it."""
        self.said.clear()
        if stop.before:
            stop.before(window)
        response = window.goto(stop.address(self.world))
        assert response is not None
        yield from _answer(response, stop.name)
        if wrong and stop.wrong:
            stop.wrong(window)
            yield from _error(window)
        if window.locator("[data-map]").count():
            window.wait_for_selector("[data-map][data-ready]")
        yield from flaws(window, contrast=contrast)
        if window.viewport_size != NARROW:
            window.set_viewport_size(NARROW)  # type: ignore[arg-type]
            over = window.evaluate("document.documentElement.scrollWidth - window.innerWidth")
            if over > 0:
                yield f"wider than 320 px by {over} px"
        yield from _frame(window, self.language)
        yield from self.said


def _answer(response: Response, name: str) -> Iterator[str]:
    if response.status != 200:
        yield f"status {response.status}"
    policy = response.headers.get("content-security-policy", "")
    if "default-src 'none'" not in policy or "script-src 'self';" not in policy + ";":
        yield f"policy {policy!r}"
    if "unsafe" in policy or "frame-ancestors 'none'" not in policy:
        yield f"policy {policy!r}"
    is_secret = name in PERSONAL or name.startswith(("account", "stop"))
    if is_secret:
        yield from _private(response.headers)


def _private(headers: dict[str, str]) -> Iterator[str]:
    wanted = {
        "cache-control": "no-store",
        "x-robots-tag": "noindex",
        "referrer-policy": "no-referrer",
    }
    for name, value in wanted.items():
        if value not in headers.get(name, ""):
            yield f"{name}: {headers.get(name)}"


def _error(window: Page) -> Iterator[str]:
    summary = window.locator(".govuk-error-summary")
    summary.wait_for()
    if "govuk-error-summary" not in str(window.evaluate("document.activeElement.className")):
        yield "the error summary has no focus"
    for link in summary.locator("a").all():
        target = str(link.get_attribute("href"))
        if target.startswith("#") and window.locator(target).count() != 1:
            yield f"the error leads nowhere: {target}"


def _frame(window: Page, language: str) -> Iterator[str]:
    if window.get_attribute("html", "lang") != language:
        yield "another language"
    if window.locator("h1").count() != 1:
        yield f"{window.locator('h1').count()} first headings"
    if language != "en":
        text = window.inner_text("body")
        for code in window.locator("pre[translate='no']").all_inner_texts():
            text = text.replace(code, "")
        shown: Sequence[str] = ENGLISH.findall(text)
        yield from (f"not translated: {one}" for one in shown)
