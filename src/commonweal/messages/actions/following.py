"""Follow a case or an area by mail: asked for, confirmed by a link, ended by one press."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.messages import queries, rules
from commonweal.messages.actions import registering
from commonweal.messages.actions.telling import send
from commonweal.messages.errors import NoSuchArea, NoSuchFollow, TooManyFollows
from commonweal.messages.models import Envelope, Follow, Message
from commonweal.messages.types import (
    AREAS,
    FollowCard,
    FollowKind,
    MessageState,
    Recipient,
    Rhythm,
    Target,
)

PEOPLE = "people"


def ask_to_follow(
    *, contact_id: UUID, language: str, target: Target, rhythm: Rhythm, what: str, at: datetime
) -> None:
    """Keep the wish to follow, and mail the link that confirms it; `what` says it in words."""
    row = _wished(contact_id, target, rhythm, at)
    with transaction.atomic():
        send(
            template="messages.follow",
            to=Recipient(contact_id=contact_id, language=language),
            facts={
                "what": what,
                "link": registering.confirm_link(row.id),
                "days": str(rules.FOLLOW_LINK_LIFE.days),
            },
            subject="",
            key=f"messages.follow:{row.id.hex}:{at.isoformat()}",
            at=at,
        )


def follow(*, contact_id: UUID, target: Target, rhythm: Rhythm, at: datetime) -> FollowCard:
    """Follow at once; the caller has seen that it is the contact's owner who asks."""
    return _confirmed(_wished(contact_id, target, rhythm, at).id, contact_id, at)


def confirm_follow(*, token: str, at: datetime) -> FollowCard:
    """Begin to follow by the link that was mailed; opened again it changes nothing."""
    card = queries.to_confirm(token, at=at)
    return _confirmed(card.id, card.contact_id, at)


def _wished(contact_id: UUID, target: Target, rhythm: Rhythm, at: datetime) -> Follow:
    target = rules.checked_target(target, rhythm)
    what = rules.what_is_followed(target)
    row, is_new = Follow.objects.get_or_create(
        contact_id=contact_id,
        what=what,
        defaults={
            "id": uuid4(),
            "kind": target.kind,
            "subject": target.subject,
            "lat": target.lat,
            "lng": target.lng,
            "metres": target.metres,
            "category_id": target.category_id,
            "rhythm": rhythm,
            "asked_at": at,
        },
    )
    if not is_new and row.confirmed_at is None:
        row.asked_at, row.rhythm = at, rhythm
        row.save(update_fields=["asked_at", "rhythm"])
    return row


@transaction.atomic(using=PEOPLE)
def _confirmed(follow_id: UUID, contact_id: UUID, at: datetime) -> FollowCard:
    held = Follow.objects.select_for_update().filter(contact_id=contact_id)
    mine = {one.id: one for one in held.order_by("id")}
    now = mine.get(follow_id)
    if now is None:  # swept or ended a moment ago
        raise queries.link_used_up()
    if now.confirmed_at is None:
        if sum(one.confirmed_at is not None for one in mine.values()) >= rules.MOST_FOLLOWS:
            raise TooManyFollows(most=rules.MOST_FOLLOWS)
        now.confirmed_at = at
        if FollowKind(now.kind) in AREAS:
            now.told_until = at.replace(minute=0, second=0, microsecond=0)
        now.save(update_fields=["confirmed_at", "told_until"])
    card = queries.one_follow(follow_id)
    assert card is not None  # it is held
    return card


def stop_following(*, token: str) -> None:
    """End what the stop link of a mail means; used again it does no harm."""
    ids = [card.id for card in queries.stopped_by(token)]
    Follow.objects.filter(id__in=ids).delete()


def unfollow(*, follow_id: UUID, contacts: Collection[UUID]) -> None:
    """End one follow of somebody who has proven to own these contacts."""
    if not Follow.objects.filter(id=follow_id, contact_id__in=list(contacts)).delete()[0]:
        raise NoSuchFollow


def change_rhythm(*, follow_id: UUID, contacts: Collection[UUID], rhythm: Rhythm) -> None:
    """Tell of an area as often as its follower now wants."""
    row = Follow.objects.filter(id=follow_id, contact_id__in=list(contacts)).first()
    if row is None:
        raise NoSuchFollow
    if (FollowKind(row.kind) in AREAS) == (rhythm is Rhythm.AT_ONCE):
        raise NoSuchArea
    Follow.objects.filter(id=row.id).update(rhythm=rhythm)


def mark_told(*, follow_ids: Iterable[UUID], until: datetime) -> None:
    """Remember up to when these areas were told of."""
    Follow.objects.filter(id__in=list(follow_ids), told_until__lt=until).update(told_until=until)


def take_back(*, subject: str) -> None:
    """Let followers not be told what is public no more: what waits to leave does not leave."""
    unsent = Message.objects.filter(
        subject=subject,
        stops__startswith="follow:",
        state__in=[MessageState.QUEUED, MessageState.HELD],
    )
    ids = list(unsent.values_list("id", flat=True))
    unsent.update(state=MessageState.SUPPRESSED, error="the words were taken down")
    Envelope.objects.filter(message_id__in=ids).delete()


def sweep_follows(*, at: datetime) -> None:
    """Erase wishes to follow that nobody confirmed in time."""
    dead = Follow.objects.filter(confirmed_at=None, asked_at__lt=at - rules.FOLLOW_LINK_LIFE)
    dead.delete()
