"""What other cities answer for: a copy follows theirs, a case of ours is passed on to them.

Nothing here is an act of a unit of ours except the decision to pass a case on.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import calling, steps
from commonweal.cases.events import CaseMoved, CaseTold
from commonweal.cases.models import Case, Word
from commonweal.cases.types import LONGEST_TEXT, MOST_HEARD, Act, CaseCard, News, State, WordKind
from commonweal.kernel import actions as kernel
from commonweal.kernel.types import Actor
from commonweal.ledger.types import Entered

MOVED = "cases.moved"
TOLD = "cases.told"
BY_NOBODY_HERE = "system"


@transaction.atomic
def take_over(*, news: News, by: Actor, at: datetime) -> bool:
    """Keep what another city says of a case; say whether anything of it was new.

    A copy that no unit of ours has moved stands where the other city says. Every other case only
    keeps what was said: what is ours is never moved by others. A city that goes on and on is heard
    up to `MOST_HEARD` words a case; its links are kept as plain words.
    """
    rules.check_may(by, Act.CONFIGURE, None)
    case = steps.locked(news.case_id)
    before, to = State(case.state), news.state
    is_copy = case.source == news.source
    moves = is_copy and before is not to and not _moved_here(case)
    text = _new(case, rules.unlinked(rules.clean_text(news.text[:LONGEST_TEXT])))
    if not moves and not text and (is_copy or _stands(case) == to.value):
        return False
    # By when they were said there, several told at once stand in their order.
    said = min(news.said, at)
    word = steps.say(case, WordKind.TOLD, text, at=said, by=None) if text else None
    entered = steps.enter(
        case,
        TOLD,
        actor=BY_NOBODY_HERE,
        at=at,
        facts={
            "source": news.source,
            "status": to.value,
            "moves": moves,
            "said": said.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
        hidden={"text": text} if text else {},
    )
    if moves:
        case.state = to
        case.closed_at = said if to in rules.ENDS else None
        case.planned_for = None
    case.save()
    if word is not None:
        steps.index(case, at=at)
    _announce(entered, news, before if moves else None, word, at)
    return True


def _new(case: Case, text: str) -> str:
    """Give what was said unless the same was said last: some cities tell it in two places."""
    told = Word.objects.filter(case=case, kind=WordKind.TOLD).order_by("at", "pk")
    last = told.last()
    is_known = last is not None and last.text == text
    return "" if is_known or told.count() >= MOST_HEARD else text


def _stands(case: Case) -> str | None:
    """Say where a case stood there when its city last said something new."""
    told = [entry for entry in queries.history(case.pk) if entry.type == TOLD]
    return str(told[-1].facts["status"]) if told else None


def _moved_here(case: Case) -> bool:
    return any(entry.type == MOVED for entry in queries.history(case.pk))


def _announce(
    entered: Entered, news: News, before: State | None, word: Word | None, at: datetime
) -> None:
    about: dict[str, Any] = {
        "at": at,
        "subject": entered.subject,
        "seq": entered.seq,
        "case_id": news.case_id,
        "word_id": word.pk if word else None,
    }
    if before is not None:
        kernel.announce(CaseMoved(before=before, after=news.state, **about))
    else:
        kernel.announce(CaseTold(name=news.name, state=news.state, **about))


@transaction.atomic
def pass_on(
    *, case_id: UUID, source: str, text: str, seen: int, by: Actor, at: datetime
) -> CaseCard:
    """Enter that a unit hands a case to another city; it is theirs when it has arrived there."""
    case = steps.taken(case_id, Act.REFER, seen=seen, by=by)
    rules.check_move(State(case.state), State.NOT_OURS)
    entered = steps.enter(
        case,
        "cases.passing",
        actor=steps.name_in_record(by, case),
        at=at,
        facts={"to": source},
        hidden={"text": rules.needed_text(text)},
    )
    return steps.spoken(case, entered, "passing", at=at, word=None)


@transaction.atomic
def passed_on(
    *, case_id: UUID, source: str, unit_id: UUID, text: str, by: Actor, at: datetime
) -> CaseCard:
    """Say that a case has arrived at another city, in the words of the unit that passed it on."""
    rules.check_may(by, Act.CONFIGURE, None)
    case, actor = steps.locked(case_id), f"unit:{unit_id.hex}"
    facts = {"passed_to": source}
    if State.NOT_OURS not in rules.MOVES[State(case.state)]:  # it ended while it was on its way
        entered = steps.enter(case, "cases.passed", actor=actor, at=at, facts=facts)
        return steps.spoken(case, entered, "passed", at=at, word=None)
    word = steps.say(case, WordKind.REFERRAL, text, at=at, by=by, is_public=True)
    card = steps.move(
        case, State.NOT_OURS, actor=actor, at=at, word=word, facts=facts, hidden={"text": text}
    )
    steps.index(case, at=at)
    if calling.has_phone_only(case):
        calling.wanted(case, at=at)
    return card


@transaction.atomic
def passing_failed(*, case_id: UUID, source: str, by: Actor, at: datetime) -> CaseCard:
    """Say that a case did not arrive at another city: the unit still answers for it."""
    rules.check_may(by, Act.CONFIGURE, None)
    case = steps.locked(case_id)
    entered = steps.enter(
        case, "cases.passing-failed", actor=BY_NOBODY_HERE, at=at, facts={"to": source}
    )
    return steps.spoken(case, entered, "passing-failed", at=at, word=None)
