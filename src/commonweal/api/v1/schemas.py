"""What version 1 says, field by field: a field is added, never taken away or changed."""

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal
from uuid import UUID

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field

from commonweal.cases.types import (
    CallOutcome,
    Deed,
    Evidence,
    Publication,
    QuestionKind,
    Sort,
    SpeaksFor,
    State,
    WordKind,
)
from commonweal.content.types import AttachmentState, FlagOutcome, Reason
from commonweal.kernel.types import Channel, Words

LARGEST_PAGE = 100
LARGEST_VERSION = 1_000_000_000
LONGEST_SEARCH = 200
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(said: object) -> object:
    """Refuse a number where a day is asked for: it would be read as seconds since 1970."""
    if not isinstance(said, str) or not DAY.fullmatch(said):
        raise ValueError(said)
    return said


Day = Annotated[date, BeforeValidator(_written_out)]
Code = Annotated[str, Field(max_length=100)]
Language = Literal["zh-Hant", "zh-Hans", "en"]
FlagReason = Literal[
    Reason.PERSON,
    Reason.NUMBER_PLATE,
    Reason.HOME,
    Reason.INSULT,
    Reason.UNLAWFUL,
    Reason.RIGHTS,
    Reason.OTHER,
]


REPORT: dict[str, Any] = {  # as the description shows it
    "category": "lamp",
    "text": "The lamp at the bridge is dark.",
    "place": {"lat": 22.05, "lng": 114.05},
}


class Problem(Schema):
    """A refusal: a code for programs, a sentence for people (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: dict[str, Any]


class Option(Schema):
    """An answer to choose."""

    code: str
    names: Words


class Question(Schema):
    """What a kind of report asks; one with `after` only if that was answered with `after_is`."""

    code: str
    kind: QuestionKind
    words: Words
    help: Words
    is_required: bool
    options: list[Option]
    after: str | None
    after_is: list[str]


class Category(Schema):
    """A kind of problem the city takes reports of."""

    code: str
    parent: str | None
    names: Words
    hints: Words
    is_open: bool
    takes_reports: bool = Field(description="Whether reports of it can be sent now.")
    needs_place: bool
    questions: list[Question]


class Landmark(Schema):
    """A place everybody knows."""

    code: str
    names: Words
    lat: float
    lng: float
    district: str | None
    is_current: bool


class District(Schema):
    """A part of the city."""

    code: str
    names: Words
    is_current: bool


class Unit(Schema):
    """An office of the city."""

    code: str
    names: Words
    parent: str | None
    phone: str
    email: str
    is_open: bool


class Case(Schema):
    """A report as everybody sees it; of residents' acts the hour is told, of places the street."""

    number: str
    state: State
    is_open: bool
    category: str
    unit: str
    district: str | None
    landmark: str | None
    lat: float | None
    lng: float | None
    text: str = Field(description="Published words, else empty.")
    answer: str = Field(description="The newest published answer, else empty.")
    received_at: datetime
    changed_at: datetime
    due_at: datetime | None = Field(description="None where nobody promised a date.")
    is_overdue: bool
    html_url: str


class Move(Schema):
    """A step in the life of a report."""

    id: str
    to: State
    at: datetime
    text: str


class PublicWord(Schema):
    """Something the city said in public."""

    id: UUID
    kind: WordKind
    text: str
    at: datetime


class WholeCase(Case):
    """A report with its steps, oldest first, and its published pictures."""

    moves: list[Move]
    words: list[PublicWord]
    pictures: list[str]


class CasePage(Schema):
    """One page of a list; a page beyond the last is empty."""

    items: list[Case]
    total: int
    page: int
    pages: int


class Lasting(Schema):
    """What to leave in a list of reports; what is not said leaves everything in."""

    q: str = Field("", max_length=LONGEST_SEARCH, description="Words, in any script.")
    state: list[State] = Field([], description="One or several.")
    open: bool | None = Field(None, description="Whether somebody still answers for it.")
    overdue: bool = False
    category: list[str] = Field([], max_length=50, description="Codes; a main kind holds its own.")
    district: list[str] = Field([], max_length=50, description="Codes.")
    since: Day | None = Field(None, description="The first day, in the city's zone.")
    until: Day | None = Field(None, description="The last day, included.")
    sort: Sort = Sort.NEWEST


