"""Read the phrases and the profile folder that come with this package."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from commonweal.simulation.types import Book

HERE = Path(str(files("commonweal.simulation")))
PROFILE = HERE / "sample_city"


def book() -> Book:
    """Open the phrases of which stories are told."""
    return Book(
        reports=_read("reports"),
        answers=_read("answers"),
        voices=_read("voices"),
        places=_read("places"),
    )


def _read(name: str) -> dict[str, Any]:
    text = (HERE / "texts" / f"{name}.yaml").read_text(encoding="utf-8")
    said: dict[str, Any] = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506  (both are safe loaders)
    return said
