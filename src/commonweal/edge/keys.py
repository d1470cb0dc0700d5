"""Keys for programs: made and ended by the administrator, shown once, kept as a digest."""

import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid4

from django.db import transaction
from django.http import HttpRequest

from commonweal.city import queries as the_city
from commonweal.edge import errors, limits
from commonweal.edge.models import ApiKey
from commonweal.edge.requests import address_of, now_of
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed
from commonweal.kernel.types import Actor, ActorKind, Channel, Grant, Role
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entry, subject_of

PREFIX, SECRET_BYTES, SHOWN = "cw_", 24, 7
LONGEST_NAME, LONGEST_REASON, SHORTEST_REASON = 100, 200, 3
LONGEST_SECRET = 100
SLOWEST, USUAL, FASTEST = 10, 600, 100_000
GUESSES = limits.Limit(form="api-key", burst=20, per_hour=60)  # keys that open nothing


class Scope(StrEnum):
    """What a key may be used for."""

    REPORT = "open311.write"  # send reports
    UPDATE = "open311.update"  # work on the reports of its unit
    METRICS = "metrics.read"  # watch how the installation fares
    READ = "cases.read_staff"  # read the reports of its unit whole
    WORK = "cases.write"  # work on them as an officer, review included
    ASSIGN = "cases.assign"  # give them to other units and kinds, as a lead
    INTAKE = "cases.intake"  # take reports in for others, as a clerk


ROLES: Mapping[Scope, Role] = {  # in which role of its unit a key acts, by what it is used for
    Scope.UPDATE: Role.OFFICER,
    Scope.READ: Role.OFFICER,
    Scope.WORK: Role.OFFICER,
    Scope.ASSIGN: Role.LEAD,
    Scope.INTAKE: Role.CLERK,
}


