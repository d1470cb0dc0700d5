"""The public record as programs read it: many cases at once, and what happened in a time."""

from collections.abc import Sequence
from datetime import datetime
from math import cos, radians
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import F, FloatField, Q, QuerySet, When
from django.db.models.functions import Floor

from commonweal.cases.models import Case, Word
from commonweal.cases.queries.one import answers_of, public_case_card
from commonweal.cases.types import MoveCard, Near, PublicCard, Review, Sought, State, WordKind
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import said_at, subject_of
from commonweal.methods.geo import bounding_box
from commonweal.methods.receipt import number_of, parse

MOVED, UNDONE = "cases.moved", "cases.undone"
METRES_PER_DEGREE = 111_195.0
STREET, QUARTER = 10_000.0, 1_000.0  # parts of a degree, as `rules.street_level` rounds
ROUNDING_M = 100.0


def public_cards(
    sought: Sought, *, at: datetime, number: int = 1, size: int = 1000
) -> list[PublicCard]:
    """Give a page of the cases sought, newest first; none beyond the last page."""
    rows = _sought(sought).order_by("-received_at", "id")
    start = (max(1, number) - 1) * size
    found = list(rows[start : start + size])
    answers = answers_of([row.pk for row in found])
    return [public_case_card(row, answers.get(row.pk, ""), at=at) for row in found]


def _sought(sought: Sought) -> QuerySet[Case]:
    wanted = {
        "received_at__gte": sought.received_from,
        "received_at__lt": sought.received_until,
        "changed_at__gte": sought.changed_from,
        "changed_at__lt": sought.changed_until,
        "closed_at__isnull": sought.is_open,
    }
    rows = Case.objects.filter(**{name: said for name, said in wanted.items() if said is not None})
    if sought.without_sources:
        rows = rows.exclude(source__in=sought.without_sources)
    if sought.numbers is not None:
        rows = rows.filter(number__in=_plain(sought.numbers))
    if sought.categories:
        rows = rows.filter(
            Q(category__in=sought.categories) | Q(category__parent__in=sought.categories)
        )
    return _around(rows, sought.near) if sought.near else rows


def _plain(numbers: Sequence[str]) -> list[str]:
    """Read receipt numbers as people write them; what is none belongs to no case."""
    plain = []
    for written in numbers:
        try:
            plain.append(number_of(parse(written)))
        except ValueError:
            continue
    return plain


def _around(rows: QuerySet[Case], near: Near) -> QuerySet[Case]:
    """Measure from the rounded point: many small circles must not find out the exact one."""
    south, west, north, east = bounding_box(near.lat, near.lng, near.metres + ROUNDING_M)
    rows = rows.filter(lat__gte=south, lat__lte=north, lng__gte=west, lng__lte=east)
    parts = Choice(
        When(category__review=Review.NEVER, then=QUARTER),
        default=STREET,
        output_field=FloatField(),
    )
    y = (Floor(F("lat") * parts + 0.5) / parts - near.lat) * METRES_PER_DEGREE
    x = (Floor(F("lng") * parts + 0.5) / parts - near.lng) * (
        METRES_PER_DEGREE * cos(radians(near.lat))
    )
    return rows.alias(square=x * x + y * y).filter(square__lte=near.metres**2)


def public_moves(
    *,
    since: datetime,
    until: datetime,
    numbers: Sequence[str] | None = None,
    number: int = 1,
    size: int = 1000,
) -> list[MoveCard]:
    """Tell how cases moved in a span of time, oldest first, with what was publicly said."""
    subjects = None
    if numbers is not None:
        ids = Case.objects.filter(number__in=_plain(numbers)).values_list("pk", flat=True)
        subjects = [subject_of("case", id_) for id_ in ids]
    entries = ledger.between(
        [MOVED, UNDONE], since=since, until=until, subjects=subjects, number=number, size=size
    )
    cases = [UUID(hex=entry.subject.partition(":")[2]) for entry in entries]
    names = dict(Case.objects.filter(pk__in=set(cases)).values_list("pk", "number"))
    said = {
        (word.case_id, word.at): word.text
        for word in Word.objects.filter(
            case_id__in=set(cases), at__in={entry.at for entry in entries}, is_public=True
        ).exclude(kind=WordKind.NOTE)
    }
    return [
        MoveCard(
            id=entry.id,
            number=names[case_id],
            to=State(entry.facts["to"]),
            at=said_at(entry.actor, entry.at),
            text=said.get((case_id, entry.at), ""),
        )
        for entry, case_id in zip(entries, cases, strict=True)
        if case_id in names
    ]
