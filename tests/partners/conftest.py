"""A town, and a partner who listens on this machine, which the operator allowed."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from tests.factories.cases import Town, town
from tests.factories.partners import Listener, listening


@pytest.fixture
def here() -> Town:
    return town()


@pytest.fixture
def inside(settings: Settings) -> None:
    """Allow this machine, as an operator does for two cities on one machine."""
    settings.OUTGOING_INSIDE = ["127.0.0.1/32"]


@pytest.fixture
def partner(inside: None) -> Iterator[Listener]:  # noqa: ARG001
    with listening(Listener()) as listener:
        yield listener
