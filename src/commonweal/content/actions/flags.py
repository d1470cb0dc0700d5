"""Flags on what is public, and what comes of them."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.content import errors, events, rules
from commonweal.content.actions import attachments, held
from commonweal.content.models import Attachment, Flag
from commonweal.content.queries.cards import flag_card_of
from commonweal.content.types import FlagCard, FlagOutcome, Reason
from commonweal.kernel.actions import announce
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entry, subject_of


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
    if row := held.flagged(target):
        if not row.is_public:
            raise errors.NoSuchAttachment
        of = row.subject
    waiting = Flag.objects.filter(target=target, state=Flag.State.OPEN).order_by("at", "id")
    if waiting.count() >= rules.MOST_OPEN_FLAGS:
        return flag_card_of(waiting[0])  # staff know already

    flag_id = uuid4()
    facts = {"target": target, "reason": str(because)}
    entered = held.enter(flag_id, "flagged", by, at, facts=facts, kind="flag")
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
    return flag_card_of(flagged)


@transaction.atomic
def settle_flag(*, flag_id: UUID, outcome: str, seen: int, by: Actor, at: datetime) -> FlagCard:
    """Decide about a flag and every other open one on the same thing.

    A photo is withheld or taken down here and now, a text by its own context in the same
    transaction: no flag says that something was hidden when nothing was.
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
    if row := held.flagged(asked.target):
        _act_on(row, decided, Reason(asked.reason), by, at)
    asked.refresh_from_db()
    return flag_card_of(asked)


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
    if decided is FlagOutcome.KEPT:
        return
    if decided is FlagOutcome.TAKEN_DOWN and row.state != Attachment.State.TAKEN_DOWN:
        attachments.taken_down(row, because, by, at)
    elif decided is FlagOutcome.WITHHELD and row.is_public:
        attachments.hidden(row, by, at)
    else:
        raise errors.NothingToHide


@transaction.atomic
def forget_words(*, settled_before: datetime) -> int:
    """Empty what people wrote with flags that were settled long ago; return how many."""
    old = Flag.objects.filter(settled_at__lt=settled_before).exclude(words="")
    return old.update(words="")


FLAG_WORDS_KEPT = timedelta(days=Flag.personal.keep_days)
