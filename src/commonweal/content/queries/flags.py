"""Read what people said about things that are public."""

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Count

from commonweal.content import errors
from commonweal.content.models import Flag
from commonweal.content.queries.cards import flag_card_of
from commonweal.content.types import FlagCard, FlagState
from commonweal.kernel.types import Page


def flag(flag_id: UUID) -> FlagCard:
    """Find one flag.

    Raises
    ------
    NoSuchFlag
        When there is none with this id.

    """
    row = Flag.objects.filter(pk=flag_id).first()
    if row is None:
        raise errors.NoSuchFlag
    return flag_card_of(row)


def flags(*, state: FlagState = FlagState.OPEN, number: int = 1, size: int = 50) -> Page[FlagCard]:
    """List flags by their state, the oldest first."""
    rows = Flag.objects.filter(state=state).order_by("at", "id")
    start = (max(1, number) - 1) * size
    return Page(
        items=tuple(flag_card_of(row) for row in rows[start : start + size]),
        total=rows.count(),
        number=max(1, number),
        size=size,
    )


def flags_of(target: str) -> list[FlagCard]:
    """List what was said about one thing, oldest first."""
    return [flag_card_of(row) for row in Flag.objects.filter(target=target).order_by("at", "id")]


def open_flags(of: Iterable[str]) -> dict[str, int]:
    """Count the open flags on each of these things and on what belongs to them."""
    rows = Flag.objects.filter(of__in=list(of), state=Flag.State.OPEN)
    return dict(rows.values_list("of").annotate(count=Count("id")))
