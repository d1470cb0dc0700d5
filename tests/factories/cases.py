"""A small town to report in, and people who act in it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from commonweal.cases import actions, queries
from commonweal.cases.actions.setup import CategoryDraft, RuleDraft
from commonweal.cases.types import (
    CaseCard,
    CategoryCard,
    ContactDraft,
    Draft,
    Place,
    Question,
    QuestionKind,
    Receipt,
    Reporter,
    Review,
)
from commonweal.city import actions as city
from commonweal.city.types import DistrictCard, Term, TermUnit, UnitCard
from commonweal.kernel.types import ANONYMOUS, Actor, ActorKind, Grant, Role, Words

NOW = datetime(2026, 3, 9, 9, 30, tzinfo=UTC)  # a Monday
ADMINISTRATOR = Actor(
    kind=ActorKind.PERSON, id=uuid4(), grants=frozenset({Grant(Role.ADMINISTRATOR)})
)
NORTH = [[[114.0, 22.0], [114.1, 22.0], [114.1, 22.1], [114.0, 22.1], [114.0, 22.0]]]


def named(text: str) -> Words:
    return dict.fromkeys(("zh-Hant", "zh-Hans", "en"), text)


def staff(role: Role, unit_id: UUID | None = None) -> Actor:
    """Give somebody who holds a role now."""
    return Actor(
        kind=ActorKind.PERSON,
        id=uuid4(),
        grants=frozenset({Grant(role, unit_id)}),
        units=frozenset({unit_id} if unit_id else ()),
    )


@dataclass(frozen=True)
class Town:
    centre: UnitCard
    roads: UnitCard
    other: UnitCard
    north: DistrictCard
    lamp: CategoryCard
    private: CategoryCard

    @property
    def officer(self) -> Actor:
        return staff(Role.OFFICER, self.roads.id)

    @property
    def lead(self) -> Actor:
        return staff(Role.LEAD, self.roads.id)


def town() -> Town:
    """Found a town: a centre with one unit below it, a district, two categories, one rule."""
    by: dict[str, Any] = {"by": ADMINISTRATOR, "at": NOW, "reason": "a town to test in", "seen": 0}
    city.save_profile(
        name=named("Test Town"), languages=("zh-Hant", "zh-Hans", "en"), zone="UTC", **by
    )
    days = [[["09:00", "17:00"]]] * 5 + [[], []]
    city.save_week(hours=days, **by)
    centre = city.save_unit(unit_id=None, code="centre", names=named("Centre"), **by)
    roads = city.save_unit(
        unit_id=None, code="roads", names=named("Roads"), parent_id=centre.id, **by
    )
    other = city.save_unit(
        unit_id=None, code="other", names=named("Other"), parent_id=centre.id, **by
    )
    geometry = {"type": "Polygon", "coordinates": NORTH}
    north = city.save_district(
        district_id=None, code="north", names=named("North"), geometry=geometry, **by
    )
    top = category("street", "Street")
    lamp = category(
        "lamp",
        "Street lamp",
        parent_id=top.id,
        keywords={"zh-Hant": ["路燈"], "en": ["light", "dark"]},
        questions=(
            Question(
                code="how-many",
                kind=QuestionKind.CHOICE,
                words=named("How many lamps?"),
                options=(("one", named("One")), ("several", named("Several"))),
            ),
        ),
        term=Term(amount=3, unit=TermUnit.WORKING_DAYS),
    )
    private = category("neighbour", "Trouble next door", parent_id=top.id, review=Review.NEVER)
    rule = RuleDraft(names=named("Lamps to roads"), unit_id=roads.id, categories=("lamp",))
    actions.save_rule(
        draft=rule, rule_id=None, seen=None, reason="set up", by=ADMINISTRATOR, at=NOW
    )
    return Town(centre, roads, other, north, lamp, private)


def category(code: str, name: str, **values: Any) -> CategoryCard:
    return actions.save_category(
        draft=CategoryDraft(code=code, names=named(name), **values),
        category_id=None,
        seen=None,
        reason="set up",
        by=ADMINISTRATOR,
        at=NOW,
    )


def draft(category_: CategoryCard, **values: Any) -> Draft:
    said: dict[str, Any] = {
        "text": "The lamp at the bridge is dark.",
        "language": "en",
        "place": Place(lat=22.05, lng=114.05),
        "contact": ContactDraft(mail="ada@example.org"),
        **values,
    }
    return Draft(category_id=category_.id, **said)


def reported(category_: CategoryCard, *, by: Actor = ANONYMOUS, **values: Any) -> Receipt:
    """Tell the town about a problem."""
    return actions.report(draft=draft(category_, **values), by=by, at=NOW)


def reporter(receipt: Receipt) -> Reporter:
    return queries.reporter_by_key(receipt.key)


def card(receipt: Receipt) -> CaseCard:
    return queries.card(receipt.case_id, at=NOW)
