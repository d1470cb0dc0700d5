"""What people want to hear, and what is forgotten."""

from datetime import datetime, time, timedelta
from uuid import UUID

from commonweal.messages import queries
from commonweal.messages.actions.following import sweep_follows
from commonweal.messages.models import (
    KEEP_ENVELOPES_DAYS,
    Envelope,
    Follow,
    Message,
    Preference,
)
from commonweal.messages.types import Frequency

SETTLED_AFTER = timedelta(days=1)  # no act takes longer to write its message
LOOK_BACK = timedelta(days=8)  # older orphans were found by an earlier run


def set_preference(
    *,
    contact_id: UUID,
    frequency: Frequency | None,
    language: str = "",
    quiet_from: time | None = None,
    quiet_until: time | None = None,
    at: datetime,
) -> None:
    """Keep what a contact wants; the caller has seen that it is the contact who says so."""
    Preference.objects.update_or_create(
        contact_id=contact_id,
        defaults={
            "frequency": frequency or "",
            "language": language,
            "quiet_from": quiet_from,
            "quiet_until": quiet_until,
            "changed_at": at,
        },
    )


def stop(*, token: str, at: datetime) -> None:
    """Stop every message to the contact of this token, as its reader asked."""
    contact_id = queries.contact_of_stop_token(token)
    Preference.objects.update_or_create(
        contact_id=contact_id, defaults={"frequency": Frequency.NONE, "changed_at": at}
    )


def forget(*, contact_id: UUID) -> None:
    """Erase what was told to a contact, what the contact wanted and what it followed."""
    ids = list(Message.objects.filter(contact_id=contact_id).values_list("id", flat=True))
    Envelope.objects.filter(message_id__in=ids).delete()
    Preference.objects.filter(contact_id=contact_id).delete()
    Follow.objects.filter(contact_id=contact_id).delete()


def sweep(*, at: datetime) -> int:
    """Erase envelopes whose time is over or whose message was never written; dead follows too."""
    sweep_follows(at=at)
    old = at - timedelta(days=KEEP_ENVELOPES_DAYS)
    done, _ = Envelope.objects.filter(created_at__lt=old).delete()
    settled = (at - LOOK_BACK, at - SETTLED_AFTER)
    day_old = Envelope.objects.filter(created_at__range=settled)
    ids = list(day_old.values_list("message_id", flat=True))
    for start in range(0, len(ids), 500):
        lost = queries.orphans(ids[start : start + 500])
        done += Envelope.objects.filter(message_id__in=lost).delete()[0]
    return done
