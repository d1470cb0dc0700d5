"""Anybody tells the city that something public should not be; a program needs a key for it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja.responses import Status

from commonweal.api import sending
from commonweal.api.v1 import schemas
from commonweal.api.v1.doors import Key
from commonweal.api.v1.interface import SENT, offer, refused
from commonweal.api.v1.reports import Repeat
from commonweal.cases import queries
from commonweal.cases.errors import NotPublic
from commonweal.cases.types import Flaggable
from commonweal.content import actions as content
from commonweal.edge import keys
from commonweal.edge.keys import KeyCard, Scope
from commonweal.edge.requests import now_of

KEY = Key(Scope.REPORT)
FLAGGED = {201: schemas.Flag, **refused(*SENT)}


@offer("POST", "/cases/{number}/flag", "v1-flag-case", FLAGGED, key=KEY)
def flag_case(request: HttpRequest, number: str, said: schemas.NewFlag, repeat: Repeat = "") -> Any:
    """Say that the published words of a report should not be public."""
    return _flag(request, queries.flaggable(number, at=now_of(request)), said, repeat)


@offer("POST", "/cases/{number}/words/{word_id}/flag", "v1-flag-word", FLAGGED, key=KEY)
def flag_word(
    request: HttpRequest, number: str, word_id: UUID, said: schemas.NewFlag, repeat: Repeat = ""
) -> Any:
    """Say that an answer or other words of the city should not be public."""
    found = queries.flaggable(number, word_id=word_id, at=now_of(request))
    return _flag(request, found, said, repeat)


@offer("POST", "/photos/{photo_id}/flag", "v1-flag-photo", FLAGGED, key=KEY)
def flag_photo(
    request: HttpRequest, photo_id: UUID, said: schemas.NewFlag, repeat: Repeat = ""
) -> Any:
    """Say that a published photo should not be public."""
    return _flag(request, queries.flaggable_photo(photo_id, at=now_of(request)), said, repeat)


def _flag(
    request: HttpRequest, found: Flaggable | None, said: schemas.NewFlag, repeat: str
) -> Status[dict[str, Any]]:
    if found is None:
        raise NotPublic
    card: KeyCard = request.auth  # type: ignore[attr-defined]
    at, target, of = now_of(request), found.target, found.of

    def act() -> dict[str, Any]:
        by = keys.sender_of(card)
        made = content.flag(
            target=target, of=of, reason=said.reason, words=said.words, by=by, at=at
        )
        return {"id": made.id.hex}

    body = [target, said.reason, said.words]
    scope = f"v1-flag:{card.id.hex}"
    done = sending.acted(act, scope=scope, repeat=repeat, body=body, at=at)
    return Status(201, {"id": UUID(hex=done["id"])})
