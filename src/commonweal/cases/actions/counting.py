"""Keep the tallies behind maps and statistics: what changed is counted anew, by its mark."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import F

from commonweal.cases.adapters import tallies
from commonweal.cases.models import Case, CellTally, Counted, MonthTally
from commonweal.cases.types import LEVELS, NOWHERE, State, cell_of
from commonweal.city import queries as the_city

BATCH = 500
MONTH_KEYS = ("month", "category_id", "unit_id", "district_id")
MONTH_COUNTERS = ("received", "still_open", "promised", "in_time", "days")
CELL_KEYS = ("level", "x", "y", "category_id", "is_open")


@transaction.atomic
def count_changed(*, most: int = BATCH) -> int:
    """Count what the tallies do not know yet, whoever changed it; say how much that was.

    Rows are found by their mark, so an event that came late, twice or never does no harm.
    """
    rows = Case.objects.select_for_update(skip_locked=True, of=("self",)).exclude(
        counted_version=F("version")
    )
    changed = list(rows.only(*_READ)[:most])
    count(changed)
    return len(changed)


def count(cases: Sequence[Case]) -> None:
    """Count these cases, which the caller holds, in the caller's transaction."""
    if not cases:
        return
    zone = ZoneInfo(the_city.profile().zone)
    now = {case.pk: _counted(case, zone) for case in cases}
    before = Counted.objects.in_bulk(list(now))
    months: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0] * len(MONTH_COUNTERS))
    cells: dict[tuple[Any, ...], list[int]] = defaultdict(lambda: [0])
    for sign, counted in ((-1, before), (1, now)):
        for one in counted.values():
            _add_month(months, one, sign)
            _add_cells(cells, one, sign)
    connection = transaction.get_connection()
    tallies.add(connection, MonthTally, MONTH_KEYS, MONTH_COUNTERS, months)
    tallies.add(connection, CellTally, CELL_KEYS, ("count",), cells)
    known = [counted for id_, counted in now.items() if id_ in before]
    Counted.objects.bulk_update(known, [f for f in _COUNTED if f != "case"], batch_size=50)
    Counted.objects.bulk_create(counted for id_, counted in now.items() if id_ not in before)
    Case.objects.filter(pk__in=list(now)).update(counted_version=F("version"))


_READ = (
    "id",
    "state",
    "category",
    "unit_id",
    "district_id",
    "lat",
    "lng",
    "received_at",
    "closed_at",
    "due_at",
    "is_promised",
    "version",
)
_COUNTED = [field.name for field in Counted._meta.concrete_fields]


def _counted(case: Case, zone: ZoneInfo) -> Counted:
    promised = case.closed_at is not None and case.is_promised and case.state != State.WITHDRAWN
    closed: datetime | None = case.closed_at
    x = y = None
    if case.lat is not None and case.lng is not None:
        x, y = cell_of(case.lat, case.lng, LEVELS[-1])
    return Counted(
        case_id=case.pk,
        month=_month(case.received_at, zone),
        category_id=case.category_id,
        unit_id=case.unit_id,
        district_id=case.district_id or NOWHERE,
        is_open=closed is None,
        promised=promised,
        in_time=promised and closed is not None and closed <= case.due_at,
        days=max(0, (closed - case.received_at).days) if closed else 0,
        x=x,
        y=y,
    )


def _month(at: datetime, zone: ZoneInfo) -> date:
    return at.astimezone(zone).date().replace(day=1)


def _add_month(months: dict[tuple[Any, ...], list[int]], one: Counted, sign: int) -> None:
    key: tuple[date, UUID, UUID, UUID] = (one.month, one.category_id, one.unit_id, one.district_id)
    adds = (1, one.is_open, one.promised, one.in_time, one.days)
    months[key] = [had + sign * int(more) for had, more in zip(months[key], adds, strict=True)]


def _add_cells(cells: dict[tuple[Any, ...], list[int]], one: Counted, sign: int) -> None:
    if one.x is None or one.y is None:
        return
    for level in LEVELS:
        up = LEVELS[-1] - level
        cells[level, one.x >> up, one.y >> up, one.category_id, one.is_open][0] += sign
