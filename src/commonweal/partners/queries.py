"""Whom the city tells, and what became of it."""

from uuid import UUID

from commonweal.kernel.queries import kept
from commonweal.kernel.types import Page
from commonweal.partners.errors import NoSuchDelivery, NoSuchHook, NoSuchNeighbour
from commonweal.partners.models import Delivery, ForeignKind, Hook, Neighbour
from commonweal.partners.types import (
    DeliveryCard,
    DeliveryState,
    Does,
    HookCard,
    KindCard,
    NeighbourCard,
    Tells,
)

__all__ = [
    "deliveries",
    "delivery",
    "given_up",
    "hook",
    "hooks",
    "is_awaited",
    "kinds",
    "neighbour",
    "neighbours",
]

HOOKS = "webhooks"  # the stamp of what is kept of them


def hooks() -> list[HookCard]:
    """List every webhook there is and was, the newest first."""
    return [hook_card(row) for row in Hook.objects.order_by("-since", "id")]


def given_up() -> list[HookCard]:
    """List the webhooks that the city itself switched off, because they failed for days."""
    return [hook_card(row) for row in Hook.objects.filter(is_given_up=True).order_by("name", "id")]


def hook(hook_id: UUID) -> HookCard:
    """Find one webhook.

    Raises
    ------
    NoSuchHook
        When there is none.

    """
    row = Hook.objects.filter(pk=hook_id).first()
    if row is None:
        raise NoSuchHook
    return hook_card(row)


def is_awaited(tells: Tells) -> bool:
    """Say whether any webhook wants to hear of this; asked in every act, so it is kept."""
    return tells in kept(HOOKS, _awaited)


def _awaited() -> frozenset[Tells]:
    rows = Hook.objects.filter(is_on=True).values_list("tells", flat=True)
    return frozenset(Tells(one) for tells in rows for one in tells)


def deliveries(hook_id: UUID, *, number: int = 1, size: int = 50) -> Page[DeliveryCard]:
    """List what a webhook was told lately, the newest first."""
    rows = Delivery.objects.filter(hook_id=hook_id).order_by("-created_at", "id")
    total = rows.count()
    number = min(max(1, number), max(1, -(-total // size)))
    start = (number - 1) * size
    cards = tuple(_delivery_card(row) for row in rows[start : start + size])
    return Page(items=cards, total=total, number=number, size=size)


def delivery(delivery_id: UUID) -> DeliveryCard:
    """Find one delivery.

    Raises
    ------
    NoSuchDelivery
        When it is not kept.

    """
    row = Delivery.objects.filter(pk=delivery_id).first()
    if row is None:
        raise NoSuchDelivery
    return _delivery_card(row)


def neighbours() -> list[NeighbourCard]:
    """List every neighbouring city there is and was, by name."""
    return [neighbour_card(row) for row in Neighbour.objects.order_by("name", "id")]


def neighbour(neighbour_id: UUID) -> NeighbourCard:
    """Find one neighbouring city.

    Raises
    ------
    NoSuchNeighbour
        When there is none.

    """
    row = Neighbour.objects.filter(pk=neighbour_id).first()
    if row is None:
        raise NoSuchNeighbour
    return neighbour_card(row)


def kinds(neighbour_id: UUID) -> list[KindCard]:
    """List the kinds of requests a neighbour takes; first those that wait for a word."""
    meanings = neighbour(neighbour_id).meanings
    cards = [
        KindCard(code=row.code, name=row.name, meaning=meanings.get(row.code), waiting=row.waiting)
        for row in ForeignKind.objects.filter(neighbour_id=neighbour_id).order_by("name", "code")
    ]
    return sorted(cards, key=lambda card: (card.meaning is not None, not card.waiting))


def hook_card(row: Hook) -> HookCard:
    return HookCard(
        id=row.pk,
        name=row.name,
        url=row.url,
        tells=frozenset(Tells(one) for one in row.tells),
        is_on=row.is_on,
        is_given_up=row.is_given_up,
        since=row.since,
        failing_since=row.failing_since,
        arrived_at=row.arrived_at,
        version=row.version,
    )


def _delivery_card(row: Delivery) -> DeliveryCard:
    return DeliveryCard(
        id=row.pk,
        hook_id=row.hook_id,
        tells=Tells(row.tells),
        number=row.payload["data"]["number"],
        seq=row.seq,
        state=DeliveryState(row.state),
        tries=row.tries,
        status=row.status,
        trouble=row.trouble,
        took_ms=row.took_ms,
        created_at=row.created_at,
        tried_at=row.tried_at,
        payload=row.payload,
    )


def neighbour_card(row: Neighbour) -> NeighbourCard:
    return NeighbourCard(
        id=row.pk,
        name=row.name,
        source=row.source,
        url=row.url,
        jurisdiction=row.jurisdiction,
        has_key=bool(row.key),
        does=frozenset(Does(one) for one in row.does),
        begins=row.begins,
        meanings=row.meanings,
        is_on=row.is_on,
        pulled_until=row.pulled_until,
        asked_at=row.asked_at,
        succeeded_at=row.succeeded_at,
        failing_since=row.failing_since,
        trouble=row.trouble,
        status=row.status,
        rejected=row.rejected,
        reason=row.reason,
        version=row.version,
    )
