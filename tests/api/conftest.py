"""A town, and a program that speaks JSON, then one that speaks XML."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from commonweal.cases import actions
from commonweal.cases.types import Receipt
from commonweal.kernel import queries as kernel
from commonweal.kernel.types import ANONYMOUS
from tests.api.program import Program
from tests.factories.cases import Town, draft, town
from tests.factories.given import forget_everything


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture(params=["json", "xml"])
def program(request: pytest.FixtureRequest, here: Town) -> Program:  # noqa: ARG001  (it stands first)
    return Program(request.param)


@pytest.fixture
def real() -> Iterator[None]:
    """Clean up after a test with real transactions."""
    yield
    forget_everything()


def now() -> datetime:
    return kernel.clock()


def told(
    here: Town, *, ago: timedelta = timedelta(), at: datetime | None = None, **values: Any
) -> Receipt:
    """Tell the town about a lamp, now or some time ago."""
    when = at or now() - ago
    return actions.report(draft=draft(here.lamp, **values), by=ANONYMOUS, at=when)
