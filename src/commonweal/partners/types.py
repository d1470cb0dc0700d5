"""Whom the city tells over the network, of what, and what became of each telling."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from commonweal.cases.types import State


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
    UNFORESEEN = "unforeseen"  # something broke here over what came
    OFF = "off"  # the neighbour takes nothing over any more


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


class Does(StrEnum):
    """What the city and a neighbouring city do for each other."""

    PULL = "pull"  # we take in what it received, and follow it
    PUSH = "push"  # we pass on what is its own


class PassingState(StrEnum):
    """What became of handing a case to a neighbouring city."""

    WAITING = "waiting"
    ARRIVED = "arrived"
    FAILED = "failed"  # given up: the unit answers for it, or tries again
    DROPPED = "dropped"  # the case ended before it left


@dataclass(frozen=True, kw_only=True)
class NeighbourCard:
    """Another city whose Open311 server we speak with, without the key to it."""

    id: UUID
    name: str
    source: str  # how its reports are named here
    url: str
    jurisdiction: str
    has_key: bool
    does: frozenset[Does]
    begins: date  # what it received from this day on is taken in
    meanings: Mapping[str, str]  # its kinds -> codes of ours; empty: left out
    is_on: bool
    pulled_until: datetime | None
    asked_at: datetime | None
    succeeded_at: datetime | None
    failing_since: datetime | None
    trouble: str
    status: int | None
    rejected: int  # in the last visit
    reason: str  # ... of the first of them
    version: int


@dataclass(frozen=True, kw_only=True)
class KindCard:
    """A kind of request that a neighbouring city takes, and what it is here."""

    code: str
    name: str
    meaning: str | None  # a code of ours; empty: left out; None: nobody has said
    waiting: int  # requests of this kind that wait for somebody to say


@dataclass(frozen=True, kw_only=True)
class Visit:
    """What came of asking a neighbouring city."""

    new: int = 0
    known: int = 0
    rejected: int = 0
    waiting: int = 0
    is_done: bool = True  # else there is more to take in, at once


@dataclass(frozen=True, kw_only=True)
class TwinCard:
    """A case of ours as it stands in a neighbouring city's system."""

    case_id: UUID
    name: str  # of the city
    number: str  # there; empty while the city has only promised one
    link: str  # to its page there, where the city tells one
    site: str  # of the city, as the administrator entered it
    is_copy: bool  # it came from there; else it was passed on to there
    state: State  # where it stands there, in our words
    told_at: datetime | None  # when that was said there, as claimed


@dataclass(frozen=True, kw_only=True)
class PassingCard:
    """A case on its way to a neighbouring city."""

    id: UUID
    case_id: UUID
    name: str
    state: PassingState
    tries: int
    trouble: str
    status: int | None
    reason: str  # in the words of the other city
    may_have_arrived: bool
    created_at: datetime
    tried_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Leaving:
    """Exactly what leaves the house when a case is passed on."""

    text: str  # what an officer wrote or let stand
    reference: str  # our public page of the case
    lat: float | None
    lng: float | None
    place: str  # in public words
    picture: str  # the address of a published photo
