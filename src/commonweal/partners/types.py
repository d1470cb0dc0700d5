"""Whom the city tells over the network, of what, and what became of each telling."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Tells(StrEnum):
    """What a webhook may be told of. A step of a case is told under one of these, never two."""

    RECEIVED = "case.received"
    MOVED = "case.moved"
    ANSWERED = "case.answered"


class DeliveryState(StrEnum):
    """What became of a delivery."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    FAILED = "failed"  # the last try failed; it is sent again by hand only
    DROPPED = "dropped"  # its webhook was off when it should have left


class Because(StrEnum):
    """Why the city itself switched a webhook off."""

    FAILED = "failed"  # nothing arrived for days
    GONE = "gone"  # the partner answered that nobody listens there any more


class Trouble(StrEnum):
    """Why nothing came of a request to somebody else."""

    STATUS = "status"  # the answer was no yes
    NO_ADDRESS = "no-address"  # the name leads nowhere
    INSIDE = "inside"  # the name leads into a network that is not public
    UNREACHABLE = "unreachable"
    CERTIFICATE = "certificate"
    TOO_SLOW = "too-slow"
    TOO_LARGE = "too-large"
    REDIRECTED = "redirected"  # to another host, or too often
    NONSENSE = "nonsense"  # the answer is no HTTP


@dataclass(frozen=True, kw_only=True)
class Target:
    """An address of somebody else, read."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_plain(self) -> bool:
        return self.scheme == "http"


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What somebody else answered."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    body: bytes

    @property
    def is_yes(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004  (HTTP)


@dataclass(frozen=True, kw_only=True)
class HookCard:
    """A webhook without its secret."""

    id: UUID
    name: str
    url: str
    tells: frozenset[Tells]
    is_on: bool
    is_given_up: bool  # switched off by the city itself, because it failed for days
    since: datetime
    failing_since: datetime | None
    arrived_at: datetime | None
    version: int


@dataclass(frozen=True, kw_only=True)
class DeliveryCard:
    """One thing told to one webhook, and what became of it."""

    id: UUID
    hook_id: UUID
    tells: Tells
    number: str  # of the case
    seq: int
    state: DeliveryState
    tries: int
    status: int | None  # what was answered last
    trouble: str
    took_ms: int | None
    created_at: datetime
    tried_at: datetime | None
    payload: Mapping[str, Any]
