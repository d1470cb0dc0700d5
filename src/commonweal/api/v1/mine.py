"""What the reporter does with the own report, opened by its secret key, as on the own page."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File
from ninja.files import UploadedFile

from commonweal.api import sending
from commonweal.api.v1 import schemas, told
from commonweal.api.v1.doors import CaseKey
from commonweal.api.v1.interface import PICTURE, READ, SENT, offer, refused
from commonweal.api.v1.reports import Repeat
from commonweal.cases import actions, queries
from commonweal.cases.types import CaseCard, Reporter, State
from commonweal.content import queries as content
from commonweal.content.errors import NoSuchAttachment
from commonweal.content.types import Size
from commonweal.edge import limits
from commonweal.edge.pictures import picture
from commonweal.edge.requests import now_of
from commonweal.kernel.types import ANONYMOUS
from commonweal.ledger.types import subject_of

KEY = CaseKey()
OWN = {200: schemas.OwnCase, **refused(*SENT)}


def reporter_of(request: HttpRequest) -> Reporter:
    """Give whom the key of the report has proven."""
    reporter: Reporter = request.auth  # type: ignore[attr-defined]
    return reporter


@offer("GET", "/mine", "v1-mine", {200: schemas.OwnCase, **refused(*READ)}, key=KEY)
def mine(request: HttpRequest) -> dict[str, Any]:
    """Tell the reporter where the own report stands, whole, and what can be done now."""
    return _own(reporter_of(request), now_of(request))


def _own(reporter: Reporter, at: datetime) -> dict[str, Any]:
    card = queries.card(reporter.case_id, at=at)
    return {
        **told.whole(card, words=queries.words(card.id)),
        "can": [name for name, fits in CAN.items() if fits(card)],
    }


def _is_open(card: CaseCard) -> bool:
    return queries.is_open(card.state)


def _into(state: State) -> Callable[[CaseCard], bool]:
    return lambda card: state in queries.moves(card.state)


CAN: dict[str, Callable[[CaseCard], bool]] = {
    "reply": _is_open,
    "correct": _is_open,
    "photos": _is_open,
    "withdraw": _into(State.WITHDRAWN),
    "confirm": _into(State.CONFIRMED),
    "contest": _into(State.CONTESTED),
}


def _acted(
    request: HttpRequest, name: str, body: object, repeat: str, act: Callable[..., object]
) -> dict[str, Any]:
    """Do an act of the reporter, once if it has a key of its own, and tell how the case stands."""
    reporter, at = reporter_of(request), now_of(request)

    def acted() -> dict[str, Any]:
        act(reporter=reporter, at=at)
        return {"case": reporter.number}

    scope = f"v1-mine-{name}:{reporter.case_id.hex}"
    sending.acted(acted, scope=scope, repeat=repeat, body=body, at=at)
    return _own(reporter, at)


@offer("POST", "/mine/reply", "v1-mine-reply", OWN, key=KEY)
def reply(request: HttpRequest, said: schemas.Text, repeat: Repeat = "") -> dict[str, Any]:
    """Answer the unit's question, or tell it something more."""
    return _acted(
        request, "reply", said.text, repeat, lambda **own: actions.reply(text=said.text, **own)
    )


@offer("POST", "/mine/correct", "v1-mine-correct", OWN, key=KEY)
def correct(request: HttpRequest, said: schemas.Text, repeat: Repeat = "") -> dict[str, Any]:
    """Give the report better words; the first ones stay in its history."""
    return _acted(
        request, "correct", said.text, repeat, lambda **own: actions.correct(text=said.text, **own)
    )


@offer("POST", "/mine/contest", "v1-mine-contest", OWN, key=KEY)
def contest(request: HttpRequest, said: schemas.Text, repeat: Repeat = "") -> dict[str, Any]:
    """Say that the answer does not settle it, and why; the unit looks again under a new promise."""
    return _acted(
        request, "contest", said.text, repeat, lambda **own: actions.contest(text=said.text, **own)
    )


@offer("POST", "/mine/withdraw", "v1-mine-withdraw", OWN, key=KEY)
def withdraw(request: HttpRequest, said: schemas.SomeText, repeat: Repeat = "") -> dict[str, Any]:
    """Take the report back; it cannot be undone."""
    return _acted(
        request,
        "withdraw",
        said.text,
        repeat,
        lambda **own: actions.withdraw(text=said.text, **own),
    )


@offer("POST", "/mine/confirm", "v1-mine-confirm", OWN, key=KEY)
def confirm(request: HttpRequest, repeat: Repeat = "") -> dict[str, Any]:
    """Say that the answer settles it; it cannot be undone."""
    return _acted(request, "confirm", "", repeat, actions.confirm)


@offer("POST", "/mine/photos", "v1-mine-photos", OWN, key=KEY)
def photos(
    request: HttpRequest,
    photo: Annotated[list[UploadedFile], File(max_length=sending.MOST_PHOTOS)],
    repeat: Repeat = "",
) -> dict[str, Any]:
    """Add photos, all of them or none."""
    limits.take(request, limits.PHOTOS)

    def add(*, reporter: Reporter, at: datetime) -> None:
        subject = sending.receive(photo, by=ANONYMOUS, at=at)
        actions.add_photos(reporter=reporter, attachments_of=subject, at=at)

    return _acted(request, "photos", sending.digests(photo), repeat, add)


@offer(
    "GET",
    "/mine/pictures/{photo_id}/{size}",
    "v1-mine-photo",
    {200: None, **refused(*READ, 409, 422)},
    key=KEY,
    openapi_extra=PICTURE,
)
def photo_file(request: HttpRequest, photo_id: UUID, size: Size) -> HttpResponse:
    """Show a photo of the own report, published or not."""
    return picture_of(request, reporter_of(request).case_id, photo_id, size)


def picture_of(request: HttpRequest, case_id: UUID, photo_id: UUID, size: Size) -> HttpResponse:
    """Give a picture of a case to whoever may see the case whole."""
    card = content.attachment(photo_id)
    if card.subject != subject_of("case", case_id):
        raise NoSuchAttachment
    return picture(request, card, size, public=False)


@offer("POST", "/mine/key", "v1-mine-key", {200: schemas.NewKey, **refused(*SENT)}, key=KEY)
def replace_key(request: HttpRequest) -> dict[str, Any]:
    """Shut every link given so far, this key too, and give a new one; it is told once."""
    reporter, at, limit = reporter_of(request), now_of(request), limits.REPLACE_LINK
    limits.spend(f"{limit.form}|{reporter.case_id.hex}", limit, at=at)
    key = actions.replace_keys(reporter=reporter, at=at)
    return {"key": key, "link": settings.ADDRESS + reverse("mine", args=[key])}
