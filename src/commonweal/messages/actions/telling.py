"""Tell somebody something: written with the act that wants it, once per key."""

import json
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from commonweal.kernel.actions import announce
from commonweal.messages import queries, rules
from commonweal.messages.events import MessageQueued
from commonweal.messages.models import Envelope, Message
from commonweal.messages.types import Frequency, MessageState, Recipient


@transaction.atomic
def send(
    *,
    template: str,
    to: Recipient,
    facts: dict[str, str],
    subject: str,
    key: str,
    at: datetime,
    stops: str = "",
) -> UUID:
    """Tell somebody, in the caller's transaction: the mail leaves after it, once per key.

    `stops` says what the mail's stop link ends, of somebody who follows: see `queries.stopped_by`.
    """
    return keep(template, to, facts, subject, key, at, usual=Frequency.EACH, stops=stops)


@transaction.atomic
def gather(
    *, template: str, to: Recipient, facts: dict[str, str], subject: str, key: str, at: datetime
) -> UUID:
    """Tell somebody at the city's digest hour, in one mail with everything else that waits."""
    return keep(template, to, facts, subject, key, at, usual=Frequency.DIGEST)


def keep(
    template: str,
    to: Recipient,
    facts: dict[str, str],
    subject: str,
    key: str,
    at: datetime,
    *,
    usual: Frequency,
    stops: str = "",
) -> UUID:
    """Write a message and its envelope; what becomes of it depends on what the person wants."""
    kind = queries.shipped(template)
    if missing := set(kind.facts) - set(facts):
        raise LookupError(f"{template} cannot be told without {sorted(missing)}")
    if bool(to.address) == bool(to.contact_id):
        raise LookupError("a recipient is an address or a contact, one of them")
    address = rules.checked_address(to.address) if to.address else ""
    if known := Message.objects.filter(key=key).values_list("id", flat=True).first():
        return known
    wants = queries.preferences(to.contact_id) if to.contact_id else None
    row = Message(
        id=uuid4(),
        template=template,
        language=queries.language_of(kind, (wants.language if wants else "") or to.language),
        contact_id=to.contact_id,
        subject=subject,
        key=key,
        state=rules.first_state(
            wants.frequency if wants else None, usual, is_essential=kind.is_essential
        ),
        stops=stops,
        created_at=at,
    )
    if row.state == MessageState.SUPPRESSED:
        row.done_at = at
    else:
        told = json.dumps(facts, ensure_ascii=False)
        Envelope.objects.create(message_id=row.id, address=address, facts=told, created_at=at)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:  # somebody with the same key was a moment faster
        Envelope.objects.filter(message_id=row.id).delete()
        return Message.objects.values_list("id", flat=True).get(key=key)
    if row.state == MessageState.QUEUED:
        announce(MessageQueued(at=at, subject=subject, seq=0, message_id=row.id))
    return row.id
