"""Where published test cases lie: in the folder that COMMONWEAL_DATA names, if it is there."""

import os
from pathlib import Path

import pytest


def folder(name: str) -> Path:
    """Find the folder of published cases, or skip the test with a sentence."""
    found = Path(os.environ.get("COMMONWEAL_DATA", "")) / name
    if not os.environ.get("COMMONWEAL_DATA") or not found.is_dir():
        pytest.skip(f"COMMONWEAL_DATA holds no {name}: these published cases are not compared.")
    return found
