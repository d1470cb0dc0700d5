"""A report that is not sent yet, kept in the session; the cookie holds nothing of it."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.http import HttpRequest

from commonweal.cases.types import CategoryCard, ContactDraft, Draft, Place

KEPT = timedelta(days=2)
MOST_PHOTOS = 5
_NAME = "report"
STEPS = ("category", "place", "details", "questions", "photos", "contact", "check")


@dataclass(kw_only=True)
class SavedDraft:
    """What somebody has told so far, as plain values."""

    id: str = field(default_factory=lambda: uuid4().hex)
    key: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    at: str = ""
    words: str = ""  # what was typed to find the category
    category: str = ""
    place: str = ""
    district: str = ""
    landmark: str = ""
    lat: float | None = None
    lng: float | None = None
    text: str = ""
    happened_on: str = ""
    answers: dict[str, Any] = field(default_factory=dict)
    how: str = ""  # mail, phone or none
    mail: str = ""
    phone: str = ""
    done: list[str] = field(default_factory=list)

    @property
    def photos(self) -> str:
        """Name the subject under which photos wait."""
        return f"draft:{self.id}"

    @property
    def category_id(self) -> UUID | None:
        return _uuid(self.category)

    def as_place(self) -> Place:
        """Give the place as cases take it."""
        return Place(
            words=self.place,
            district_id=_uuid(self.district),
            landmark_id=_uuid(self.landmark),
            lat=self.lat,
            lng=self.lng,
        )

    def as_draft(self, category: CategoryCard, language: str) -> Draft:
        """Give the report as cases take it."""
        return Draft(
            category_id=category.id,
            text=self.text,
            language=language,
            place=self.as_place(),
            answers=self.answers,
            contact=ContactDraft(
                mail=self.mail if self.how == "mail" else "",
                phone=self.phone if self.how == "phone" else "",
            ),
            happened_on=date.fromisoformat(self.happened_on) if self.happened_on else None,
            attachments_of=self.photos,
        )

    def finish(self, step: str) -> None:
        """Note that a step is answered."""
        if step not in self.done:
            self.done.append(step)

    def reopen(self, *steps: str) -> None:
        """Note that steps must be answered anew."""
        self.done = [step for step in self.done if step not in steps]


def steps_of(category: CategoryCard | None) -> tuple[str, ...]:
    """List the steps a report of this kind takes."""
    left_out = set()
    if category is not None and not category.needs_place:
        left_out.add("place")
    if category is None or not category.questions:
        left_out.add("questions")
    return tuple(step for step in STEPS if step not in left_out)


def next_step(draft: SavedDraft, category: CategoryCard) -> str:
    """Name the first step that is not answered yet."""
    return next((step for step in steps_of(category) if step not in draft.done), "check")


def kept(request: HttpRequest, at: datetime) -> SavedDraft | None:
    """Give the draft of this session, unless there is none or its two days are over."""
    raw = request.session.get(_NAME)
    if not isinstance(raw, Mapping):
        return None
    known = {one.name for one in fields(SavedDraft)}
    draft = SavedDraft(**{name: value for name, value in raw.items() if name in known})
    if not draft.at or at - datetime.fromisoformat(draft.at) > KEPT:
        del request.session[_NAME]
        return None
    return draft


def keep(request: HttpRequest, draft: SavedDraft, at: datetime) -> None:
    """Keep the draft for two more days."""
    draft.at = at.isoformat()
    request.session[_NAME] = asdict(draft)
    if not request.user.is_authenticated:
        request.session.set_expiry(int(KEPT.total_seconds()))


def forget(request: HttpRequest) -> None:
    """Throw the draft away."""
    request.session.pop(_NAME, None)


def _uuid(written: str) -> UUID | None:
    try:
        return UUID(written) if written else None
    except ValueError:
        return None
