"""The words of a case, and the values that pass the doors."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from commonweal.city.types import Term
from commonweal.content.types import FlagCard, FlagOutcome
from commonweal.kernel.types import Channel, Words

LONGEST_TEXT = 5_000
LONGEST_PLACE = 300
LONGEST_REASON = 1_000
LONGEST_SEARCH = 200
LONGEST_FILTER_NAME = 80
MOST_IN_BULK = 500
DONE_AT_ONCE = 25  # cases that one request does by itself; more are done behind it
MOST_FILTERS = 20  # in one list: a page counts for each of them


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    ACKNOWLEDGED = "acknowledged"
    ASSIGNED = "assigned"
    IN_WORK = "in-work"
    WAITING = "waiting-for-reporter"
    SCHEDULED = "scheduled"
    ON_HOLD = "on-hold"
    ANSWERED = "answered"
    CONFIRMED = "confirmed"
    CONTESTED = "contested"
    NOT_OURS = "not-the-citys"
    CANNOT = "cannot-be-done"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """What somebody may do with a case."""

    SEE = "see"
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    RECATEGORISE = "recategorise"
    START = "start"
    ASK = "ask"
    SCHEDULE = "schedule"
    HOLD = "hold"
    ANSWER = "answer"
    REFER = "refer"
    DECLINE = "decline"
    NOTE = "note"
    CALL = "call"
    PUBLISH = "publish"
    WITHHOLD = "withhold"
    REPORT_FOR_OTHERS = "report-for-others"
    SHARE_FILTERS = "share-filters"
    CONFIGURE = "configure"


class Deed(StrEnum):
    """One thing that staff do with a case, finer than `Act`: one right may cover several."""

    ACKNOWLEDGE = "acknowledge"
    START = "start"
    ANSWER = "answer"
    ASK = "ask"
    SCHEDULE = "schedule"
    HOLD = "hold"
    REFER = "refer"
    DECLINE = "decline"
    ASSIGN = "assign"
    RECATEGORISE = "recategorise"
    NOTE = "note"
    PUBLISH = "publish"
    WITHHOLD = "withhold"
    TAKE_DOWN = "take-down"
    TAKE_DOWN_WORD = "take-down-word"


class SpeaksFor(StrEnum):
    """For whom somebody speaks who reports at the phone or the counter."""

    ONESELF = "oneself"
    FAMILY = "family"
    NEIGHBOUR = "neighbour"
    CARER = "carer"
    ORGANISATION = "organisation"


class Evidence(StrEnum):
    """What the clerk has of it that somebody may speak for somebody else."""

    STATED = "stated"
    SEEN = "seen"
    PAPER = "paper"


class CallOutcome(StrEnum):
    """What came of a call to a reporter."""

    REACHED = "reached"
    NOT_REACHED = "not-reached"
    GAVE_UP = "gave-up"


class Publication(StrEnum):
    """Whether other people may read a resident's words."""

    WAITING = "waiting"
    PUBLISHED = "published"
    WITHHELD = "withheld"
    TAKEN_DOWN = "taken-down"


class WordKind(StrEnum):
    """What somebody said in a case."""

    QUESTION = "question"
    REPLY = "reply"
    ANSWER = "answer"
    REFERRAL = "referral"
    REFUSAL = "refusal"
    PLAN = "plan"
    CONTEST = "contest"
    CORRECTION = "correction"
    NOTE = "note"
    TOLD = "told"  # by another city, about what it does


ANSWERS = frozenset({WordKind.ANSWER, WordKind.REFERRAL, WordKind.REFUSAL})


class Review(StrEnum):
    """What happens with residents' words of a category."""

    AFTER_REVIEW = "after-review"
    NEVER = "never"


class QuestionKind(StrEnum):
    """How a category's question is answered."""

    YES_NO = "yes-no"
    CHOICE = "choice"
    SEVERAL = "several"
    TEXT = "text"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True, kw_only=True)
class Question:
    """A question that a category asks, perhaps only after a certain answer to an earlier one."""

    code: str
    kind: QuestionKind
    words: Words
    help: Words = field(default_factory=dict)
    is_required: bool = False
    options: tuple[tuple[str, Words], ...] = ()
    after: str = ""  # the code of an earlier question
    after_is: tuple[str, ...] = ()  # ... and the answers to it that bring this one up


