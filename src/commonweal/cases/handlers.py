"""What follows from an act: the reporter is told by mail, the unit at its digest hour."""

from collections.abc import Callable, Iterator
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from commonweal.cases import actions, queries
from commonweal.cases.actions.steps import PROMISE
from commonweal.cases.events import (
    BulkWanted,
    CaseMoved,
    CaseReceived,
    CaseRerouted,
    CaseReviewed,
    CaseSpoken,
    CaseTold,
    CaseUndone,
    WordTakenDown,
)
from commonweal.cases.types import CaseCard, Publication, State, WordKind
from commonweal.city import queries as the_city
from commonweal.city.events import ClockRanOut
from commonweal.identity import queries as identity
from commonweal.identity.types import ContactKind
from commonweal.kernel.actions import enqueue
from commonweal.kernel.events import Event, on
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import task
from commonweal.kernel.types import Role, words_in
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import EntryCard
from commonweal.messages import actions as messages
from commonweal.messages import queries as following
from commonweal.messages.types import Recipient

TEMPLATE_OF = {
    State.ACKNOWLEDGED: "cases.acknowledged",
    State.ASSIGNED: "cases.assigned",
    State.IN_WORK: "cases.in-work",
    State.WAITING: "cases.question",
    State.SCHEDULED: "cases.scheduled",
    State.ON_HOLD: "cases.on-hold",
    State.ANSWERED: "cases.answered",
    State.NOT_OURS: "cases.not-the-citys",
    State.CANNOT: "cases.cannot-be-done",
    State.CONFIRMED: "cases.confirmed",
    State.CONTESTED: "cases.contested",
    State.WITHDRAWN: "cases.withdrawn",
}


FROM_REPORTER = frozenset({WordKind.REPLY, WordKind.CORRECTION, "photo"})
NOT_PASSED = "passing-failed"
TOLD_BY_PHONE = frozenset({State.WAITING, State.ANSWERED, State.NOT_OURS, State.CANNOT})
ON_THE_WAY = frozenset(
    {State.ACKNOWLEDGED, State.ASSIGNED, State.IN_WORK, State.SCHEDULED, State.ON_HOLD}
)


@on(CaseReceived)
def send_receipt(event: CaseReceived) -> None:
    """Mail the receipt, with a link of its own to the reporter's page."""
    _tell_reporter(event, queries.card(event.case_id, at=event.at), "cases.received", "")


@on(CaseReceived, together=True)
def count_new(_event: CaseReceived) -> None:
    """Keep the tallies of maps and statistics."""
    actions.count_changed()


@on(CaseMoved, together=True)
def count_moved(_event: CaseMoved) -> None:
    """Keep the tallies of maps and statistics."""
    actions.count_changed()


@on(CaseRerouted, together=True)
def count_rerouted(_event: CaseRerouted) -> None:
    """Keep the tallies of maps and statistics."""
    actions.count_changed()


@on(CaseUndone, together=True)
def count_undone(_event: CaseUndone) -> None:
    """Keep the tallies of maps and statistics."""
    actions.count_changed()


@on(CaseMoved)
def tell_reporter(event: CaseMoved) -> None:
    """Mail what became of the report; of a step that may still be undone, only later."""
    if not _waits(event, tell_reporter_later):
        _tell_of_move(event)


@task()
def tell_reporter_later(event: dict[str, Any]) -> None:
    """Mail what became of the report, once the time to undo it is over."""
    moved = CaseMoved.from_json(event)
    assert isinstance(moved, CaseMoved)
    if not _waits(moved, tell_reporter_later, is_late=True):
        _tell_of_move(moved)


def _waits(
    event: CaseMoved | CaseRerouted, later: Callable[..., None], *, is_late: bool = False
) -> bool:
    """Put off what is to be told while a step, or a later one that makes it old, may be undone.

    Of what was undone, or is old for good, nobody is told.
    """
    at = clock()
    if queries.is_undone(event.case_id, event.seq):
        return True
    until = queries.quiet_until(event.case_id, event.seq, at=at)
    if until is None:
        newer = [
            queries.quiet_until(event.case_id, step.seq, at=at)
            for step in _newer(event, is_late=is_late)
        ]
        if not newer:
            return False
        ends = [end for end in newer if end is not None]
        if len(ends) < len(newer):
            return True  # it has moved on: an older step is no news
        until = min(ends)
    enqueue(later, at=at, run_at=until, event=event.to_json())
    return True


def _newer(event: CaseMoved | CaseRerouted, *, is_late: bool) -> list[EntryCard]:
    """List the later steps that make one old; an end told at once is told before them anyway."""
    later = queries.later_moves(event.case_id, event.seq)
    if isinstance(event, CaseRerouted):
        unit = event.after.hex
        return [step for step in later if step.facts.get("unit", unit) != unit]
    return later if is_late or State(event.after) in ON_THE_WAY else []


