"""Neighbouring cities: named, changed and switched by the administrator; what their words mean."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from commonweal.cases import queries as cases
from commonweal.city import queries as the_city
from commonweal.kernel.actions import announce
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor, ActorKind
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entry, subject_of
from commonweal.partners import rules
from commonweal.partners.adapters import outgoing
from commonweal.partners.errors import (
    NeighbourIsOff,
    NoSuchNeighbour,
    SourceTaken,
    UnknownMeaning,
)
from commonweal.partners.events import NeighbourWanted
from commonweal.partners.models import ForeignKind, Neighbour
from commonweal.partners.queries import neighbour_card
from commonweal.partners.types import Does, NeighbourCard


@transaction.atomic
def make_neighbour(
    *,
    name: str,
    source: str,
    url: str,
    jurisdiction: str,
    key: str,
    does: frozenset[Does],
    begins: date,
    reason: str,
    by: Actor,
    at: datetime,
) -> NeighbourCard:
    """Name a neighbouring city; it is asked at once."""
    rules.check_may_connect(by)
    row = Neighbour(id=uuid4(), source=rules.checked_source(source), since=at)
    _put(row, name, url, jurisdiction, does, begins, at)
    row.key = rules.checked_key(key)
    _enter(row, "partners.neighbour-set", rules.checked_reason(reason), by, at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise SourceTaken from None
    _want(row, at)
    return neighbour_card(row)


@transaction.atomic
def change_neighbour(
    *,
    neighbour_id: UUID,
    name: str,
    url: str,
    jurisdiction: str,
    key: str | None,
    does: frozenset[Does],
    begins: date,
    seen: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> NeighbourCard:
    """Change what is known of a neighbour; its key stays where None is given, and goes with ""."""
    row = _taken(neighbour_id, seen, by)
    if begins < row.begins:
        row.pulled_until = row.heard_until = None
    _put(row, name, url, jurisdiction, does, begins, at)
    if key is not None:
        row.key = rules.checked_key(key)
    row.failing_since = row.rests_until = None
    _changed(row, "partners.neighbour-set", reason, by, at)
    _want(row, at)
    return neighbour_card(row)


@transaction.atomic
def switch_neighbour(
    *, neighbour_id: UUID, is_on: bool, seen: int, reason: str, by: Actor, at: datetime
) -> NeighbourCard:
    """Stop speaking with a neighbour, or begin again where it was left."""
    row = _taken(neighbour_id, seen, by)
    if row.is_on is is_on:
        raise ChangedSinceYouLooked
    row.is_on = is_on
    row.failing_since = row.rests_until = None
    _changed(row, "partners.neighbour-switched", reason, by, at)
    if is_on:
        _want(row, at)
    return neighbour_card(row)


@transaction.atomic
def decide_kinds(
    *,
    neighbour_id: UUID,
    meanings: Mapping[str, str | None],
    seen: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> NeighbourCard:
    """Say what the kinds of a neighbour are here; what waited for that is taken in now.

    A kind is one of ours by its code, left out with "", or undecided with None.
    """
    row = _taken(neighbour_id, seen, by)
    ours = {card.code for card in cases.categories() if card.parent_id}
    if not {said for said in meanings.values() if said} <= ours:
        raise UnknownMeaning
    row.meanings = {
        code: said for code, said in {**row.meanings, **meanings}.items() if said is not None
    }
    waited = ForeignKind.objects.filter(neighbour=row, code__in=list(row.meanings))
    since = [one.waits_since for one in waited if one.waits_since]
    if since and row.pulled_until:
        row.pulled_until = min(row.pulled_until, *since)
        row.heard_until = min(row.heard_until or at, *since)
    waited.update(waiting=0, waits_since=None)
    _changed(row, "partners.neighbour-kinds-set", reason, by, at)
    _want(row, at)
    return neighbour_card(row)


@transaction.atomic
def ask_neighbour(*, neighbour_id: UUID, by: Actor, at: datetime) -> None:
    """Let a neighbour be asked now, whatever the clock says."""
    rules.check_may_connect(by)
    row = Neighbour.objects.select_for_update().filter(pk=neighbour_id).first()
    if row is None:
        raise NoSuchNeighbour
    if not row.is_on:
        raise NeighbourIsOff
    row.rests_until = None
    row.save(update_fields=["rests_until"])
    _want(row, at)


@transaction.atomic
def ask_all(*, at: datetime) -> int:
    """Let every neighbour that is on be asked, except those that rest; say how many."""
    due = [
        row
        for row in Neighbour.objects.filter(is_on=True)
        if row.rests_until is None or row.rests_until <= at
    ]
    for row in due:
        _want(row, at)
    return len(due)


def _want(row: Neighbour, at: datetime) -> None:
    if row.is_on:
        subject = subject_of("neighbour", row.pk)
        announce(NeighbourWanted(at=at, subject=subject, seq=row.version, neighbour_id=row.pk))


def _put(
    row: Neighbour,
    name: str,
    url: str,
    jurisdiction: str,
    does: frozenset[Does],
    begins: date,
    at: datetime,
) -> None:
    outgoing.check(url)
    row.name, row.url = rules.checked_name(name), url.strip()
    row.jurisdiction = rules.checked_jurisdiction(jurisdiction)
    row.does = rules.checked_does(does)
    row.begins = rules.checked_first_day(begins, today=at.date())


def beginning(row: Neighbour) -> datetime:
    """Give the time from which on its requests are taken in."""
    zone = ZoneInfo(the_city.profile().zone)
    return datetime.combine(row.begins, time(), zone).astimezone(UTC)


def _taken(neighbour_id: UUID, seen: int, by: Actor) -> Neighbour:
    rules.check_may_connect(by)
    row = Neighbour.objects.select_for_update().filter(pk=neighbour_id).first()
    if row is None:
        raise NoSuchNeighbour
    if row.version != seen:
        raise ChangedSinceYouLooked
    return row


def _changed(row: Neighbour, type_: str, reason: str, by: Actor, at: datetime) -> None:
    row.version += 1
    _enter(row, type_, rules.checked_reason(reason), by, at)
    row.save()


def _enter(row: Neighbour, type_: str, reason: str, by: Actor, at: datetime) -> None:
    entered = ledger.append(
        Entry(
            type=type_,
            subject=subject_of("neighbour", row.pk),
            actor="system" if by.kind is ActorKind.SYSTEM else "administrator",
            facts={
                "source": row.source,
                "does": list(row.does),
                "begins": row.begins.isoformat(),
                "kinds": len(row.meanings),
                "key": bool(row.key),
                "on": row.is_on,
            },
            hidden={"reason": reason, "name": row.name, "url": row.url},
        ),
        at=at,
    )
    row.entry_id = entered.id
