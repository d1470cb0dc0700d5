"""The receipt as a page shows it: number, secret link, code for the phone's camera."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import segno
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from commonweal.cases.types import CaseCard
from commonweal.kernel.fields import EncryptedTextField
from commonweal.web import words

REPORTED = "receipt"
_SECRET = EncryptedTextField()  # a session may be read by who reads the database: not its key


def keep(
    request: HttpRequest,
    *,
    case_id: UUID,
    key: str,
    key_of_form: str,
    at: datetime,
    name: str = REPORTED,
) -> None:
    """Keep the receipt of this session for a short while, its secret encrypted."""
    request.session[name] = {
        "case": case_id.hex,
        "key": _SECRET.get_prep_value(key),
        "key_of_form": key_of_form,
        "at": at.isoformat(),
    }


def kept(
    request: HttpRequest, *, at: datetime, within: timedelta, name: str = REPORTED
) -> dict[str, Any] | None:
    """Give the receipt of this session while it is shown."""
    raw = request.session.get(name)
    if not isinstance(raw, Mapping):
        return None
    if at - datetime.fromisoformat(raw["at"]) > within:
        del request.session[name]
        return None
    return _read(raw)


def kept_meanwhile(
    request: HttpRequest, *, at: datetime, within: timedelta, name: str
) -> dict[str, Any] | None:
    """Give the receipt that another press of the same session has kept since this one began."""
    raw = stored_now(request).get(name)
    if not isinstance(raw, Mapping) or at - datetime.fromisoformat(raw["at"]) > within:
        return None
    return _read(raw)


def stored_now(request: HttpRequest) -> SessionBase:
    """Read this session as it is stored now, whatever it held when the request began."""
    return type(request.session)(request.session.session_key)


def _read(raw: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "case": UUID(hex=raw["case"]),
        "key": _SECRET.from_db_value(raw["key"]),
        "key_of_form": raw["key_of_form"],
    }


def shown(card: CaseCard, *, key: str) -> dict[str, Any]:
    """Give what the receipt says; without a key there is no secret link on it."""
    link = f"{settings.ADDRESS}{reverse('mine', args=[key])}" if key else ""
    return {
        "number": card.number,
        "link": link,
        "own": reverse("mine", args=[key]) if key else "",
        "public": f"{settings.ADDRESS}{reverse('case', args=[card.number])}",
        "code": code_of(link) if link else "",
        "received": words.day(card.received_at),
        "due": words.day(card.due_at),
        "unit": words.unit_name(card.unit_id),
        "kind": words.category_name(card.category_id),
        "is_outside": card.is_outside,
        "has_reporter": card.has_reporter,
    }


def code_of(link: str) -> SafeString:
    """Draw a link as a code for the phone's camera: SVG without script or style."""
    drawn = segno.make(link, micro=False, error="m").svg_inline(
        scale=4,
        border=2,
        omitsize=True,
        svgclass="cw-code",
        lineclass=None,
        title=_("A code for a phone's camera: it opens your own page."),
    )
    return mark_safe(drawn)  # noqa: S308  (made by segno of an address of ours; the title is escaped)
