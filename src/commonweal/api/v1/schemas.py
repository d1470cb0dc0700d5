"""What version 1 says, field by field: a field is added, never taken away or changed."""

import re
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from ninja import Schema
from pydantic import BeforeValidator, ConfigDict, Field

from commonweal.cases.types import QuestionKind, Sort, State
from commonweal.kernel.types import Words

LARGEST_PAGE = 100
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


class WholeCase(Case):
    """A report with its steps, oldest first, and its published pictures."""

    moves: list[Move]
    pictures: list[str]


class CasePage(Schema):
    """One page of a list; a page beyond the last is empty."""

    items: list[Case]
    total: int
    page: int
    pages: int


class Wanted(Schema):
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
    page: int = Field(1, ge=1, le=100_000)
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


class NewReport(Given):
    """A report."""

    category: Code = Field(description="Code of a kind that takes reports.")
    text: str = Field(description="What happened; public only after review.")
    place: Where = Where()
    answers: dict[str, str | list[str]] = Field({}, description="By the codes of the questions.")
    contact: Contact = Contact()
    happened_on: Day | None = None
    language: Language | None = Field(None, description="Else that of Accept-Language.")
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


def _names() -> frozenset[str]:
    """Give every name there is here: what else was sent is not repeated in a refusal."""
    found, left = set[str](), list[type[Schema]](Schema.__subclasses__())
    while left:
        schema = left.pop()
        found |= schema.model_fields.keys()
        left += schema.__subclasses__()
    return frozenset(found)


NAMES = _names()
