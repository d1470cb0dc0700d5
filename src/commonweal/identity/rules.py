"""Who may give which role, who may look at whom: pure, a table that a test proves total."""

import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from uuid import UUID

from commonweal.identity.errors import (
    BadPhone,
    BeginsInThePast,
    EndsBeforeItBegins,
    NoName,
    NoReason,
    NotGiven,
    NotTheirsToGive,
    RoleNeedsNoUnit,
    RoleNeedsUnit,
)
from commonweal.identity.types import Act
from commonweal.kernel.errors import NotAllowed, SignInFirst
from commonweal.kernel.types import Actor, ActorKind, Role

LINK_LIFE = timedelta(minutes=20)
LINKS_PER_LIFE = 3
LONGEST_NAME, LONGEST_REASON, SHORTEST_REASON = 100, 200, 3

OF_A_UNIT = frozenset({Role.CLERK, Role.OFFICER, Role.LEAD})
OF_THE_CITY = frozenset({Role.DISPATCHER, Role.ADMINISTRATOR})

GIVES: Mapping[Role, frozenset[Role]] = MappingProxyType(
    {
        Role.RESIDENT: frozenset(),
        Role.CLERK: frozenset(),
        Role.OFFICER: frozenset(),
        Role.LEAD: frozenset({Role.CLERK, Role.OFFICER}),  # in the units they lead
        Role.DISPATCHER: frozenset(),
        Role.ADMINISTRATOR: OF_A_UNIT | OF_THE_CITY,  # anywhere
    }
)

MAY: Mapping[Act, frozenset[Role]] = MappingProxyType(
    {
        Act.GRANT: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
        Act.END_GRANT: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
        Act.MAKE_STAFF: frozenset({Role.ADMINISTRATOR}),
        Act.CLOSE_ACCOUNT: frozenset({Role.ADMINISTRATOR}),
        Act.SEE_STAFF: frozenset({Role.LEAD, Role.ADMINISTRATOR}),
        # Not the administrator: who runs the house does not read the letters.
        Act.REVEAL: frozenset({Role.CLERK, Role.OFFICER, Role.LEAD, Role.DISPATCHER}),
    }
)


def check_may(by: Actor, act: Act) -> None:
    """Refuse who holds no role for this act."""
    if by.kind is ActorKind.SYSTEM:
        return
    if by.kind is not ActorKind.PERSON:
        raise SignInFirst
    if not by.has(*MAY[act]):
        raise NotAllowed


def may_give(by: Actor, role: Role, unit_id: UUID | None, led: Collection[UUID]) -> bool:
    """Say whether `by`, who leads the units `led`, may give (or end) this role in this unit."""
    if by.kind is ActorKind.SYSTEM:
        return role in GIVES[Role.ADMINISTRATOR]
    if by.has(Role.ADMINISTRATOR) and role in GIVES[Role.ADMINISTRATOR]:
        return True
    return by.has(Role.LEAD) and role in GIVES[Role.LEAD] and unit_id in led


def check_give(by: Actor, role: Role, unit_id: UUID | None, led: Collection[UUID]) -> None:
    """Refuse a role that is not `by`'s to give or to end."""
    if not may_give(by, role, unit_id, led):
        raise NotTheirsToGive


def check_place(role: Role, unit_id: UUID | None) -> None:
    """Refuse a role where it does not belong."""
    if role is Role.RESIDENT:
        raise NotGiven
    if role in OF_A_UNIT and unit_id is None:
        raise RoleNeedsUnit
    if role in OF_THE_CITY and unit_id is not None:
        raise RoleNeedsNoUnit


def checked_start(at: datetime, since: datetime | None) -> datetime:
    """Give the moment from which a role holds: now, or a later one; today's beginning is now."""
    if since is None or at - timedelta(days=1) < since <= at:
        return at
    if since < at:
        raise BeginsInThePast
    return since


def check_days(at: datetime, until: datetime | None) -> None:
    """Refuse an end that is over already."""
    if until is not None and until <= at:
        raise EndsBeforeItBegins


def leads(by: Actor) -> frozenset[UUID]:
    """Name the units that `by` leads, without those below them."""
    return frozenset(g.unit_id for g in by.grants if g.role is Role.LEAD and g.unit_id)


def signs_as(by: Actor) -> str:
    """Say how an entry names who acted: a unit, a role, never a person."""
    if by.kind is ActorKind.SYSTEM:
        return "system"
    units = sorted({g.unit_id.hex for g in by.grants if g.role in OF_A_UNIT and g.unit_id})
    if by.has(Role.ADMINISTRATOR):
        return "administrator"
    if by.has(Role.DISPATCHER):
        return "dispatcher"
    return f"unit:{units[0]}" if units else "resident"


def checked_reason(reason: str) -> str:
    """Give the reason as it is kept, or refuse."""
    kept = " ".join(reason.split())[:LONGEST_REASON]
    if len(kept) < SHORTEST_REASON:
        raise NoReason
    return kept


def checked_name(name: str) -> str:
    """Give the name as it is kept, or refuse."""
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_NAME:
        raise NoName(longest=LONGEST_NAME)
    return kept


def checked_phone(raw: str) -> str:
    """Give a phone number as it is kept: digits, with a plus before the country; or refuse."""
    bare = re.sub(r"[\s().\-/]", "", raw)
    if not re.fullmatch(r"\+?[0-9]{5,15}", bare, re.ASCII):
        raise BadPhone
    return bare


def masked_mail(address: str) -> str:
    """Show just enough of an address for its owner to know it."""
    local, _, host = address.rpartition("@")
    return f"{local[:1]}•••@{host}"


def masked_phone(number: str) -> str:
    """Show just enough of a number for its owner to know it."""
    return f"•••{number[-3:]}"
