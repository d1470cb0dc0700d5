"""Categories and routing rules as files of the profile folder."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

import yaml
from django.db import transaction

from commonweal.cases import queries
from commonweal.cases.actions import order_rules, save_category, save_rule
from commonweal.cases.actions.setup import CategoryDraft, RuleDraft
from commonweal.cases.adapters import folder as files
from commonweal.cases.adapters.folder import CategoryEntry, RuleEntry
from commonweal.cases.types import CategoryCard, Question, RuleCard
from commonweal.city import queries as the_city
from commonweal.city.actions import problem_of
from commonweal.city.errors import ProfileHasProblems
from commonweal.city.types import Changes, Problem, ProfilePart
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Actor, Words

P = ParamSpec("P")
T = TypeVar("T")
How = Mapping[str, Any]


def check(folder: Path) -> list[Problem]:
    """Find everything wrong with the two files."""
    return files.read(folder).problems


@transaction.atomic
def load(folder: Path, *, by: Actor, at: datetime, reason: str) -> tuple[Changes, ...]:
    """Bring both files in; what a file does not name stays as it is."""
    reading = files.read(folder)
    if reading.problems:
        raise ProfileHasProblems(problems=tuple(reading.problems))
    how: How = {"by": by, "at": at, "reason": reason}
    return _load_categories(reading.categories, how), _load_rules(reading.rules, how)


def _placed(file: str, line: int, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    try:
        return act(*args, **kwargs)
    except Refusal as refusal:
        raise ProfileHasProblems(problems=(problem_of(refusal, file, line),)) from refusal


def _load_categories(entries: Sequence[CategoryEntry], how: How) -> Changes:
    known = {card.code: card for card in queries.categories()}
    in_order = [entry.code for entry in entries]
    keeps_order = [code for code in known if code in set(in_order)] == in_order
    done = Changes(part="categories")
    for place, entry in enumerate(entries, start=1):
        old = known.get(entry.code)
        parent = known.get(entry.parent)
        draft = CategoryDraft(
            code=entry.code,
            names=entry.names,
            parent_id=parent.id if parent else None,
            hints=entry.hints,
            keywords=entry.keywords,
            questions=entry.questions,
            term=entry.term,
            review=entry.review,
            is_open=entry.is_open,
            needs_place=entry.needs_place,
            order=old.order if old and keeps_order else place,
        )
        is_same = old is not None and _draft_of(old) == draft
        if not is_same:
            known[entry.code] = _placed(
                files.CATEGORIES,
                entry.line,
                save_category,
                draft=draft,
                category_id=old.id if old else None,
                seen=old.version if old else None,
                **how,
            )
        done = done.counted(is_new=old is None, is_changed=not is_same)
    return done


def _draft_of(card: CategoryCard) -> CategoryDraft:
    return CategoryDraft(
        code=card.code,
        names=card.names,
        parent_id=card.parent_id,
        hints=card.hints,
        keywords=card.keywords,
        questions=card.questions,
        term=card.term,
        review=card.review,
        is_open=card.is_open,
        needs_place=card.needs_place,
        order=card.order,
    )


def _load_rules(entries: Sequence[RuleEntry], how: How) -> Changes:
    """Bring the rules in; they are known by their name in the city's first language."""
    first = the_city.profile().languages[0]
    known = {card.names.get(first, ""): card for card in queries.rules_in_order()}
    units = {card.code: card.id for card in the_city.units()}
    done, ids = Changes(part="routing"), []
    for entry in entries:
        old = known.get(entry.names[first])
        if entry.unit not in units:
            raise ProfileHasProblems(problems=(files.unknown_unit(entry, units),))
        draft = RuleDraft(
            names=entry.names,
            unit_id=units[entry.unit],
            categories=entry.categories,
            districts=entry.districts,
            channels=entry.channels,
            words=entry.words,
            is_active=entry.is_active,
        )
        is_same = old is not None and _rule_draft_of(old) == draft
        card = old
        if card is None or not is_same:
            card = _placed(
                files.ROUTING,
                entry.line,
                save_rule,
                draft=draft,
                rule_id=old.id if old else None,
                seen=old.version if old else None,
                **how,
            )
        ids.append(card.id)
        done = done.counted(is_new=old is None, is_changed=not is_same)
    _order(ids, how)
    return done


def _order(ids: Sequence[UUID], how: How) -> None:
    """Ask the file's rules first, in its order; others stay behind them as they were."""
    now = [card.id for card in queries.rules_in_order()]
    wanted = [*ids, *(one for one in now if one not in set(ids))]
    if wanted != now:
        order_rules(rule_ids=wanted, **how)


def _rule_draft_of(card: RuleCard) -> RuleDraft:
    return RuleDraft(
        names=card.names,
        unit_id=card.unit_id,
        categories=card.categories,
        districts=card.districts,
        channels=card.channels,
        words=card.words,
        is_active=card.is_active,
    )


# Saving


def save(folder: Path) -> None:
    """Write both files, so that they load back to the same."""
    _write(folder / files.CATEGORIES, _categories())
    _write(folder / files.ROUTING, _rules())


def _write(path: Path, value: object) -> None:
    text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=100)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", newline="")
    beside.replace(path)


def _categories() -> list[dict[str, object]]:
    cards = queries.categories()
    return [
        _category(card, [_category(one, []) for one in cards if one.parent_id == card.id])
        for card in cards
        if card.parent_id is None
    ]


def _category(card: CategoryCard, below: list[dict[str, object]]) -> dict[str, object]:
    said: dict[str, object] = {
        "code": card.code,
        "names": dict(card.names),
        "hints": dict(card.hints),
        "keywords": {language: list(words) for language, words in card.keywords.items()},
        "promise": {"amount": card.term.amount, "unit": card.term.unit.value},
        "review": card.review.value,
        "place": card.needs_place,
        "open": card.is_open,
        "questions": [_question(one) for one in card.questions],
        "below": below,
    }
    return {key: value for key, value in said.items() if value not in ({}, [])}


def _question(question: Question) -> dict[str, object]:
    said: dict[str, object] = {
        "code": question.code,
        "kind": question.kind.value,
        "words": dict(question.words),
        "help": dict(question.help),
        "required": question.is_required,
        "options": [{"code": code, "words": _plain(words)} for code, words in question.options],
        "after": question.after,
        "after_is": list(question.after_is),
    }
    return {key: value for key, value in said.items() if value not in ({}, [], "")}


def _plain(words: Words) -> dict[str, str]:
    return dict(words)


def _rules() -> list[dict[str, object]]:
    codes = {card.id: card.code for card in the_city.units()}
    rows = []
    for card in queries.rules_in_order():
        said: dict[str, object] = {
            "names": dict(card.names),
            "categories": list(card.categories),
            "districts": list(card.districts),
            "channels": [channel.value for channel in card.channels],
            "words": list(card.words),
            "unit": codes.get(card.unit_id, ""),
            "active": card.is_active,
        }
        rows.append({key: value for key, value in said.items() if value != []})
    return rows


PART = ProfilePart(
    name="cases",
    files=(files.CATEGORIES, files.ROUTING),
    check=check,
    load=load,
    save=save,
    starter=Path(__file__).parent / "starter",
)
