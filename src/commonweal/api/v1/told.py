"""Cases as programs read them, everything named by its code."""

from collections.abc import Sequence
from typing import Any

from commonweal.cases import queries as cases
from commonweal.cases.types import CaseCard, WordCard
from commonweal.city import queries as the_city
from commonweal.content import queries as content
from commonweal.content.types import AttachmentCard, AttachmentState
from commonweal.ledger.types import EntryCard, subject_of


class Codes:
    """By which code everything is named, looked up once an answer."""

    def __init__(self) -> None:
        self.kinds = {card.id: card.code for card in cases.categories()}
        self.units = {card.id: card.code for card in the_city.units()}
        self.districts = {card.id: card.code for card in the_city.all_districts()}
        self.landmarks = {card.id: card.code for card in the_city.all_landmarks()}


def card(case: CaseCard, codes: Codes) -> dict[str, Any]:
    """Tell a case to whoever may see it whole: never how to reach the reporter."""
    place = case.place
    return {
        "number": case.number,
        "version": case.version,
        "state": case.state,
        "is_open": cases.is_open(case.state),
        "category": codes.kinds[case.category_id],
        "unit": codes.units[case.unit_id],
        "district": codes.districts.get(case.district_id) if case.district_id else None,
        "landmark": codes.landmarks.get(place.landmark_id) if place.landmark_id else None,
        "place": place.words,
        "lat": place.lat,
        "lng": place.lng,
        "is_outside": case.is_outside,
        "channel": case.channel,
        "language": case.language,
        "text": case.text,
        "public_text": case.public_text,
        "publication": case.publication,
        "answers": dict(case.answers),
        "happened": case.happened,
        "received_at": case.received_at,
        "due_at": case.due_at if case.is_promised else None,
        "planned_for": case.planned_for,
        "closed_at": case.closed_at,
        "is_overdue": case.is_overdue,
        "can_be_asked": case.has_reporter,
    }


def whole(case: CaseCard, *, words: Sequence[WordCard]) -> dict[str, Any]:
    """Tell a case with what was said, what happened, and its photos."""
    codes = Codes()
    photos = content.attachments(subject_of("case", case.id), public_only=False)
    return {
        **card(case, codes),
        "words": [word(one, codes) for one in words],
        "history": [entry(one) for one in cases.history(case.id)],
        "photos": [photo(one) for one in photos if one.state is not AttachmentState.TAKEN_DOWN],
    }


def word(said: WordCard, codes: Codes) -> dict[str, Any]:
    """Tell what somebody said."""
    return {
        "id": said.id,
        "kind": said.kind,
        "text": said.text,
        "at": said.at,
        "by_reporter": said.by_reporter,
        "unit": codes.units.get(said.unit_id) if said.unit_id else None,
        "is_public": said.is_public,
    }


def entry(one: EntryCard) -> dict[str, Any]:
    """Tell an entry as the record has it: who as a unit or a role, facts as words of a list."""
    return {"seq": one.seq, "type": one.type, "at": one.at, "by": one.actor, "facts": one.facts}


def photo(one: AttachmentCard) -> dict[str, Any]:
    """Tell of a photo; its picture has an address of its own."""
    return {
        "id": one.id,
        "state": one.state,
        "is_public": one.is_public,
        "version": one.version,
        "received_at": one.received_at,
    }
