"""What a message is, for whom, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from uuid import UUID


class MessageState(StrEnum):
    """What became of a message."""

    HELD = "held"  # waits for the next digest
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"  # the address does not take it; trying again would not help
    SUPPRESSED = "suppressed"  # the person wants none, or the address is gone
    GATHERED = "gathered"  # told as part of a digest


class Frequency(StrEnum):
    """How often somebody wants to hear."""

    NONE = "none"
    EACH = "each"
    DIGEST = "digest"


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Who is to be told: an address, or a contact whose address is looked up when it is needed."""

    address: str = ""
    contact_id: UUID | None = None
    language: str


@dataclass(frozen=True, kw_only=True)
class MessageCard:
    """A message as staff see it: never the address, never the words."""

    id: UUID
    template: str
    language: str
    subject: str
    key: str
    state: MessageState
    error: str
    created_at: datetime
    done_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class TemplateCard:
    """The words of one kind of message in one language; `is_own`: the city wrote them."""

    code: str
    language: str
    subject: str
    body: str
    facts: tuple[str, ...]
    is_essential: bool
    version: int
    is_own: bool = False


@dataclass(frozen=True, kw_only=True)
class PreferenceCard:
    """What a contact wants."""

    contact_id: UUID
    frequency: Frequency | None = None
    language: str = ""
    quiet_from: time | None = None
    quiet_until: time | None = None


@dataclass(frozen=True, kw_only=True)
class Shipped:
    """One kind of message as the product brings it."""

    code: str
    words: Mapping[str, tuple[str, str]]  # language -> (subject, body)
    facts: tuple[str, ...]
    is_essential: bool  # asked for by the person in this moment: no preference stops it


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A message ready for the post."""

    to: str
    sender: str
    subject: str
    text: str
    html: str
    language: str
    message_id: str
    at: datetime
    stop_link: str = ""


@dataclass(frozen=True, kw_only=True)
class Preview:
    """How a template would read."""

    subject: str
    text: str
    html: str


class FollowKind(StrEnum):
    """What somebody follows by mail."""

    CASE = "case"
    DISTRICT = "district"
    CIRCLE = "circle"


class Rhythm(StrEnum):
    """How often a follower hears: of a case step by step, of an area together."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    WEEKLY = "weekly"


AREAS = frozenset({FollowKind.DISTRICT, FollowKind.CIRCLE})


@dataclass(frozen=True, kw_only=True)
class Target:
    """What is followed: a case, a district, or a circle around a point; perhaps of one category.

    `subject` names the case or the district, and of a circle the landmark in its middle, if any.
    """

    kind: FollowKind
    subject: str = ""
    lat: float | None = None
    lng: float | None = None
    metres: int | None = None
    category_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class FollowCard:
    """Somebody follows something; who it is, only the contact knows."""

    id: UUID
    contact_id: UUID
    target: Target
    rhythm: Rhythm
    told_until: datetime | None  # of an area: what happened before it was told, or is none of it
