"""Read templates, what was sent about a subject, what a contact wants."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core import signing
from django.db.models import QuerySet

from commonweal.city.queries import parameter, profile
from commonweal.kernel.types import words_in
from commonweal.messages import rules
from commonweal.messages.errors import BadStopLink, FollowLinkUsedUp, NoSuchTemplate
from commonweal.messages.models import Envelope, Follow, Message, Preference, Template
from commonweal.messages.types import (
    FollowCard,
    FollowKind,
    Frequency,
    MessageCard,
    MessageState,
    PreferenceCard,
    Rhythm,
    Shipped,
    Target,
    TemplateCard,
)

_STOP, _CONFIRM, _UNFOLLOW = "messages.stop", "messages.confirm", "messages.unfollow"
NOBODY = UUID(int=0)  # comes before every contact
LOOK_BACK = rules.LOOK_BACK
_shipped: dict[str, Shipped] = {}


def shipped(code: str) -> Shipped:
    """Give a kind of message as the product brings it."""
    try:
        return _shipped[code]
    except KeyError:
        raise NoSuchTemplate from None


def template(code: str, language: str) -> TemplateCard:
    """Give the words in force: the city's own, or the shipped ones, in the nearest language."""
    kind = shipped(code)
    name = language_of(kind, language)
    return _template_card(kind, name, Template.objects.filter(code=code, language=name).first())


def _template_card(kind: Shipped, language: str, own: Template | None) -> TemplateCard:
    is_own = own is not None and bool(own.body)  # without words of its own: as shipped again
    title, body = (own.title, own.body) if own and is_own else kind.words[language]
    return TemplateCard(
        code=kind.code,
        language=language,
        subject=title,
        body=body,
        facts=kind.facts,
        is_essential=kind.is_essential,
        version=own.version if own else 0,
        is_own=is_own,
    )


def language_of(kind: Shipped, language: str) -> str:
    """Find the language in which a kind of message is written that is nearest to the wanted one."""
    return words_in({name: name for name in kind.words}, language)


def codes() -> list[str]:
    """Name every kind of message."""
    return sorted(_shipped)


def templates() -> list[TemplateCard]:
    """List every kind of message in every language, as now in force."""
    own = {(row.code, row.language): row for row in Template.objects.all()}
    return [
        _template_card(kind, language, own.get((code, language)))
        for code, kind in sorted(_shipped.items())
        for language in kind.words
    ]


def outbox(subject: str) -> list[MessageCard]:
    """List what was told about a subject, newest first."""
    return [_card(row) for row in Message.objects.filter(subject=subject).order_by("-created_at")]


def is_kept(key: str) -> bool:
    """Say whether a message of this key was written before."""
    return Message.objects.filter(key=key).exists()


def message(message_id: UUID) -> MessageCard | None:
    """Find one message."""
    row = Message.objects.filter(id=message_id).first()
    return _card(row) if row else None


def queued() -> int:
    """Count the mails that have not left yet."""
    return Message.objects.filter(state=MessageState.QUEUED).count()


def failed(limit: int = 200) -> list[MessageCard]:
    """List what could not be told, newest first, for somebody to tell it another way."""
    rows = Message.objects.filter(state=MessageState.FAILED).order_by("-created_at")[:limit]
    return [_card(row) for row in rows]


def _card(row: Message) -> MessageCard:
    return MessageCard(
        id=row.id,
        template=row.template,
        language=row.language,
        subject=row.subject,
        key=row.key,
        state=MessageState(row.state),
        error=row.error,
        created_at=row.created_at,
        done_at=row.done_at,
    )


def preferences(contact_id: UUID) -> PreferenceCard:
    """Say what a contact wants; empty where the contact never said."""
    row = Preference.objects.filter(contact_id=contact_id).first()
    if row is None:
        return PreferenceCard(contact_id=contact_id)
    return PreferenceCard(
        contact_id=contact_id,
        frequency=Frequency(row.frequency) if row.frequency else None,
        language=row.language,
        quiet_from=row.quiet_from,
        quiet_until=row.quiet_until,
    )


def waiting_for(contact_ids: Iterable[UUID]) -> set[UUID]:
    """Say which of these contacts a message still waits for."""
    rows = Message.objects.filter(
        contact_id__in=list(contact_ids), state__in=[MessageState.QUEUED, MessageState.HELD]
    )
    return {row for row in rows.values_list("contact_id", flat=True) if row}


def stop_token(contact_id: UUID) -> str:
    """Make the token by which whoever reads a contact's mail may stop the messages."""
    return signing.Signer(salt=_STOP).sign(contact_id.hex)


def contact_of_stop_token(token: str) -> UUID:
    """Read the contact out of a stop token, or refuse."""
    try:
        return UUID(hex=signing.Signer(salt=_STOP).unsign(token))
    except (signing.BadSignature, ValueError):
        raise BadStopLink from None


def orphans(ids: Iterable[UUID]) -> set[UUID]:
    """Say which of these envelopes have no message."""
    wanted = set(ids)
    return wanted - set(Message.objects.filter(id__in=wanted).values_list("id", flat=True))


