"""Tell those who follow a case or an area by mail, of no more than everybody sees."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import TypeAlias
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import translation

from commonweal.cases import queries
from commonweal.cases.types import CELL_LEVEL, PublicCard, State, cells_around
from commonweal.city import queries as the_city
from commonweal.identity import queries as identity
from commonweal.kernel.types import words_in
from commonweal.ledger.types import subject_of
from commonweal.messages import actions as messages
from commonweal.messages import queries as following
from commonweal.messages.types import FollowCard, FollowKind, Recipient, Rhythm, Target
from commonweal.methods.geo import haversine_m

FOLLOWERS_AT_ONCE = 100
CONTACTS_AT_ONCE = 200
MOST_TOLD = 50  # cases in one mail; it says how many there are
Place: TypeAlias = UUID | tuple[int, int]  # a district, or a cell


@transaction.atomic
def tell_followers(
    *, case_id: UUID, state: State, word_id: UUID | None, seq: int, after: UUID, at: datetime
) -> UUID | None:
    """Tell some of a case's followers of a step; give whom to go on after, if there are more."""
    subject = subject_of("case", case_id)
    some = following.followers_of(subject, after=after, most=FOLLOWERS_AT_ONCE)
    public = queries.words(case_id, only_public=True)
    said = next((word.text for word in public if word.id == word_id), "")
    card = queries.public_card(queries.card(case_id, at=at).number, at=at)
    known = identity.contacts([one.contact_id for one in some])
    for one in some:
        contact = known.get(one.contact_id)
        if contact is None:
            continue
        facts = _facts(card, contact.language, state)
        messages.send(
            template="cases.followed-step",
            to=Recipient(contact_id=contact.id, language=contact.language),
            facts={**facts, "news": "\n\n".join(part for part in (facts["state"], said) if part)},
            subject=subject,
            key=f"{subject}/{seq}/follow/{one.id.hex}",
            stops=f"follow:{one.id.hex}",
            at=at,
        )
    return some[-1].id if len(some) == FOLLOWERS_AT_ONCE else None


def tell_areas(*, at: datetime) -> int:
    """Tell everybody whose digest is due what is new in the areas they follow; count the mails.

    Nothing is done for it when a case changes. What is new is read once for each district and
    each cell of the map, and kept for all who follow something there.
    """
    told = 0
    for rhythm in (Rhythm.DAILY, Rhythm.WEEKLY):
        until, after = following.told_up_to(rhythm, at=at), following.NOBODY
        news = _News(until)
        while due := following.areas_to_tell(
            rhythm, before=until, after=after, contacts=CONTACTS_AT_ONCE
        ):
            told += sum(_tell(cards, news, rhythm, at) for cards in _by_contact(due))
            messages.mark_told(follow_ids=[card.id for card in due], until=until)
            after = due[-1].contact_id
    return told


def _by_contact(due: Sequence[FollowCard]) -> Iterator[list[FollowCard]]:
    return (list(cards) for _contact, cards in groupby(due, key=lambda card: card.contact_id))


def _tell(cards: Sequence[FollowCard], news: "_News", rhythm: Rhythm, at: datetime) -> bool:
    """Send one mail for everything that one contact follows, if anything is new there."""
    found = {one.id: one for card in cards for one in news.of(card)}
    contact = identity.contact(cards[0].contact_id) if found else None
    if contact is None:
        return False
    newest = sorted(found.values(), key=lambda one: (one.changed_at, one.number), reverse=True)
    lines = []
    for one in newest[:MOST_TOLD]:
        facts = _facts(one, contact.language, one.state)
        said = " · ".join(part for part in (facts["category"], facts["district"]) if part)
        lines.append(f"{said} – {facts['state']}\n{facts['link']}")
    with transaction.atomic():
        messages.send(
            template="cases.area-news",
            to=Recipient(contact_id=contact.id, language=contact.language),
            facts={
                "count": str(len(newest)),
                "items": "\n\n".join(lines),
                "link": f"{settings.ADDRESS}/cases/",
                "following": f"{settings.ADDRESS}/following/",
            },
            subject="",
            key=f"areas:{contact.id.hex}:{rhythm}:{news.until.isoformat()}",
            stops=f"areas:{contact.id.hex}",
            at=at,
        )
    return True


class _News:
    """What is new in each place until a moment, read once."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        self._read: dict[tuple[Place, datetime], list[PublicCard]] = {}
        self._kinds: dict[UUID, set[UUID]] = {}
        for kind in queries.categories():
            for id_ in {kind.id, kind.parent_id or kind.id}:
                self._kinds.setdefault(id_, set()).add(kind.id)

    def of(self, card: FollowCard) -> Iterator[PublicCard]:
        """Give what is new to a follower."""
        target = card.target
        kinds = self._kinds.get(target.category_id, set()) if target.category_id else None
        for place in _places(target):
            for one in self._at(place, card.told_until or self.until):
                if (kinds is None or one.category_id in kinds) and _holds(target, one):
                    yield one

    def _at(self, place: Place, since: datetime) -> list[PublicCard]:
        since = max(since, self.until - following.LOOK_BACK)
        if (place, since) not in self._read:
            found = (
                queries.news_of_district(place, since=since, until=self.until)
                if isinstance(place, UUID)
                else queries.news_of_cell(*place, since=since, until=self.until)
            )
            self._read[place, since] = found
        return self._read[place, since]


def _places(target: Target) -> list[Place]:
    if target.kind is FollowKind.DISTRICT:
        return [UUID(hex=target.subject.partition(":")[2])]
    assert target.lat is not None
    assert target.lng is not None
    assert target.metres is not None
    return [*cells_around(target.lat, target.lng, target.metres, CELL_LEVEL)]


def _holds(target: Target, one: PublicCard) -> bool:
    if target.kind is FollowKind.DISTRICT:
        return True
    if None in (target.lat, target.lng, target.metres, one.lat, one.lng):
        return False
    return haversine_m(target.lat, target.lng, one.lat, one.lng) <= target.metres  # type: ignore[arg-type,operator]  # none of them is None


def _facts(card: PublicCard, language: str, state: State) -> dict[str, str]:
    district = the_city.district(card.district_id).names if card.district_id else {}
    with translation.override(language):
        label = queries.state_label(state)
    return {
        "number": card.number,
        "category": words_in(queries.category(card.category_id).names, language),
        "district": words_in(district, language) if district else "",
        "unit": words_in(the_city.unit(card.unit_id).names, language),
        "state": label,
        "link": f"{settings.ADDRESS}/cases/{card.number}/",
        "following": f"{settings.ADDRESS}/following/",
    }
