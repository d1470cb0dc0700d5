"""Each Chinese text is written in its own characters, not merely converted and not mixed."""

import csv
import json
from collections.abc import Iterator
from functools import lru_cache
from importlib.resources import files
from typing import Any

import pytest
import yaml

from commonweal.simulation.adapters.texts import HERE, PROFILE

LANGUAGES = {"zh-Hant", "zh-Hans", "en"}
# Good Traditional Chinese in Hong Kong, whatever a table of characters says.
BOTH = set("床晒群")


@lru_cache(maxsize=1)
def tables() -> tuple[set[str], set[str]]:
    """Give the characters that are only Traditional, and those that are only Simplified."""
    folder = files("opencc").joinpath("dictionary")
    pairs = {
        name: [
            line.split("\t")
            for line in folder.joinpath(f"{name}Characters.txt").read_text("utf-8").splitlines()
            if "\t" in line
        ]
        for name in ("TS", "ST")
    }
    old = {a for a, b in pairs["TS"] if a not in b.split()}
    new = {a for a, b in pairs["ST"] if a not in b.split()}
    return old - new, new - old


def texts_in(value: Any, language: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from texts_in(inner, key if key in LANGUAGES else language)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_in(inner, language)
    elif isinstance(value, str) and language:
        yield language, value


def documents() -> Iterator[tuple[str, Any]]:
    starter = HERE.parent / "cases" / "starter"
    for path in sorted(
        [*PROFILE.glob("*.yaml"), *(HERE / "texts").glob("*.yaml"), *starter.glob("*.yaml")]
    ):
        yield path.name, yaml.safe_load(path.read_text(encoding="utf-8"))
    told = json.loads((PROFILE / "districts.geojson").read_text(encoding="utf-8"))
    yield "districts.geojson", [one["properties"]["names"] for one in told["features"]]
    for name in ("landmarks.csv", "units.csv"):
        rows = csv.DictReader((PROFILE / name).read_text(encoding="utf-8").splitlines())
        yield name, [{key.rpartition(".")[2]: text for key, text in row.items()} for row in rows]


DOCUMENTS = list(documents())


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one[0])
def test_each_text_is_in_the_script_of_its_language(document: tuple[str, Any]) -> None:
    only_old, only_new = tables()
    said = list(texts_in(document[1]))

    mixed = [
        (language, text, wrong)
        for language, text in said
        if language != "en"
        and (wrong := set(text) & ((only_new - BOTH) if language == "zh-Hant" else only_old))
    ]

    assert mixed == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda one: one[0])
def test_english_texts_hold_no_chinese(document: tuple[str, Any]) -> None:
    said = [text for language, text in texts_in(document[1]) if language == "en"]

    assert not [text for text in said if any("\u4e00" <= c <= "\u9fff" for c in text)]