class Wanted(Lasting):
    """What to leave in the public list, and which page of it."""

    page: int = Field(1, ge=1, le=100_000)
    size: int = Field(25, ge=1, le=LARGEST_PAGE)


class WantedOfStaff(Lasting):
    """What to leave in the inbox of a unit, the most urgent promise first, and where to go on."""

    unreviewed: bool = Field(default=False, description="Words or photos wait for review.")
    unit: str = Field("", max_length=100, description="Code; with the units below it.")
    channel: Channel | None = None
    sort: Sort = Sort.PROMISE
    after: str = Field("", max_length=100, description="`next` of the page before.")
    size: int = Field(25, ge=1, le=LARGEST_PAGE)


class Given(Schema):
    """What a program sends: nothing but what is described, so that no slip goes unseen."""

    model_config: ClassVar = ConfigDict(extra="forbid")


class Where(Given):
    """Where it is; any of these may be missing. A pin is exact, and shown to the street only."""

    words: str = Field(default="", description="An address or a few words.")
    district: Code = Field(default="", description="Code.")
    landmark: Code = Field(default="", description="Code.")
    lat: float | None = Field(default=None, allow_inf_nan=False)
    lng: float | None = Field(default=None, allow_inf_nan=False)


class Contact(Given):
    """How to reach the reporter: by mail, else by phone, or not at all."""

    mail: str = ""
    phone: str = ""


class ReportSaid(Given):
    """What a report says."""

    category: Code = Field(description="Code of a kind that takes reports.")
    text: str = Field(description="What happened; public only after review.")
    place: Where = Where()
    answers: dict[str, str | list[str]] = Field({}, description="By the codes of the questions.")
    contact: Contact = Contact()
    happened_on: Day | None = None
    language: Language | None = Field(None, description="Else that of Accept-Language.")


class NewReport(ReportSaid):
    """A report."""

    model_config: ClassVar = ConfigDict(json_schema_extra={"examples": [REPORT]})

    upload: Code = Field("", description="The photos sent before.")


class Taken(Schema):
    """A report was taken in: its public number and its secret key, kept apart."""

    number: str
    key: str | None = Field(description="Opens the reporter's own page; told once, never again.")
    link: str | None = Field(description="The reporter's own page, with the key; told once.")
    html_url: str
    unit: str
    due_at: datetime
    is_outside: bool = Field(description="Whether the pin lies outside the city.")


class Uploaded(Schema):
    """Photos wait for the report they belong to; unused ones are deleted after a while."""

    upload: str


class Word(PublicWord):
    """Something said in a case, by the reporter or by a unit."""

    by_reporter: bool
    unit: str | None
    is_public: bool


class HistoryEntry(Schema):
    """An act as the record has it: by a unit, a role or "resident"; facts are words of a list."""

    seq: int
    type: str
    at: datetime
    by: str
    facts: dict[str, Any]


class Photo(Schema):
    """A photo of a case."""

    id: UUID
    state: AttachmentState
    is_public: bool
    version: int
    received_at: datetime


class PrivateCase(Schema):
    """A case as its reporter and its unit see it; never how to reach the reporter."""

    number: str
    version: int
    state: State
    is_open: bool
    category: str
    unit: str
    district: str | None
    landmark: str | None
    place: str
    lat: float | None
    lng: float | None
    is_outside: bool
    channel: Channel
    language: str
    text: str
    public_text: str = Field(description="What everybody reads, once published.")
    publication: Publication
    answers: dict[str, Any]
    happened: str
    received_at: datetime
    due_at: datetime | None
    planned_for: date | None
    closed_at: datetime | None
    is_overdue: bool
    can_be_asked: bool = Field(description="Whether the reporter left a way to write back.")


class StoryOfCase(PrivateCase):
    """A case with what was said, what happened, and its photos, each oldest first."""

    words: list[Word]
    history: list[HistoryEntry]
    photos: list[Photo]


class OwnCase(StoryOfCase):
    """The own report."""

    can: list[str] = Field(description="What can be done now: the last parts of addresses.")


class Text(Given):
    """A few words."""

    text: str


class SomeText(Given):
    """A few words, or none."""

    text: str = ""


class NewKey(Schema):
    """The new secret key of a report, told once."""

    key: str
    link: str


class NewFlag(Given):
    """Why something should not be public."""

    reason: FlagReason
    words: str = ""


class Flag(Schema):
    """The city has taken note and will look."""

    id: UUID


