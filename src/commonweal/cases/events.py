"""What happens to cases."""

from dataclasses import dataclass
from uuid import UUID

from commonweal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class CaseReceived(Event):
    case_id: UUID
    category_id: UUID
    unit_id: UUID
    district_id: UUID | None
    channel: str


@dataclass(frozen=True, kw_only=True)
class CaseMoved(Event):
    """A case changed its state; `word_id` names the words that came with it, if any."""

    case_id: UUID
    before: str
    after: str
    word_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class CaseRerouted(Event):
    case_id: UUID
    before: UUID
    after: UUID


@dataclass(frozen=True, kw_only=True)
class CaseSpoken(Event):
    """Somebody said something that did not move the case: a reply, a correction, a note."""

    case_id: UUID
    kind: str
    word_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class CaseReviewed(Event):
    """A resident's words were published, withheld or taken down."""

    case_id: UUID
    publication: str


@dataclass(frozen=True, kw_only=True)
class WordTakenDown(Event):
    """Published words of the city were taken down; `said_in` is the place of their entry."""

    case_id: UUID
    word_id: UUID
    said_in: int


@dataclass(frozen=True, kw_only=True)
class CaseTold(Event):
    """The city that a case was passed on to said something of it; the case did not move here."""

    case_id: UUID
    name: str  # of the other city
    state: str  # where it stands there
    word_id: UUID | None = None


@dataclass(frozen=True, kw_only=True)
class CaseUndone(Event):
    """A step of the city was undone by another; `undoes` is the place of its entry."""

    case_id: UUID
    before: str
    after: str
    undoes: int


@dataclass(frozen=True, kw_only=True)
class BulkWanted(Event):
    """An act on many cases, or its undoing, is to go on."""

    bulk_id: UUID
