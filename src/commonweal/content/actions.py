"""Take photos in, make them anew, publish, withhold, take down; flags and what comes of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import BinaryIO
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.content import errors, events, queries, rules
from commonweal.content.adapters import files, images
from commonweal.content.models import Attachment, Flag
from commonweal.content.types import (
    AttachmentCard,
    AttachmentState,
    FlagCard,
    FlagOutcome,
    Reason,
    RefusedBecause,
    Size,
)
from commonweal.kernel.actions import announce
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import SYSTEM, Actor
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entered, Entry, subject_of

__all__ = [
    "adopt",
    "clear_files",
    "finish",
    "flag",
    "forget_words",
    "publish",
    "receive",
    "settle_flag",
    "sweep_quarantine",
    "take_down",
    "take_down_all",
    "withhold",
]


@transaction.atomic
def receive(*, data: BinaryIO, name: str, subject: str, by: Actor, at: datetime) -> AttachmentCard:
    """Take a photo in: looked at now, made anew later, public only after somebody publishes it."""
    most = rules.MOST_BYTES
    content = data.read(most + 1)
    rules.check_bytes(len(content), most)
    looked = images.look(content)
    kept = Attachment.objects.filter(subject=subject).exclude(
        state__in=[Attachment.State.TAKEN_DOWN, Attachment.State.REFUSED]
    )
    rules.check_room(kept.count())

    attachment_id = uuid4()
    entered = _enter(
        attachment_id, "received", by, at, facts={"of": subject, "kind": str(looked.kind)}
    )
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
    return queries.card_of(row)


@transaction.atomic
def adopt(*, from_subject: str, to_subject: str, by: Actor, at: datetime) -> int:
    """Give the photos received while a form was filled in to the thing that came of it."""
    held = Attachment.objects.select_for_update(of=("self",)).filter(subject=from_subject)
    rows = list(held.order_by("received_at", "id"))
    for row in rows:
        row.subject = to_subject
        _save(row, _enter(row.pk, "adopted", by, at, facts={"of": to_subject}), at, "subject")
    return len(rows)


def finish(*, attachment_id: UUID, at: datetime) -> None:
    """Make a received photo anew and drop the raw file. Outside a transaction; safe to repeat."""
    tries = _begun(attachment_id)
    if tries is None:
        files.drop_raw(attachment_id)
        return
    if tries > rules.MOST_TRIES:
        _refuse(attachment_id, RefusedBecause.TOO_HEAVY, at)
        return
    try:
        with files.raw(attachment_id).open("rb") as raw:
            made = images.made_anew(raw)
    except FileNotFoundError:
        _refuse(attachment_id, RefusedBecause.LOST, at)
        return
    except images.Unreadable as unreadable:
        _refuse(attachment_id, unreadable.because, at)
        return
    try:
        files.keep(attachment_id, made.kind, {Size.FULL: made.full, Size.THUMB: made.thumb})
    except OSError:
        # The disk is to blame, not the photo: let the outbox try again, for as long as it takes.
        Attachment.objects.filter(pk=attachment_id).update(tries=0)
        raise
    _ready(attachment_id, made, at)


@transaction.atomic
def _begun(attachment_id: UUID) -> int | None:
    """Count a try before it starts, so that a photo that kills its worker is refused in the end."""
    row = Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment_id).first()
    if row is None or row.state != Attachment.State.WAITING:
        return None
    row.tries += 1
    row.save(update_fields=["tries"])
    return row.tries


def _ready(attachment_id: UUID, made: images.Made, at: datetime) -> None:
    with transaction.atomic():
        row = _locked(attachment_id)
        if row.state == Attachment.State.WAITING:
            digest = files.digest(made.full)
            entered = _enter(
                attachment_id,
                "ready",
                SYSTEM,
                at,
                facts={"kind": str(made.kind), "width": made.width, "height": made.height},
                hidden={"sha256": digest},
            )
            row.state, row.kind, row.sha256 = Attachment.State.READY, made.kind, digest
            row.width, row.height, row.size = made.width, made.height, len(made.full)
            _save(row, entered, at, "state", "kind", "sha256", "width", "height", "size")
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
        row = _locked(attachment_id)
        if row.state == Attachment.State.WAITING:
            entered = _enter(attachment_id, "refused", SYSTEM, at, facts={"because": str(because)})
            row.state, row.refused_because = Attachment.State.REFUSED, because
            _save(row, entered, at, "state", "refused_because")
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
    row = _seen(attachment_id, seen)
    rules.check_ready(AttachmentState(row.state))
    if row.is_public:
        return queries.card_of(row)
    entered = _enter(attachment_id, "published", by, at)
    row.is_public = True
    _save(row, entered, at, "is_public")
    announce(
        events.AttachmentPublished(
            at=at, subject=entered.subject, seq=entered.seq, attachment_id=row.pk, of=row.subject
        )
    )
    return queries.card_of(row)


@transaction.atomic
def withhold(*, attachment_id: UUID, seen: int, by: Actor, at: datetime) -> AttachmentCard:
    """Show a photo no longer to everybody; sender and staff keep it."""
    row = _seen(attachment_id, seen)
    rules.check_ready(AttachmentState(row.state))
    return _withheld(row, by, at) if row.is_public else queries.card_of(row)


def _withheld(row: Attachment, by: Actor, at: datetime) -> AttachmentCard:
    entered = _enter(row.pk, "withheld", by, at)
    row.is_public = False
    _save(row, entered, at, "is_public")
    announce(
        events.AttachmentWithheld(
            at=at, subject=entered.subject, seq=entered.seq, attachment_id=row.pk, of=row.subject
        )
    )
    return queries.card_of(row)


@transaction.atomic
def take_down(*, attachment_id: UUID, reason: str, by: Actor, at: datetime) -> AttachmentCard:
    """Delete a photo for good: shown to nobody from now on, its files gone within seconds."""
    because = rules.reason_of(reason)
    return _taken_down(_locked(attachment_id), because, by, at)


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
    return len([_taken_down(row, because, by, at) for row in rows])


def _taken_down(row: Attachment, because: Reason, by: Actor, at: datetime) -> AttachmentCard:
    if row.state == Attachment.State.TAKEN_DOWN:
        return queries.card_of(row)
    entered = _enter(row.pk, "taken-down", by, at, facts={"reason": str(because)})
    row.state, row.is_public = Attachment.State.TAKEN_DOWN, False
    row.taken_down_because, row.name, row.sha256 = because, "", ""
    _save(row, entered, at, "state", "is_public", "taken_down_because", "name", "sha256")
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
    return queries.card_of(row)


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


@transaction.atomic
def flag(
    *, target: str, of: str = "", reason: str, words: str = "", by: Actor, at: datetime
) -> FlagCard:
    """Tell the city that something public should not be; anybody may.

    `target` is an attachment (`attachment:...`) or a text of a context above, which has checked
    that it is public; `of` is the thing it belongs to, known by itself for attachments.
    """
    because, said = rules.reason_of(reason), rules.clean_text(words)
    if len(said) > rules.LONGEST_FLAG:
        raise errors.FlagWordsTooLong(most=rules.LONGEST_FLAG)
    if row := _attachment_of(target):
        if not row.is_public:
            raise errors.NoSuchAttachment
        of = row.subject
    waiting = Flag.objects.filter(target=target, state=Flag.State.OPEN).order_by("at", "id")
    if waiting.count() >= rules.MOST_OPEN_FLAGS:
        return queries.flag_card_of(waiting[0])  # staff know already

    flag_id = uuid4()
    facts = {"target": target, "reason": str(because)}
    entered = _enter(flag_id, "flagged", by, at, facts=facts, kind="flag")
    flagged = Flag.objects.create(
        id=flag_id,
        target=target,
        of=of or target,
        reason=because,
        words=said,
        at=at,
        entry_id=entered.id,
    )
    announce(
        events.Flagged(
            at=at,
            subject=entered.subject,
            seq=entered.seq,
            flag_id=flag_id,
            target=target,
            of=flagged.of,
            reason=because,
        )
    )
    return queries.flag_card_of(flagged)


@transaction.atomic
def settle_flag(*, flag_id: UUID, outcome: str, seen: int, by: Actor, at: datetime) -> FlagCard:
    """Decide about a flag and every other open one on the same thing.

    A photo is withheld or taken down here and now; about a text its own context acts on
    `FlagSettled`, or beforehand.
    """
    rules.check_staff(by)
    decided = rules.outcome_of(outcome)
    asked = Flag.objects.select_for_update(of=("self",)).filter(pk=flag_id).first()
    if asked is None:
        raise errors.NoSuchFlag
    if asked.state != Flag.State.OPEN:
        raise errors.AlreadySettled
    if asked.version != seen:
        raise ChangedSinceYouLooked
    rows = list(
        Flag.objects.select_for_update(of=("self",))
        .filter(target=asked.target, state=Flag.State.OPEN)
        .order_by("id")
    )
    _settle_all(rows, decided, by, at)
    if row := _attachment_of(asked.target):
        _act_on(row, decided, Reason(asked.reason), by, at)
    return queries.flag(flag_id)


def _settle_all(rows: Sequence[Flag], decided: FlagOutcome, by: Actor, at: datetime) -> None:
    all_entered = ledger.append_all(
        [
            Entry(
                type="content.flag-settled",
                subject=subject_of("flag", row.pk),
                actor=rules.entered_as(by),
                facts={"outcome": str(decided)},
            )
            for row in rows
        ],
        at=at,
    )
    for row, entered in zip(rows, all_entered, strict=True):
        row.state, row.outcome, row.settled_at = Flag.State.SETTLED, decided, at
        row.version, row.entry_id = row.version + 1, entered.id
        row.save(update_fields=["state", "outcome", "settled_at", "version", "entry_id"])
        announce(
            events.FlagSettled(
                at=at,
                subject=entered.subject,
                seq=entered.seq,
                flag_id=row.pk,
                target=row.target,
                of=row.of,
                outcome=decided,
            )
        )


def _act_on(
    row: Attachment, decided: FlagOutcome, because: Reason, by: Actor, at: datetime
) -> None:
    if decided is FlagOutcome.TAKEN_DOWN:
        _taken_down(row, because, by, at)
    elif decided is FlagOutcome.WITHHELD and row.is_public:
        _withheld(row, by, at)


@transaction.atomic
def forget_words(*, settled_before: datetime) -> int:
    """Empty what people wrote with flags that were settled long ago; return how many."""
    old = Flag.objects.filter(settled_at__lt=settled_before).exclude(words="")
    return old.update(words="")


FLAG_WORDS_KEPT = timedelta(days=Flag.personal.keep_days)


def _attachment_of(target: str) -> Attachment | None:
    kind, _, hexadecimal = target.partition(":")
    if kind != "attachment":
        return None
    try:
        return _locked(UUID(hex=hexadecimal))
    except ValueError:
        raise errors.NoSuchAttachment from None


def _locked(attachment_id: UUID) -> Attachment:
    row = Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment_id).first()
    if row is None:
        raise errors.NoSuchAttachment
    return row


def _seen(attachment_id: UUID, seen: int) -> Attachment:
    row = _locked(attachment_id)
    if row.state == Attachment.State.TAKEN_DOWN:
        raise errors.NoSuchAttachment
    if row.version != seen:
        raise ChangedSinceYouLooked
    return row


def _save(row: Attachment, entered: Entered, at: datetime, *columns: str) -> None:
    row.version, row.changed_at, row.entry_id = row.version + 1, at, entered.id
    row.save(update_fields=[*columns, "version", "changed_at", "entry_id"])


def _enter(
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
