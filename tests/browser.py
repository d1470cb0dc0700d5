"""A real browser for tests: Debian's Chromium, driven by Playwright, judged by axe."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

USUAL = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def chromium() -> str:
    """Find a browser, or say the line to type."""
    named = os.environ.get("CHROMIUM", "")
    on_path = (shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome"))
    for place in (named, *on_path, *USUAL):
        if place and Path(place).exists():
            return place
    pytest.fail("Browser tests need Chromium. Type: apt install chromium, or set CHROMIUM=path.")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One browser for the whole run; Playwright's loop must not worry Django."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield started
        started.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def flaws(page: Page, *, contrast: bool = True) -> list[str]:
    """Say what axe finds on a page, and whether it is wider than its window.

    Contrast takes most of the time; whoever looks at a page often may leave it out sometimes.
    """
    options: dict[str, Any] = {"runOnly": list(RULES), "resultTypes": ["violations"]}
    if not contrast:
        options["rules"] = {"color-contrast": {"enabled": False}}
    found: Any = Axe().run(page, options=options).response["violations"]
    said = [f"{one['id']}: {node['html'][:120]}" for one in found for node in one["nodes"]]
    if (over := page.evaluate("document.documentElement.scrollWidth - window.innerWidth")) > 0:
        said.append(f"wider than the window by {over} px")
    return said
