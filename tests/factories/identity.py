"""Persons in situations: a clerk of a unit, an administrator, a resident with an account."""

from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from commonweal.identity import actions, queries
from commonweal.kernel.types import SYSTEM, Actor, Role

NOW = datetime(2026, 3, 9, 10, 30, tzinfo=UTC)
_number = count(1)


def person(name: str = "", *, language: str = "en", at: datetime = NOW) -> UUID:
    """Make somebody with an account: staff when a name is given."""
    mail = f"person{next(_number)}@example.org"
    if name:
        return actions.make_staff(mail=mail, name=name, by=SYSTEM, at=at, language=language)
    return actions.make_account(mail=mail, language=language, at=at)


def staff(role: Role, unit_id: UUID | None = None, *, at: datetime = NOW) -> Actor:
    """Make a member of staff who holds a role, and give the actor."""
    person_id = person(f"{role.title()} Number {next(_number)}", at=at)
    actions.grant(
        person_id=person_id, role=role, unit_id=unit_id, reason="for a test", by=SYSTEM, at=at
    )
    return queries.actor_of_person(person_id, at=at)