@dataclass(frozen=True, kw_only=True)
class CategoryCard:
    """A kind of problem the city takes reports of."""

    id: UUID
    code: str
    parent_id: UUID | None
    parent_code: str
    parent_names: Words
    names: Words
    hints: Words
    keywords: Mapping[str, tuple[str, ...]]
    questions: tuple[Question, ...]
    term: Term
    review: Review
    is_open: bool
    needs_place: bool
    order: int
    version: int


@dataclass(frozen=True, kw_only=True)
class RuleCard:
    """A routing rule: all its conditions must hold; an empty condition always holds."""

    id: UUID
    order: int
    names: Words
    categories: tuple[str, ...]
    districts: tuple[str, ...]
    channels: tuple[Channel, ...]
    words: tuple[str, ...]
    unit_id: UUID
    is_active: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class Decision:
    """To which unit, by which rule, for which reasons."""

    unit_id: UUID
    rule_id: UUID | None
    rule_version: int
    because: tuple[str, ...]  # "category:lamp", "district:north", "word:cable", "fallback"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where the problem is; any of these may be missing."""

    words: str = ""
    district_id: UUID | None = None
    landmark_id: UUID | None = None
    lat: float | None = None
    lng: float | None = None


@dataclass(frozen=True, kw_only=True)
class ContactDraft:
    """How to reach the reporter, as typed."""

    mail: str = ""
    phone: str = ""

    def __bool__(self) -> bool:
        return bool(self.mail or self.phone)


