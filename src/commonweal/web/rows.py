"""Rows of the lists of cases, with every name in the reader's language, looked up once a page."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse
from django.utils.text import Truncator

from commonweal.cases import queries as cases
from commonweal.cases.types import CaseCard, PublicCard
from commonweal.city import queries as city
from commonweal.methods.search import Piece, passage
from commonweal.web import words

EXCERPT = 160
MOST_READ = 2_000  # of a text in a list: what stands later is found, but not shown there


@dataclass(frozen=True, kw_only=True)
class Row:
    """A case as a list shows it."""

    number: str
    url: str
    kind: str
    district: str
    unit: str
    state: str
    label: str
    received: datetime
    due: datetime | None  # nothing where nobody promised a date
    closed: datetime | None
    is_late: bool
    text: str
    answer: str
    has_point: bool
    marked_kind: tuple[Piece, ...]  # as searched for: what was found is marked
    marked_district: tuple[Piece, ...]
    found: tuple[Piece, ...]  # the line in which the words searched for stand, if any do


@dataclass(frozen=True, kw_only=True)
class Names:
    """What categories, districts and units are called."""

    kinds: dict[UUID, str]
    districts: dict[UUID, str]
    units: dict[UUID, str]

    @classmethod
    def read(cls) -> "Names":
        """Look everything up once."""
        return cls(
            kinds={one.id: words.say(one.names) for one in cases.categories()},
            districts={one.id: words.say(one.names) for one in city.all_districts()},
            units={one.id: words.say(one.names) for one in city.units()},
        )


def marked(text: str, query: str, room: int = EXCERPT) -> tuple[Piece, ...]:
    """Give the part of a text that a list shows, what was searched for apart from the rest."""
    return tuple(passage(text[:MOST_READ], query, room))


def found_in(texts: Iterable[str], query: str) -> tuple[Piece, ...]:
    """Give the first line in which something searched for stands; nothing where none does."""
    for text in texts if query else ():
        pieces = marked(text, query)
        if any(piece.is_found for piece in pieces):
            return pieces
    return ()


def public_rows(cards: Iterable[PublicCard], query: str = "") -> list[Row]:
    """Give the rows of a public list; `query` is what was searched for."""
    names = Names.read()
    return [
        _row(
            names,
            card,
            url=reverse("case", args=[card.number]),
            text=card.text,
            answer=card.answer,
            query=query,
        )
        for card in cards
    ]


def own_rows(cards: Sequence[CaseCard]) -> list[Row]:
    """Give the rows of somebody's own list."""
    names = Names.read()
    return [
        _row(names, card, url=reverse("my-case", args=[card.number]), text=card.text, answer="")
        for card in cards
    ]


def _row(
    names: Names,
    card: CaseCard | PublicCard,
    *,
    url: str,
    text: str,
    answer: str,
    query: str = "",
) -> Row:
    kind = names.kinds.get(card.category_id, "")
    district = names.districts.get(card.district_id, "") if card.district_id else ""
    lat = card.lat if isinstance(card, PublicCard) else card.place.lat
    return Row(
        number=card.number,
        url=url,
        kind=kind,
        district=district,
        unit=names.units.get(card.unit_id, ""),
        state=card.state,
        label=words.state_label(card.state),
        received=card.received_at,
        due=card.due_at if card.is_promised else None,
        closed=card.closed_at,
        is_late=card.is_overdue,
        text=Truncator(text).chars(EXCERPT),
        answer=Truncator(answer).chars(EXCERPT),
        has_point=lat is not None,
        marked_kind=marked(kind, query),
        marked_district=marked(district, query),
        found=found_in((text, answer), query),
    )
