"""Take photos in, make them anew, publish, withhold, take down."""

from datetime import datetime
from typing import BinaryIO
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.city import queries as city
from commonweal.content import events, rules
from commonweal.content.actions import held
from commonweal.content.adapters import files, images
from commonweal.content.models import Attachment
from commonweal.content.queries.cards import card_of
from commonweal.content.types import (
    AttachmentCard,
    AttachmentState,
    Reason,
    RefusedBecause,
    Size,
)
from commonweal.kernel.actions import announce
from commonweal.kernel.types import SYSTEM, Actor


@transaction.atomic
def receive(*, data: BinaryIO, name: str, subject: str, by: Actor, at: datetime) -> AttachmentCard:
    """Take a photo in: looked at now, made anew later, public only after somebody publishes it."""
    most = int(city.parameter(rules.LARGEST_PHOTO.name, at)) * 1_000_000
    content = data.read(most + 1)
    rules.check_bytes(len(content), most)
    looked = images.look(content)
    rules.check_room(_kept(subject))

    attachment_id = uuid4()
    facts = {"kind": str(looked.kind)}
    if not subject.startswith(rules.DRAFT):
        facts["of"] = subject  # the id of a form that is being filled in is its writer's secret
    entered = held.enter(attachment_id, "received", by, at, facts=facts)
    files.put_raw(attachment_id, content)
    row = Attachment.objects.create(
        id=attachment_id,
        subject=subject,
        name=rules.clean_name(name),
        kind=looked.kind,
        width=looked.width,
        height=looked.height,
        size=len(content),
        received_at=at,
        changed_at=at,
        entry_id=entered.id,
    )
    announce(
        events.AttachmentReceived(
            at=at, subject=entered.subject, seq=entered.seq, attachment_id=row.pk, of=subject
        )
    )
    return card_of(row)


def _kept(subject: str) -> int:
    gone = [Attachment.State.TAKEN_DOWN, Attachment.State.REFUSED]
    return Attachment.objects.filter(subject=subject).exclude(state__in=gone).count()


@transaction.atomic
def adopt(*, from_subject: str, to_subject: str, by: Actor, at: datetime) -> int:
    """Give the photos received while a form was filled in to the thing that came of it.

    All of them or none; whoever calls holds the thing, so that two at once find no room twice.
    """
    rows = list(
        Attachment.objects.select_for_update(of=("self",))
        .filter(subject=from_subject)
        .exclude(state=Attachment.State.TAKEN_DOWN)
        .order_by("received_at", "id")
    )
    rules.check_room_for(_kept(from_subject), _kept(to_subject))
    for row in rows:
        entered = held.enter(row.pk, "adopted", by, at, facts={"of": to_subject})
        row.subject = to_subject
        held.save(row, entered, at, "subject")
    return len(rows)


def finish(*, attachment_id: UUID, at: datetime) -> None:
    """Make a received photo anew and drop the raw file. Outside a transaction; safe to repeat."""
    if not _waits(attachment_id):
        files.drop_raw(attachment_id)
        return
    try:
        raw = files.raw(attachment_id).open("rb")
    except FileNotFoundError:
        _refuse(attachment_id, RefusedBecause.LOST, at)
        return
    try:
        with raw:
            made = images.made_anew(raw)
    except images.Unreadable as unreadable:
        _refuse(attachment_id, unreadable.because, at)
        return
    except images.Overrun:
        if _tries(attachment_id) < rules.MOST_TRIES:
            raise
        _refuse(attachment_id, RefusedBecause.TOO_HEAVY, at)
        return
    files.keep(attachment_id, made.kind, {Size.FULL: made.full, Size.THUMB: made.thumb})
    _ready(attachment_id, made, at)


def _waits(attachment_id: UUID) -> bool:
    return Attachment.objects.filter(pk=attachment_id, state=Attachment.State.WAITING).exists()


@transaction.atomic
def _tries(attachment_id: UUID) -> int:
    """Count one more try that the photo did not let end well."""
    row = held.locked(attachment_id)
    row.tries += 1
    row.save(update_fields=["tries"])
    return row.tries


def _ready(attachment_id: UUID, made: images.Made, at: datetime) -> None:
    with transaction.atomic():
        row = held.locked(attachment_id)
        if row.state == Attachment.State.WAITING:
            digest = files.digest(made.full)
            entered = held.enter(
                attachment_id,
                "ready",
                SYSTEM,
                at,
                facts={"kind": str(made.kind), "width": made.width, "height": made.height},
                hidden={"sha256": digest},
            )
            row.state, row.kind, row.sha256 = Attachment.State.READY, made.kind, digest
            row.width, row.height, row.size = made.width, made.height, len(made.full)
            held.save(row, entered, at, "state", "kind", "sha256", "width", "height", "size")
            announce(
                events.AttachmentReady(
                    at=at,
                    subject=entered.subject,
                    seq=entered.seq,
                    attachment_id=row.pk,
                    of=row.subject,
                )
            )
    if row.state != Attachment.State.READY:
        files.drop(attachment_id)
    files.drop_raw(attachment_id)


