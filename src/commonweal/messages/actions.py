"""Tell somebody something: once, in their language, by mail; and keep the city's words for it."""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from email.utils import formataddr
from pathlib import Path
from uuid import UUID, uuid4

import yaml
from django.conf import settings
from django.db import IntegrityError, transaction

from commonweal.kernel.actions import announce
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor
from commonweal.ledger.actions import append
from commonweal.ledger.types import Entry, subject_of
from commonweal.messages import queries, rules
from commonweal.messages.adapters import post
from commonweal.messages.events import MessageFailed, MessageQueued
from commonweal.messages.models import (
    KEEP_ENVELOPES_DAYS,
    Envelope,
    Message,
    Preference,
    Template,
)
from commonweal.messages.types import (
    Frequency,
    Letter,
    MessageState,
    Preview,
    Recipient,
    Shipped,
    TemplateCard,
)

__all__ = [
    "deliver",
    "forget",
    "gather",
    "preview",
    "register_folder",
    "register_resolver",
    "register_stop_link",
    "register_template",
    "save_template",
    "send",
    "send_digests",
    "set_preference",
    "stop",
    "sweep",
]

logger = logging.getLogger(__name__)

MOST_IN_DIGEST = 100
_resolvers: list[Callable[[UUID], str | None]] = []
_stop_links: list[Callable[[str], str]] = []


def register_resolver(function: Callable[[UUID], str | None]) -> None:
    """Say who knows the address of a contact; called when the apps are ready."""
    _resolvers[:] = [function]


def register_stop_link(function: Callable[[str], str]) -> None:
    """Say how the address of the page that stops messages is made of its token."""
    _stop_links[:] = [function]


def register_template(
    code: str,
    defaults: Mapping[str, tuple[str, str]],
    *,
    facts: tuple[str, ...],
    is_essential: bool = False,
) -> None:
    """Make a kind of message known: its shipped words (language -> subject, body), its facts."""
    queries._shipped[code] = Shipped(  # noqa: SLF001  (one registry, written here only)
        code=code, words=dict(defaults), facts=facts, is_essential=is_essential
    )


def register_folder(folder: Path) -> None:
    """Register every CODE.yaml of a folder: facts, essential, and subject and body per language."""
    for file in sorted(folder.glob("*.yaml")):
        told = yaml.safe_load(file.read_text(encoding="utf-8"))
        words = {
            name: (said["subject"], said["body"].strip("\n"))
            for name, said in told["words"].items()
        }
        register_template(
            file.stem,
            words,
            facts=tuple(told.get("facts", ())),
            is_essential=bool(told.get("essential", False)),
        )


@transaction.atomic
def send(
    *, template: str, to: Recipient, facts: dict[str, str], subject: str, key: str, at: datetime
) -> UUID:
    """Tell somebody, in the caller's transaction: the mail leaves after it, once per key."""
    return _keep(template, to, facts, subject, key, at, usual=Frequency.EACH)


@transaction.atomic
def gather(
    *, template: str, to: Recipient, facts: dict[str, str], subject: str, key: str, at: datetime
) -> UUID:
    """Tell somebody at the city's digest hour, in one mail with everything else that waits."""
    return _keep(template, to, facts, subject, key, at, usual=Frequency.DIGEST)


def _keep(
    template: str,
    to: Recipient,
    facts: dict[str, str],
    subject: str,
    key: str,
    at: datetime,
    *,
    usual: Frequency,
) -> UUID:
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
    address = _address(row, envelope)
    if envelope is None or not address:
        _end(row, MessageState.SUPPRESSED, at, "the address was forgotten")
        return None
    if later := _later(row, at):
        return None if later == at else later
    try:
        post.hand_over(_letter(row, envelope, address, at))
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


def _address(row: Message, envelope: Envelope | None) -> str:
    if envelope is not None and envelope.address:
        return envelope.address
    known = (resolve(row.contact_id) for resolve in _resolvers) if row.contact_id else iter(())
    return next((address for address in known if address), "")


def _later(row: Message, at: datetime) -> datetime | None:
    """Respect what the contact wants by now; `at` itself means: never."""
    if row.contact_id is None or queries.shipped(row.template).is_essential:
        return None
    wants = queries.preferences(row.contact_id)
    if wants.frequency is Frequency.NONE:
        _end(row, MessageState.SUPPRESSED, at, "")
        return at
    return rules.quiet_end(at, wants.quiet_from, wants.quiet_until, _zone())


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


def _letter(row: Message, envelope: Envelope, address: str, at: datetime) -> Letter:
    if not envelope.text:
        envelope.title, envelope.text = _rendered(row, envelope, at)
        envelope.facts = ""
        envelope.save(update_fields=["title", "text", "facts"])
    stop_link = _stop_link(row)
    text = envelope.text + _ending(row.language, stop_link, at)
    city = _city_facts(row.language, at).get("city", "")
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


def _rendered(row: Message, envelope: Envelope, at: datetime) -> tuple[str, str]:
    words = queries.template(row.template, row.language)
    facts = _city_facts(row.language, at) | json.loads(envelope.facts or "{}")
    return _filled(words, facts)


def _filled(words: TemplateCard, facts: Mapping[str, str]) -> tuple[str, str]:
    in_text = {name: rules.plain_text(value) for name, value in facts.items()}
    title = rules.one_line(rules.filled(words.subject, in_text))[: rules.LONGEST_TITLE + 100]
    return title, rules.plain_text(rules.filled(words.body, in_text))