class Inbox(Schema):
    """A page of the inbox."""

    items: list[PrivateCase]
    next: str | None = Field(description="Where the next page begins; none after the last.")


class Counts(Schema):
    """How much there is to do, each counted up to 10,000."""

    open: int
    overdue: int
    unreviewed: int


class Mandate(Schema):
    """Who spoke for whom, as a clerk recorded it."""

    speaks_for: SpeaksFor
    evidence: Evidence | None


class RoutedTo(Schema):
    """Why a case went to a unit: words like `category:lamp`, `fallback`, or what a person wrote."""

    at: datetime
    unit: str
    because: list[str]


class Call(Schema):
    """Somebody waits to be called; the number is for people, on the page."""

    number: str = Field(description="Of the report.")
    wanted_at: datetime
    next_at: datetime
    tries: int
    most: int
    told: str = Field(description="What is to be told or asked.")
    version: int


class Calls(Schema):
    """The calls that are due, oldest first."""

    due: list[Call]
    later: int = Field(description="How many are to be tried again at a later time.")


class StaffCase(StoryOfCase):
    """A case as its unit sees it, notes included, with what can be done now."""

    routings: list[RoutedTo]
    mandate: Mandate | None
    call: Call | None
    can: list[Deed] = Field(description="What the unit can do now: the last parts of addresses.")


class Done(Schema):
    """How a case stands after an act."""

    number: str
    version: int
    state: State
    unit: str
    publication: Publication


class Seen(Given):
    """Which version of the case the act is about."""

    seen: int = Field(ge=0, le=LARGEST_VERSION, description="`version` as it was read.")


class SeenText(Seen):
    """Words with an act."""

    text: str


class SeenReason(Seen):
    """A reason for an act; it becomes part of the record."""

    reason: str


class SeenPlan(SeenText):
    """On which day something will be done, and what."""

    on: Day


class SeenUnit(SeenReason):
    """To which unit, and why."""

    unit: Code


class SeenCategory(SeenReason):
    """Under which kind, and why."""

    category: Code


class SeenWord(SeenReason):
    """Which of the city's published words, and why."""

    word: UUID


class PhotoReason(Given):
    """Why a photo is deleted for good."""

    reason: Reason


class CallMade(Given):
    """What came of a call, and when to try again if nobody was reached."""

    outcome: CallOutcome
    again_in_hours: int = Field(default=24, ge=1, le=72)
    seen: int = Field(ge=0, le=LARGEST_VERSION, description="`version` of the call.")


class FlagToSettle(Schema):
    """A flag on something public, with what it means while it is public."""

    id: UUID
    version: int
    number: str
    case_version: int
    reason: Reason
    words: str
    at: datetime
    text: str
    photo: UUID | None
    by_city: bool
    outcomes: list[FlagOutcome]


class FlagSettled(Given):
    """What is decided about a flag."""

    outcome: FlagOutcome
    seen: int = Field(ge=0, le=LARGEST_VERSION, description="`version` of the flag.")
    case_seen: int = Field(ge=0, le=LARGEST_VERSION, description="`case_version`.")
    reason: str = Field(default="", description="Why; it becomes part of the record.")


class Settled(Schema):
    """A flag is decided."""

    id: UUID
    outcome: FlagOutcome


class NewIntake(ReportSaid):
    """A report taken in for somebody at the phone or the counter."""

    model_config: ClassVar = ConfigDict(
        json_schema_extra={"examples": [{**REPORT, "channel": "phone", "speaks_for": "oneself"}]}
    )

    channel: Literal[Channel.PHONE, Channel.COUNTER, Channel.PAPER, Channel.MAIL]
    speaks_for: SpeaksFor
    evidence: Evidence = Evidence.STATED
    wants_call: bool = False


class Alike(Schema):
    """An open report of the same kind close by."""

    number: str
    state: State
    received_at: datetime


class Around(Schema):
    """A kind of report and a point."""

    category: str = Field(max_length=100)
    lat: float = Field(ge=-90, le=90)
    lng: float = Field(ge=-180, le=180)


def _names() -> frozenset[str]:
    """Give every name there is here: what else was sent is not repeated in a refusal."""
    found, left = set[str](), list[type[Schema]](Schema.__subclasses__())
    while left:
        schema = left.pop()
        found |= schema.model_fields.keys()
        left += schema.__subclasses__()
    return frozenset(found)


NAMES = _names()