def _refuse(attachment_id: UUID, because: RefusedBecause, at: datetime) -> None:
    with transaction.atomic():
        row = held.locked(attachment_id)
        if row.state == Attachment.State.WAITING:
            entered = held.enter(
                attachment_id, "refused", SYSTEM, at, facts={"because": str(because)}
            )
            row.state, row.refused_because = Attachment.State.REFUSED, because
            held.save(row, entered, at, "state", "refused_because")
            announce(
                events.AttachmentRefused(
                    at=at,
                    subject=entered.subject,
                    seq=entered.seq,
                    attachment_id=row.pk,
                    of=row.subject,
                    because=because,
                )
            )
    files.drop(attachment_id)
    files.drop_raw(attachment_id)


@transaction.atomic
def publish(*, attachment_id: UUID, seen: int, by: Actor, at: datetime) -> AttachmentCard:
    """Show a photo to everybody; the calling context has decided who may."""
    row = held.seen(attachment_id, seen)
    rules.check_ready(AttachmentState(row.state))
    if row.is_public:
        return card_of(row)
    entered = held.enter(attachment_id, "published", by, at)
    row.is_public = True
    held.save(row, entered, at, "is_public")
    announce(
        events.AttachmentPublished(
            at=at, subject=entered.subject, seq=entered.seq, attachment_id=row.pk, of=row.subject
        )
    )
    return card_of(row)


@transaction.atomic
def withhold(*, attachment_id: UUID, seen: int, by: Actor, at: datetime) -> AttachmentCard:
    """Show a photo no longer to everybody; sender and staff keep it."""
    row = held.seen(attachment_id, seen)
    rules.check_ready(AttachmentState(row.state))
    return hidden(row, by, at) if row.is_public else card_of(row)


def hidden(row: Attachment, by: Actor, at: datetime) -> AttachmentCard:
    entered = held.enter(row.pk, "withheld", by, at)
    row.is_public = False
    held.save(row, entered, at, "is_public")
    announce(
        events.AttachmentWithheld(
            at=at, subject=entered.subject, seq=entered.seq, attachment_id=row.pk, of=row.subject
        )
    )
    return card_of(row)


@transaction.atomic
def take_down(*, attachment_id: UUID, reason: str, by: Actor, at: datetime) -> AttachmentCard:
    """Delete a photo for good: shown to nobody from now on, its files gone within seconds."""
    because = rules.reason_of(reason)
    return taken_down(held.locked(attachment_id), because, by, at)


@transaction.atomic
def take_down_all(*, subject: str, reason: str, by: Actor, at: datetime) -> int:
    """Delete every photo of a thing, for withdrawal and for forgetting; return how many."""
    because = rules.reason_of(reason)
    rows = (
        Attachment.objects.select_for_update(of=("self",))
        .filter(subject=subject)
        .exclude(state=Attachment.State.TAKEN_DOWN)
        .order_by("id")
    )
    return len([taken_down(row, because, by, at) for row in rows])


@transaction.atomic
def take_down_abandoned(*, before: datetime, at: datetime) -> int:
    """Delete photos of forms that were begun and never sent; return how many."""
    rows = (
        Attachment.objects.select_for_update(of=("self",))
        .filter(subject__startswith=rules.DRAFT, received_at__lt=before)
        .exclude(state=Attachment.State.TAKEN_DOWN)
        .order_by("id")
    )
    return len([taken_down(row, Reason.TIME_OVER, SYSTEM, at) for row in rows])


def taken_down(row: Attachment, because: Reason, by: Actor, at: datetime) -> AttachmentCard:
    if row.state == Attachment.State.TAKEN_DOWN:
        return card_of(row)
    entered = held.enter(row.pk, "taken-down", by, at, facts={"reason": str(because)})
    row.state, row.is_public = Attachment.State.TAKEN_DOWN, False
    row.taken_down_because, row.name, row.sha256 = because, "", ""
    held.save(row, entered, at, "state", "is_public", "taken_down_because", "name", "sha256")
    announce(
        events.AttachmentTakenDown(
            at=at,
            subject=entered.subject,
            seq=entered.seq,
            attachment_id=row.pk,
            of=row.subject,
            reason=because,
        )
    )
    return card_of(row)


def clear_files(*, attachment_id: UUID) -> None:
    """Delete raw file and pictures of a taken-down photo; safe to repeat."""
    if Attachment.objects.filter(pk=attachment_id, state=Attachment.State.TAKEN_DOWN).exists():
        files.drop(attachment_id)
        files.drop_raw(attachment_id)


def sweep_quarantine(*, before: datetime) -> int:
    """Delete raw files that no waiting row wants (their report was undone); return how many."""
    swept = 0
    for attachment_id, path in files.raw_before(before):
        waits = (
            attachment_id is not None
            and Attachment.objects.filter(pk=attachment_id, state=Attachment.State.WAITING).exists()
        )
        if not waits:
            path.unlink(missing_ok=True)
            swept += 1
    return swept
