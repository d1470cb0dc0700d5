"""The words of a made-up city: what its people do, one story a case."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from commonweal.cases.types import CategoryCard, State
from commonweal.city.types import LandmarkCard
from commonweal.kernel.types import Channel, Role
from commonweal.methods.worktime import Calendar


class Do(StrEnum):
    """What somebody does in a story; each is one of the real actions."""

    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    START = "start"
    ASK = "ask"
    REPLY = "reply"
    CORRECT = "correct"
    ADD_PHOTO = "add-photo"
    SCHEDULE = "schedule"
    HOLD = "hold"
    ANSWER = "answer"
    REFER = "refer"
    DECLINE = "decline"
    CONFIRM = "confirm"
    CONTEST = "contest"
    WITHDRAW = "withdraw"
    NOTE = "note"
    PUBLISH = "publish"
    WITHHOLD = "withhold"
    TAKE_DOWN = "take-down"


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that somebody does at a time, with the words that go with it."""

    do: Do
    at: datetime
    text: str = ""
    on: date | None = None


@dataclass(frozen=True, kw_only=True)
class Somewhere:
    """Where a story happens, as its reporter says it."""

    words: str = ""
    landmark: str = ""  # a code
    district: str = ""  # a code
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True, kw_only=True)
class Story:
    """What will happen to one case, from the report to where it stands today."""

    number: int
    category: str
    language: str
    text: str
    public_text: str  # what may be published of it
    somewhere: Somewhere
    answers: Mapping[str, Any]  # to the category's questions
    channel: Channel
    mail: str
    phone: str
    photos: int
    happened_on: date | None
    at: datetime
    steps: tuple[Step, ...]
    ends: State


@dataclass(frozen=True, kw_only=True)
class Town:
    """What a storyteller has to know of the city."""

    categories: tuple[CategoryCard, ...]  # those that can be chosen
    landmarks: tuple[LandmarkCard, ...]
    districts: Mapping[str, str]  # the code of a landmark's district
    calendar: Calendar


@dataclass(frozen=True, kw_only=True)
class Book:
    """The phrases of which stories are told; read from the folder `texts`."""

    reports: Mapping[str, Any]
    answers: Mapping[str, Any]
    voices: Mapping[str, Any]
    places: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Account:
    """A demo account: somebody to sign in as."""

    role: Role
    mail: str
    name: str
    language: str
    unit: str = ""  # a code; none for the whole city


@dataclass(frozen=True, kw_only=True)
class Made:
    """What came of it."""

    is_new: bool
    seed: int
    cases: int
    older: int  # that come in behind them
    photos: int
    accounts: tuple[Account, ...]