def _tell_of_move(event: CaseMoved) -> None:
    card = queries.card(event.case_id, at=event.at)
    said = next(
        (
            word.text
            for word in queries.words(card.id)
            if word.id == event.word_id and not word.by_reporter
        ),
        "",
    )
    if template := TEMPLATE_OF.get(State(event.after)):  # of one that its city reopened, none
        _tell_reporter(event, card, template, said)


def is_followed(event: CaseMoved) -> bool:
    """Say whether anybody follows the case by mail; without, there is nothing to do."""
    return following.is_followed(event.subject)


@on(CaseMoved, when=is_followed)
def tell_followers(event: CaseMoved) -> None:
    """Mail those who follow the case what everybody sees of the step, once it stands."""
    if not _waits(event, tell_followers_later):
        _tell_first_followers(event)


@task()
def tell_followers_later(event: dict[str, Any]) -> None:
    """Mail those who follow the case, once the time to undo it is over."""
    moved = CaseMoved.from_json(event)
    assert isinstance(moved, CaseMoved)
    if not _waits(moved, tell_followers_later, is_late=True):
        _tell_first_followers(moved)


def _tell_first_followers(event: CaseMoved) -> None:
    state = State(event.after)
    _tell_followers(event.case_id, state, event.word_id, event.seq, following.NOBODY, event.at)


@task()
def tell_more_followers(
    case_id: str, state: str, word_id: str, seq: int, after: str, moment: str
) -> None:
    """Go on with a case that many follow."""
    said = UUID(word_id) if word_id else None
    at = datetime.fromisoformat(moment)
    _tell_followers(UUID(case_id), State(state), said, seq, UUID(after), at)


def _tell_followers(
    case_id: UUID, state: State, word_id: UUID | None, seq: int, after: UUID, at: datetime
) -> None:
    last = actions.tell_followers(
        case_id=case_id, state=state, word_id=word_id, seq=seq, after=after, at=at
    )
    if last is not None:
        enqueue(
            tell_more_followers,
            at=at,
            case_id=case_id,
            state=state,
            word_id=word_id or "",
            seq=seq,
            after=last,
            moment=at,
        )


@on(CaseReviewed)
def forget_what_was_taken_down(event: CaseReviewed) -> None:
    """Erase the salted words behind the record of what was taken down; its entries stay."""
    if event.publication == Publication.TAKEN_DOWN:
        reviewed = (e for e in queries.history(event.case_id) if e.type == "cases.reviewed")
        ledger.erase([entry.id for entry in reviewed if entry.seq < event.seq])
        actions.forget_words_before(case_id=event.case_id)


@on(WordTakenDown)
def forget_word_taken_down(event: WordTakenDown) -> None:
    """Erase the salted text behind the entry by which it was said; the entry stays."""
    said = (e for e in queries.history(event.case_id) if e.seq == event.said_in)
    ledger.erase([entry.id for entry in said])
    messages.take_back(subject=event.subject)


@on(CaseReceived)
def tell_unit_of_new_case(event: CaseReceived) -> None:
    """Let the unit hear, in its next digest, of a new case, and of a call that somebody wishes."""
    card = queries.card(event.case_id, at=event.at)
    _tell_unit(event, card, "cases.staff-new")
    waits = queries.call_of(event.case_id, at=event.at)
    if waits and not waits.told:
        _tell_unit(event, card, "cases.staff-call")


@on(CaseUndone)
def forget_word_undone(event: CaseUndone) -> None:
    """Erase the salted text behind the entry that was undone; the entry stays."""
    said = (e for e in queries.history(event.case_id) if e.seq == event.undoes)
    ledger.erase([entry.id for entry in said])


@on(BulkWanted, outside=True)
def carry_on_with_many(event: BulkWanted) -> None:
    """Do the next of many cases, or undo them."""
    actions.carry_on(bulk_id=event.bulk_id, clock=clock)


@on(CaseRerouted)
def tell_unit_of_rerouted_case(event: CaseRerouted) -> None:
    """Let the unit that now answers hear of it in its next digest."""
    if not _waits(event, tell_unit_later):
        _tell_unit(event, queries.card(event.case_id, at=event.at), "cases.staff-new")


@task()
def tell_unit_later(event: dict[str, Any]) -> None:
    """Let the unit hear of a case that came to it, once the time to undo it is over."""
    rerouted = CaseRerouted.from_json(event)
    assert isinstance(rerouted, CaseRerouted)
    tell_unit_of_rerouted_case(rerouted)


@on(CaseMoved, when=lambda event: event.after in TOLD_BY_PHONE)
def tell_unit_of_a_call_to_make(event: CaseMoved) -> None:
    """Let the unit hear, in its next digest, that what it said has to be told by phone."""
    if queries.call_of(event.case_id, at=event.at):
        _tell_unit(event, queries.card(event.case_id, at=event.at), "cases.staff-call")


