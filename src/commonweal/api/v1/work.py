"""What a unit's own programs do with its cases: the same deeds as on the page, each by itself."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from inspect import getdoc
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query
from ninja.responses import Status

from commonweal.api import errors, sending
from commonweal.api.v1 import schemas, told
from commonweal.api.v1.asked import needed_id
from commonweal.api.v1.doors import Key
from commonweal.api.v1.interface import READ, SENT, offer, refused
from commonweal.api.v1.reports import Repeat, category_of, drafted, taken
from commonweal.api.v1.staff import worker
from commonweal.cases import actions, queries
from commonweal.cases.types import CaseCard, Deed, Draft, Mandate
from commonweal.city import queries as the_city
from commonweal.edge.keys import KeyCard, Scope
from commonweal.edge.requests import now_of
from commonweal.kernel.errors import ChangedSinceYouLooked

DONE = {200: schemas.Done, **refused(*SENT)}
WORK = Key(Scope.WORK)
Act = Callable[..., CaseCard]


@dataclass(frozen=True)
class Doing:
    """How a deed is done: what is sent with it, and by which action."""

    said: type[schemas.Seen]
    act: Act
    scope: Scope = Scope.WORK


def _assign(*, unit: str, **said: Any) -> CaseCard:
    """Give the case to another unit, with the reason."""
    known = {card.code: card.id for card in the_city.units()}
    return actions.assign(unit_id=needed_id("unit", unit, known), assignee_id=None, **said)


def _recategorise(*, category: str, **said: Any) -> CaseCard:
    """Put the case under another kind; the promise already given stays."""
    known = {card.code: card.id for card in queries.categories() if card.parent_id}
    return actions.recategorise(category_id=needed_id("category", category, known), **said)


def _take_down_word(*, case_id: UUID, word: UUID, **said: Any) -> CaseCard:
    """Take an answer, a plan or the like away from the public; reporter and staff keep it."""
    if word not in {one.id for one in queries.words(case_id, only_public=True)}:
        raise errors.BadArgument(name="word")
    return actions.take_down_word(word_id=word, **said)


DEEDS: Mapping[Deed, Doing] = {
    Deed.ACKNOWLEDGE: Doing(schemas.Seen, actions.acknowledge),
    Deed.START: Doing(schemas.Seen, actions.start),
    Deed.ANSWER: Doing(schemas.SeenText, actions.answer),
    Deed.ASK: Doing(schemas.SeenText, actions.ask),
    Deed.SCHEDULE: Doing(schemas.SeenPlan, actions.schedule),
    Deed.HOLD: Doing(schemas.SeenText, actions.hold),
    Deed.REFER: Doing(schemas.SeenText, actions.refer),
    Deed.DECLINE: Doing(schemas.SeenText, actions.decline),
    Deed.ASSIGN: Doing(schemas.SeenUnit, _assign, Scope.ASSIGN),
    Deed.RECATEGORISE: Doing(schemas.SeenCategory, _recategorise, Scope.ASSIGN),
    Deed.NOTE: Doing(schemas.SeenText, actions.note),
    Deed.PUBLISH: Doing(schemas.SeenText, actions.publish),
    Deed.WITHHOLD: Doing(schemas.SeenReason, actions.withhold),
    Deed.TAKE_DOWN: Doing(schemas.SeenReason, actions.take_down),
    Deed.TAKE_DOWN_WORD: Doing(schemas.SeenWord, _take_down_word),
}


def _offer_deed(deed: Deed, doing: Doing) -> None:
    """Offer a deed under its own address, described by its action."""

    def do(request: HttpRequest, number: str, said: Any, repeat: Repeat = "") -> dict[str, Any]:
        return _done(request, number, deed, said.model_dump(), repeat)

    do.__annotations__["said"] = doing.said
    offer(
        "POST",
        f"/staff/cases/{{number}}/{deed}",
        f"v1-staff-{deed}",
        DONE,
        key=Key(doing.scope),
        operation_id=f"staff-{deed}",
        summary=deed.value.replace("-", " ").capitalize(),
        description=getdoc(doing.act),
    )(do)


for deed_, doing_ in DEEDS.items():
    _offer_deed(deed_, doing_)


def _done(
    request: HttpRequest, number: str, deed: Deed, said: dict[str, Any], repeat: str
) -> dict[str, Any]:
    by, at = worker(request, DEEDS[deed].scope), now_of(request)
    case_id = queries.id_of_number(number)

    def act() -> dict[str, Any]:
        card = queries.card(case_id, at=at)
        queries.check_may(by, queries.act_of(deed), card.unit_id)
        queries.check_fits(deed, card, seen=said["seen"])
        return _stands(DEEDS[deed].act(case_id=card.id, by=by, at=at, **said))

    scope = f"v1-staff:{by.id.hex if by.id else ''}"
    body = [case_id, deed, said]
    try:
        return sending.acted(act, scope=scope, repeat=repeat, body=body, at=at)
    except ChangedSinceYouLooked:
        raise _changed(case_id, said["seen"], at) from None


def _stands(card: CaseCard) -> dict[str, Any]:
    return {
        "number": card.number,
        "version": card.version,
        "state": card.state.value,
        "unit": the_city.unit(card.unit_id).code,
        "publication": card.publication.value,
    }


def _changed(case_id: UUID, seen: int, at: datetime) -> ChangedSinceYouLooked:
    """Say what happened since, so that a program can decide anew."""
    return ChangedSinceYouLooked(
        version=queries.card(case_id, at=at).version,
        changed=[told.entry(one) for one in queries.history(case_id) if one.seq > seen],
    )


# Photos


PHOTO = "/staff/cases/{number}/photos/{photo_id}"


def _photo(
    request: HttpRequest, number: str, act: Callable[..., None], **said: Any
) -> dict[str, Any]:
    by, at = worker(request, Scope.WORK), now_of(request)
    case_id = queries.id_of_number(number)
    act(case_id=case_id, by=by, at=at, **said)
    return _stands(queries.card(case_id, at=at))


@offer("POST", f"{PHOTO}/publish", "v1-staff-photo-publish", DONE, key=WORK)
def publish_photo(
    request: HttpRequest, number: str, photo_id: UUID, said: schemas.Seen
) -> dict[str, Any]:
    """Let everybody see a photo; `seen` is the version of the photo."""
    act = actions.publish_photo
    return _photo(request, number, act, attachment_id=photo_id, seen=said.seen)


@offer("POST", f"{PHOTO}/withhold", "v1-staff-photo-withhold", DONE, key=WORK)
def withhold_photo(
    request: HttpRequest, number: str, photo_id: UUID, said: schemas.Seen
) -> dict[str, Any]:
    """Keep a photo from the public; `seen` is the version of the photo."""
    act = actions.withhold_photo
    return _photo(request, number, act, attachment_id=photo_id, seen=said.seen)


@offer("POST", f"{PHOTO}/take-down", "v1-staff-photo-take-down", DONE, key=WORK)
def take_down_photo(
    request: HttpRequest, number: str, photo_id: UUID, said: schemas.PhotoReason
) -> dict[str, Any]:
    """Delete a photo for good."""
    act = actions.take_down_photo
    return _photo(request, number, act, attachment_id=photo_id, reason=said.reason)


# Calls and flags


@offer("POST", "/staff/cases/{number}/call", "v1-staff-call", DONE, key=WORK)
def call(request: HttpRequest, number: str, said: schemas.CallMade) -> dict[str, Any]:
    """Write down what came of a call; `seen` is the version of the call."""
    made = actions.call(
        case_id=queries.id_of_number(number),
        outcome=said.outcome,
        again_in=timedelta(hours=said.again_in_hours),
        seen=said.seen,
        by=worker(request, Scope.WORK),
        at=now_of(request),
    )
    return _stands(made)


@offer(
    "POST",
    "/staff/flags/{flag_id}",
    "v1-staff-flag",
    {200: schemas.Settled, **refused(*SENT)},
    key=WORK,
)
def settle(request: HttpRequest, flag_id: UUID, said: schemas.FlagSettled) -> dict[str, Any]:
    """Decide about a flag and every other on the same thing; nothing is hidden halfway."""
    actions.settle_flag(
        flag_id=flag_id,
        outcome=said.outcome,
        reason=said.reason or _("Somebody flagged it."),
        seen=said.seen,
        case_seen=said.case_seen,
        by=worker(request, Scope.WORK),
        at=now_of(request),
    )
    return {"id": flag_id, "outcome": said.outcome}


# Intake for others


@offer(
    "POST",
    "/staff/reports",
    "v1-staff-reports",
    {201: schemas.Taken, **refused(*SENT)},
    key=Key(Scope.INTAKE),
)
def intake(request: HttpRequest, said: schemas.NewIntake, repeat: Repeat = "") -> Any:
    """Take a report in for somebody at the phone or the counter; the key is for their paper."""
    card: KeyCard = request.auth  # type: ignore[attr-defined]
    at, secret = now_of(request), list[str]()
    by = replace(worker(request, Scope.INTAKE), channel=said.channel)

    def act() -> dict[str, Any]:
        made = actions.report(draft=_draft(said), by=by, at=at)
        secret.append(made.key)
        return {"case": made.number}

    body = said.model_dump(mode="json")
    scope = f"v1-intake:{card.id.hex}"
    done = sending.acted(act, scope=scope, repeat=repeat, body=body, at=at)
    return Status(201, taken(queries.by_number(done["case"], at=at), secret))


def _draft(said: schemas.NewIntake) -> Draft:
    contact = said.contact
    if contact.mail and contact.phone:
        raise errors.BadArgument(name="contact")
    if said.wants_call and not contact.phone:
        raise errors.BadArgument(name="wants_call")
    mandate = Mandate(speaks_for=said.speaks_for, evidence=said.evidence)
    category = category_of(said.category)
    return drafted(said, category, photos="", mandate=mandate, wants_call=said.wants_call)


@offer(
    "GET",
    "/staff/alike",
    "v1-staff-alike",
    {200: list[schemas.Alike], **refused(*READ, 422)},
    key=Key(Scope.INTAKE),
)
def alike(request: HttpRequest, around: Annotated[schemas.Around, Query()]) -> list[dict[str, Any]]:
    """Call to mind which open reports of a kind there are close by."""
    kind = category_of(around.category)
    found = queries.open_near(kind.id, lat=around.lat, lng=around.lng, at=now_of(request))
    return [
        {"number": card.number, "state": card.state, "received_at": card.received_at}
        for card in found
    ]
