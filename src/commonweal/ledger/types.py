"""What is entered, what came of it, and which tables may not change without an entry."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

LEAF_VERSION = 1


RESIDENT = "resident"


def said_at(actor: str, at: datetime) -> datetime:
    """Give the time that is told of an act: the hour of a resident's, the second of the city's."""
    whole = at.astimezone(UTC).replace(microsecond=0)
    return whole.replace(minute=0, second=0) if actor == RESIDENT else whole


def subject_of(kind: str, id_: UUID) -> str:
    """Name one thing that has a life of its own: `case:0192...`."""
    return f"{kind}:{id_.hex}"


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An act, as it will stand in the public record: ids, words of a list, numbers; never text.

    `actor` names a unit, a role or "resident", never a person. `hidden` holds texts of which only
    a salted digest is entered.
    """

    type: str
    subject: str
    actor: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    hidden: Mapping[str, Any] = field(default_factory=dict)
    happened: str = ""  # a claimed earlier time with its source: "2018-01-01T00:48:30Z import"


@dataclass(frozen=True, kw_only=True)
class Entered:
    """An entry that stands: its id (which tracked rows carry), its place in the subject's life."""

    id: UUID
    subject: str
    seq: int
    hash: str
    number: str  # the public receipt number made of the id


@dataclass(frozen=True, kw_only=True)
class EntryCard:
    """An entry as people read it."""

    id: UUID
    type: str
    at: datetime
    happened: str
    actor: str
    subject: str
    seq: int
    facts: Mapping[str, Any]
    hash: str
    number: str


@dataclass(frozen=True, kw_only=True)
class Tracked:
    """A table's word that these columns change only together with an entry of its subject."""

    subject: str
    columns: tuple[str, ...]  # attribute names of fields, without `entry_id`
    key: str = "id"  # the column that holds the subject's id


@dataclass(frozen=True, kw_only=True)
class ChainReport:
    """What a look over one subject's chain found."""

    subject: str
    entries: int
    breaks: tuple[str, ...]
