"""Lists, counts and points, for staff and for everybody."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, time
from typing import NamedTuple, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from commonweal.cases import rules
from commonweal.cases.models import Case
from commonweal.cases.queries.one import answers_of, case_card, public_case_card
from commonweal.cases.queries.setup import categories
from commonweal.cases.types import (
    Box,
    CaseCard,
    Count,
    Filter,
    Point,
    Publication,
    PublicCard,
    Sort,
    State,
)
from commonweal.city import queries as the_city
from commonweal.kernel import queries as kernel
from commonweal.kernel.types import Page
from commonweal.methods.geo import bounding_box, haversine_m

T = TypeVar("T")

STAFF_INDEX, PUBLIC_INDEX = "case", "case.public"
PAGE = 25
MOST_COUNTED = 10_000
MOST_COUNTED_OF_MANY = 250  # where very many hold the words searched for
MOST_POINTS = 5_000
BATCH = 500
ALIKE_M, MOST_ALIKE = 100.0, 5  # how near an open report of the same kind is called to mind
EARLIEST, LATEST = date(1000, 1, 1), date(9000, 1, 1)  # beyond, no zone can be reckoned


class Chosen(NamedTuple):
    """The cases of a filter, and how many of them are counted and can be paged through."""

    rows: QuerySet[Case]
    most: int


_ORDER = {
    Sort.PROMISE: ("due_at", "id"),
    Sort.NEWEST: ("-received_at", "id"),
    Sort.OLDEST: ("received_at", "id"),
}


def listing(wanted: Filter, *, at: datetime, number: int = 1, size: int = PAGE) -> Page[CaseCard]:
    """List cases for staff; whoever calls has put the units one may see into the filter."""
    return _page(
        _chosen(wanted, STAFF_INDEX, at),
        wanted.sort,
        number,
        size,
        lambda found: [case_card(row, at=at) for row in found],
    )


def listing_after(
    wanted: Filter, after: tuple[datetime, UUID] | None, *, at: datetime, size: int = PAGE
) -> list[CaseCard]:
    """List cases for staff from behind one that was seen: by its time and id in this order.

    Nothing is counted, and what comes in meanwhile moves nothing out of its page.
    """
    rows, order = _filtered(wanted, STAFF_INDEX, at), _ORDER[wanted.sort]
    if after:
        moment, id_ = after
        name = order[0].removeprefix("-")
        way = "lt" if order[0].startswith("-") else "gt"
        behind = Q(**{f"{name}__{way}": moment}) | Q(**{name: moment, "id__gt": id_})
        rows = rows.filter(behind, **{f"{name}__{way}e": moment})
    return [case_card(row, at=at) for row in rows.order_by(*order)[:size]]


def public_listing(
    wanted: Filter, *, at: datetime, number: int = 1, size: int = PAGE
) -> Page[PublicCard]:
    """List cases for everybody."""

    def cards(found: Sequence[Case]) -> list[PublicCard]:
        answers = answers_of([row.pk for row in found])
        return [public_case_card(row, answers.get(row.pk, ""), at=at) for row in found]

    return _page(_chosen(wanted, PUBLIC_INDEX, at), wanted.sort, number, size, cards)


def public_export(wanted: Filter, *, at: datetime) -> Iterator[PublicCard]:
    """Give every case of a filter, oldest first, a batch at a time: any number fits in memory."""
    rows = _filtered(wanted, PUBLIC_INDEX, at).order_by("received_at", "id")
    after: tuple[datetime, UUID] | None = None
    while True:
        part = rows
        if after:
            moment, id_ = after
            later = Q(received_at__gt=moment) | Q(received_at=moment, id__gt=id_)
            part = rows.filter(later, received_at__gte=moment)
        found = list(part[:BATCH])
        answers = answers_of([row.pk for row in found])
        yield from (public_case_card(row, answers.get(row.pk, ""), at=at) for row in found)
        if len(found) < BATCH:
            return
        after = found[-1].received_at, found[-1].pk


def points(wanted: Filter, *, at: datetime) -> list[Point]:
    """Give the dots of the staff map, newest first, as many as a map can show."""
    return _points(_filtered(wanted, STAFF_INDEX, at))


def public_points(wanted: Filter, *, at: datetime, box: Box | None = None) -> list[Point]:
    """Give the dots of the public map, newest first, as many as a map can show."""
    rows = _filtered(wanted, PUBLIC_INDEX, at)
    if box:
        west, south, east, north = box
        rows = rows.filter(lat__range=(south, north), lng__range=(west, east))
    return _points(rows)


def open_near(
    category_id: UUID, *, lat: float, lng: float, at: datetime, metres: float = ALIKE_M
) -> list[CaseCard]:
    """List open cases of the same category around a point, nearest first; for staff."""
    south, west, north, east = bounding_box(lat, lng, metres)
    rows = Case.objects.filter(
        category_id=category_id,
        closed_at__isnull=True,
        lat__range=(south, north),
        lng__range=(west, east),
    ).order_by("-received_at")[:BATCH]
    measured = [(haversine_m(lat, lng, row.lat or 0.0, row.lng or 0.0), row) for row in rows]
    near = sorted(((far, row) for far, row in measured if far <= metres), key=lambda pair: pair[0])
    return [case_card(row, at=at) for _far, row in near[:MOST_ALIKE]]


def counts(wanted: Filter, *, at: datetime) -> dict[str, int]:
    """Count open, overdue and unreviewed cases of a filter, each up to `MOST_COUNTED`."""
    rows = _filtered(wanted, STAFF_INDEX, at)
    still = rows.filter(closed_at__isnull=True)
    parts = {
        "open": still,
        "overdue": still.filter(_overdue(at)),
        "unreviewed": rows.filter(_unreviewed()),
    }
    return {name: part[:MOST_COUNTED].count() for name, part in parts.items()}


def count(wanted: Filter, *, at: datetime) -> Count:
    """Count the cases of a filter, as far as its list goes."""
    return _count(_chosen(wanted, STAFF_INDEX, at))


def _count(chosen: Chosen) -> Count:
    counted = chosen.rows[: chosen.most + 1].count()
    return Count(total=min(counted, chosen.most), is_more=counted > chosen.most)


def _overdue(at: datetime) -> Q:
    """Find broken promises; one that waits for the reporter was broken before, or not at all."""
    until = Coalesce("paused_at", Value(at, output_field=DateTimeField()))
    return Q(is_promised=True, due_at__lt=until) & Q(due_at__lt=at)  # the second by an index


def _unreviewed() -> Q:
    return (Q(publication=Publication.WAITING) & ~Q(text="")) | Q(photos_wait=True)


def _filtered(wanted: Filter, index: str, at: datetime) -> QuerySet[Case]:
    return _chosen(wanted, index, at).rows


def _chosen(wanted: Filter, index: str, at: datetime) -> Chosen:
    rows, most = Case.objects.all(), MOST_COUNTED
    if wanted.text.strip():
        found = kernel.found(kind=index, text=wanted.text, column="cases_case.id")
        rows = rows.filter(found.is_held)
        most = MOST_COUNTED_OF_MANY if found.are_many else most
    if wanted.states:
        rows = rows.filter(state__in=wanted.states)
    if wanted.only_open or wanted.only_overdue:
        rows = rows.filter(closed_at__isnull=True)
    if wanted.only_overdue:
        rows = rows.filter(_overdue(at))
    if wanted.only_unreviewed:
        rows = rows.filter(_unreviewed())
    if wanted.categories:
        rows = rows.filter(category__in=_with_those_below(wanted.categories))
    if wanted.districts:
        rows = rows.filter(district_id__in=wanted.districts)
    if wanted.units is not None:
        rows = rows.filter(unit_id__in=wanted.units)
    if wanted.assignee_id:
        rows = rows.filter(assignee_id=wanted.assignee_id)
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    zone = ZoneInfo(the_city.profile().zone)
    if wanted.since:
        first = max(wanted.since, EARLIEST)
        rows = rows.filter(received_at__gte=datetime.combine(first, time.min, zone))
    if wanted.until:
        last = min(wanted.until, LATEST)
        rows = rows.filter(received_at__lte=datetime.combine(last, time.max, zone))
    return Chosen(rows, most)


def _with_those_below(wanted: Sequence[UUID]) -> list[UUID]:
    """Name categories one by one: an index finds them, a join over all cases need not be made."""
    return [one.id for one in categories() if one.id in wanted or one.parent_id in wanted]


def _page(
    chosen: Chosen, sort: Sort, number: int, size: int, cards: Callable[[list[Case]], list[T]]
) -> Page[T]:
    counted = _count(chosen)
    number = max(1, min(number, max(1, -(-counted.total // size))))
    first = (number - 1) * size
    found = list(chosen.rows.order_by(*_ORDER[sort])[first : first + size])
    return Page(
        items=tuple(cards(found)),
        total=counted.total,
        number=number,
        size=size,
        is_more=counted.is_more,
    )


def _points(rows: QuerySet[Case]) -> list[Point]:
    placed = rows.filter(lat__isnull=False).order_by("-received_at")[:MOST_POINTS]
    reviews = {card.id: card.review for card in categories()}
    return [
        Point(
            number=number,
            lat=lat,
            lng=lng,
            state=State(state),
            category_id=category_id,
        )
        for number, full_lat, full_lng, state, category_id in placed.values_list(
            "number", "lat", "lng", "state", "category_id"
        )
        if (lat := rules.street_level(full_lat, reviews[category_id])) is not None
        and (lng := rules.street_level(full_lng, reviews[category_id])) is not None
    ]
