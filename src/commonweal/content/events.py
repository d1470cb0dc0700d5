"""What happened to attachments, flags and pages."""

from dataclasses import dataclass
from uuid import UUID

from commonweal.content.types import FlagOutcome, PageCode, Reason, RefusedBecause
from commonweal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class AttachmentReceived(Event):
    """A raw file waits in quarantine; `of` is the thing it belongs to."""

    attachment_id: UUID
    of: str


@dataclass(frozen=True, kw_only=True)
class AttachmentReady(Event):
    attachment_id: UUID
    of: str


@dataclass(frozen=True, kw_only=True)
class AttachmentRefused(Event):
    attachment_id: UUID
    of: str
    because: RefusedBecause


@dataclass(frozen=True, kw_only=True)
class AttachmentPublished(Event):
    attachment_id: UUID
    of: str


@dataclass(frozen=True, kw_only=True)
class AttachmentWithheld(Event):
    attachment_id: UUID
    of: str


@dataclass(frozen=True, kw_only=True)
class AttachmentTakenDown(Event):
    attachment_id: UUID
    of: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class Flagged(Event):
    flag_id: UUID
    target: str
    of: str
    reason: Reason


@dataclass(frozen=True, kw_only=True)
class FlagSettled(Event):
    flag_id: UUID
    target: str
    of: str
    outcome: FlagOutcome


@dataclass(frozen=True, kw_only=True)
class PageSaved(Event):
    code: PageCode
    language: str
    version: int
