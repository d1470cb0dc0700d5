"""A town, and a partner who listens on this machine, which the operator allowed."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from tests.factories.cases import Town, town
from tests.factories.partners import Listener, listening

ROOT = Path(__file__).parents[2]


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


@pytest.fixture
def neighbour_city(inside: None) -> Iterator[Any]:  # noqa: ARG001
    """Let another city live beside this one."""
    city = subprocess.Popen(
        [sys.executable, "-m", "tests.partners.neighbour", "3"],
        cwd=ROOT,
        env={"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "PATH": "/usr/bin:/bin"},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert city.stdout is not None
    try:
        yield json.loads(city.stdout.readline())
    finally:
        city.terminate()
        city.wait()
        city.stdout.close()
