"""What programs ask for by codes, read or refused."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from commonweal.api import errors
from commonweal.api.v1 import schemas
from commonweal.cases import queries as cases
from commonweal.cases.types import State
from commonweal.city import queries as the_city

ALL_STATES = frozenset(State)


def id_of(name: str, code: str, known: Mapping[str, UUID]) -> UUID | None:
    """Find what a code means; an empty one means nothing."""
    if code and code not in known:
        raise errors.BadArgument(name=name)
    return known.get(code)


def needed_id(name: str, code: str, known: Mapping[str, UUID]) -> UUID:
    """Find what a code means that must mean something."""
    if code not in known:
        raise errors.BadArgument(name=name)
    return known[code]


def states(wanted: schemas.Lasting) -> set[State]:
    """Give the states that are asked for; there may be none that fits."""
    return {
        state
        for state in wanted.state or ALL_STATES
        if wanted.open is None or cases.is_open(state) is wanted.open
    }


def filters(wanted: schemas.Lasting, found: set[State]) -> dict[str, Any]:
    """Give what every list can be filtered by, as cases take it."""
    kinds = {card.code: card.id for card in cases.categories()}
    places = {card.code: card.id for card in the_city.all_districts()}
    return {
        "text": wanted.q,
        "states": () if found == ALL_STATES else tuple(sorted(found)),
        "only_overdue": wanted.overdue,
        "categories": tuple(needed_id("category", code, kinds) for code in wanted.category),
        "districts": tuple(needed_id("district", code, places) for code in wanted.district),
        "since": wanted.since,
        "until": wanted.until,
        "sort": wanted.sort,
    }
