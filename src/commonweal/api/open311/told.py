"""What of the city is told in the words of Open311. Only what everybody may see comes in here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.api.open311.answers import moment
from commonweal.cases import queries as cases
from commonweal.cases.types import (
    CategoryCard,
    MoveCard,
    PublicCard,
    Question,
    QuestionKind,
    State,
)
from commonweal.city import queries as the_city
from commonweal.content import queries as content
from commonweal.content.types import AttachmentCard
from commonweal.edge.languages import reader_language
from commonweal.kernel.types import Words, words_in
from commonweal.ledger.types import RESIDENT, said_at, subject_of
from commonweal.partners import queries as partners

SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGED = "2026-11-24T00:00:00Z"  # when this interface changed last
LONGEST_DESCRIPTION = 4000
DATATYPES = {
    QuestionKind.YES_NO: "singlevaluelist",
    QuestionKind.CHOICE: "singlevaluelist",
    QuestionKind.SEVERAL: "multivaluelist",
    QuestionKind.TEXT: "text",
    QuestionKind.NUMBER: "number",
    QuestionKind.DATE: "datetime",
}
# The words of the updates extension; what the city holds in more words is in `extensions`.
STATUSES: Mapping[State, str] = {
    State.RECEIVED: "OPEN",
    State.ACKNOWLEDGED: "INVESTIGATING",
    State.ASSIGNED: "INVESTIGATING",
    State.IN_WORK: "IN_PROGRESS",
    State.WAITING: "INVESTIGATING",
    State.SCHEDULED: "ACTION_SCHEDULED",
    State.ON_HOLD: "INVESTIGATING",
    State.ANSWERED: "CLOSED",
    State.CONFIRMED: "FIXED",
    State.CONTESTED: "OPEN",
    State.NOT_OURS: "NOT_COUNCILS_RESPONSIBILITY",
    State.CANNOT: "NO_FURTHER_ACTION",
    State.WITHDRAWN: "CLOSED",
}


def say(words: Words) -> str:
    """Read a text of the city in the language asked for."""
    return words_in(words, reader_language())


def discovery() -> dict[str, Any]:
    """Tell where the interface stands and how to get a key."""
    profile = the_city.profile()
    contact = "\n".join(part for part in (say(profile.name), profile.email, profile.phone) if part)
    return {
        "changeset": CHANGED,
        "contact": contact,
        "key_service": _("The city gives keys to programs that send reports. Ask at: %(address)s")
        % {"address": settings.ADDRESS + reverse("page", args=["help-and-contact"])},
        "endpoints": [
            {
                "specification": SPECIFICATION,
                "url": f"{settings.ADDRESS}/open311/v2",
                "changeset": CHANGED,
                "type": "test" if settings.DEMO else "production",
                "formats": ["text/xml", "application/json"],
            }
        ],
    }


def service(card: CategoryCard) -> dict[str, Any]:
    """Tell of a kind of report."""
    language = reader_language()
    keywords = card.keywords.get(language) or next(iter(card.keywords.values()), ())
    return {
        "service_code": card.code,
        "service_name": say(card.names),
        "description": say(card.hints),
        "metadata": bool(card.questions),
        "type": "realtime",
        "keywords": ", ".join(keywords),
        "group": say(card.parent_names),
    }


def definition(card: CategoryCard) -> dict[str, Any]:
    """Tell what a kind of report asks."""
    return {
        "service_code": card.code,
        "attributes": [
            _attribute(question, order) for order, question in enumerate(card.questions, start=1)
        ],
    }


def _attribute(question: Question, order: int) -> dict[str, Any]:
    """Tell a question; one that comes up only after another's answer cannot be required of all."""
    told: dict[str, Any] = {
        "variable": True,
        "code": question.code,
        "datatype": DATATYPES[question.kind],
        "required": question.is_required and not question.after,
        "datatype_description": say(question.help) or None,
        "order": order,
        "description": say(question.words),
    }
    options = [(code, say(words)) for code, words in question.options]
    if question.kind is QuestionKind.YES_NO:
        options = [("yes", _("Yes")), ("no", _("No"))]
    if "list" in told["datatype"]:
        told["values"] = [{"key": code, "name": name} for code, name in options]
    return told


@dataclass(frozen=True, kw_only=True)
class Names:
    """What is looked up once for all rows of an answer."""

    kinds: Mapping[UUID, CategoryCard]
    units: Mapping[UUID, str]
    districts: Mapping[UUID, str]
    photos: Mapping[str, list[AttachmentCard]]
    passed_on: Mapping[UUID, str]

    @classmethod
    def read(cls, cards: Sequence[PublicCard]) -> "Names":
        subjects = [subject_of("case", card.id) for card in cards]
        return cls(
            kinds={one.id: one for one in cases.categories()},
            units={one.id: say(one.names) for one in the_city.units()},
            districts={one.id: say(one.names) for one in the_city.all_districts()},
            photos=content.attachments_of(subjects, public_only=True),
            passed_on=partners.links([card.id for card in cards]),
        )


def requests(cards: list[PublicCard], *, extended: bool) -> list[dict[str, Any]]:
    """Tell of cases, with our own words for where they stand if they are asked for."""
    names = Names.read(cards)
    return [_request(card, names) | (_extended(card, names) if extended else {}) for card in cards]


def _request(card: PublicCard, names: Names) -> dict[str, Any]:
    kind = names.kinds[card.category_id]
    landmark = the_city.landmark(card.landmark_id) if card.landmark_id else None
    district = names.districts.get(card.district_id, "") if card.district_id else ""
    places = [say(landmark.names) if landmark else "", district]
    return {
        "service_request_id": card.number,
        "status": "open" if cases.is_open(card.state) else "closed",
        "status_notes": card.answer or None,
        "service_name": say(kind.names),
        "service_code": kind.code,
        "description": card.text[:LONGEST_DESCRIPTION] or None,
        "agency_responsible": names.units.get(card.unit_id) or None,
        "service_notice": None,
        "requested_datetime": moment(said_at(RESIDENT, card.received_at)),
        "updated_datetime": moment(card.changed_at),
        "expected_datetime": moment(card.due_at) if card.is_promised else None,
        "address": ", ".join(place for place in places if place) or None,
        "address_id": landmark.code if landmark else None,
        "zipcode": None,
        "lat": card.lat,
        "long": card.lng,
        "media_url": next(iter(_pictures(card, names)), None),
    }


def _pictures(card: PublicCard, names: Names) -> list[str]:
    return [
        settings.ADDRESS + reverse("photo", args=[photo.id, "full"])
        for photo in names.photos[subject_of("case", card.id)]
    ]


def _extended(card: PublicCard, names: Names) -> dict[str, Any]:
    return {
        "extended_attributes": {
            "state": card.state.value,
            "is_overdue": card.is_overdue,
            "district": names.districts.get(card.district_id) if card.district_id else None,
            "html_url": settings.ADDRESS + reverse("case", args=[card.number]),
            "media_urls": _pictures(card, names),
            "passed_on_to": names.passed_on.get(card.id),
        }
    }


def update(move: MoveCard) -> dict[str, Any]:
    """Tell how a case moved."""
    return {
        "update_id": move.id.hex,
        "service_request_id": move.number,
        "status": STATUSES[move.to],
        "updated_datetime": moment(move.at),
        "description": move.text[:LONGEST_DESCRIPTION],
    }
