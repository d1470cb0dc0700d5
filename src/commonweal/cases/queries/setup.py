"""Categories and routing rules as values."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from commonweal.cases import rules
from commonweal.cases.errors import NoSuchCategory, NoSuchRule, UnitClosed
from commonweal.cases.models import Category, RoutingRule
from commonweal.cases.types import CategoryCard, Decision, Question, QuestionKind, Review, RuleCard
from commonweal.city import queries as the_city
from commonweal.city.types import Term, TermUnit
from commonweal.kernel.queries import kept
from commonweal.kernel.types import Channel
from commonweal.methods.search import normalise

CATEGORIES = "categories"  # under which they are kept, and renewed when one is saved
RULES = "routing-rules"


def categories(*, only_open: bool = False) -> list[CategoryCard]:
    """List categories in the city's order: each main category, then what stands below it."""
    cards = [card for card in _categories().values() if card.is_open or not only_open]
    tops = [card for card in cards if card.parent_id is None]
    return [one for top in tops for one in (top, *(c for c in cards if c.parent_id == top.id))] + [
        c for c in cards if c.parent_id and c.parent_id not in {top.id for top in tops}
    ]


def _categories() -> dict[UUID, CategoryCard]:
    return kept(CATEGORIES, _read_categories)


def _read_categories() -> dict[UUID, CategoryCard]:
    rows = Category.objects.select_related("parent").order_by("order", "code")
    return {row.pk: category_card(row) for row in rows}


def category(category_id: UUID) -> CategoryCard:
    """Find a category.

    Raises
    ------
    NoSuchCategory
        When there is none.

    """
    found = _categories().get(category_id)
    if found is None:
        raise NoSuchCategory
    return found


def category_by_code(code: str) -> CategoryCard | None:
    """Find a category by its code."""
    return next((card for card in _categories().values() if card.code == code), None)


def category_card(row: Category) -> CategoryCard:
    """Turn a row into the value that passes the door."""
    return CategoryCard(
        id=row.pk,
        code=row.code,
        parent_id=row.parent.pk if row.parent else None,
        parent_code=row.parent.code if row.parent else "",
        parent_names=row.parent.names if row.parent else {},
        names=row.names,
        hints=row.hints,
        keywords={language: tuple(words) for language, words in row.keywords.items()},
        questions=tuple(question_from(raw) for raw in row.questions),
        term=Term(amount=row.term_amount, unit=TermUnit(row.term_unit)),
        review=Review(row.review),
        is_open=row.is_open,
        needs_place=row.needs_place,
        order=row.order,
        version=row.version,
    )


def question_from(raw: dict[str, Any]) -> Question:
    """Read a question as the table keeps it."""
    return Question(
        code=raw["code"],
        kind=QuestionKind(raw["kind"]),
        words=raw["words"],
        help=raw.get("help", {}),
        is_required=raw.get("is_required", False),
        options=tuple((option["code"], option["words"]) for option in raw.get("options", ())),
        after=raw.get("after", ""),
        after_is=tuple(raw.get("after_is", ())),
    )


def asked(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[Question]:
    """Give the questions that come up with these answers."""
    return rules.asked(questions, answers)


def suggest_categories(text: str, *, most: int = 8) -> list[CategoryCard]:
    """Find open categories by words as people type them: names, hints and the city's keywords."""
    wanted = [word for word in normalise(text).split() if word]
    scored = []
    for card in categories(only_open=True):
        if card.parent_id is None:
            continue
        score = sum(_score(card, word) for word in wanted)
        if score:
            scored.append((-score, card.order, card.code, card))
    return [card for *_, card in sorted(scored, key=lambda item: item[:3])[:most]]


def _score(card: CategoryCard, word: str) -> float:
    names = [normalise(name) for name in card.names.values()]
    keywords = [normalise(one) for words in card.keywords.values() for one in words]
    others = [normalise(name) for name in (*card.hints.values(), *card.parent_names.values())]
    if any(_meets(text, word) for text in names):
        return 3
    if any(_meets(text, word) for text in keywords):
        return 2
    if any(_meets(text, word) for text in others):
        return 1
    return 0


def _meets(text: str, word: str) -> bool:
    """Say whether word and text meet: a prefix of a Latin word, a shared pair of characters."""
    if not text:
        return False
    if word.isascii():
        return any(part.startswith(word) for part in text.replace("-", " ").split())
    if word in text or (len(text) > 1 and text in word):
        return True
    return any(word[i : i + 2] in text for i in range(len(word) - 1))


def rules_in_order() -> list[RuleCard]:
    """List routing rules in the order in which they are asked."""
    return list(kept(RULES, _read_rules))


def _read_rules() -> tuple[RuleCard, ...]:
    return tuple(rule_card(row) for row in RoutingRule.objects.order_by("order", "id"))


def rule(rule_id: UUID) -> RuleCard:
    """Find a routing rule.

    Raises
    ------
    NoSuchRule
        When there is none.

    """
    for one in rules_in_order():
        if one.id == rule_id:
            return one
    raise NoSuchRule


def rule_card(row: RoutingRule) -> RuleCard:
    """Turn a row into the value that passes the door."""
    return RuleCard(
        id=row.pk,
        order=row.order,
        names=row.names,
        categories=tuple(row.categories),
        districts=tuple(row.districts),
        channels=tuple(Channel(channel) for channel in row.channels),
        words=tuple(row.words),
        unit_id=row.unit_id,
        is_active=row.is_active,
        version=row.version,
    )


def decide(
    about: CategoryCard,
    *,
    district_id: UUID | None,
    channel: Channel,
    text: str,
    at: datetime,
) -> Decision:
    """Ask the routing rules which unit a report would go to; changes nothing.

    Raises
    ------
    UnitClosed
        When the city has no unit yet.

    """
    units = the_city.units(at=at)
    if not units:
        raise UnitClosed
    open_ids = {unit.id for unit in units}
    return rules.route(
        [rule for rule in rules_in_order() if rule.unit_id in open_ids],
        category=(about.code, about.parent_code),
        district=the_city.district(district_id).code if district_id else None,
        channel=channel,
        text=text,
        fallback=units[0].id,
    )


def shadowed_rules() -> list[tuple[RuleCard, RuleCard]]:
    """Name the active rules that can never decide, each with the earlier one in the way."""
    cards = rules_in_order()
    known = {card.id: card for card in cards}
    return [(known[later], known[earlier]) for later, earlier in rules.shadowed(cards)]