def _stop_link(row: Message) -> str:
    if row.contact_id is None or queries.shipped(row.template).is_essential or not _stop_links:
        return ""
    return _stop_links[0](queries.stop_token(row.contact_id))


def _ending(language: str, stop_link: str, at: datetime) -> str:
    facts = _city_facts(language, at) | {"stop": stop_link}
    codes = ["messages.signature"] + (["messages.stop"] if stop_link else [])
    parts = (_filled(queries.template(code, language), facts)[1] for code in codes)
    return "".join(f"\n\n{part}" for part in parts) + "\n"


def _city_facts(language: str, at: datetime) -> dict[str, str]:  # noqa: ARG001
    return {}


def _zone() -> str:
    return "UTC"


@transaction.atomic
def send_digests(*, hour: int, at: datetime) -> int:
    """Tell everybody for whom something waits since before the digest hour; one mail each."""
    cutoff = rules.digest_moment(at, hour, _zone())
    rows = list(
        Message.objects.select_for_update(of=("self",))
        .filter(state=MessageState.HELD, created_at__lt=cutoff)
        .order_by("created_at", "id")
    )
    envelopes = Envelope.objects.in_bulk([row.id for row in rows])
    groups: dict[tuple[str, str], list[Message]] = {}
    for row in rows:
        address = _address(row, envelopes.get(row.id))
        groups.setdefault((address.lower(), row.language), []).append(row)
    for (address, language), members in groups.items():
        ids = [member.id for member in members]
        if not address:
            Message.objects.filter(id__in=ids).update(
                state=MessageState.SUPPRESSED, error="the address was forgotten", done_at=at
            )
            continue
        digest_id = _send_digest(members, envelopes, language, cutoff, at)
        Message.objects.filter(id__in=ids).update(
            state=MessageState.GATHERED, digest_id=digest_id, done_at=at
        )
    return sum(1 for address, _language in groups if address)


def _send_digest(
    members: list[Message],
    envelopes: Mapping[UUID, Envelope],
    language: str,
    cutoff: datetime,
    at: datetime,
) -> UUID:
    told = [_rendered(row, envelopes[row.id], at) for row in members[:MOST_IN_DIGEST]]
    first = members[0]
    return _keep(
        "messages.digest",
        Recipient(
            address="" if first.contact_id else envelopes[first.id].address,
            contact_id=first.contact_id,
            language=language,
        ),
        {
            "count": str(len(members)),
            "items": "\n\n".join(f"{title}\n{text}" for title, text in told),
        },
        f"digest:{first.id.hex}",
        f"digest:{first.id.hex}:{cutoff.isoformat()}",
        at,
        usual=Frequency.EACH,
    )


@transaction.atomic
def save_template(
    *,
    code: str,
    language: str,
    subject: str,
    body: str,
    seen: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> TemplateCard:
    """Put the city's own words in place of those in force."""
    rules.check_may_edit(by)
    kind = queries.shipped(code)
    name = queries.language_of(kind, language)
    rules.check_template(subject, body, kind.facts, kind.words[name][1])
    reason = rules.checked_reason(reason)
    row = Template.objects.select_for_update(of=("self",)).filter(code=code, language=name).first()
    if seen != (row.version if row else 0):
        raise ChangedSinceYouLooked
    row = row or Template(id=uuid4(), code=code, language=name, version=0)
    title, text = rules.one_line(subject), rules.plain_text(body).strip("\n")
    entered = append(
        Entry(
            type="messages.template-changed",
            subject=subject_of("template", row.id),
            actor="administrator",
            facts={"code": code, "language": name, "version": row.version + 1},
            hidden={"reason": reason, "subject": title, "body": text},
        ),
        at=at,
    )
    row.title, row.body, row.version = title, text, row.version + 1
    row.changed_at, row.entry_id = at, entered.id
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError:  # two first changes at once: the other one stands
        raise ChangedSinceYouLooked from None
    return queries.template(code, name)


def preview(*, code: str, language: str, subject: str, body: str, at: datetime) -> Preview:
    """Show how words would read, with the names of the facts where facts will stand."""
    kind = queries.shipped(code)
    name = queries.language_of(kind, language)
    rules.check_template(subject, body, kind.facts, kind.words[name][1])
    facts = {fact: f"[{fact}]" for fact in kind.facts} | _city_facts(name, at)
    words = TemplateCard(
        code=code,
        language=name,
        subject=subject,
        body=body,
        facts=kind.facts,
        is_essential=kind.is_essential,
        version=0,
    )
    title, text = _filled(words, facts)
    return Preview(subject=title, text=text, html=rules.html_of(title, text, name))


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
    """Erase what was told to a contact and what the contact wanted."""
    ids = list(Message.objects.filter(contact_id=contact_id).values_list("id", flat=True))
    Envelope.objects.filter(message_id__in=ids).delete()
    Preference.objects.filter(contact_id=contact_id).delete()


def sweep(*, at: datetime) -> int:
    """Erase envelopes whose time is over, and those whose message was never written."""
    old = at - timedelta(days=KEEP_ENVELOPES_DAYS)
    done, _ = Envelope.objects.filter(created_at__lt=old).delete()
    day_old = Envelope.objects.filter(created_at__lt=at - timedelta(days=1))
    ids = list(day_old.values_list("message_id", flat=True))
    for start in range(0, len(ids), 500):
        lost = queries.orphans(ids[start : start + 500])
        done += Envelope.objects.filter(message_id__in=lost).delete()[0]
    return done
