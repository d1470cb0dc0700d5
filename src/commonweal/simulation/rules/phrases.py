"""Put sentences together as people do: young and old, hurried and ceremonious, with slips."""

import random  # noqa: TID251  (a seeded generator comes in; nothing here draws by itself)
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from commonweal.simulation.types import Book

Chance = random.Random

_PRIVATE = re.compile(r"\[\[(.*?)\]\]")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_NUMBERS: Mapping[str, Sequence[int]] = {
    "bus-service": (7, 11, 23, 38, 56),
    "noise": (5, 6),
    "dangerous-building": (4, 5, 6, 7, 8, 9),
    "neighbour-worry": (3, 4, 5),
}
_FEW = (2, 3, 4, 5, 6)


@dataclass(frozen=True)
class Said:
    """A report's words, and what of them may be published."""

    text: str
    public: str


def report(
    book: Book, chance: Chance, *, category: str, language: str, place: str, is_typed: bool
) -> Said:
    """Write what a resident writes, or (if not typed by one) what a clerk writes down."""
    voice = _weighted(chance, {name: v["share"] for name, v in book.voices["voices"].items()})
    voice = voice if is_typed else "brisk"
    core = chance.choice(book.reports[category][language])
    core = fill(book, chance, core, category=category, language=language, place=place)
    if is_typed and voice == "brisk" and chance.random() < 0.6:  # noqa: PLR2004
        core = _cut(core, language)
    more = list(book.voices["more"][language])
    chance.shuffle(more)
    tail = more[: _weighted(chance, {0: 60, 1: 30, 2: 10 if voice == "elder" else 0})]
    before = chance.choice(book.voices["before"][voice][language])
    after = chance.choice(book.voices["after"][voice][language])
    stop, gap = (".", " ") if language == "en" else ("。", "")
    if (tail or after) and core[-1].isalnum():
        core += stop
    whole = before + gap.join([core, *tail]) + after
    if is_typed and voice in {"brisk", "elder", "young"} and chance.random() < 0.3:  # noqa: PLR2004
        whole = _slip(book, chance, whole, language)
    if voice == "young" and language == "en":
        whole = whole.replace(" I ", " i ")
    return Said(text=open_up(whole), public=leave_out(book, whole, language))


def fill(
    book: Book,
    chance: Chance,
    sentence: str,
    *,
    language: str,
    category: str = "",
    place: str = "",
    day: date | None = None,
) -> str:
    """Fill in place, time, number and date."""
    filled = sentence.replace("{place}", place)
    filled = filled.replace("{when}", str(chance.choice(book.places["when"][language])))
    filled = filled.replace("{n}", str(chance.choice(_NUMBERS.get(category, _FEW))))
    if day is not None:
        filled = filled.replace("{date}", say_day(day, language))
    return filled


def say_day(day: date, language: str) -> str:
    """Say a day as people write it."""
    if language == "en":
        return f"{day.day} {_MONTHS[day.month - 1]}"
    return f"{day.month}月{day.day}日"


def open_up(text: str) -> str:
    """Give the text as it was written, private words included."""
    return _PRIVATE.sub(r"\1", text)


def leave_out(book: Book, text: str, language: str) -> str:
    """Give the text as it may be published: private words left out."""
    return _PRIVATE.sub(str(book.places["left-out"][language]), text)


def of_kind(kinds: Mapping[str, Any], category: str) -> Mapping[str, Any] | None:
    """Find the phrases that fit a category, else those that fit any, else none."""
    fitting = [kind for kind in kinds.values() if category in kind["for"]]
    fitting += [kind for kind in kinds.values() if not kind["for"]]
    return fitting[0] if fitting else None


def _cut(text: str, language: str) -> str:
    mark = r"[.,;!?]" if language == "en" else r"[，。！？]"
    least = 24 if language == "en" else 9
    for found in re.finditer(mark, text):
        if found.start() >= least:
            return text[: found.start()]
    return text


def _slip(book: Book, chance: Chance, text: str, language: str) -> str:
    """Let the pen slip once, as it does."""
    if language == "en":
        words = list(re.finditer(r"\b[a-z]{6,}\b", text))
        if not words:
            return text
        word = chance.choice(words)
        i = chance.randrange(word.start() + 1, word.end() - 2)
        return text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    for right, wrong in book.places["slips"][language]:
        if right in text:
            return text.replace(right, wrong, 1)
    return text


def _weighted(chance: Chance, shares: Mapping[Any, int]) -> Any:
    return chance.choices(list(shares), weights=list(shares.values()))[0]
