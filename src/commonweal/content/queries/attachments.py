"""Read photos. Who may see them is decided by who asks."""

from collections.abc import Iterable
from typing import BinaryIO, cast
from uuid import UUID

from django.core.files.storage import default_storage

from commonweal.content import errors, rules
from commonweal.content.adapters import s3
from commonweal.content.models import Attachment
from commonweal.content.queries.cards import card_of
from commonweal.content.types import AttachmentCard, Size, StoredFile


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
    PhotosAway
        When the place where photos are kept cannot be used now.

    """
    card = attachment(attachment_id)
    rules.check_ready(card.state)
    name = rules.stored_name(card.id, size, card.kind)
    try:
        opened = default_storage.open(name)
    except FileNotFoundError:
        raise errors.NoSuchAttachment from None
    except s3.Away:
        raise errors.PhotosAway from None
    return StoredFile(
        name=name.rpartition("/")[2],
        content_type=f"image/{card.kind}",
        size=opened.size,
        digest=f"{card.id.hex}-{card.version}-{size}",
        file=cast("BinaryIO", opened),  # Django's File has all of its methods
    )