@dataclass(frozen=True, kw_only=True)
class Mandate:
    """A clerk's record of who speaks for whom; kinds only, it names nobody."""

    speaks_for: SpeaksFor
    evidence: Evidence | None = None  # for oneself none is needed


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A report before it is sent."""

    category_id: UUID
    text: str
    language: str
    place: Place = field(default_factory=Place)
    answers: Mapping[str, Any] = field(default_factory=dict)
    contact: ContactDraft = field(default_factory=ContactDraft)
    happened_on: date | None = None
    mandate: Mandate | None = None  # of a report that staff take in
    wants_call: bool = False  # by who has a phone only
    attachments_of: str = ""  # the subject under which photos were received before sending


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """What the reporter holds at once: a public number and a secret key, kept apart."""

    case_id: UUID
    number: str
    key: str
    due_at: datetime
    unit_id: UUID
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Reporter:
    """Proof that somebody is the reporter of a case; made only by `queries.reporter_...`."""

    case_id: UUID
    number: str


@dataclass(frozen=True, kw_only=True)
class WordCard:
    """Something said in a case."""

    id: UUID
    kind: WordKind
    text: str
    at: datetime
    unit_id: UUID | None
    is_public: bool
    by_reporter: bool


@dataclass(frozen=True, kw_only=True)
class CaseCard:
    """A case as staff and its reporter see it."""

    id: UUID
    number: str
    state: State
    category_id: UUID
    unit_id: UUID
    assignee_id: UUID | None
    district_id: UUID | None
    place: Place
    is_outside: bool
    channel: Channel
    language: str
    text: str
    public_text: str
    publication: Publication
    answers: Mapping[str, Any]
    received_at: datetime
    happened: str
    due_at: datetime
    promised_at: datetime  # the date first promised
    is_promised: bool  # False for a report of another system, to which nobody gave a date
    planned_for: date | None
    closed_at: datetime | None
    is_overdue: bool
    has_reporter: bool
    source: str
    version: int
    mandate: Mandate | None = None


@dataclass(frozen=True, kw_only=True)
class CallBackCard:
    """Somebody waits to be called: about which case, since when, how often it was tried."""

    case: CaseCard
    contact_id: UUID
    wanted_at: datetime
    next_at: datetime
    tries: int
    most: int
    told: str  # what is to be told or asked; empty when the person wished for the call
    version: int


@dataclass(frozen=True, kw_only=True)
class PublicCard:
    """A case as everybody sees it: nothing of it names a person."""

    id: UUID
    number: str
    state: State
    category_id: UUID
    unit_id: UUID
    district_id: UUID | None
    landmark_id: UUID | None
    lat: float | None
    lng: float | None
    text: str  # published words, else empty
    answer: str  # the newest published answer, else empty
    received_at: datetime
    changed_at: datetime
    due_at: datetime
    is_promised: bool
    closed_at: datetime | None
    is_overdue: bool


@dataclass(frozen=True, kw_only=True)
class Flaggable:
    """Something public of a case: its words, words of the city, or a photo."""

    target: str
    of: str
    number: str
    text: str = ""
    photo_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class Flagged:
    """A flag on a case, with just what it means while it is public, and what can be decided."""

    flag: FlagCard
    case: CaseCard
    text: str
    photo_id: UUID | None
    by_city: bool  # words of the city: they cannot become private, only be taken down
    outcomes: tuple[FlagOutcome, ...]


@dataclass(frozen=True, kw_only=True)
class MoveCard:
    """A step in the life of a case, as everybody sees it."""

    id: UUID
    number: str  # of the case
    to: State
    at: datetime
    text: str  # what was said with it, where it is public


@dataclass(frozen=True, kw_only=True)
class Point:
    """A dot on the public map."""

    number: str
    lat: float
    lng: float
    state: State
    category_id: UUID


Box: TypeAlias = tuple[float, float, float, float]  # west, south, east, north
LEVELS = (10, 12, 14, 16, 18)  # of closeness: a cell is 360 degrees halved so many times
NOWHERE = UUID(int=0)  # the district of what lies in none


def cell_of(lat: float, lng: float, level: int) -> tuple[int, int]:
    """Give the cell that holds a point, from the west and from the south."""
    size = 360 / 2**level
    return math.floor((lng + 180) / size), math.floor((lat + 90) / size)


CELL_LEVEL = 14  # of the cells by which news find who follows them: some two kilometres


def cells_around(lat: float, lng: float, metres: float, level: int) -> set[tuple[int, int]]:
    """Give the cells that a circle may touch, also across the 180th meridian."""
    high = metres / 111_000
    wide = min(180.0, high / max(0.01, math.cos(math.radians(lat))))
    left, low = cell_of(lat - high, lng - wide, level)
    right, top = cell_of(lat + high, lng + wide, level)
    return {(x % 2**level, y) for x in range(left, right + 1) for y in range(low, top + 1)}


@dataclass(frozen=True, kw_only=True)
class Cell:
    """A square of the map and how many cases lie in it."""

    west: float
    south: float
    size: float
    count: int


@dataclass(frozen=True, kw_only=True)
class Period:
    """The months, kinds, districts and units that are looked at; empty fields leave all in."""

    first: date | None = None  # the first day of the first month
    last: date | None = None
    categories: tuple[UUID, ...] = ()
    districts: tuple[UUID, ...] = ()
    units: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What became of the reports of a month, a category, a district or a unit."""

    key: Any  # a date or an id
    received: int
    still_open: int
    promised: int  # of those that ended, under a promise
    in_time: int
    days: int  # of those that ended, in all

    @property
    def ended(self) -> int:
        return self.received - self.still_open

    @property
    def mean_days(self) -> float | None:
        return self.days / self.ended if self.ended else None

    @property
    def share_in_time(self) -> float | None:
        return self.in_time / self.promised if self.promised else None


class Sort(StrEnum):
    """In which order a list comes."""

    PROMISE = "promise"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, kw_only=True)
class Filter:
    """What to leave in a list; empty fields leave everything in."""

    text: str = ""
    states: tuple[State, ...] = ()
    only_open: bool = False
    only_overdue: bool = False
    only_unreviewed: bool = False
    categories: tuple[UUID, ...] = ()
    districts: tuple[UUID, ...] = ()
    units: frozenset[UUID] | None = None
    assignee_id: UUID | None = None
    channel: Channel | None = None
    since: date | None = None
    until: date | None = None
    sort: Sort = Sort.NEWEST


class Show(StrEnum):
    """Which cases the inbox shows before anything else is chosen."""

    OPEN = "open"
    OVERDUE = "overdue"
    UNREVIEWED = "unreviewed"
    MINE = "mine"
    ALL = "all"


@dataclass(frozen=True, kw_only=True)
class Choice:
    """What somebody chose above the inbox: words of lists and ids; it gives no right to see."""

    text: str = ""
    state: State | None = None
    category_id: UUID | None = None
    district_id: UUID | None = None
    unit_id: UUID | None = None
    show: Show = Show.OPEN
    sort: Sort = Sort.PROMISE


