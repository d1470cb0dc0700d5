"""A report is sent: photos first if there are any, then the rest; the receipt is given at once."""

from typing import Annotated, Any
from uuid import uuid4, uuid5

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from ninja import File, Header
from ninja.files import UploadedFile
from ninja.responses import Status

from commonweal.api import errors, sending
from commonweal.api.v1 import schemas
from commonweal.api.v1.asked import id_of
from commonweal.api.v1.doors import Key
from commonweal.api.v1.interface import SENT, offer, refused
from commonweal.cases import actions, queries
from commonweal.cases.errors import NoSuchCategory
from commonweal.cases.types import CategoryCard, ContactDraft, Draft, Place
from commonweal.city import queries as the_city
from commonweal.content import queries as content
from commonweal.edge import keys
from commonweal.edge.keys import KeyCard, Scope
from commonweal.edge.languages import reader_language
from commonweal.edge.requests import now_of

Repeat = Annotated[
    str,
    Header(
        alias="Idempotency-Key",
        max_length=sending.LONGEST_KEY,
        description="Of the program's own choice: sent again within 48 hours, it acts once.",
    ),
]


@offer(
    "POST",
    "/uploads",
    "v1-uploads",
    {201: schemas.Uploaded, **refused(*SENT)},
    key=Key(Scope.REPORT),
)
def upload(
    request: HttpRequest,
    photo: Annotated[list[UploadedFile], File(max_length=sending.MOST_PHOTOS)],
) -> Any:
    """Take photos in before the report they belong to, as its form does."""
    card: KeyCard = request.auth  # type: ignore[attr-defined]
    name, at = uuid4().hex, now_of(request)
    with transaction.atomic():
        sending.receive(photo, by=keys.sender_of(card), at=at, subject=_subject(card, name))
    return Status(201, {"upload": name})


def _subject(card: KeyCard, upload: str) -> str:
    """Name the photos of an upload: another key that knows its name finds nothing."""
    return f"{sending.DRAFT}{uuid5(card.id, upload).hex}"


@offer(
    "POST",
    "/reports",
    "v1-reports",
    {201: schemas.Taken, **refused(*SENT)},
    key=Key(Scope.REPORT),
)
def report(request: HttpRequest, said: schemas.NewReport, repeat: Repeat = "") -> Any:
    """Take a report in."""
    card: KeyCard = request.auth  # type: ignore[attr-defined]
    at, secret = now_of(request), list[str]()

    def act() -> dict[str, Any]:
        draft = drafted(said, category_of(said.category), photos=_photos(card, said.upload))
        made = actions.report(draft=draft, by=keys.sender_of(card), at=at)
        secret.append(made.key)
        return {"case": made.number}

    done = sending.acted(
        act,
        scope=f"v1-report:{card.id.hex}",
        repeat=repeat,
        body=said.model_dump(mode="json"),
        at=at,
    )
    return Status(201, taken(queries.by_number(done["case"], at=at), secret))


def taken(case: Any, secret: list[str]) -> dict[str, Any]:
    """Tell what the reporter holds at once; the secret only to who has just got it."""
    key = secret[0] if secret else None
    return {
        "number": case.number,
        "key": key,
        "link": settings.ADDRESS + reverse("mine", args=[key]) if key else None,
        "html_url": settings.ADDRESS + reverse("case", args=[case.number]),
        "unit": the_city.unit(case.unit_id).code,
        "due_at": case.due_at,
        "is_outside": case.is_outside,
    }


def category_of(code: str) -> CategoryCard:
    """Find a kind of which reports can be sent now."""
    found = {one.code: one for one in queries.categories(only_open=True)}.get(code)
    if found is None or found.parent_id is None:
        raise NoSuchCategory
    return found


def _photos(card: KeyCard, upload: str) -> str:
    if not upload:
        return ""
    subject = _subject(card, upload)
    if not content.attachments(subject, public_only=False):
        raise errors.NoSuchUpload
    return subject


def drafted(said: schemas.ReportSaid, category: CategoryCard, *, photos: str, **more: Any) -> Draft:
    """Give a report as cases take it."""
    return Draft(
        category_id=category.id,
        text=said.text,
        language=said.language or reader_language(),
        place=_place(said.place),
        answers=said.answers,
        contact=ContactDraft(mail=said.contact.mail, phone=said.contact.phone),
        happened_on=said.happened_on,
        attachments_of=photos,
        **more,
    )


def _place(said: schemas.Where) -> Place:
    districts = {one.code: one.id for one in the_city.districts()}
    landmarks = {one.code: one.id for one in the_city.all_landmarks() if one.is_current}
    return Place(
        words=said.words,
        district_id=id_of("district", said.district, districts),
        landmark_id=id_of("landmark", said.landmark, landmarks),
        lat=said.lat,
        lng=said.lng,
    )
