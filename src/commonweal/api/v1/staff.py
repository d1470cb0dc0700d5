"""What a unit's own programs read: its inbox, its cases whole, flags and calls that wait."""

import base64
import binascii
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query

from commonweal.api import errors
from commonweal.api.v1 import asked, schemas, told
from commonweal.api.v1.doors import Key
from commonweal.api.v1.interface import PICTURE, READ, offer, refused
from commonweal.api.v1.mine import picture_of
from commonweal.cases import queries
from commonweal.cases.types import Act, CallBackCard, CaseCard, Filter, Flagged, Sort
from commonweal.city import queries as the_city
from commonweal.content.types import Size
from commonweal.edge import keys
from commonweal.edge.keys import KeyCard, Scope
from commonweal.edge.requests import now_of
from commonweal.kernel.types import Actor

KEY = Key(Scope.READ)


def worker(request: HttpRequest, scope: Scope) -> Actor:
    """Say who acts: the key, in the role of its unit that this use needs."""
    card: KeyCard = request.auth  # type: ignore[attr-defined]
    return keys.worker_of(card, scope)


@offer(
    "GET", "/staff/cases", "v1-staff-cases", {200: schemas.Inbox, **refused(*READ, 422)}, key=KEY
)
def inbox(
    request: HttpRequest, wanted: Annotated[schemas.WantedOfStaff, Query()]
) -> dict[str, Any]:
    """List the cases of the unit and those below it."""
    by, at = worker(request, Scope.READ), now_of(request)
    after, states = _read(wanted.after), asked.states(wanted)
    if not states:
        return {"items": [], "next": None}
    said = Filter(
        **asked.filters(wanted, states),
        units=_units(wanted.unit, by),
        only_open=bool(wanted.open),
        only_unreviewed=wanted.unreviewed,
        channel=wanted.channel,
    )
    found, codes = queries.listing_after(said, after, at=at, size=wanted.size + 1), told.Codes()
    shown = found[: wanted.size]
    return {
        "items": [told.card(card, codes) for card in shown],
        "next": _written(shown[-1], wanted.sort) if len(found) > wanted.size else None,
    }


def _units(code: str, by: Actor) -> frozenset[UUID]:
    known = {card.code: card.id for card in the_city.units()}
    unit_id = asked.id_of("unit", code, known)
    return the_city.units_below([unit_id]) & by.units if unit_id else by.units


def _written(card: CaseCard, sort: Sort) -> str:
    """Name a place in a list: behind this case."""
    moment = card.due_at if sort is Sort.PROMISE else card.received_at
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {card.id.hex}".encode()).decode()


def _read(after: str) -> tuple[datetime, UUID] | None:
    if not after:
        return None
    try:
        moment, _space, id_ = base64.urlsafe_b64decode(after).decode().partition(" ")
        found = datetime.fromisoformat(moment), UUID(hex=id_)
    except (ValueError, binascii.Error):
        raise errors.BadArgument(name="after") from None
    if found[0].tzinfo is None:
        raise errors.BadArgument(name="after")
    return found


@offer("GET", "/staff/counts", "v1-staff-counts", {200: schemas.Counts, **refused(*READ)}, key=KEY)
def counts(request: HttpRequest) -> dict[str, int]:
    """Count what there is to do in the unit and those below it."""
    by = worker(request, Scope.READ)
    return queries.counts(Filter(units=by.units), at=now_of(request))


@offer(
    "GET",
    "/staff/cases/{number}",
    "v1-staff-case",
    {200: schemas.StaffCase, **refused(*READ)},
    key=KEY,
)
def case(request: HttpRequest, number: str) -> dict[str, Any]:
    """Tell a case whole, notes included, and what the unit can do with it now."""
    by, at, codes = worker(request, Scope.READ), now_of(request), told.Codes()
    card = _seen(number, by, at)
    call = queries.call_of(card.id, at=at)
    return {
        **told.whole(card, words=queries.words(card.id, with_notes=True)),
        "routings": [
            {"at": when, "unit": codes.units[d.unit_id], "because": list(d.because)}
            for when, d in queries.routings(card.id)
        ],
        "mandate": (
            {"speaks_for": card.mandate.speaks_for, "evidence": card.mandate.evidence}
            if card.mandate
            else None
        ),
        "call": _call(call) if call else None,
        "can": list(queries.deeds(card, by=by)),
    }


def _seen(number: str, by: Actor, at: datetime) -> CaseCard:
    card = queries.by_number(number, at=at)
    queries.check_may(by, Act.SEE, card.unit_id)
    return card


@offer(
    "GET",
    "/staff/cases/{number}/pictures/{photo_id}/{size}",
    "v1-staff-photo",
    {200: None, **refused(*READ, 409, 422)},
    key=KEY,
    openapi_extra=PICTURE,
)
def photo_file(request: HttpRequest, number: str, photo_id: UUID, size: Size) -> HttpResponse:
    """Show a photo of a case, published or not."""
    card = _seen(number, worker(request, Scope.READ), now_of(request))
    return picture_of(request, card.id, photo_id, size)


@offer("GET", "/staff/calls", "v1-staff-calls", {200: schemas.Calls, **refused(*READ)}, key=KEY)
def calls(request: HttpRequest) -> dict[str, Any]:
    """List the calls that are due, with what is to be told, without the number to call."""
    by, at = worker(request, Scope.READ), now_of(request)
    return {
        "due": [_call(one) for one in queries.calls_due(by=by, at=at)],
        "later": queries.calls_later(by=by, at=at),
    }


def _call(one: CallBackCard) -> dict[str, Any]:
    return {
        "number": one.case.number,
        "wanted_at": one.wanted_at,
        "next_at": one.next_at,
        "tries": one.tries,
        "most": one.most,
        "told": one.told,
        "version": one.version,
    }


@offer(
    "GET",
    "/staff/flags",
    "v1-staff-flags",
    {200: list[schemas.FlagToSettle], **refused(*READ)},
    key=KEY,
)
def flags(request: HttpRequest) -> list[dict[str, Any]]:
    """List the open flags on what the unit may hide, oldest first."""
    by, at = worker(request, Scope.READ), now_of(request)
    return [_flag(one) for one in queries.flags_to_settle(by=by, at=at)]


def _flag(one: Flagged) -> dict[str, Any]:
    return {
        "id": one.flag.id,
        "version": one.flag.version,
        "number": one.case.number,
        "case_version": one.case.version,
        "reason": one.flag.reason,
        "words": one.flag.words,
        "at": one.flag.at,
        "text": one.text,
        "photo": one.photo_id,
        "by_city": one.by_city,
        "outcomes": list(one.outcomes),
    }
