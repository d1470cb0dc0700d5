"""Where a story happens, who tells it by which way, and what the form asked."""

import random  # noqa: TID251  (a seeded generator comes in; nothing here draws by itself)
import re
from datetime import date, timedelta
from typing import Any

from commonweal.cases.types import CategoryCard, Question, QuestionKind
from commonweal.kernel.types import Channel, words_in
from commonweal.simulation.types import Book, Somewhere, Town

Chance = random.Random

_NEAR = 0.0028  # degrees, about three hundred metres
_OUTSIDE = 0.15
_RARE = {"trapped", "urgent", "is-open", "falling-now", "cable", "fire-lane", "leaks", "gas-left"}
_WRITTEN = {"hours": "22:00–01:00", "line": "38", "lamp-number": "TL-20417"}
_SOMETIMES, _SELDOM = 0.35, 0.1
_CHANNELS = {
    Channel.WEB: 74,
    Channel.PHONE: 14,
    Channel.COUNTER: 6,
    Channel.PAPER: 3,
    Channel.MAIL: 3,
}


def somewhere(book: Book, town: Town, chance: Chance, *, language: str) -> tuple[str, Somewhere]:
    """Choose a place, and give what people call it and what the form would hold."""
    landmark = chance.choice(town.landmarks)
    district = town.districts[landmark.code]
    street = chance.choice(book.places["streets"][district])
    words = str(chance.choice(book.places["spots"][language])).format(
        name=words_in(landmark.names, language),
        street=words_in(street, language),
        number=chance.randrange(2, 180),
    )
    lat = round(landmark.lat + chance.gauss(0, _NEAR), 6)
    lng = round(landmark.lng + chance.gauss(0, _NEAR), 6)
    match chance.choices(["pin", "landmark", "district", "words", "outside"], [66, 18, 8, 6, 2])[0]:
        case "pin":
            return words, Somewhere(words=words, lat=lat, lng=lng)
        case "landmark":
            return words, Somewhere(words=words, landmark=landmark.code)
        case "district":
            return words, Somewhere(words=words, district=district)
        case "words":
            return words, Somewhere(words=words)
    return words, Somewhere(words=words, lat=round(lat - _OUTSIDE, 6), lng=lng)


def way(book: Book, chance: Chance, number: int) -> tuple[Channel, str, str]:
    """Choose how somebody reached the city, and how the city reaches them: mail or phone or not."""
    channel = chance.choices(list(_CHANNELS), list(_CHANNELS.values()))[0]
    mail = f"{chance.choice(book.places['writers'])}.{number}@mail.example"
    phone = f"555 1{number:03}"
    share = {Channel.WEB: (50, 14, 36), Channel.PHONE: (10, 75, 15), Channel.MAIL: (100, 0, 0)}
    match chance.choices(["mail", "phone", ""], share.get(channel, (20, 50, 30)))[0]:
        case "mail":
            return channel, mail, ""
        case "phone":
            return channel, "", phone
    return channel, "", ""


def answers(
    chance: Chance, category: CategoryCard, text: str, *, language: str, day: date
) -> dict[str, Any]:
    """Answer what the form of a category asks, along the branch that comes up."""
    given: dict[str, Any] = {}
    for question in category.questions:
        before = given.get(question.after)
        said = before if isinstance(before, list) else [before]
        if question.after and not set(said) & set(question.after_is):
            continue
        answer = _answer(chance, question, text, language, day)
        if answer is not None and (question.is_required or chance.random() > _SELDOM):
            given[question.code] = answer
    return given


def _answer(chance: Chance, question: Question, text: str, language: str, day: date) -> Any:
    codes = [code for code, words in question.options if _meets(words_in(words, language), text)]
    codes = codes or [code for code, _ in question.options]
    match question.kind:
        case QuestionKind.YES_NO:
            likely = _SELDOM if question.code in _RARE else _SOMETIMES
            return "yes" if chance.random() < likely else "no"
        case QuestionKind.CHOICE:
            return chance.choice(codes)
        case QuestionKind.SEVERAL:
            return sorted(chance.sample(codes, chance.choice([1, 1, min(2, len(codes))])))
        case QuestionKind.NUMBER:
            return str(chance.randrange(1, 5))
        case QuestionKind.DATE:
            return (day - timedelta(days=1)).isoformat()
    number = re.search(r"[0-9]+", text)
    return number[0] if number and question.code == "line" else _WRITTEN.get(question.code)


def _meets(option: str, text: str) -> bool:
    """Say whether a text speaks of an option: a long word of it, or two characters in a row."""
    if option.isascii():
        words = [word for word in option.lower().split() if len(word) > 3]  # noqa: PLR2004
        return any(word in text.lower() for word in words)
    return any(option[i : i + 2] in text for i in range(len(option) - 1))
