"""A tiny town, on the database that this leg of the tests runs on."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernel.rig import Town, a_database


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with a_database(os.environ.get("DATABASE_URL", "")) as url:
        yield Town(tmp_path, url)
