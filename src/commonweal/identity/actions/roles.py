"""Give and end roles; there is always an administrator left."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from commonweal.city.queries import unit, units_below
from commonweal.identity import queries, rules
from commonweal.identity.errors import AlreadyHolds, LastAdministrator, NoSuchGrant, NoSuchPerson
from commonweal.identity.events import RoleEnded, RoleGiven
from commonweal.identity.models import Account, Grant, Person
from commonweal.identity.types import Act, GrantCard
from commonweal.kernel.actions import announce
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor, Role
from commonweal.ledger.actions import append
from commonweal.ledger.types import Entry, subject_of


@transaction.atomic
def grant(
    *,
    person_id: UUID,
    role: Role,
    unit_id: UUID | None,
    since: datetime | None = None,
    until: datetime | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> UUID:
    """Give somebody a role from now on, or from a later day."""
    rules.check_may(by, Act.GRANT)
    rules.check_place(role, unit_id)
    rules.check_give(by, role, unit_id, units_below(rules.leads(by)))
    since = rules.checked_start(at, since)
    rules.check_days(since, until)
    reason = rules.checked_reason(reason)
    if not Person.objects.filter(id=person_id).exists():
        raise NoSuchPerson
    if unit_id is not None:
        unit(unit_id)
    same = Grant.objects.filter(person_id=person_id, role=role, unit_id=unit_id)
    if same.filter(queries.meets(since, until)).exists():
        raise AlreadyHolds
    row = Grant(
        id=uuid4(),
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        since=since,
        until=until,
        reason=reason,
    )
    row.entry_id, seq = _enter("identity.role-given", row, reason, by, at)
    row.save(force_insert=True)
    announce(
        RoleGiven(
            at=at,
            subject=subject_of("grant", row.id),
            seq=seq,
            grant_id=row.id,
            role=role,
            unit_id=unit_id,
        )
    )
    return row.id


def _enter(type_: str, row: Grant, reason: str, by: Actor, at: datetime) -> tuple[UUID, int]:
    entered = append(
        Entry(
            type=type_,
            subject=subject_of("grant", row.id),
            actor=rules.signs_as(by),
            facts={
                "role": row.role,
                "unit": row.unit_id.hex if row.unit_id else "",
                "until": row.until.strftime("%Y-%m-%dT%H:%M:%SZ") if row.until else "",
            },
            hidden={"reason": reason, "person": str(row.person_id)},
        ),
        at=at,
    )
    return entered.id, entered.seq


@transaction.atomic
def end_grant(*, grant_id: UUID, seen: int, reason: str, by: Actor, at: datetime) -> GrantCard:
    """End a role now."""
    rules.check_may(by, Act.END_GRANT)
    row = _locked(Q(id=grant_id)).get(grant_id)
    if row is None:
        raise NoSuchGrant
    role = Role(row.role)
    rules.check_give(by, role, row.unit_id, units_below(rules.leads(by)))
    if row.version != seen or (row.until is not None and row.until <= at):
        raise ChangedSinceYouLooked
    reason = rules.checked_reason(reason)
    _end(row, reason, by, at)
    _check_administrator_left(at)
    return queries.grant_card(row)


def _locked(wanted: Q) -> dict[UUID, Grant]:
    """Lock grants in one order, those of administrators always with them.

    So two who end each other wait for each other here, and the second counts anew.
    """
    rows = Grant.objects.select_for_update(of=("self",)).filter(
        wanted | Q(role=Role.ADMINISTRATOR, until__isnull=True)
    )
    return {row.id: row for row in rows.order_by("id")}


def _end(row: Grant, reason: str, by: Actor, at: datetime) -> None:
    row.until, row.reason, row.version = max(at, row.since), reason, row.version + 1
    row.entry_id, seq = _enter("identity.role-ended", row, reason, by, at)
    row.save(update_fields=["until", "reason", "version", "entry_id"])
    announce(
        RoleEnded(
            at=at,
            subject=subject_of("grant", row.id),
            seq=seq,
            grant_id=row.id,
            role=Role(row.role),
            unit_id=row.unit_id,
        )
    )


def _check_administrator_left(at: datetime) -> None:
    if not queries.administrators(at=at):
        raise LastAdministrator


@transaction.atomic
def close_account(*, person_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """End every role of somebody and close the account: it opens nothing any more."""
    rules.check_may(by, Act.CLOSE_ACCOUNT)
    reason = rules.checked_reason(reason)
    account = Account.objects.filter(person_id=person_id).first()
    if account is None:
        raise NoSuchPerson
    for row in _locked(Q(person_id=person_id)).values():
        if row.person_id == person_id and (row.until is None or row.until > at):
            _end(row, reason, by, at)
    _check_administrator_left(at)
    Account.objects.filter(id=account.id).update(is_active=False)
    append(
        Entry(
            type="identity.account-closed",
            subject=subject_of("person", person_id),
            actor=rules.signs_as(by),
            hidden={"reason": reason},
        ),
        at=at,
    )
