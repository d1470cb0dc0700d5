"""What everybody may read, without a key; nothing here acts by a session."""

from datetime import timedelta
from typing import Annotated, Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from ninja import Query

from commonweal.api.v1 import asked, schemas
from commonweal.api.v1.doors import key_of
from commonweal.api.v1.interface import offer, refused
from commonweal.api.v1.told import Codes
from commonweal.cases import queries as cases
from commonweal.cases.types import Filter, PublicCard, Question
from commonweal.city import queries as the_city
from commonweal.content import queries as content
from commonweal.edge import limits
from commonweal.edge.requests import now_of
from commonweal.ledger.types import RESIDENT, said_at, subject_of

LISTS = limits.Limit(form="api", burst=60, per_hour=1800)  # without a key, for each network
FINDS = "Words as people type them: the open kinds that fit, the best first."


@offer("GET", "/categories", "v1-categories", {200: list[schemas.Category], **refused(422)})
def categories(
    request: HttpRequest,  # noqa: ARG001
    q: Annotated[str, Query(max_length=schemas.LONGEST_SEARCH, description=FINDS)] = "",
) -> list[dict[str, Any]]:
    """List the kinds of reports, also those of the past, and what each asks."""
    return [
        {
            "code": card.code,
            "parent": card.parent_code or None,
            "names": card.names,
            "hints": card.hints,
            "is_open": card.is_open,
            "takes_reports": card.is_open and card.parent_id is not None,
            "needs_place": card.needs_place,
            "questions": [_question(question) for question in card.questions],
        }
        for card in (cases.suggest_categories(q) if q.strip() else cases.categories())
    ]


def _question(question: Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "kind": question.kind,
        "words": question.words,
        "help": question.help,
        "is_required": question.is_required,
        "options": [{"code": code, "names": names} for code, names in question.options],
        "after": question.after or None,
        "after_is": list(question.after_is),
    }


@offer("GET", "/landmarks", "v1-landmarks", {200: list[schemas.Landmark], **refused()})
def landmarks(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """List the places everybody knows, also those of the past."""
    codes = {card.id: card.code for card in the_city.all_districts()}
    return [
        {
            "code": card.code,
            "names": card.names,
            "lat": card.lat,
            "lng": card.lng,
            "district": codes.get(card.district_id) if card.district_id else None,
            "is_current": card.is_current,
        }
        for card in the_city.all_landmarks()
    ]


@offer("GET", "/districts", "v1-districts", {200: list[schemas.District], **refused()})
def districts(request: HttpRequest) -> list[dict[str, Any]]:  # noqa: ARG001
    """List the districts, also those of the past."""
    return [
        {"code": card.code, "names": card.names, "is_current": card.is_current}
        for card in the_city.all_districts()
    ]


@offer("GET", "/units", "v1-units", {200: list[schemas.Unit], **refused()})
def units(request: HttpRequest) -> list[dict[str, Any]]:
    """List the offices of the city, parents first."""
    cards = the_city.units()
    codes = {card.id: card.code for card in cards}
    open_now = {card.id for card in the_city.units(at=now_of(request))}
    return [
        {
            "code": card.code,
            "names": card.names,
            "parent": codes.get(card.parent_id) if card.parent_id else None,
            "phone": card.phone,
            "email": card.email,
            "is_open": card.id in open_now,
        }
        for card in cards
    ]


@offer("GET", "/cases", "v1-cases", {200: schemas.CasePage, **refused(403, 422, 429)})
def list_cases(request: HttpRequest, wanted: Annotated[schemas.Wanted, Query()]) -> dict[str, Any]:
    """List reports, as the public list does."""
    _count(request)
    states = asked.states(wanted)
    if not states:
        return {"items": [], "total": 0, "page": wanted.page, "pages": 1}
    said = Filter(**asked.filters(wanted, states))
    page = cases.public_listing(said, at=now_of(request), number=wanted.page, size=wanted.size)
    shown = page.items if wanted.page <= page.last else ()
    codes = Codes()
    return {
        "items": [_case(card, codes) for card in shown],
        "total": page.total,
        "page": wanted.page,
        "pages": page.last,
    }


@offer("GET", "/cases/{number}", "v1-case", {200: schemas.WholeCase, **refused(404)})
def one_case(request: HttpRequest, number: str) -> dict[str, Any]:
    """Tell one report with its steps and pictures."""
    at = now_of(request)
    card = cases.public_card(number, at=at)
    moves = cases.public_moves(
        since=card.received_at, until=at + timedelta(seconds=1), numbers=[card.number]
    )
    pictures = content.attachments(subject_of("case", card.id), public_only=True)
    return {
        **_case(card, Codes()),
        "moves": [
            {"id": move.id.hex, "to": move.to, "at": move.at, "text": move.text} for move in moves
        ],
        "words": [
            {"id": word.id, "kind": word.kind, "text": word.text, "at": said_at("unit", word.at)}
            for word in cases.words(card.id, only_public=True)
        ],
        "pictures": [
            settings.ADDRESS + reverse("photo", args=[one.id, "full"]) for one in pictures
        ],
    }


def _count(request: HttpRequest) -> None:
    """Count a long list: against the key that came with it, else against the network."""
    if key_of(request) is None:
        limits.take(request, LISTS)


def _case(card: PublicCard, codes: Codes) -> dict[str, Any]:
    return {
        "number": card.number,
        "state": card.state,
        "is_open": cases.is_open(card.state),
        "category": codes.kinds[card.category_id],
        "unit": codes.units[card.unit_id],
        "district": codes.districts.get(card.district_id) if card.district_id else None,
        "landmark": codes.landmarks.get(card.landmark_id) if card.landmark_id else None,
        "lat": card.lat,
        "lng": card.lng,
        "text": card.text,
        "answer": card.answer,
        "received_at": said_at(RESIDENT, card.received_at),
        "changed_at": card.changed_at,
        "due_at": card.due_at if card.is_promised else None,
        "is_overdue": card.is_overdue,
        "html_url": settings.ADDRESS + reverse("case", args=[card.number]),
    }
