"""A form sent twice acts once: every form carries a key that the server made and signed."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.signing import BadSignature, TimestampSigner, b62_decode
from django.http import HttpRequest

from commonweal.edge.errors import FormTooOld
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel import actions, queries

FIELD = "form_key"
KEEPS = timedelta(hours=47)  # answers are kept 48 hours: an older key would act again


@dataclass(frozen=True)
class Stamp:
    """What a form's key says: which sending this is, and when the form was made."""

    key: str
    made_at: datetime


def _signer(form: str) -> TimestampSigner:
    return TimestampSigner(salt=f"commonweal.edge.once:{form}")


def stamp_for(request: HttpRequest, form: str) -> str:
    """Give the value of the hidden field; a form shown again with errors keeps its own."""
    said = request.POST.get(FIELD, "")
    return said if read_stamp(said, form) else _signer(form).sign(secrets.token_urlsafe(16))


def read_stamp(said: str, form: str) -> Stamp | None:
    """Read the hidden field, or nothing if the server did not make it for this form."""
    try:
        key = _signer(form).unsign(said)
        made = b62_decode(said.rsplit(":", 2)[1])
    except (BadSignature, ValueError, IndexError):
        return None
    return Stamp(key, datetime.fromtimestamp(made, UTC))


def send_once(
    request: HttpRequest, form: str, *, body: object, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Act once for this form; sent again it gives the same answer, which holds ids only.

    Raises
    ------
    FormTooOld
        Without a key of the server's making, or with one older than answers are kept.
    SameKeyOtherBody
        With a key under which something else was sent.

    """
    stamp, at = read_stamp(request.POST.get(FIELD, ""), form), now_of(request)
    if stamp is None or at - stamp.made_at > KEEPS:
        raise FormTooOld
    return actions.once(scope=_scope(request, form), key=stamp.key, body=body, at=at, act=act)


def sent_before(request: HttpRequest, form: str) -> dict[str, Any] | None:
    """Give what came of this form if it was sent before, whatever it holds now."""
    stamp = read_stamp(request.POST.get(FIELD, ""), form)
    return queries.given(scope=_scope(request, form), key=stamp.key) if stamp else None


def _scope(request: HttpRequest, form: str) -> str:
    return f"{form}:{actor_of(request).id or 'anonymous'}"
