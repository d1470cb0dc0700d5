"""Filters that staff keep: no act on a case, so nothing is entered; a page counts for each."""

from datetime import date, datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction
from django.db.models import Max, QuerySet

from commonweal.cases import queries, rules
from commonweal.cases.errors import (
    FilterNameTaken,
    NoSuchFilter,
    TooManyFilters,
)
from commonweal.cases.models import SavedFilter as Row
from commonweal.cases.queries.filters import filter_card
from commonweal.cases.types import MOST_FILTERS, Choice, SavedFilter
from commonweal.city import queries as the_city
from commonweal.kernel import actions as kernel
from commonweal.kernel import queries as search
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor

LISTS = "saved-filters"  # whoever changes a list waits for whoever does


@transaction.atomic
def keep_filter(
    *, name: str, choice: Choice, share_with: UUID | None, by: Actor, at: datetime
) -> SavedFilter:
    """Keep a choice under a name, alone or for a unit; the same sent twice is kept once."""
    rules.check_keep_filters(by)
    rules.check_share_filters(by, share_with)
    assert by.id is not None
    _check(choice)
    called = rules.filter_name(name)
    kernel.hold(LISTS)
    there = _list_of(by.id, share_with)
    if known := there.filter(name=called).first():
        card = filter_card(known)
        if card.choice != choice or known.owner_id != by.id:
            raise FilterNameTaken
        return card
    if there.count() >= MOST_FILTERS:
        raise TooManyFilters(most=MOST_FILTERS)
    last = there.aggregate(last=Max("position"))["last"]
    row = Row.objects.create(
        id=uuid4(),
        owner_id=by.id,
        shared_with=share_with,
        name=called,
        position=0 if last is None else last + 1,
        text=choice.text,
        state=choice.state or "",
        category_id=choice.category_id,
        district_id=choice.district_id,
        unit_id=choice.unit_id,
        show=choice.show,
        sort=choice.sort,
        used_on=_day(at),
    )
    return filter_card(row)


def _check(choice: Choice) -> None:
    """Refuse a choice that names what the city does not have, or words that find nothing."""
    if choice.text.strip():
        search.check_searchable(choice.text)
    if choice.category_id:
        queries.category(choice.category_id)
    if choice.district_id:
        the_city.district(choice.district_id)
    if choice.unit_id:
        the_city.unit(choice.unit_id)


@transaction.atomic
def rename_filter(*, filter_id: UUID, name: str, seen: int, by: Actor) -> SavedFilter:
    """Give a filter another name."""
    row = _taken(filter_id, seen=seen, by=by)
    row.name, row.version = rules.filter_name(name), row.version + 1
    try:
        with transaction.atomic():
            row.save(update_fields=["name", "version"])
    except IntegrityError:
        raise FilterNameTaken from None
    return filter_card(row)


@transaction.atomic
def move_filter(*, filter_id: UUID, up: bool, seen: int, by: Actor) -> None:
    """Move a filter one place up or down in its list; at the end of the list it stays."""
    row = _taken(filter_id, seen=seen, by=by)
    there = list(_list_of(row.owner_id, row.shared_with).order_by("position", "id"))
    place = next(at for at, one in enumerate(there) if one.pk == row.pk)
    to = max(0, place - 1) if up else min(len(there) - 1, place + 1)
    there.insert(to, there.pop(place))
    for position, one in enumerate(there):
        one.position = position
    Row.objects.bulk_update(there, ["position"])


@transaction.atomic
def drop_filter(*, filter_id: UUID, seen: int, by: Actor) -> None:
    """Delete a filter, for everybody who sees it."""
    _taken(filter_id, seen=seen, by=by).delete()


def filter_used(card: SavedFilter, *, at: datetime) -> None:
    """Note the day on which a filter was last used: what nobody uses is forgotten."""
    if card.used_on != _day(at):
        Row.objects.filter(pk=card.id).update(used_on=_day(at))


def forget_filters(*, unused_since: date) -> int:
    """Delete the filters that nobody has used since a day."""
    deleted, _by_table = Row.objects.filter(used_on__lt=unused_since).delete()
    return deleted


def _taken(filter_id: UUID, *, seen: int, by: Actor) -> Row:
    kernel.hold(LISTS)
    card = queries.saved_filter(filter_id, by=by)
    rules.check_share_filters(by, card.shared_with)
    row = Row.objects.select_for_update().filter(pk=filter_id).first()
    if row is None:
        raise NoSuchFilter
    if row.version != seen:
        raise ChangedSinceYouLooked(version=row.version)
    return row


def _list_of(owner_id: UUID, shared_with: UUID | None) -> QuerySet[Row]:
    if shared_with is not None:
        return Row.objects.filter(shared_with=shared_with)
    return Row.objects.filter(owner_id=owner_id, shared_with__isnull=True)


def _day(at: datetime) -> date:
    return at.astimezone(ZoneInfo(the_city.profile().zone)).date()
