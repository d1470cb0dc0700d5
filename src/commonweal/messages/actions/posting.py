"""Hand what is queued to the post, outside any transaction, and keep what became of it."""

import json
from datetime import datetime
from email.utils import formataddr
from uuid import UUID

from django.conf import settings
from django.db import transaction

from commonweal.city.queries import profile
from commonweal.kernel.actions import announce
from commonweal.messages import queries, rules
from commonweal.messages.actions import registering, words
from commonweal.messages.adapters import post
from commonweal.messages.events import MessageFailed
from commonweal.messages.models import Envelope, Message
from commonweal.messages.types import Frequency, Letter, MessageState


def deliver(*, message_id: UUID, tries: int, at: datetime) -> datetime | None:
    """Hand a queued message to the post, outside any transaction; say when to try again, if ever.

    Raises
    ------
    NotNow
        When the post has failed for more than a day: an operator has to look.

    """
    row = Message.objects.filter(id=message_id, state=MessageState.QUEUED).first()
    if row is None:
        return None
    envelope = Envelope.objects.filter(message_id=message_id).first()
    address = address_of(row, envelope)
    if envelope is None or not address:
        _end(row, MessageState.SUPPRESSED, at, "the address was forgotten")
        return None
    if later := _later(row, at):
        return None if later == at else later
    try:
        post.hand_over(_letter(row, envelope, address))
    except post.Undeliverable as no:
        _end(row, MessageState.FAILED, at, str(no))
        return None
    except post.NotNow as trouble:
        wait = rules.wait_after(tries)
        if wait is None:
            raise
        Message.objects.filter(id=row.id).update(error=str(trouble)[:200])
        return at + wait
    _end(row, MessageState.SENT, at, "")
    return None


def _later(row: Message, at: datetime) -> datetime | None:
    """Respect what the contact wants by now; `at` itself means: never."""
    if row.contact_id is None or queries.shipped(row.template).is_essential:
        return None
    wants = queries.preferences(row.contact_id)
    if wants.frequency is Frequency.NONE:
        _end(row, MessageState.SUPPRESSED, at, "")
        return at
    return rules.quiet_end(at, wants.quiet_from, wants.quiet_until, profile().zone)


@transaction.atomic
def _end(row: Message, state: MessageState, at: datetime, error: str) -> None:
    held = Message.objects.filter(id=row.id, state=MessageState.QUEUED)
    changed = held.update(state=state, error=error[:200], done_at=at)
    if changed and state is MessageState.FAILED:
        announce(
            MessageFailed(
                at=at, subject=row.subject, seq=0, message_id=row.id, template=row.template
            )
        )


def _letter(row: Message, envelope: Envelope, address: str) -> Letter:
    if not envelope.text:
        envelope.title, envelope.text = rendered(row, envelope)
        envelope.facts = ""
        envelope.save(update_fields=["title", "text", "facts"])
    is_essential = queries.shipped(row.template).is_essential
    stop_link = "" if is_essential else registering.stop_link(row.contact_id, row.stops)
    text = envelope.text + words.ending(row.language, stop_link)
    city = words.city_facts(row.language)["city"]
    return Letter(
        to=address,
        sender=formataddr((rules.one_line(city), settings.MAIL_FROM)),
        subject=envelope.title,
        text=text,
        html=rules.html_of(envelope.title, text, row.language),
        language=row.language,
        message_id=rules.message_id(row.key, settings.MAIL_FROM.rpartition("@")[2]),
        at=row.created_at,
        stop_link=stop_link,
    )


def rendered(row: Message, envelope: Envelope) -> tuple[str, str]:
    """Put the facts of a message into the words now in force."""
    facts = words.city_facts(row.language) | json.loads(envelope.facts or "{}")
    return words.filled(queries.template(row.template, row.language), facts)


def address_of(row: Message, envelope: Envelope | None) -> str:
    """Say where a message goes; empty when that was forgotten."""
    if envelope is not None and envelope.address:
        return envelope.address
    return registering.address_of(row.contact_id)
