"""What version 1 says, field by field: a field is added, never taken away or changed."""

import re
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Schema
from pydantic import BeforeValidator, Field

from commonweal.cases.types import Sort, State
from commonweal.kernel.types import Words

LARGEST_PAGE = 100
LONGEST_SEARCH = 200
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(said: object) -> object:
    """Refuse a number where a day is asked for: it would be read as seconds since 1970."""
    if isinstance(said, str) and not DAY.fullmatch(said):
        raise ValueError(said)
    return said


Day = Annotated[date, BeforeValidator(_written_out)]


class Problem(Schema):
    """A refusal: a code for programs, a sentence for people (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    facts: dict[str, Any]


class Category(Schema):
    """A kind of problem the city takes reports of."""

    code: str
    parent: str | None
    names: Words
    hints: Words
    is_open: bool


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
