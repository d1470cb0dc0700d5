"""What the administrator sets up: categories with their questions, and routing rules."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max

from commonweal.cases import queries, rules
from commonweal.cases.actions import steps
from commonweal.cases.errors import (
    CodeTaken,
    NameMissing,
    NoSuchCategory,
    NoSuchRule,
    WrongParent,
)
from commonweal.cases.models import Category, RoutingRule
from commonweal.cases.queries.setup import CATEGORIES, RULES
from commonweal.cases.types import CategoryCard, Question, Review, RuleCard, term_facts
from commonweal.city import queries as the_city
from commonweal.city.types import Term, TermUnit
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor, Channel, Words
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entry, subject_of

ADMINISTRATOR = "role:administrator"


@dataclass(frozen=True, kw_only=True)
class CategoryDraft:
    """A category as it should be."""

    code: str
    names: Words
    parent_id: UUID | None = None
    hints: Words = field(default_factory=dict)
    keywords: Mapping[str, Sequence[str]] = field(default_factory=dict)
    questions: Sequence[Question] = ()
    term: Term = field(default_factory=lambda: Term(amount=5, unit=TermUnit.WORKING_DAYS))
    review: Review = Review.AFTER_REVIEW
    is_open: bool = True
    needs_place: bool = True
    order: int = 0


@dataclass(frozen=True, kw_only=True)
class RuleDraft:
    """A routing rule as it should be."""

    names: Words
    unit_id: UUID
    categories: Sequence[str] = ()
    districts: Sequence[str] = ()
    channels: Sequence[Channel] = ()
    words: Sequence[str] = ()
    is_active: bool = True


@transaction.atomic
def save_category(
    *,
    draft: CategoryDraft,
    category_id: UUID | None,
    seen: int | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> CategoryCard:
    """Make or change a category; cases already promised keep their promise."""
    rules.check_configure(by)
    because = rules.needed_reason(reason)
    kernel.hold(CATEGORIES)
    _check_category(draft, category_id)
    row = _category_row(category_id, seen)
    entered = ledger.append(
        Entry(
            type="cases.category-set",
            subject=subject_of("category", row.pk),
            actor=ADMINISTRATOR,
            facts={
                "code": draft.code,
                "promise": term_facts(draft.term),
                "review": draft.review.value,
                "open": draft.is_open,
                "reason": because[:180].replace("\n", " "),
            },
        ),
        at=at,
    )
    row.code, row.names, row.hints = draft.code, dict(draft.names), dict(draft.hints)
    row.parent_id = draft.parent_id
    row.keywords = {language: list(words) for language, words in draft.keywords.items()}
    row.questions = [question_to_json(question) for question in draft.questions]
    row.term_amount, row.term_unit = draft.term.amount, draft.term.unit.value
    row.review, row.is_open, row.needs_place = draft.review, draft.is_open, draft.needs_place
    row.order = draft.order
    _store(row, entered.id, is_new=category_id is None)
    return queries.category(row.pk)


def _check_category(draft: CategoryDraft, category_id: UUID | None) -> None:
    rules.check_code(draft.code)
    _check_names(draft.names)
    rules.check_questions(draft.questions)
    namesake = Category.objects.filter(code=draft.code).first()
    if namesake is not None and namesake.pk != category_id:
        raise CodeTaken(wanted=draft.code)
    if draft.parent_id:
        parent = Category.objects.filter(pk=draft.parent_id).first()
        has_children = Category.objects.filter(parent_id=category_id).exists()
        if parent is None or parent.parent_id or parent.pk == category_id:
            raise WrongParent
        if category_id and has_children:
            raise WrongParent


def _check_names(names: Words) -> None:
    if not all(names.get(language, "").strip() for language in the_city.profile().languages):
        raise NameMissing


def _category_row(category_id: UUID | None, seen: int | None) -> Category:
    if category_id is None:
        return Category(id=uuid4(), version=0)
    row = Category.objects.select_for_update(of=("self",)).filter(pk=category_id).first()
    if row is None:
        raise NoSuchCategory
    if seen != row.version:
        raise ChangedSinceYouLooked
    return row


def _store(row: Category | RoutingRule, entry_id: UUID, *, is_new: bool) -> None:
    row.entry_id = entry_id
    row.version += 1
    row.save(force_insert=is_new)
    kernel.renew(CATEGORIES if isinstance(row, Category) else RULES)


def question_to_json(question: Question) -> dict[str, object]:
    """Write a question as the table keeps it."""
    return {
        "code": question.code,
        "kind": question.kind.value,
        "words": dict(question.words),
        "help": dict(question.help),
        "is_required": question.is_required,
        "options": [{"code": code, "words": dict(words)} for code, words in question.options],
        "after": question.after,
        "after_is": list(question.after_is),
    }


@transaction.atomic
def save_rule(
    *,
    draft: RuleDraft,
    rule_id: UUID | None,
    seen: int | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> RuleCard:
    """Make or change a routing rule; a new one is asked last."""
    rules.check_configure(by)
    because = rules.needed_reason(reason)
    kernel.hold(RULES)
    _check_names(draft.names)
    steps.check_unit(draft.unit_id, at)
    row = _rule_row(rule_id, seen)
    entered = _enter_rule(
        row.pk,
        {
            "unit": draft.unit_id.hex,
            "categories": list(draft.categories),
            "districts": list(draft.districts),
            "channels": [channel.value for channel in draft.channels],
            "words": len(draft.words),
            "active": draft.is_active,
            "order": row.order,
            "reason": because[:180].replace("\n", " "),
        },
        at,
    )
    row.names, row.unit_id, row.is_active = dict(draft.names), draft.unit_id, draft.is_active
    row.categories, row.districts = list(draft.categories), list(draft.districts)
    row.channels = [channel.value for channel in draft.channels]
    row.words = [word.strip() for word in draft.words if word.strip()]
    _store(row, entered, is_new=rule_id is None)
    return queries.rule(row.pk)


def _rule_row(rule_id: UUID | None, seen: int | None) -> RoutingRule:
    if rule_id is None:
        last = RoutingRule.objects.aggregate(last=Max("order"))["last"] or 0
        return RoutingRule(id=uuid4(), version=0, order=last + 1)
    row = RoutingRule.objects.select_for_update(of=("self",)).filter(pk=rule_id).first()
    if row is None:
        raise NoSuchRule
    if seen != row.version:
        raise ChangedSinceYouLooked
    return row


def _enter_rule(rule_id: UUID, facts: dict[str, object], at: datetime) -> UUID:
    entry = Entry(
        type="cases.rule-set",
        subject=subject_of("routing-rule", rule_id),
        actor=ADMINISTRATOR,
        facts=facts,
    )
    return ledger.append(entry, at=at).id


@transaction.atomic
def order_rules(*, rule_ids: Sequence[UUID], reason: str, by: Actor, at: datetime) -> None:
    """Set the order in which the rules are asked; every rule must be named once."""
    rules.check_configure(by)
    because = rules.needed_reason(reason)
    kernel.hold(RULES)
    rows = {row.pk: row for row in RoutingRule.objects.all()}
    if sorted(rule_ids) != sorted(rows):
        raise ChangedSinceYouLooked
    for place, rule_id in enumerate(rule_ids, start=1):
        row = rows[rule_id]
        if row.order != place:
            facts = {"order": place, "reason": because[:180].replace("\n", " ")}
            row.order = place
            _store(row, _enter_rule(rule_id, facts, at), is_new=False)
