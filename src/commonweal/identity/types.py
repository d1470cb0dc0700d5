"""Persons, how to reach them, and what they may do for the city."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from commonweal.kernel.types import Role


class ContactKind(StrEnum):
    """A way to reach somebody."""

    MAIL = "mail"
    PHONE = "phone"


class LinkKind(StrEnum):
    """A page of the site to which a mail leads."""

    MY_CASES = "my-cases"
    SET_PASSWORD = "set-password"  # noqa: S105  (a page, not a password)


class Act(StrEnum):
    """What rules of this context speak about."""

    GRANT = "grant"
    END_GRANT = "end-grant"
    MAKE_STAFF = "make-staff"
    CLOSE_ACCOUNT = "close-account"
    SEE_STAFF = "see-staff"
    REVEAL = "reveal"


@dataclass(frozen=True, kw_only=True)
class ContactCard:
    """A way to reach somebody, without the value itself."""

    id: UUID
    kind: ContactKind
    masked: str
    language: str
    person_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class GrantCard:
    """A role somebody holds, held or will hold."""

    id: UUID
    person_id: UUID
    role: Role
    unit_id: UUID | None
    from_: datetime
    until: datetime | None
    version: int


@dataclass(frozen=True, kw_only=True)
class StaffCard:
    """Somebody who works for the city."""

    person_id: UUID
    name: str
    mail: str
    is_active: bool
    grants: tuple[GrantCard, ...]


@dataclass(frozen=True, kw_only=True)
class PersonCard:
    """A person with an account, as the person's own pages show it."""

    id: UUID
    account_id: UUID
    name: str
    mail: str
    language: str


@dataclass(frozen=True, kw_only=True)
class MandateCard:
    """Somebody may act for somebody else."""

    id: UUID
    person_id: UUID
    for_person_id: UUID
    acts: tuple[str, ...]
    from_: datetime
    until: datetime | None
