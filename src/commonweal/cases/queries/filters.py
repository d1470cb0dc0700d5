"""What staff chose above the inbox, and the filters they keep."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from commonweal.cases import rules
from commonweal.cases.errors import NoSuchFilter
from commonweal.cases.models import SavedFilter as Row
from commonweal.cases.queries import lists
from commonweal.cases.queries.setup import categories
from commonweal.cases.types import (
    Act,
    Choice,
    Count,
    Filter,
    Gone,
    SavedFilter,
    Show,
    Sort,
    State,
)
from commonweal.city import queries as the_city
from commonweal.kernel.types import Actor


def chosen(choice: Choice, *, by: Actor) -> Filter:
    """Turn a choice into a filter: whatever it names, it reaches only cases one may see."""
    sees_all = rules.may(by, Act.SEE, None)
    units = None if sees_all else by.units
    if choice.unit_id:
        below = the_city.units_below([choice.unit_id])
        units = below if sees_all else below & by.units
    return Filter(
        text=choice.text,
        states=(choice.state,) if choice.state else (),
        categories=(choice.category_id,) if choice.category_id else (),
        districts=(choice.district_id,) if choice.district_id else (),
        units=units,
        only_open=choice.show is Show.OPEN and not choice.state,
        only_overdue=choice.show is Show.OVERDUE,
        only_unreviewed=choice.show is Show.UNREVIEWED,
        assignee_id=by.id if choice.show is Show.MINE else None,
        sort=choice.sort,
    )


def saved_filters(*, by: Actor) -> list[SavedFilter]:
    """List the filters somebody keeps, then those shared with the units one works for."""
    return _cards(_seen_by(by))


def saved_filter(filter_id: UUID, *, by: Actor) -> SavedFilter:
    """Find a kept filter that one sees.

    Raises
    ------
    NoSuchFilter
        When it was deleted, or belongs to others.

    """
    found = _cards(_seen_by(by).filter(pk=filter_id))
    if not found:
        raise NoSuchFilter
    return found[0]


def may_change(card: SavedFilter, by: Actor) -> bool:
    """Say whether somebody may rename, move and delete a filter one sees."""
    return card.shared_with is None or rules.may(by, Act.SHARE_FILTERS, card.shared_with)


def shares_with(by: Actor) -> list[UUID]:
    """List the units with which somebody may share filters, in the order of their tree."""
    return [unit.id for unit in the_city.units() if rules.may(by, Act.SHARE_FILTERS, unit.id)]


def filter_counts(
    cards: Sequence[SavedFilter], *, by: Actor, at: datetime
) -> dict[UUID, Count | None]:
    """Count the cases of each filter up to `lists.MOST_COUNTED`; none where something is gone."""
    return {
        card.id: None if card.gone else lists.count(chosen(card.choice, by=by), at=at)
        for card in cards
    }


def _seen_by(by: Actor) -> QuerySet[Row]:
    """Find the own ones, and those of each unit one works for, of units above and below it."""
    granted = {grant.unit_id for grant in by.grants if grant.unit_id}
    near = by.units.union(*(_line_above(unit_id) for unit_id in granted))
    own = Q(owner_id=by.id, shared_with__isnull=True)
    return Row.objects.filter(own | Q(shared_with__in=near))


def _line_above(unit_id: UUID) -> set[UUID]:
    parents = {unit.id: unit.parent_id for unit in the_city.units()}
    line: set[UUID] = set()
    above: UUID | None = unit_id
    while above is not None and above not in line:
        line.add(above)
        above = parents.get(above)
    return line


def _cards(rows: Iterable[Row]) -> list[SavedFilter]:
    tree = {unit.id: place for place, unit in enumerate(the_city.units())}
    cards = [(row, filter_card(row)) for row in rows]
    cards.sort(
        key=lambda one: (
            tree.get(one[0].shared_with, len(tree)) if one[0].shared_with else -1,
            one[0].position,
        )
    )
    return [card for _row, card in cards]


def filter_card(row: Row) -> SavedFilter:
    """Turn a row into the value that passes the door."""
    known = (
        (Gone.CATEGORY, row.category_id, {one.id for one in categories()}),
        (Gone.DISTRICT, row.district_id, {one.id for one in the_city.districts()}),
        (Gone.UNIT, row.unit_id, {one.id for one in the_city.units()}),
    )
    return SavedFilter(
        id=row.pk,
        name=row.name,
        choice=Choice(
            text=row.text,
            state=State(row.state) if row.state else None,
            category_id=row.category_id,
            district_id=row.district_id,
            unit_id=row.unit_id,
            show=Show(row.show),
            sort=Sort(row.sort),
        ),
        shared_with=row.shared_with,
        gone=tuple(what for what, named, there in known if named and named not in there),
        used_on=row.used_on,
        version=row.version,
    )
