"""Districts, units, the calendar's words, clocks, and the city's own name and colours."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol, TypeAlias, TypeVar
from uuid import UUID

from commonweal.kernel.types import Actor, Words

LANGUAGES = ("zh-Hant", "zh-Hans", "en")  # the languages the pages speak

T = TypeVar("T")
Span: TypeAlias = tuple[str, str]  # opening hours within a day, as in ("09:00", "12:30")
Spans: TypeAlias = tuple[Span, ...]
GeoJson: TypeAlias = dict[str, Any]  # checked where it comes in


class TermUnit(StrEnum):
    """In what a term counts: the city's open hours and days, or everybody's."""

    WORKING_HOURS = "working-hours"
    WORKING_DAYS = "working-days"
    HOURS = "hours"
    DAYS = "days"


class ClockState(StrEnum):
    """Where a running clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    RAN_OUT = "ran-out"


class DayKind(StrEnum):
    """How a named day departs from its weekday."""

    CLOSED = "closed"  # a public holiday
    OPEN = "open"  # a make-up working day, or a day with hours of its own


class ParameterType(StrEnum):
    """What a policy parameter may hold."""

    NUMBER = "number"  # a whole number
    WORD = "word"  # one of a list
    YES_NO = "yes-no"
    TIME = "time"  # as in 07:30


@dataclass(frozen=True, kw_only=True)
class DistrictCard:
    """A part of the city with a border."""

    id: UUID
    code: str
    names: Words
    is_current: bool = True
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class LandmarkCard:
    """A place everybody knows, to say where something is."""

    id: UUID
    code: str
    names: Words
    lat: float
    lng: float
    district_id: UUID | None
    is_current: bool = True
    version: int = 1


@dataclass(frozen=True, kw_only=True)
class UnitCard:
    """An office of the city, in its place in the tree."""

    id: UUID
    code: str
    names: Words
    parent_id: UUID | None
    depth: int
    phone: str
    email: str
    duties: Words
    opened_on: date | None
    closed_on: date | None
    version: int

    def is_open(self, day: date) -> bool:
        """Say whether the unit exists on a day."""
        return (self.opened_on is None or self.opened_on <= day) and (
            self.closed_on is None or day < self.closed_on
        )


@dataclass(frozen=True, kw_only=True)
class HolidayCard:
    """A day that departs from its weekday: a public holiday or a make-up working day."""

    id: UUID
    day: date
    kind: DayKind
    names: Words
    hours: Spans
    is_withdrawn: bool
    version: int


@dataclass(frozen=True, kw_only=True)
class WeekCard:
    """The opening hours of Monday to Sunday; none on a day means closed."""

    hours: tuple[Spans, ...]
    version: int


@dataclass(frozen=True, kw_only=True)
class CityProfile:
    """What the city is called, how it is reached, and how its pages look."""

    name: Words
    languages: tuple[str, ...]
    zone: str
    phone: str
    email: str
    address: Words
    hours: Words
    brand_colour: str
    link_colour: str
    tile_address: str
    version: int = 0  # 0: nobody has set the city up yet


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """A policy parameter the software knows: what it may hold and what it does, in plain words."""

    name: str
    type: ParameterType
    default: Any  # by `type`
    words: str  # an English sentence, translated where it is shown
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class ParameterCard:
    """One value of a policy parameter with its date and source."""

    name: str
    value: Any  # by the parameter's type
    valid_from: datetime | None  # None: the value the software is shipped with
    source: str
    reason: str
    version: int = 0  # how many values the parameter has had: what a changing action must have seen


@dataclass(frozen=True, kw_only=True)
class Term:
    """How long something may take: 3 working days."""

    amount: int
    unit: TermUnit


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Time that does not count, with its reason."""

    from_: datetime
    until: datetime | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class Extension:
    """A later due date, with its reason."""

    at: datetime
    term: Term
    reason: str
    due_before: datetime
    due_after: datetime


@dataclass(frozen=True, kw_only=True)
class ClockCard:
    """A running clock: one kind of term over one subject."""

    subject: str
    kind: str
    term: Term
    started_at: datetime
    due_at: datetime
    state: ClockState
    pauses: tuple[Pause, ...]
    extensions: tuple[Extension, ...]
    ran_out_at: datetime | None
    stopped_at: datetime | None

    @property
    def late_by(self) -> timedelta:
        """Say by how much a stopped clock passed its due date; nothing if it did not."""
        late = (self.stopped_at or self.due_at) - self.due_at
        return max(late, timedelta())


@dataclass(frozen=True, kw_only=True)
class Problem:
    """Something wrong in a profile folder: where, what, and how to mend it."""

    file: str
    line: int  # 0: the file as a whole
    what: str
    remedy: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.what} {self.remedy}".rstrip()


@dataclass(frozen=True, kw_only=True)
class Changes:
    """What loading a part of a profile did."""

    part: str
    added: int = 0
    changed: int = 0
    unchanged: int = 0

    def counted(self, *, is_new: bool, is_changed: bool) -> "Changes":
        """Count one more thing."""
        return Changes(
            part=self.part,
            added=self.added + is_new,
            changed=self.changed + (is_changed and not is_new),
            unchanged=self.unchanged + (not is_changed and not is_new),
        )


class LoadPart(Protocol):
    """Bring files of a folder into the tables, through actions."""

    def __call__(
        self, folder: Path, *, by: Actor, at: datetime, reason: str
    ) -> tuple[Changes, ...]: ...


@dataclass(frozen=True, kw_only=True)
class ProfilePart:
    """Files of the profile folder that another context answers for.

    `check` reads only the folder and finds every problem; `load` runs inside one transaction after
    every part has been checked, and is idempotent; `save` writes files that load back to the same.
    With a `starter` folder, setting up a city asks for the part's files or takes these.
    """

    name: str
    files: tuple[str, ...]
    check: Callable[[Path], list[Problem]]
    load: LoadPart
    save: Callable[[Path], None]
    starter: Path | None = None


class Console(Protocol):
    """Where setting up a city asks and tells: a terminal, a pipe, or a file of answers."""

    languages: tuple[str, ...]  # chosen by the first step; not yet saved while questions are asked
    zone: str

    def say(self, line: str) -> None:
        """Tell something."""
        ...

    def ask(
        self,
        key: str,
        question: str,
        parse: Callable[[str], T],
        *,
        default: str | None = None,
        secret: bool = False,
    ) -> T:
        """Ask until `parse` accepts; what it refuses (ValueError, Refusal) is explained.

        `key` names the answer in a file of answers, "name.en" within "name". With a default an
        empty answer takes it; the default "" makes an answer optional.
        """
        ...


@dataclass(frozen=True, kw_only=True)
class Deed:
    """What a step of setting up will do once everything has been asked.

    `do` gets the actor and the time and returns a line that tells what was done, or nothing. Deeds
    run in one transaction; with `afterwards` one runs after it (mail, network): its refusal is told
    and undoes nothing.
    """

    do: Callable[[Actor, datetime], str]
    afterwards: bool = False


class InitStep(Protocol):
    """One step of setting up a city: asks first, and gives back what to do later."""

    @property
    def title(self) -> str: ...

    def ask(self, io: Console) -> Deed | None: ...