@dataclass(frozen=True, kw_only=True)
class KeyCard:
    """A key without its secret."""

    id: UUID
    name: str
    begins: str
    scopes: frozenset[Scope]
    unit_id: UUID | None
    per_hour: int
    since: datetime
    until: datetime | None
    version: int

    def holds(self, at: datetime) -> bool:
        """Say whether the key opens anything now."""
        return self.since <= at and (self.until is None or self.until > at)

    @property
    def limit(self) -> limits.Limit:
        return limits.Limit(
            form="api", burst=max(SLOWEST, self.per_hour // 5), per_hour=self.per_hour
        )


def all_keys() -> list[KeyCard]:
    """List every key there is and was, the newest first."""
    return [_card(row) for row in ApiKey.objects.order_by("-since", "id")]


def key(key_id: UUID) -> KeyCard:
    """Find one key.

    Raises
    ------
    NoSuchKey
        When there is none.

    """
    row = ApiKey.objects.filter(pk=key_id).first()
    if row is None:
        raise errors.NoSuchKey
    return _card(row)


@transaction.atomic
def make(
    *,
    name: str,
    scopes: frozenset[Scope],
    unit_id: UUID | None,
    per_hour: int,
    until: datetime | None,
    reason: str,
    by: Actor,
    at: datetime,
) -> tuple[KeyCard, str]:
    """Make a key; its secret is given here and never again."""
    _check_administrator(by)
    name, reason = _checked_name(name), _checked_reason(reason)
    _check_reach(scopes, unit_id, at)
    if not SLOWEST <= per_hour <= FASTEST:
        raise errors.KeyRateOutOfRange(low=SLOWEST, high=FASTEST)
    if until is not None and until <= at:
        raise errors.KeyEndsBeforeItBegins
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    row = ApiKey(
        id=uuid4(),
        name=name,
        digest=_digest(secret),
        begins=secret[:SHOWN],
        scopes=sorted(scopes),
        unit_id=unit_id,
        per_hour=per_hour,
        since=at,
        until=until,
    )
    _enter(row, "edge.key-made", reason, by, at)
    row.save(force_insert=True)
    return _card(row), secret


@transaction.atomic
def end(*, key_id: UUID, seen: int, reason: str, by: Actor, at: datetime) -> KeyCard:
    """End a key now: it opens nothing any more."""
    _check_administrator(by)
    row = ApiKey.objects.select_for_update().filter(pk=key_id).first()
    if row is None:
        raise errors.NoSuchKey
    if row.version != seen or not _card(row).holds(at):
        raise ChangedSinceYouLooked
    row.until, row.version = at, row.version + 1
    _enter(row, "edge.key-ended", _checked_reason(reason), by, at)
    row.save(update_fields=["until", "version", "entry_id"])
    return _card(row)


def of_request(request: HttpRequest, secret: str) -> KeyCard | None:
    """Give the key that came with a request, counted against its limit; nothing without one.

    Raises
    ------
    WrongKey
        When it opens nothing, or nothing any more.
    TooManyRequests
        When the key is used too often, or somebody is guessing.

    """
    if not secret:
        return None
    at = now_of(request)
    row = ApiKey.objects.filter(digest=_digest(secret)).first()
    if len(secret) > LONGEST_SECRET or row is None or not (card := _card(row)).holds(at):
        limits.spend(f"{GUESSES.form}|{address_of(request)}", GUESSES, at=at)
        raise errors.WrongKey
    limits.spend(f"{card.limit.form}|{card.id.hex}", card.limit, at=at)
    request._read_actor = sender_of(card)  # type: ignore[attr-defined]  # noqa: SLF001  (ours)
    return card


def needed(card: KeyCard | None, scope: Scope) -> KeyCard:
    """Refuse whoever has no key, or one that does not reach so far."""
    if card is None:
        raise errors.KeyMissing
    if scope not in card.scopes:
        raise errors.KeyTooNarrow
    return card


def sender_of(card: KeyCard) -> Actor:
    """Say who acts when a program sends what somebody told it."""
    return Actor(kind=ActorKind.SERVICE, id=card.id, channel=Channel.API)


def worker_of(card: KeyCard, scope: Scope) -> Actor:
    """Say who acts when a program works for its unit: in the one role that this use needs."""
    assert card.unit_id is not None
    assert scope in card.scopes
    below = the_city.units_below([card.unit_id])
    return Actor(
        kind=ActorKind.UNIT_TOKEN,
        id=card.id,
        grants=frozenset({Grant(ROLES[scope], card.unit_id)}),
        units=below,
        below={card.unit_id: below},
        channel=Channel.API,
    )


def _card(row: ApiKey) -> KeyCard:
    return KeyCard(
        id=row.pk,
        name=row.name,
        begins=row.begins,
        scopes=frozenset(Scope(scope) for scope in row.scopes),
        unit_id=row.unit_id,
        per_hour=row.per_hour,
        since=row.since,
        until=row.until,
        version=row.version,
    )


def _digest(secret: str) -> str:
    """Digest a secret of 192 bits by chance; nobody guesses it, so no slow hash is needed."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _check_administrator(by: Actor) -> None:
    if by.kind is not ActorKind.SYSTEM and not by.has(Role.ADMINISTRATOR):
        raise NotAllowed


def _checked_name(name: str) -> str:
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_NAME:
        raise errors.KeyNameMissing(longest=LONGEST_NAME)
    return kept


def _checked_reason(reason: str) -> str:
    kept = " ".join(reason.split())[:LONGEST_REASON]
    if len(kept) < SHORTEST_REASON:
        raise errors.KeyReasonMissing
    return kept


def _check_reach(scopes: frozenset[Scope], unit_id: UUID | None, at: datetime) -> None:
    if not scopes:
        raise errors.KeyWithoutScope
    if not scopes & ROLES.keys():
        if unit_id is not None:
            raise errors.KeyNeedsNoUnit
    elif unit_id not in {unit.id for unit in the_city.units(at=at)}:
        raise errors.KeyNeedsUnit


def _enter(row: ApiKey, type_: str, reason: str, by: Actor, at: datetime) -> None:
    entered = ledger.append(
        Entry(
            type=type_,
            subject=subject_of("api-key", row.pk),
            actor="system" if by.kind is ActorKind.SYSTEM else "administrator",
            facts={
                "scopes": list(row.scopes),
                "unit": row.unit_id.hex if row.unit_id else "",
                "per_hour": row.per_hour,
                "until": row.until.strftime("%Y-%m-%dT%H:%M:%SZ") if row.until else "",
            },
            hidden={"reason": reason, "name": row.name},
        ),
        at=at,
    )
    row.entry_id = entered.id
