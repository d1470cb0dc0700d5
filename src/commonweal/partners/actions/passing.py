"""Pass a case on to a neighbouring city: decided by its unit, sent by the outbox, there once.

Before a report is sent again it is looked for there by our own reference, and it carries a key by
which a server that knows such takes it in once.
"""

from contextlib import suppress
from datetime import datetime
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction

from commonweal.cases import actions as cases
from commonweal.cases import queries as the_cases
from commonweal.cases.errors import NotNow
from commonweal.cases.types import Act, State
from commonweal.kernel.actions import announce
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.partners import queries, rules
from commonweal.partners.actions.following import IMPORTER
from commonweal.partners.adapters.open311 import OutOfTime, Server, id_of, text_of
from commonweal.partners.adapters.reading import Row
from commonweal.partners.errors import (
    AsksMore,
    MayHaveArrived,
    NoSuchPassing,
    NotAnswered,
    PassedAlready,
    TakesNothing,
)
from commonweal.partners.events import PassingWanted
from commonweal.partners.models import ForeignKind, Neighbour, Passing, Twin
from commonweal.partners.queries import passing_card
from commonweal.partners.types import Does, PassingCard, PassingState, Trouble

ASKS_FOR_S = 10.0  # an officer waits meanwhile
LOOKS_FOR_S = 30.0  # then it is another time that it is looked for
LONGEST_NUMBER, LONGEST_TOKEN, LONGEST_REASON = 100, 200, 300


def check_takes(
    *, case_id: UUID, neighbour_id: UUID, service_code: str, by: Actor, at: datetime
) -> None:
    """Ask a neighbour, outside any transaction, whether it takes a kind without more answers.

    One that does not answer is no hindrance: what is sent later waits for it.

    Raises
    ------
    AsksMore
        When it requires answers that never leave with a report.

    """
    the_cases.check_may(by, Act.REFER, the_cases.card(case_id, at=at).unit_id)
    row = Neighbour.objects.filter(pk=neighbour_id, is_on=True).first()
    kinds = ForeignKind.objects.filter(neighbour_id=neighbour_id, code=service_code)
    if row is None or Does.PUSH.value not in row.does or not kinds.exists():
        return
    server = Server(row.url, key=row.key, jurisdiction=row.jurisdiction)
    server.take_at_most(ASKS_FOR_S)
    with suppress(NotAnswered, OutOfTime):
        if needed := [_name(one) for one in server.asked(service_code) if _is_required(one)]:
            raise AsksMore(name=row.name, asked="; ".join(needed)[:LONGEST_REASON])


def _is_required(asked: Row) -> bool:
    is_question = rules.is_told_yes(asked.get("variable"), if_silent=True)
    return is_question and rules.is_told_yes(asked.get("required"), if_silent=False)


def _name(asked: Row) -> str:
    return " ".join((text_of(asked, "description") or id_of(asked, "code") or "?").split())


