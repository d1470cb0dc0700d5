"""What every interface does with what a program sends: once, and whole or not at all."""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from commonweal.api import errors
from commonweal.content import actions as content
from commonweal.content.errors import TooManyAttachments
from commonweal.kernel.actions import once
from commonweal.kernel.types import Actor

LONGEST_KEY = 80
MOST_PHOTOS = 5  # as on the form
DRAFT = "draft:"


def acted(
    act: Callable[[], dict[str, Any]], *, scope: str, repeat: str, body: object, at: datetime
) -> dict[str, Any]:
    """Do an act whole or not at all; once, if the program gave the act a key of its own."""
    if not repeat:
        with transaction.atomic():
            return act()
    if len(repeat) > LONGEST_KEY or not repeat.isprintable():
        raise errors.Unreadable(name="Idempotency-Key", given=repeat[:20], example="a1b2c3")
    return once(scope=scope, key=repeat, body=body, at=at, act=act)


def digests(files: Sequence["UploadedFile[Any]"]) -> list[str]:
    """Say by their digests which files came along."""
    found = []
    for file in files:
        found.append(hashlib.sha256(file.read()).hexdigest())
        file.seek(0)
    return found


def receive(
    files: Sequence["UploadedFile[Any]"], *, by: Actor, at: datetime, subject: str = ""
) -> str:
    """Take in the photos that came along; give the subject under which they wait."""
    if len(files) > MOST_PHOTOS:
        raise TooManyAttachments(most=MOST_PHOTOS)
    if not files:
        return ""
    subject = subject or f"{DRAFT}{uuid4().hex}"
    for file in files:
        content.receive(data=file, name=file.name or "", subject=subject, by=by, at=at)  # type: ignore[arg-type]
    return subject