def envelope_text(message_id: UUID) -> tuple[str, str]:
    """Give the words that were told, for the person they were told to; empty when erased."""
    row = Envelope.objects.filter(message_id=message_id).first()
    return (row.title, row.text) if row else ("", "")


def address_as_sent(raw: str) -> str:
    """Give an address as the post takes it, or refuse."""
    return rules.checked_address(raw)


# Following


def follows(contact_ids: Iterable[UUID]) -> list[FollowCard]:
    """List what these contacts follow, oldest first; unconfirmed wishes are none yet."""
    rows = Follow.objects.filter(contact_id__in=list(contact_ids), confirmed_at__isnull=False)
    return [_follow_card(row) for row in rows.order_by("confirmed_at", "id")]


def one_follow(follow_id: UUID) -> FollowCard | None:
    """Find one follow, confirmed or not."""
    row = Follow.objects.filter(id=follow_id).first()
    return _follow_card(row) if row else None


def followers(contact_ids: Iterable[UUID]) -> set[UUID]:
    """Say which of these contacts follow something, or have asked to."""
    rows = Follow.objects.filter(contact_id__in=list(contact_ids))
    return set(rows.values_list("contact_id", flat=True))


def is_followed(subject: str) -> bool:
    """Say whether anybody follows a case."""
    return _of_case(subject).exists()


def followers_of(subject: str, *, after: UUID = NOBODY, most: int) -> list[FollowCard]:
    """List who follows a case, some at a time."""
    return [_follow_card(row) for row in _of_case(subject).filter(id__gt=after)[:most]]


def _of_case(subject: str) -> QuerySet[Follow]:
    rows = Follow.objects.filter(kind=FollowKind.CASE, subject=subject, confirmed_at__isnull=False)
    return rows.order_by("id")


def areas_to_tell(
    rhythm: Rhythm, *, before: datetime, after: UUID = NOBODY, contacts: int
) -> list[FollowCard]:
    """List the areas of the next contacts whose digest is due, in the order of contacts."""
    due = Follow.objects.filter(rhythm=rhythm, told_until__lt=before)
    some = due.filter(contact_id__gt=after).values_list("contact_id", flat=True).distinct()
    ids = list(some.order_by("contact_id")[:contacts])
    return [
        _follow_card(row) for row in due.filter(contact_id__in=ids).order_by("contact_id", "id")
    ]


def told_up_to(rhythm: Rhythm, *, at: datetime) -> datetime:
    """Say up to when areas are told of by now, with the city's digest hour."""
    zone = profile().zone
    moment = rules.digest_moment(at, parameter("digest_hour", at), zone)
    return rules.told_up_to(rhythm, moment, zone)


def _follow_card(row: Follow) -> FollowCard:
    """Turn a row into the value that passes the door."""
    return FollowCard(
        id=row.id,
        contact_id=row.contact_id,
        target=Target(
            kind=FollowKind(row.kind),
            subject=row.subject,
            lat=row.lat,
            lng=row.lng,
            metres=row.metres,
            category_id=row.category_id,
        ),
        rhythm=Rhythm(row.rhythm),
        told_until=row.told_until,
    )


def to_confirm(token: str, *, at: datetime) -> FollowCard:
    """Find the wish that a confirming link means.

    Raises
    ------
    FollowLinkUsedUp
        When the link is not whole, or too old.

    """
    row = Follow.objects.filter(id=follow_of_token(token)).first()
    if row is None or (row.confirmed_at is None and row.asked_at + rules.FOLLOW_LINK_LIFE < at):
        raise link_used_up()
    return _follow_card(row)


def confirm_token(follow_id: UUID) -> str:
    """Make the token of a confirming link."""
    return signing.Signer(salt=_CONFIRM).sign(follow_id.hex)


def follow_of_token(token: str) -> UUID:
    """Read the follow out of the token of a confirming link, or refuse."""
    try:
        return UUID(hex=signing.Signer(salt=_CONFIRM).unsign(token))
    except (signing.BadSignature, ValueError):
        raise link_used_up() from None


def link_used_up() -> FollowLinkUsedUp:
    """Give the refusal of a confirming link that opens nothing."""
    return FollowLinkUsedUp(days=rules.FOLLOW_LINK_LIFE.days)


def unfollow_token(stops: str) -> str:
    """Make the token of a stop link: it ends one follow, or every area of a contact."""
    return signing.Signer(salt=_UNFOLLOW).sign(stops)


def stopped_by(token: str) -> list[FollowCard]:
    """List what a stop link ends; nothing any more when it was used before.

    A token names one follow (`follow:ID`), or every area that a contact follows (`areas:ID`).
    """
    try:
        kind, _, id_ = signing.Signer(salt=_UNFOLLOW).unsign(token).partition(":")
        named = UUID(hex=id_)
    except (signing.BadSignature, ValueError):
        raise BadStopLink from None
    if kind == "areas":
        return [card for card in follows([named]) if card.target.kind is not FollowKind.CASE]
    return [_follow_card(row) for row in Follow.objects.filter(id=named)]
