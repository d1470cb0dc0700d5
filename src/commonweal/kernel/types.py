"""Words that every context shares."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Any, Generic, TypeAlias, TypeVar
from uuid import UUID

Json: TypeAlias = Any  # what JSON can say; checked where it is read
Words: TypeAlias = dict[str, str]  # one text in several languages: {"zh-Hant": ..., "en": ...}

T = TypeVar("T")


class Channel(StrEnum):
    """The way by which somebody reached the city."""

    WEB = "web"
    PHONE = "phone"
    COUNTER = "counter"
    PAPER = "paper"
    MAIL = "mail"
    API = "api"
    IMPORT = "import"
    INTERNAL = "internal"


class Role(StrEnum):
    """What a person may be for the city; granted with dates, for a unit or for the whole city."""

    RESIDENT = "resident"
    CLERK = "clerk"
    OFFICER = "officer"
    LEAD = "lead"
    DISPATCHER = "dispatcher"
    ADMINISTRATOR = "administrator"


class ActorKind(StrEnum):
    """Who acts, as far as rules care."""

    PERSON = "person"
    ANONYMOUS = "anonymous"
    UNIT_TOKEN = "unit-token"  # noqa: S105  (a word, not a secret)
    SYSTEM = "system"
    SERVICE = "service"


class Level(IntEnum):
    """How sure: of the person, and of the key."""

    NONE = 0
    LOW = 1
    SUBSTANTIAL = 2
    HIGH = 3


@dataclass(frozen=True, kw_only=True)
class Assurance:
    """How surely we know the person, and how strong the key was."""

    person: Level = Level.NONE
    key: Level = Level.NONE


@dataclass(frozen=True)
class Grant:
    """A role held now: for a unit and what lies below it, or (unit_id None) for the whole city."""

    role: Role
    unit_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Somebody who acts. Rules ask this value; nobody asks a request."""

    kind: ActorKind
    id: UUID | None = None
    grants: frozenset[Grant] = frozenset()
    units: frozenset[UUID] = frozenset()  # units this actor works for, with all units below them
    below: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)  # of each granted unit
    acting_for: UUID | None = None
    assurance: Assurance = field(default_factory=Assurance)
    channel: Channel = Channel.WEB

    def has(self, *roles: Role) -> bool:
        """Say whether the actor holds one of these roles anywhere."""
        return any(grant.role in roles for grant in self.grants)

    def works_for(self, unit_id: UUID | None) -> bool:
        """Say whether the unit is one of the actor's own, or below one of them."""
        return unit_id is not None and unit_id in self.units

    def works_as(self, role: Role, unit_id: UUID | None) -> bool:
        """Say whether the role is held for this unit or one above it: no role reaches elsewhere."""
        return unit_id is not None and any(
            grant.role is role
            and grant.unit_id is not None
            and (grant.unit_id == unit_id or unit_id in self.below.get(grant.unit_id, ()))
            for grant in self.grants
        )

    @property
    def is_staff(self) -> bool:
        return any(grant.role is not Role.RESIDENT for grant in self.grants)


SYSTEM = Actor(kind=ActorKind.SYSTEM, channel=Channel.INTERNAL)
ANONYMOUS = Actor(kind=ActorKind.ANONYMOUS)


@dataclass(frozen=True)
class Personal:
    """What in a table is about persons, and for how long it is kept."""

    fields: Mapping[str, str]
    keep_days: int


@dataclass(frozen=True, kw_only=True)
class Page(Generic[T]):
    """One page of a longer list."""

    items: tuple[T, ...]
    total: int  # counted up to a limit: beyond it nobody turns pages
    number: int
    size: int
    is_more: bool = False  # than the total says

    @property
    def last(self) -> int:
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, kw_only=True)
class Findable:
    """A thing and the words by which it shall be found."""

    kind: str
    ref: UUID
    text: str


@dataclass(frozen=True, kw_only=True)
class JobCard:
    """One waiting or parked piece of work, as an operator sees it."""

    id: int
    name: str
    handler: str
    subject: str
    attempts: int
    error: str
    created_at: Any
    run_at: Any


@dataclass(frozen=True, kw_only=True)
class Backlog:
    """How far the work behind the pages lags."""

    waiting: int
    parked: int
    oldest_s: float
    alarm: bool


def words_in(words: Words, language: str, order: tuple[str, ...] = ("en", "zh-Hant")) -> str:
    """Read a text in a language, or in the next best that the city wrote."""
    lowered = {key.lower(): text for key, text in words.items() if text}
    for wanted in (language, *order):
        if text := lowered.get(wanted.lower()):
            return text
    return next(iter(lowered.values()), "")
