"""Words of the context: attachments, the city's own pages, flags."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO
from uuid import UUID


class ImageKind(StrEnum):
    """The formats that are read; the value is how Pillow spells it, in small letters."""

    JPEG = "jpeg"
    PNG = "png"
    WEBP = "webp"
    AVIF = "avif"


class AttachmentState(StrEnum):
    """Where a photo stands; who may see a ready one is said by `is_public`."""

    WAITING = "waiting"
    READY = "ready"
    REFUSED = "refused"
    TAKEN_DOWN = "taken-down"


class Size(StrEnum):
    """The two pictures that are kept of one photo."""

    FULL = "full"
    THUMB = "thumb"


class RefusedBecause(StrEnum):
    """Why a photo that looked well could not be kept."""

    DAMAGED = "damaged"
    TOO_HEAVY = "too-heavy"
    LOST = "lost"


class Reason(StrEnum):
    """Why something is flagged, or taken down; a word of a list, because entries hold no text."""

    PERSON = "person"
    NUMBER_PLATE = "number-plate"
    HOME = "home"
    INSULT = "insult"
    UNLAWFUL = "unlawful"
    RIGHTS = "rights"
    OFF_TOPIC = "off-topic"
    SENDER = "sender"
    TIME_OVER = "time-over"
    OTHER = "other"


class FlagOutcome(StrEnum):
    """What staff decided about a flag."""

    KEPT = "kept"
    WITHHELD = "withheld"
    TAKEN_DOWN = "taken-down"


class FlagState(StrEnum):
    """Whether staff have looked."""

    OPEN = "open"
    SETTLED = "settled"


class PageCode(StrEnum):
    """The city's own pages, which its administrator may rewrite."""

    PRIVACY = "privacy"
    WHAT_IS_PUBLIC = "what-is-public"
    IMPRINT = "imprint"
    ACCESSIBILITY = "accessibility"
    HELP_AND_CONTACT = "help-and-contact"
    HOW_IT_WORKS = "how-it-works"


@dataclass(frozen=True, kw_only=True)
class AttachmentCard:
    """A photo, as the contexts above see it. `subject` is the thing it belongs to."""

    id: UUID
    subject: str
    name: str
    kind: ImageKind
    state: AttachmentState
    is_public: bool
    width: int
    height: int
    size: int
    refused_because: RefusedBecause | None
    taken_down_because: Reason | None
    received_at: datetime
    version: int

    @property
    def is_ready(self) -> bool:
        return self.state is AttachmentState.READY


@dataclass(frozen=True, kw_only=True)
class StoredFile:
    """An open file with what a response needs to say of it; the receiver closes it."""

    name: str
    content_type: str
    size: int
    digest: str
    file: BinaryIO


@dataclass(frozen=True, kw_only=True)
class FlagCard:
    """Somebody says that something public should not be."""

    id: UUID
    target: str
    of: str
    reason: Reason
    words: str
    state: FlagState
    outcome: FlagOutcome | None
    at: datetime
    settled_at: datetime | None
    version: int


@dataclass(frozen=True, kw_only=True)
class PageCard:
    """One of the city's pages, ready to show: `html` is clean."""

    code: PageCode
    language: str
    title: str
    html: str
    updated_at: datetime | None
    version: int

    @property
    def is_default(self) -> bool:
        return self.version == 0


@dataclass(frozen=True, kw_only=True)
class PageSource:
    """One version of a page as it was written; version 0 is the text this software brings along."""

    code: PageCode
    language: str
    title: str
    body: str
    reason: str
    at: datetime | None
    version: int


class StorageProblem(StrEnum):
    """What stands in the way of keeping photos."""

    NO_ANSWER = "no-answer"
    NO_BUCKET = "no-bucket"
    REFUSED = "refused"  # key, secret or rights are not right
    ODD = "odd"  # an answer that we cannot use: another region, or no S3 at all
