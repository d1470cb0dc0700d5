"""What a program sends: a report with its photos, an act on a report of its unit."""

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.utils.translation import gettext as _

from commonweal.api import errors, sending
from commonweal.api.open311 import told
from commonweal.api.open311.asked import Asked, service_of
from commonweal.cases import actions, queries
from commonweal.cases.types import (
    CaseCard,
    CategoryCard,
    ContactDraft,
    Draft,
    Place,
    PublicCard,
    QuestionKind,
)
from commonweal.city import queries as the_city
from commonweal.edge import keys
from commonweal.edge.keys import KeyCard, Scope
from commonweal.edge.languages import reader_language
from commonweal.kernel.types import Actor

SECRET = "api_key"  # noqa: S105  (the name of an argument)


def report(asked: Asked) -> list[dict[str, Any]]:
    """Take a report in; with an `Idempotency-Key` a repeat gets the same number."""
    key = keys.needed(asked.key, Scope.REPORT)
    category, by = service_of(asked.needed("service_code")), keys.sender_of(key)

    def act() -> dict[str, Any]:
        receipt = actions.report(
            draft=_draft(
                asked, category, photos=sending.receive(_files(asked), by=by, at=asked.at)
            ),
            by=by,
            at=asked.at,
        )
        return {"case": receipt.number}

    said = _acted(asked, key, asked.request.headers.get("Idempotency-Key", ""), "report", act)
    card = queries.public_card(said["case"], at=asked.at)
    return [
        {
            "service_request_id": card.number,
            "service_notice": _notice(asked, card),
            "account_id": None,
        }
    ]


def _acted(
    asked: Asked, key: KeyCard, repeat: str, what: str, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    scope = f"open311-{what}:{key.id.hex}"
    return sending.acted(act, scope=scope, repeat=repeat, body=_body(asked), at=asked.at)


def _body(asked: Asked) -> list[Any]:
    said = [(name, asked.arguments.getlist(name)) for name in sorted(asked.arguments)]
    return [[one for one in said if one[0] != SECRET], sending.digests(_files(asked))]


def _files(asked: Asked) -> list[Any]:
    sent = asked.request.FILES
    return [file for name in sorted(sent) for file in sent.getlist(name)]


def _draft(asked: Asked, category: CategoryCard, *, photos: str) -> Draft:
    """Read a report; without words it says what it is about. Names of people are not kept.

    The address of a picture in `media_url` is never opened.
    """
    return Draft(
        category_id=category.id,
        text=asked.said("description") or told.say(category.names),
        language=reader_language(),
        place=_place(asked),
        answers=_answers(asked.arguments, category),
        contact=ContactDraft(mail=asked.said("email"), phone=asked.said("phone")),
        attachments_of=photos,
    )


def _place(asked: Asked) -> Place:
    landmark_id = None
    if code := asked.said("address_id"):
        known = {one.code: one.id for one in the_city.all_landmarks() if one.is_current}
        if code not in known:
            raise errors.Unreadable(
                name="address_id", given=code[:20], example=next(iter(known), "address_string")
            )
        landmark_id = known[code]
    return Place(
        words=asked.said("address_string"),
        landmark_id=landmark_id,
        lat=asked.number("lat", example="22.05"),
        lng=asked.number("long", example="114.05"),
    )


def _answers(arguments: QueryDict, category: CategoryCard) -> dict[str, Any]:
    """Read `attribute[code]`, also several times or with `[]`, for the questions there are."""
    answers: dict[str, Any] = {}
    for question in category.questions:
        name = f"attribute[{question.code}]"
        given = [one for one in arguments.getlist(name) + arguments.getlist(f"{name}[]") if one]
        if question.kind is QuestionKind.SEVERAL:
            answers[question.code] = given
        elif given:
            answers[question.code] = given[-1]
        if question.kind is QuestionKind.DATE and given:
            answers[question.code] = given[-1].partition("T")[0]
    return answers


def _notice(asked: Asked, card: PublicCard) -> str:
    unit = told.say(the_city.unit(card.unit_id).names)
    day = card.due_at.astimezone(ZoneInfo(the_city.profile().zone)).date().isoformat()
    said = [_("%(unit)s answers by %(day)s.") % {"unit": unit, "day": day}]
    if asked.said("media_url"):
        said.append(
            _("The picture at media_url was not fetched. Send pictures as files named media.")
        )
    return " ".join(said)


# The updates extension: a partner works on the reports of its unit


def update(asked: Asked) -> list[dict[str, Any]]:
    """Do what an update says; its `update_id` is the key by which a repeat acts once."""
    key = keys.needed(asked.key, Scope.UPDATE)
    case_id = queries.id_of_number(asked.needed("service_request_id"))
    repeat, by = asked.needed("update_id"), keys.worker_of(key, Scope.UPDATE)
    asked.moment("updated_datetime")  # read, and not believed: the record has its own clock

    def act() -> dict[str, Any]:
        _work(asked, queries.card(case_id, at=asked.at), by)
        return {"entry": queries.history(case_id)[-1].id.hex}

    said = _acted(asked, key, repeat, "update", act)
    return [{"update_id": said["entry"]}]


def _work(asked: Asked, card: CaseCard, by: Actor) -> None:
    text, status = asked.said("description"), asked.said("status").upper() or "OPEN"
    common: dict[str, Any] = {"case_id": card.id, "by": by, "at": asked.at}
    seen: dict[str, Any] = {**common, "seen": card.version}
    if status in {"INVESTIGATING", "IN_PROGRESS"} and text:
        actions.note(text=text, **common)
        seen["seen"] += 1
    match status:
        case "OPEN":
            actions.note(text=text, **common)
        case "INVESTIGATING":
            actions.acknowledge(**seen)
        case "IN_PROGRESS":
            actions.start(**seen)
        case "ACTION_SCHEDULED":
            actions.schedule(on=_planned(asked), text=text, **seen)
        case "FIXED" | "CLOSED":
            actions.answer(text=text, **seen)
        case "NOT_COUNCILS_RESPONSIBILITY":
            actions.refer(text=text, **seen)
        case "NO_FURTHER_ACTION":
            actions.decline(text=text, **seen)
        case _:
            raise errors.NotFromOutside(given=status[:40], possible=", ".join(POSSIBLE))


POSSIBLE = (
    "OPEN",
    "INVESTIGATING",
    "IN_PROGRESS",
    "ACTION_SCHEDULED",
    "FIXED",
    "CLOSED",
    "NOT_COUNCILS_RESPONSIBILITY",
    "NO_FURTHER_ACTION",
)


def _planned(asked: Asked) -> date:
    asked.needed("expected_datetime")
    planned = asked.moment("expected_datetime")
    assert isinstance(planned, datetime)
    return planned.astimezone(ZoneInfo(the_city.profile().zone)).date()
