"""How many, where, and what became of them: read from the tallies, never from the cases."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from django.db.models import Min, QuerySet, Sum

from commonweal.cases.models import CellTally, MonthTally
from commonweal.cases.types import LEVELS, Box, Cell, Period, Tally

MOST_CELLS = 2_000


def tallies(period: Period, by: str) -> list[Tally]:
    """Sum the tallies of a period by "month", "category_id", "district_id" or "unit_id"."""
    rows = _months(period).values(by).annotate(**_SUMS).order_by(by)
    return [
        Tally(key=row[by], **{name: row[f"sum_{name}"] for name in _COUNTERS})
        for row in rows
        if row["sum_received"]
    ]


def total(period: Period) -> Tally:
    """Sum everything of a period."""
    row = _months(period).aggregate(**_SUMS)
    return Tally(key=None, **{name: row[f"sum_{name}"] or 0 for name in _COUNTERS})


def first_month() -> date | None:
    """Give the first month of which there are reports."""
    first: date | None = MonthTally.objects.filter(received__gt=0).aggregate(m=Min("month"))["m"]
    return first


_COUNTERS = ("received", "still_open", "promised", "in_time", "days")
_SUMS = {f"sum_{name}": Sum(name) for name in _COUNTERS}


def _months(period: Period) -> QuerySet[MonthTally]:
    rows = MonthTally.objects.all()
    if period.first:
        rows = rows.filter(month__gte=period.first)
    if period.last:
        rows = rows.filter(month__lte=period.last)
    for name in ("categories", "districts", "units"):
        if wanted := getattr(period, name):
            rows = rows.filter(**{f"{_COLUMN[name]}__in": wanted})
    return rows


_COLUMN = {"categories": "category_id", "districts": "district_id", "units": "unit_id"}


def cells(
    box: Box,
    *,
    level: int,
    categories: Sequence[UUID] = (),
    is_open: bool | None = None,
) -> list[Cell]:
    """Count the cases of each cell in a box at the nearest level."""
    level = min(LEVELS, key=lambda one: (abs(one - level), one))
    size = 360 / 2**level
    west, south, east, north = box
    rows = CellTally.objects.filter(
        level=level,
        x__range=(int((west + 180) // size), int((east + 180) // size)),
        y__range=(int((south + 90) // size), int((north + 90) // size)),
        count__gt=0,
    )
    if categories:
        rows = rows.filter(category_id__in=categories)
    if is_open is not None:
        rows = rows.filter(is_open=is_open)
    sums = rows.values("x", "y").annotate(n=Sum("count")).order_by("-n", "x", "y")[:MOST_CELLS]
    return [
        Cell(
            west=row["x"] * size - 180,
            south=row["y"] * size - 90,
            size=size,
            count=row["n"],
        )
        for row in sums
    ]
