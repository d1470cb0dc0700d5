"""Read attachments, the city's pages and flags. Who may see them is decided by who asks."""

from collections.abc import Iterable
from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.storage import default_storage
from django.db.models import Count

from commonweal.content import errors, rules
from commonweal.content.models import Attachment, Flag
from commonweal.content.types import (
    AttachmentCard,
    AttachmentState,
    FlagCard,
    FlagOutcome,
    FlagState,
    ImageKind,
    Reason,
    RefusedBecause,
    Size,
    StoredFile,
)
from commonweal.kernel.types import Page

__all__ = [
    "attachment",
    "attachments",
    "attachments_of",
    "file",
    "flag",
    "flags",
    "flags_of",
    "open_flags",
]


def attachments(subject: str, *, public_only: bool) -> list[AttachmentCard]:
    """List the photos of a thing, oldest first; taken-down ones only for those who see all."""
    rows = Attachment.objects.filter(subject=subject).order_by("received_at", "id")
    if public_only:
        rows = rows.filter(is_public=True, state=Attachment.State.READY)
    return [card_of(row) for row in rows]


def attachments_of(
    subjects: Iterable[str], *, public_only: bool
) -> dict[str, list[AttachmentCard]]:
    """List the photos of many things in one query; every subject has its list."""
    found: dict[str, list[AttachmentCard]] = {subject: [] for subject in subjects}
    rows = Attachment.objects.filter(subject__in=list(found)).order_by("received_at", "id")
    if public_only:
        rows = rows.filter(is_public=True, state=Attachment.State.READY)
    for row in rows:
        found[row.subject].append(card_of(row))
    return found


def attachment(attachment_id: UUID) -> AttachmentCard:
    """Find one photo.

    Raises
    ------
    NoSuchAttachment
        When there is none with this id.

    """
    row = Attachment.objects.filter(pk=attachment_id).first()
    if row is None:
        raise errors.NoSuchAttachment
    return card_of(row)


def file(attachment_id: UUID, size: Size = Size.FULL) -> StoredFile:
    """Open a finished picture; the caller has asked its own rules and closes the file.

    Raises
    ------
    NoSuchAttachment
        When there is no such photo, it was taken down, or its file is gone.
    NotReady
        While it waits, or when it was refused.

    """
    card = attachment(attachment_id)
    rules.check_ready(card.state)
    name = rules.stored_name(card.id, size, card.kind)
    try:
        opened = default_storage.open(name)
    except FileNotFoundError:
        raise errors.NoSuchAttachment from None
    return StoredFile(
        name=name.rpartition("/")[2],
        content_type=f"image/{card.kind}",
        size=opened.size,
        digest=f"{card.id.hex}-{card.version}-{size}",
        file=cast("BinaryIO", opened),  # Django's File has all of its methods
    )


def card_of(row: Attachment) -> AttachmentCard:
    return AttachmentCard(
        id=row.pk,
        subject=row.subject,
        name=row.name,
        kind=ImageKind(row.kind),
        state=AttachmentState(row.state),
        is_public=row.is_public,
        width=row.width,
        height=row.height,
        size=row.size,
        refused_because=RefusedBecause(row.refused_because) if row.refused_because else None,
        taken_down_because=Reason(row.taken_down_because) if row.taken_down_because else None,
        received_at=row.received_at,
        version=row.version,
    )


def flag(flag_id: UUID) -> FlagCard:
    """Find one flag.

    Raises
    ------
    NoSuchFlag
        When there is none with this id.

    """
    row = Flag.objects.filter(pk=flag_id).first()
    if row is None:
        raise errors.NoSuchFlag
    return flag_card_of(row)


def flags(*, state: FlagState = FlagState.OPEN, number: int = 1, size: int = 50) -> Page[FlagCard]:
    """List flags by their state, the oldest first."""
    rows = Flag.objects.filter(state=state).order_by("at", "id")
    start = (max(1, number) - 1) * size
    return Page(
        items=tuple(flag_card_of(row) for row in rows[start : start + size]),
        total=rows.count(),
        number=max(1, number),
        size=size,
    )


def flags_of(target: str) -> list[FlagCard]:
    """List what was said about one thing, oldest first."""
    return [flag_card_of(row) for row in Flag.objects.filter(target=target).order_by("at", "id")]


def open_flags(of: Iterable[str]) -> dict[str, int]:
    """Count the open flags on each of these things and on what belongs to them."""
    rows = Flag.objects.filter(of__in=list(of), state=Flag.State.OPEN)
    return dict(rows.values_list("of").annotate(count=Count("id")))


def flag_card_of(row: Flag) -> FlagCard:
    return FlagCard(
        id=row.pk,
        target=row.target,
        of=row.of,
        reason=Reason(row.reason),
        words=row.words,
        state=FlagState(row.state),
        outcome=FlagOutcome(row.outcome) if row.outcome else None,
        at=row.at,
        settled_at=row.settled_at,
        version=row.version,
    )
