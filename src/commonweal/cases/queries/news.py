"""What is new in a part of the city, as far as everybody may see it."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from commonweal.cases.models import BulkItem, Case
from commonweal.cases.queries.one import public_case_card
from commonweal.cases.types import CELL_LEVEL, Outcome, PublicCard

MOST_NEWS = 1_000  # of one place and time; a mail tells far fewer
RECENT = timedelta(days=1)
LONGEST_QUIET = timedelta(days=2)  # more than many cases take, and may be undone after it
MARGIN = 0.001  # degrees: more than the public point is away from the kept one


def news_of_district(district_id: UUID, *, since: datetime, until: datetime) -> list[PublicCard]:
    """List the cases of a district of which everybody sees something new, newest first."""
    return _cards(_changed(since, until).filter(district_id=district_id), until)


def news_of_cell(x: int, y: int, *, since: datetime, until: datetime) -> list[PublicCard]:
    """List the same of a cell of the map, with a margin: what is told is the rounded point."""
    size = 360 / 2**CELL_LEVEL
    west, south = x * size - 180 - MARGIN, y * size - 90 - MARGIN
    wide = size + 2 * MARGIN
    placed = _changed(since, until).filter(
        lat__range=(south, south + wide), lng__range=(west, west + wide)
    )
    return _cards(placed, until)


def _changed(since: datetime, until: datetime) -> QuerySet[Case]:
    """Find what changed in a time; an old report just brought in from elsewhere is no news.

    A step that may still be undone is left for the time in which it came to stand.
    """
    new = Q(received_at__gte=since - RECENT) | Q(version__gt=1)
    of_many = BulkItem.objects.filter(
        case=OuterRef("pk"), can_undo=True, outcome__in=[Outcome.DONE, Outcome.KEPT]
    )
    may_go = Q(bulk__undo_until=None) | Q(bulk__undo_until__gte=until)
    stands = of_many.filter(bulk__undo_until__gte=since, bulk__undo_until__lt=until)
    return Case.objects.filter(
        new,
        Q(changed_at__gte=since) | Exists(stands),
        ~Exists(of_many.filter(may_go)),
        changed_at__gte=since - LONGEST_QUIET,
        changed_at__lt=until,
    )


def _cards(rows: QuerySet[Case], at: datetime) -> list[PublicCard]:
    newest = rows.order_by("-changed_at", "id")[:MOST_NEWS]
    return [public_case_card(row, "", at=at) for row in newest]
