"""Whom the city tells, and what became of it."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings

from commonweal.cases import queries as cases
from commonweal.cases.types import State
from commonweal.city import queries as the_city
from commonweal.content import queries as content
from commonweal.kernel.queries import kept
from commonweal.kernel.types import Page, words_in
from commonweal.ledger.types import subject_of
from commonweal.partners.errors import (
    NoSuchDelivery,
    NoSuchHook,
    NoSuchNeighbour,
    NoSuchPassing,
)
from commonweal.partners.models import Delivery, ForeignKind, Hook, Neighbour, Passing, Twin
from commonweal.partners.types import (
    DeliveryCard,
    DeliveryState,
    Does,
    HookCard,
    KindCard,
    Leaving,
    NeighbourCard,
    PassingCard,
    PassingState,
    Tells,
    TwinCard,
)

__all__ = [
    "deliveries",
    "delivery",
    "given_up",
    "hook",
    "hooks",
    "is_awaited",
    "kinds",
    "leaving",
    "links",
    "name_of",
    "neighbour",
    "neighbours",
    "passing",
    "passings",
    "receivers",
    "sources",
    "twins",
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


def sources() -> tuple[str, ...]:
    """Name the sources of all neighbours: what they answer for, they tell themselves."""
    return tuple(Neighbour.objects.order_by("source").values_list("source", flat=True))


def name_of(source: str) -> str:
    """Name the city behind a source; the source itself where there is none."""
    found = Neighbour.objects.filter(source=source).values_list("name", flat=True).first()
    return found or source


def receivers() -> list[tuple[NeighbourCard, list[KindCard]]]:
    """List the neighbours that take reports over, each with its kinds."""
    pushed = [one for one in neighbours() if one.is_on and Does.PUSH in one.does]
    listed = [(one, kinds(one.id)) for one in pushed]
    return [(one, known) for one, known in listed if known]


def twins(case_id: UUID) -> list[TwinCard]:
    """Say how a case stands in the systems of neighbours."""
    rows = Twin.objects.select_related("neighbour").filter(case_id=case_id).order_by("pk")
    return [
        TwinCard(
            case_id=row.case_id,
            name=row.neighbour.name,
            number=row.number,
            link=row.link,
            site="{0.scheme}://{0.netloc}/".format(urlsplit(row.neighbour.url)),
            is_copy=row.is_copy,
            state=State(row.state),
            told_at=row.told_at,
        )
        for row in rows
    ]


def links(case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Say where cases went that were passed on: the page, else the number there."""
    rows = Twin.objects.filter(case_id__in=case_ids, is_copy=False).order_by("pk")
    return {row.case_id: row.link or row.number for row in rows}


def passings(case_id: UUID) -> list[PassingCard]:
    """List when a case was handed to neighbours, the newest first."""
    rows = Passing.objects.select_related("neighbour").filter(case_id=case_id)
    return [passing_card(row) for row in rows.order_by("-created_at", "id")]


def passing(passing_id: UUID) -> PassingCard:
    """Find one handing over.

    Raises
    ------
    NoSuchPassing
        When there is none.

    """
    row = Passing.objects.select_related("neighbour").filter(pk=passing_id).first()
    if row is None:
        raise NoSuchPassing
    return passing_card(row)


def leaving(case_id: UUID, *, text: str, at: datetime) -> Leaving:
    """Say exactly what leaves with a case: what everybody may see, and the text given."""
    card = cases.public_card(cases.card(case_id, at=at).number, at=at)
    names = [
        words_in(one.names, the_city.profile().languages[0])
        for one in (
            the_city.landmark(card.landmark_id) if card.landmark_id else None,
            the_city.district(card.district_id) if card.district_id else None,
        )
        if one is not None
    ]
    photos = content.attachments(subject_of("case", case_id), public_only=True)
    picture = f"{settings.ADDRESS}/photos/{photos[0].id}/full/" if photos else ""
    return Leaving(
        text=text,
        reference=f"{settings.ADDRESS}/cases/{card.number}/",
        lat=card.lat,
        lng=card.lng,
        place=", ".join(names),
        picture=picture,
    )


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


def passing_card(row: Passing) -> PassingCard:
    return PassingCard(
        id=row.pk,
        case_id=row.case_id,
        name=row.neighbour.name,
        state=PassingState(row.state),
        tries=row.tries,
        trouble=row.trouble,
        status=row.status,
        reason=row.reason,
        may_have_arrived=row.may_have_arrived,
        created_at=row.created_at,
        tried_at=row.tried_at,
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