@on(ClockRanOut)
def tell_unit_of_overdue_case(event: ClockRanOut) -> None:
    """Let the unit hear, in its next digest, that a promise is broken."""
    kind, _, hex_id = event.subject.partition(":")
    if kind == "case" and event.kind == PROMISE:
        card = queries.card(UUID(hex_id), at=event.at)
        _tell_unit(event, card, "cases.staff-overdue")


def _is_news_to_the_unit(event: CaseMoved) -> bool:
    replied = (event.before, event.after) == (State.WAITING, State.IN_WORK)
    return replied or event.after == State.CONTESTED


@on(CaseMoved, when=_is_news_to_the_unit)
def tell_unit_of_a_contested_answer(event: CaseMoved) -> None:
    """Let the unit hear, in its next digest, that its answer did not settle it, or of a reply."""
    _tell_unit(event, queries.card(event.case_id, at=event.at), "cases.staff-news")


@on(CaseSpoken, when=lambda event: event.kind in FROM_REPORTER)
def tell_unit_of_news(event: CaseSpoken) -> None:
    """Let the unit hear, in its next digest, that the reporter has written or sent photos."""
    _tell_unit(event, queries.card(event.case_id, at=event.at), "cases.staff-news")


@on(CaseSpoken, when=lambda event: event.kind == NOT_PASSED)
def tell_unit_of_a_failed_passing(event: CaseSpoken) -> None:
    """Let the unit hear, in its next digest, that a case did not arrive at another city."""
    _tell_unit(event, queries.card(event.case_id, at=event.at), "cases.staff-not-passed")


@on(CaseTold)
def tell_reporter_of_news_elsewhere(event: CaseTold) -> None:
    """Mail what the city says to which the report was passed on; a step without words waits.

    Once a day, whatever that city sends: the reporter's page has the rest.
    """
    day = event.at.astimezone(ZoneInfo(the_city.profile().zone)).date()
    once = f"{event.subject}/cases.told/{day.isoformat()}"
    if following.is_kept(once) or not (event.word_id or not queries.is_open(State(event.state))):
        return
    heard = [one.text for one in queries.words(event.case_id) if one.kind is WordKind.TOLD]
    said = heard[-1] if event.word_id and heard else "–"
    quoted = "\n".join(f"> {line}" for line in said.splitlines())
    card = queries.card(event.case_id, at=event.at)
    _tell_reporter(event, card, "cases.told", quoted, once=once, name=event.name)


def _tell_reporter(
    event: Event, card: CaseCard, template: str, said: str, *, once: str = "", **more: str
) -> None:
    contact_id = queries.contact_of(card.id)
    contact = identity.contact(contact_id) if contact_id else None
    if contact is None or contact.kind is not ContactKind.MAIL:
        return
    language = contact.language
    unit = the_city.unit(card.unit_id)
    key = actions.new_key(case_id=card.id, at=event.at)
    messages.send(
        template=template,
        to=Recipient(contact_id=contact.id, language=language),
        facts={
            **_facts(card, language),
            "unit": words_in(unit.names, language),
            "planned": _day(card.planned_for, language) if card.planned_for else "",
            "text": said,
            "link": f"{settings.ADDRESS}/mine/{key}/",
            "public_link": f"{settings.ADDRESS}/cases/{card.number}/",
            **more,
        },
        subject=event.subject,
        key=once or f"{event.subject}/{event.seq}/{template}",
        at=event.at,
    )


def _tell_unit(event: Event, card: CaseCard, template: str) -> None:
    for person_id in _staff_near(card.unit_id, event.at):
        contact = identity.staff_contact(person_id)
        if contact is None:
            continue
        facts = _facts(card, contact.language)
        messages.gather(
            template=template,
            to=Recipient(contact_id=contact.id, language=contact.language),
            facts={**facts, "link": f"{settings.ADDRESS}/staff/cases/{card.number}/"},
            subject=event.subject,
            key=f"{event.subject}/{event.seq}/{template}/{person_id.hex}",
            at=event.at,
        )


def _staff_near(unit_id: UUID, at: datetime) -> Iterator[UUID]:
    """Give the officers and leads of the unit, or of the nearest unit above that has some."""
    above: UUID | None = unit_id
    while above is not None:
        grants = identity.staff_of_units([above], at=at)
        people = {g.person_id for g in grants if g.role in {Role.OFFICER, Role.LEAD}}
        if people:
            yield from sorted(people)
            return
        above = the_city.unit(above).parent_id


def _facts(card: CaseCard, language: str) -> dict[str, str]:
    zone = ZoneInfo(the_city.profile().zone)
    return {
        "number": card.number,
        "category": words_in(queries.category(card.category_id).names, language),
        "due": _day(card.due_at.astimezone(zone).date(), language) if card.is_promised else "–",
    }


def _day(day: date, language: str) -> str:
    """Write a day as people of the language do."""
    if language.lower().startswith("zh"):
        return f"{day.year}年{day.month}月{day.day}日"
    return f"{day.day} {day:%B %Y}"
