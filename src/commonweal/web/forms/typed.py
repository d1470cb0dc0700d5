"""Found by typing: a code or a whole name is taken at once, other words bring up choices."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from commonweal.cases import queries
from commonweal.city import queries as the_city
from commonweal.kernel.types import Words
from commonweal.methods.search import normalise
from commonweal.web.words import listed, say

MOST = 8
DISTRICT, LANDMARK = "district", "landmark"


@dataclass(frozen=True, kw_only=True)
class Hit:
    """One thing that the words may mean."""

    value: str
    label: str
    is_exact: bool


@dataclass(frozen=True, kw_only=True)
class Typed:
    """What was typed, what it may mean, and what is meant as far as that is known."""

    words: str
    hits: tuple[Hit, ...]
    meant: str

    @property
    def is_unclear(self) -> bool:
        return bool(self.hits) and not self.meant

    @property
    def is_unknown(self) -> bool:
        return bool(self.words) and not self.hits


def typed(words: str, hits: Iterable[Hit], *, chosen: str, offered: str) -> Typed:
    """Say what is meant; a choice counts only for the words for which it was offered."""
    found = tuple(hits)
    exact = [hit.value for hit in found if hit.is_exact]
    if len(exact) == 1:
        meant = exact[0]
    elif offered == words and chosen in {hit.value for hit in found}:
        meant = chosen
    else:
        meant = ""
    return Typed(words=words, hits=found, meant=meant)


def kinds(words: str) -> list[Hit]:
    """Find open categories by code, name, hint or keyword in any of the city's languages."""
    cards = [c for c in queries.categories(only_open=True) if c.parent_id is not None]
    called = {card.id: _called(card.code, card.names) for card in cards}
    wanted = normalise(words).split()
    held = [c for c in cards if wanted and all(w in "\n".join(called[c.id]) for w in wanted)]
    also = [c for c in queries.suggest_categories(words, most=MOST) if c not in held]
    hits = [
        Hit(
            value=str(card.id),
            label=listed([say(card.names), say(card.parent_names)]),
            is_exact=" ".join(wanted) in called[card.id],
        )
        for card in (*held, *also)
    ]
    return _best(hits)


def spots(words: str) -> list[Hit]:
    """Find districts and landmarks by code or name in any of the city's languages."""
    wanted = normalise(words).split()
    if not wanted:
        return []
    named = [
        *((f"{DISTRICT}:{d.id}", _called(d.code, d.names), d.names) for d in the_city.districts()),
        *(
            (f"{LANDMARK}:{one.id}", _called(one.code, one.names), one.names)
            for one in the_city.landmarks("", limit=10_000)
        ),
    ]
    return _best(
        [
            Hit(value=value, label=say(names), is_exact=" ".join(wanted) in called)
            for value, called, names in named
            if all(word in "\n".join(called) for word in wanted)
        ]
    )


def spot_ids(value: str) -> tuple[UUID | None, UUID | None]:
    """Give the district and the landmark of a choice; one of them, or neither."""
    kind, _sep, raw = value.partition(":")
    found = UUID(raw) if raw else None
    return (found, None) if kind == DISTRICT else (None, found)


def _best(hits: list[Hit]) -> list[Hit]:
    """Put exact ones first; where one is, nothing else is meant."""
    exact = [hit for hit in hits if hit.is_exact]
    return (exact or hits)[:MOST]


def _called(code: str, names: Words) -> list[str]:
    return [normalise(code), *(" ".join(normalise(name).split()) for name in names.values())]
