"""What happens to files after the act that wanted it has been committed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from commonweal.content import actions, rules
from commonweal.content.adapters import s3
from commonweal.content.events import AttachmentReceived, AttachmentTakenDown
from commonweal.kernel.actions import enqueue
from commonweal.kernel.events import on
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import task


@on(AttachmentReceived, outside=True)
def make_anew(event: AttachmentReceived) -> None:
    _make_anew(event.attachment_id, 0)


@task(outside=True)
def make_anew_later(attachment_id: str, tries: int) -> None:
    """Make a photo anew that could not be kept before."""
    _make_anew(UUID(attachment_id), tries)


def _make_anew(attachment_id: UUID, tries: int) -> None:
    at = clock()
    try:
        actions.finish(attachment_id=attachment_id, at=at)
    except s3.Away:
        if tries >= rules.MOST_WAITS:
            raise  # parked, and shown to an operator
        _again(make_anew_later, attachment_id, tries, at)


@on(AttachmentTakenDown, outside=True)
def delete_files(event: AttachmentTakenDown) -> None:
    _delete_files(event.attachment_id, 0)


@task(outside=True)
def delete_files_later(attachment_id: str, tries: int) -> None:
    """Delete the files of a photo taken down while they could not be reached."""
    _delete_files(UUID(attachment_id), tries)


def _delete_files(attachment_id: UUID, tries: int) -> None:
    try:
        actions.clear_files(attachment_id=attachment_id)
    except s3.Away:
        if tries >= rules.MOST_WAITS:
            raise
        _again(delete_files_later, attachment_id, tries, clock())


def _again(later: Callable[..., None], attachment_id: UUID, tries: int, at: datetime) -> None:
    """Wait for a storage that is away, longer each time."""
    with transaction.atomic():
        enqueue(
            later,
            at=at,
            run_at=at + timedelta(minutes=min(2**tries, rules.LONGEST_WAIT_MINUTES)),
            dedupe=f"content.{later.__name__}:{attachment_id.hex}:{tries + 1}",
            attachment_id=attachment_id,
            tries=tries + 1,
        )
