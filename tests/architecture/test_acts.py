"""Whatever a page does can be done here, or it is said why not: both ways, by the checklist."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from commonweal.cases.types import Deed
from commonweal.web.pages.urls import urlpatterns

CHECKLIST = Path(__file__).parents[2] / "docs" / "checklists" / "api.md"
SETUP = "setup…"


def rows() -> list[tuple[list[str], str]]:
    """Give the pages of each row, and what stands beside them."""
    text = CHECKLIST.read_text(encoding="utf-8")
    found = re.findall(r"^\| (`.*?) \| (.*) \|$", text, re.MULTILINE)
    return [(re.findall(r"`(.+?)`", pages), said) for pages, said in found]


def operations(said: str) -> list[str]:
    return re.findall(r"`((?:GET|POST) .+?)`", said)


@pytest.fixture
def described(db: None) -> set[str]:  # noqa: ARG001  (the address needs it)
    description: dict[str, Any] = Client().get("/api/v1/openapi.json").json()
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in description["paths"].items()
        for method in methods
    }


def test_every_page_of_residents_and_staff_has_its_operation_or_its_reason() -> None:
    names = {str(one.name) if isinstance(one, URLPattern) else SETUP for one in urlpatterns}
    listed = [page for pages, _said in rows() for page in pages]

    assert names == set(listed)
    assert len(listed) == len(set(listed))
    assert all(operations(said) or said.startswith("reason: ") for _pages, said in rows())


def test_every_operation_stands_in_the_checklist_and_every_one_there_exists(
    described: set[str],
) -> None:
    listed = [one for _pages, said in rows() for one in operations(said)]

    assert set(listed) == described
    assert {one.rpartition("/")[2] for one in listed} >= {deed.value for deed in Deed}