@transaction.atomic
def pass_on(
    *,
    case_id: UUID,
    neighbour_id: UUID,
    service_code: str,
    text: str,
    answer: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> PassingCard:
    """Decide that a case is a neighbour's: it is handed over, and referred when it has arrived.

    What leaves is fixed here, so that each try sends the same: `text`, which an officer answers
    for, and what everybody may see anyway.
    """
    card = the_cases.card(case_id, at=at)
    row = Neighbour.objects.filter(pk=neighbour_id, is_on=True).first()
    takes = ForeignKind.objects.filter(neighbour_id=neighbour_id, code=service_code).exists()
    if row is None or Does.PUSH.value not in row.does or not takes:
        the_cases.check_may(by, Act.REFER, card.unit_id)
        raise TakesNothing
    cases.pass_on(case_id=case_id, source=row.source, text=text, seen=seen, by=by, at=at)
    leaves = queries.leaving(case_id, text=text.strip(), at=at)
    passing = Passing(
        id=uuid4(),
        neighbour=row,
        case_id=case_id,
        unit_id=card.unit_id,
        service_code=service_code,
        text=f"{leaves.text}\n\n{leaves.reference}",
        answer=answer.strip(),
        lat=leaves.lat,
        lng=leaves.lng,
        place=leaves.place[:300],
        picture=leaves.picture,
        created_at=at,
    )
    try:
        with transaction.atomic():
            passing.save(force_insert=True)
    except IntegrityError:
        raise PassedAlready from None
    _want(passing, at)
    return passing_card(passing)


@transaction.atomic
def pass_again(*, passing_id: UUID, by: Actor, at: datetime) -> None:
    """Try once more what was given up, unless it might be there twice."""
    row = Passing.objects.select_for_update(of=("self",)).filter(pk=passing_id).first()
    if row is None:
        raise NoSuchPassing
    card = the_cases.card(row.case_id, at=at)
    the_cases.check_may(by, Act.REFER, card.unit_id)
    if row.state != PassingState.FAILED or State.NOT_OURS not in the_cases.moves(card.state):
        raise NotNow
    is_late = row.first_sent_at is not None and at - row.first_sent_at > rules.SURE_FOR
    if row.may_have_arrived and is_late:
        raise MayHaveArrived
    row.state, row.tries, row.turn = PassingState.WAITING, 0, row.turn + 1
    try:
        with transaction.atomic():
            row.save(update_fields=["state", "tries", "turn"])
    except IntegrityError:
        raise PassedAlready from None
    _want(row, at)


def _want(row: Passing, at: datetime) -> None:
    subject = subject_of("case", row.case_id)
    announce(PassingWanted(at=at, subject=subject, seq=0, passing_id=row.pk, turn=row.turn))


def hand_over(*, passing_id: UUID, at: datetime) -> datetime | None:
    """Send a case to its neighbour, outside any transaction; say when to try again, if ever."""
    row = Passing.objects.select_related("neighbour").filter(pk=passing_id).first()
    if row is None or row.state != PassingState.WAITING:
        return None
    if State.NOT_OURS not in the_cases.moves(the_cases.card(row.case_id, at=at).state):
        _over(row, PassingState.DROPPED)
        return None
    to = row.neighbour
    if not to.is_on or Does.PUSH.value not in to.does:
        return _failed(row, NotAnswered(problem="off", trouble=Trouble.OFF.value, status=None), at)
    server = Server(to.url, key=to.key, jurisdiction=to.jurisdiction)
    row.tries += 1
    row.save(update_fields=["tries"])
    server.take_at_most(LOOKS_FOR_S)
    try:
        number, token = _found_there(row, server, at) or _sent(row, server, at)
    except NotAnswered as none:
        return _failed(row, none, at)
    except OutOfTime:
        word = Trouble.TOO_SLOW.value
        return _failed(row, NotAnswered(problem=word, trouble=word, status=None), at)
    _arrived(row, number[:LONGEST_NUMBER], token[:LONGEST_TOKEN], at)
    return None


def _sent(row: Passing, server: Server, at: datetime) -> tuple[str, str]:
    """Send it; whoever dies here has perhaps sent it, so the next try looks for it first."""
    before = row.may_have_arrived
    row.first_sent_at, row.may_have_arrived = row.first_sent_at or at, True
    row.save(update_fields=["first_sent_at", "may_have_arrived"])
    try:
        said = server.report(_said(row), once=row.pk.hex)
    except NotAnswered as none:
        row.may_have_arrived = before or rules.may_have_arrived(*_why(none))
        raise
    return id_of(said), id_of(said, "token")


def _why(none: NotAnswered) -> tuple[Trouble, int | None]:
    status = none.facts["status"]
    return Trouble(str(none.facts["trouble"])), status if isinstance(status, int) else None


def _found_there(row: Passing, server: Server, at: datetime) -> tuple[str, str] | None:
    """Look by our own reference for a report that was sent before."""
    if row.first_sent_at is None:
        return None
    reference = row.text.rsplit("\n", 1)[-1]
    for one in server.received(row.first_sent_at - rules.SLACK, at + rules.SLACK):
        if reference in text_of(one, "description"):
            return id_of(one), ""
    return None


def _said(row: Passing) -> dict[str, str]:
    said = {
        "service_code": row.service_code,
        "description": row.text,
        "lat": "" if row.lat is None else str(row.lat),
        "long": "" if row.lng is None else str(row.lng),
        "address_string": row.place,
        "media_url": row.picture,
    }
    return {name: text for name, text in said.items() if text}


@transaction.atomic
def _arrived(row: Passing, number: str, token: str, at: datetime) -> None:
    kept = Passing.objects.select_for_update(of=("self",)).select_related("neighbour")
    held = kept.get(pk=row.pk)
    if held.state != PassingState.WAITING:
        return
    to = held.neighbour
    Twin.objects.create(
        neighbour=to,
        case_id=held.case_id,
        number=number,
        token="" if number else token,
        is_copy=False,
        state=State.RECEIVED,
        looked_at=held.created_at,
    )
    where = f"{to.name}: {number}" if number else to.name
    cases.passed_on(
        case_id=held.case_id,
        source=to.source,
        unit_id=held.unit_id,
        text=f"{held.answer}\n\n{where}",
        by=IMPORTER,
        at=at,
    )
    _over(held, PassingState.ARRIVED, may_have_arrived=True, tried_at=at, trouble="")


def _failed(row: Passing, none: NotAnswered, at: datetime) -> datetime | None:
    trouble, status = _why(none)
    seen = {
        "trouble": trouble.value,
        "status": status,
        "reason": str(none.facts.get("reason") or "")[:LONGEST_REASON],
        "tried_at": at,
        "may_have_arrived": row.may_have_arrived,
    }
    wait = rules.pass_wait_after(max(1, row.tries))
    is_final = status in rules.NO_FOR_GOOD or trouble is Trouble.OFF
    if wait is not None and not is_final:
        Passing.objects.filter(pk=row.pk, state=PassingState.WAITING).update(**seen)
        return at + wait
    with transaction.atomic():
        mine = Passing.objects.filter(pk=row.pk, state=PassingState.WAITING)
        if mine.update(state=PassingState.FAILED, **seen):
            source = row.neighbour.source
            cases.passing_failed(case_id=row.case_id, source=source, by=IMPORTER, at=at)
    return None


def _over(row: Passing, state: PassingState, **seen: object) -> None:
    """End a handing over; the words that left are needed no more."""
    Passing.objects.filter(pk=row.pk).update(state=state, text="", answer="", **seen)


def forget_passings(*, created_before: datetime) -> None:
    """Forget the words of what was given up long ago."""
    old = Passing.objects.filter(created_at__lt=created_before)
    old.exclude(state=PassingState.WAITING).update(text="", answer="")