class Gone(StrEnum):
    """What a kept filter names and the city no longer has."""

    CATEGORY = "category"
    DISTRICT = "district"
    UNIT = "unit"


@dataclass(frozen=True, kw_only=True)
class SavedFilter:
    """A choice that somebody named and keeps, alone or for a unit."""

    id: UUID
    name: str
    choice: Choice
    shared_with: UUID | None  # the unit that sees it; None: only its owner does
    gone: tuple[Gone, ...]
    used_on: date
    version: int


@dataclass(frozen=True, kw_only=True)
class Count:
    """How many there are, counted up to a limit."""

    total: int
    is_more: bool  # than the total says


class BulkState(StrEnum):
    """How far an act on many cases has come."""

    PREVIEW = "preview"
    RUNNING = "running"
    DONE = "done"
    UNDOING = "undoing"
    UNDONE = "undone"


class Outcome(StrEnum):
    """What became of one case of many."""

    WAITING = "waiting"
    DONE = "done"
    LEFT_OUT = "left-out"
    UNDONE = "undone"
    KEPT = "kept"  # done, and not undone


class Because(StrEnum):
    """Why a case is left out, or not undone."""

    NOT_YOURS = "not-yours"
    CHANGED = "changed"
    WRONG_STATE = "wrong-state"
    NOT_TO_REVIEW = "not-to-review"
    UNIT_CLOSED = "unit-closed"
    FOR_GOOD = "for-good"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class BulkDraft:
    """One act for many cases; which of the rest it needs, the act says."""

    deed: Deed
    text: str = ""
    on: date | None = None
    unit_id: UUID | None = None
    category_id: UUID | None = None
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class BulkItemCard:
    """One case of many: what will happen or happened, and why not."""

    number: str
    text: str  # what the reporter wrote, for whoever may see it
    category_id: UUID
    unit_id: UUID
    state: State
    outcome: Outcome
    because: Because | None
    can_undo: bool


@dataclass(frozen=True, kw_only=True)
class BulkCard:
    """An act on many cases, as whoever made it sees it."""

    id: UUID
    draft: BulkDraft
    state: BulkState
    items: tuple[BulkItemCard, ...]
    is_part: bool  # of what a filter shows: more than `MOST_IN_BULK` are not taken
    undo_minutes: int
    undo_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Near:
    """Around a point; what is asked is the street-level point that everybody sees."""

    lat: float
    lng: float
    metres: float


@dataclass(frozen=True, kw_only=True)
class Sought:
    """What a program asks the public record for; empty fields leave everything in.

    Times hold from the one included to the other excluded.
    """

    numbers: tuple[str, ...] | None = None
    categories: tuple[UUID, ...] = ()
    is_open: bool | None = None
    received_from: datetime | None = None
    received_until: datetime | None = None
    changed_from: datetime | None = None
    changed_until: datetime | None = None
    near: Near | None = None
    without_sources: tuple[str, ...] = ()  # copies of what other systems tell themselves


@dataclass(frozen=True, kw_only=True)
class Foreign:
    """A report from another system, as far as its source tells."""

    source: str  # name of the source, as in "stl-csb"
    source_id: str
    row_digest: str
    category_id: UUID
    unit_id: UUID | None  # None: ask the routing rules
    state: State
    received: datetime
    closed: datetime | None = None
    text: str = ""
    place: Place = field(default_factory=Place)
    channel: Channel = Channel.IMPORT
    language: str = "en"


MOST_HEARD = 50  # words of other cities kept with a case; more is told only over there


@dataclass(frozen=True, kw_only=True)
class News:
    """What another city says of a case: of its own that we hold a copy of, or of one passed on."""

    case_id: UUID
    source: str  # the city, as its reports are named here
    name: str  # the city, as residents know it
    state: State  # where it stands there, in our words
    said: datetime  # when it was said there, as claimed
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Imported:
    """What came of a batch."""

    new: int
    known: int


@dataclass(frozen=True, kw_only=True)
class FileReport:
    """What came of a file of reports."""

    rows: int
    new: int
    known: int
    rejected: int
    categories: int  # made on the way
    units: int
    unknown_districts: tuple[str, ...] = ()


def term_facts(term: Term) -> dict[str, object]:
    """Say a term as facts of an entry."""
    return {"amount": term.amount, "unit": term.unit.value}
