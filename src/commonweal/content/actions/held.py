"""What every act does alike: hold the row, compare what was seen, enter, write."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from commonweal.content import errors, rules
from commonweal.content.models import Attachment
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entered, Entry, subject_of


def flagged(target: str) -> Attachment | None:
    kind, _, hexadecimal = target.partition(":")
    if kind != "attachment":
        return None
    try:
        return locked(UUID(hex=hexadecimal))
    except ValueError:
        raise errors.NoSuchAttachment from None


def locked(attachment_id: UUID) -> Attachment:
    row = Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment_id).first()
    if row is None:
        raise errors.NoSuchAttachment
    return row


def seen(attachment_id: UUID, version: int) -> Attachment:
    row = locked(attachment_id)
    if row.state == Attachment.State.TAKEN_DOWN:
        raise errors.NoSuchAttachment
    if row.version != version:
        raise ChangedSinceYouLooked
    return row


def save(row: Attachment, entered: Entered, at: datetime, *columns: str) -> None:
    row.version, row.changed_at, row.entry_id = row.version + 1, at, entered.id
    row.save(update_fields=[*columns, "version", "changed_at", "entry_id"])


def enter(
    id_: UUID,
    what: str,
    by: Actor,
    at: datetime,
    *,
    facts: Mapping[str, object] | None = None,
    hidden: Mapping[str, object] | None = None,
    kind: str = "attachment",
) -> Entered:
    name = f"content.{what}" if kind == "flag" else f"content.{kind}-{what}"
    return ledger.append(
        Entry(
            type=name,
            subject=subject_of(kind, id_),
            actor=rules.entered_as(by),
            facts=facts or {},
            hidden=hidden or {},
        ),
        at=at,
    )
