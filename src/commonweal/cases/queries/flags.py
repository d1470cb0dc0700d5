"""What of a case can be flagged, and what was."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from commonweal.cases import rules
from commonweal.cases.queries import one
from commonweal.cases.types import Act, CaseCard, Flaggable, Flagged, Publication
from commonweal.content import queries as content
from commonweal.content.errors import NoSuchAttachment
from commonweal.content.types import FlagCard, FlagOutcome
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of

MOST_PAGES, PAGE = 25, 200
CASE, PHOTO, WORD = "case", "attachment:", "word:"


def flaggable(number: str, *, word_id: UUID | None = None, at: datetime) -> Flaggable | None:
    """Give the published words of a report, or words of the city in it; nothing if private."""
    card = one.public_card(number, at=at)
    of = subject_of(CASE, card.id)
    if word_id is None:
        public = Flaggable(target=of, of=of, number=card.number, text=card.text)
        return public if card.text else None
    said = {word.id: word.text for word in one.words(card.id, only_public=True)}
    if word_id not in said:
        return None
    target = subject_of("word", word_id)
    return Flaggable(target=target, of=of, number=card.number, text=said[word_id])


def flaggable_photo(photo_id: UUID, *, at: datetime) -> Flaggable | None:
    """Give a published photo of a case; nothing if it is private or of something else."""
    photo = content.attachment(photo_id)
    kind, _sep, hexadecimal = photo.subject.partition(":")
    if not photo.is_public or kind != CASE:
        return None
    number = one.card(UUID(hex=hexadecimal), at=at).number
    target = subject_of("attachment", photo.id)
    return Flaggable(target=target, of=photo.subject, number=number, photo_id=photo.id)


def flags_to_settle(*, by: Actor, at: datetime) -> list[Flagged]:
    """List the open flags on what somebody may hide, the oldest first."""
    found = (flagged(flag, at=at) for flag in _all_open())
    return [one_ for one_ in found if one_ and rules.may(by, Act.WITHHOLD, one_.case.unit_id)]


def flagged(flag: FlagCard, *, at: datetime) -> Flagged | None:
    """Say what a flag means, if it is on something of a case."""
    kind, _sep, hexadecimal = flag.of.partition(":")
    if kind != CASE:
        return None
    case = one.card(UUID(hex=hexadecimal), at=at)
    text, photo_id = _text_of(flag, case), _photo_of(flag)
    return Flagged(
        flag=flag,
        case=case,
        text=text,
        photo_id=photo_id,
        by_city=flag.target.startswith(WORD),
        outcomes=_outcomes(flag, is_public=bool(text or photo_id)),
    )


def _outcomes(flag: FlagCard, *, is_public: bool) -> tuple[FlagOutcome, ...]:
    """Offer what can be done: a photo or a report can come back, words of the city cannot."""
    offered = [FlagOutcome.KEPT]
    if is_public and not flag.target.startswith(WORD):
        offered.append(FlagOutcome.WITHHELD)
    if is_public:
        offered.append(FlagOutcome.TAKEN_DOWN)
    return tuple(offered)


def _all_open() -> Iterator[FlagCard]:
    """Give every open flag of the city: whose unit it is, the case says."""
    number = 1
    while True:
        page = content.flags(number=number, size=PAGE)
        yield from page.items
        if number >= page.last or number >= MOST_PAGES:
            return
        number += 1


def _photo_of(flag: FlagCard) -> UUID | None:
    """Give the flagged photo while everybody sees it."""
    if not flag.target.startswith(PHOTO):
        return None
    try:
        photo = content.attachment(UUID(hex=flag.target.removeprefix(PHOTO)))
    except NoSuchAttachment:
        return None
    return photo.id if photo.is_public else None


def _text_of(flag: FlagCard, card: CaseCard) -> str:
    """Give the flagged words while everybody reads them."""
    if flag.target == subject_of(CASE, card.id):
        return card.public_text if card.publication is Publication.PUBLISHED else ""
    said = one.words(card.id, only_public=True)
    return next((word.text for word in said if subject_of("word", word.id) == flag.target), "")
