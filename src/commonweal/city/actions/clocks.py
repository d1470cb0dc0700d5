"""Start, pause, resume, extend and stop the terms that run over cases, and tell which ran out.

Called inside the transaction of a caller, who enters the act in the life of the subject.
"""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction

from commonweal.city import queries, rules
from commonweal.city.errors import (
    ClockIsNotPaused,
    ClockIsPaused,
    ClockRunsAlready,
    NoSuchClock,
)
from commonweal.city.events import ClockRanOut
from commonweal.city.models import Clock
from commonweal.city.types import ClockCard, ClockState, Term, TermUnit
from commonweal.kernel.actions import announce
from commonweal.ledger.queries import heads

BARELY = timedelta(seconds=1)


@transaction.atomic(savepoint=False)
def start_clock(*, subject: str, kind: str, term: Term, at: datetime) -> ClockCard:
    """Let a term run from now; one of a kind over a subject at a time."""
    due_at = queries.due(at, term)
    try:
        clock = Clock.objects.create(
            subject=subject,
            kind=kind,
            amount=term.amount,
            unit=term.unit.value,
            started_at=at,
            due_at=due_at,
        )
    except IntegrityError:
        raise ClockRunsAlready from None
    return queries.card_of(clock)


@transaction.atomic
def pause_clock(*, subject: str, kind: str, reason: str, at: datetime) -> ClockCard:
    """Stop counting for a while: time until `resume_clock` does not count."""
    clock = _live(subject, kind)
    if clock.state == ClockState.PAUSED:
        raise ClockIsPaused
    reason = rules.check_reason(reason)
    clock.pauses = [*clock.pauses, {"from": at.isoformat(), "until": None, "reason": reason}]
    clock.state = ClockState.PAUSED.value
    return _kept(clock)


@transaction.atomic
def resume_clock(*, subject: str, kind: str, at: datetime) -> ClockCard:
    """Count on; the due date moves by the working time paused. A date once missed stays missed."""
    clock = _live(subject, kind)
    if clock.state != ClockState.PAUSED:
        raise ClockIsNotPaused
    _end_pause(clock, at)
    state = ClockState.RAN_OUT if clock.ran_out_at else ClockState.RUNNING
    clock.state = state.value
    return _kept(clock)


@transaction.atomic
def extend_clock(*, subject: str, kind: str, term: Term, reason: str, at: datetime) -> ClockCard:
    """Add a term to the due date, or to now when that is later."""
    rules.check_term(term)
    clock = _live(subject, kind)
    before = clock.due_at
    added: dict[str, Any] = {
        "at": at.isoformat(),
        "amount": term.amount,
        "unit": term.unit.value,
        "reason": rules.check_reason(reason),
        "before": before.isoformat(),
    }
    after = max(before, _due(clock, [*clock.extensions, added]))
    clock.extensions = [*clock.extensions, added | {"after": after.isoformat()}]
    clock.due_at, clock.ran_out_at = after, None
    if clock.state == ClockState.RAN_OUT:
        clock.state = ClockState.RUNNING.value
    return _kept(clock)


@transaction.atomic
def stop_clock(*, subject: str, kind: str, at: datetime) -> ClockCard:
    """End a term because what it waited for has happened; whether it ran out before stays known."""
    clock = _live(subject, kind)
    if clock.state == ClockState.PAUSED:
        _end_pause(clock, at)
    clock.state, clock.stopped_at = ClockState.STOPPED.value, at
    return _kept(clock)


@transaction.atomic
def restore_clock(*, subject: str, kind: str, due_at: datetime, is_paused: bool) -> ClockCard:
    """Let the newest term run on as if it had not been stopped or resumed: that was undone."""
    newest = Clock.objects.select_for_update(of=("self",)).filter(subject=subject, kind=kind)
    clock = newest.order_by("-started_at", "-id").first()
    if clock is None:
        raise NoSuchClock
    clock.stopped_at, clock.due_at = None, due_at
    if is_paused:
        *before, last = clock.pauses
        clock.pauses = [*before, last | {"until": None}]
        clock.state = ClockState.PAUSED.value
    else:
        clock.state = (ClockState.RAN_OUT if clock.ran_out_at else ClockState.RUNNING).value
    return _kept(clock)


@transaction.atomic
def run_out(*, at: datetime, limit: int = 200) -> int:
    """Announce the clocks whose due date has passed, each once: mark and event commit together."""
    due = Clock.objects.select_for_update(skip_locked=True).filter(
        state=ClockState.RUNNING, ran_out_at__isnull=True, due_at__lte=at
    )
    clocks = list(due.order_by("due_at", "id")[:limit])
    numbers = heads([clock.subject for clock in clocks])
    for clock in clocks:
        clock.state, clock.ran_out_at = ClockState.RAN_OUT.value, at
        clock.save(update_fields=["state", "ran_out_at"])
        announce(
            ClockRanOut(
                at=at,
                subject=clock.subject,
                seq=numbers.get(clock.subject, 0),
                kind=clock.kind,
                due_at=clock.due_at,
            )
        )
    return len(clocks)


def _live(subject: str, kind: str) -> Clock:
    running = Clock.objects.select_for_update(of=("self",)).filter(
        subject=subject, kind=kind, stopped_at__isnull=True
    )
    clock = running.first()
    if clock is None:
        raise NoSuchClock
    return clock


def _end_pause(clock: Clock, at: datetime) -> None:
    *before, last = clock.pauses
    until = max(at, datetime.fromisoformat(last["from"]))
    clock.pauses = [*before, last | {"until": until.isoformat()}]
    clock.due_at = max(clock.due_at, _due(clock, clock.extensions))


def _due(clock: Clock, extensions: list[dict[str, Any]]) -> datetime:
    """Compute the due date from the start: the term without its pauses, then every extension."""
    card, cal = queries.card_of(clock), queries.calendar()
    pauses = [(pause.from_, pause.until) for pause in card.pauses if pause.until is not None]
    due_at = rules.due(cal, card.started_at, card.term, pauses)
    for extension in extensions:
        term = Term(amount=extension["amount"], unit=TermUnit(extension["unit"]))
        begin = max(due_at, datetime.fromisoformat(extension["at"]))
        if term.unit in {TermUnit.DAYS, TermUnit.WORKING_DAYS}:
            begin -= BARELY  # a day that closes at this moment is the day to count from
        due_at = rules.due(cal, begin, term, pauses)
    return due_at


def _kept(clock: Clock) -> ClockCard:
    clock.save(
        update_fields=["due_at", "state", "pauses", "extensions", "ran_out_at", "stopped_at"]
    )
    return queries.card_of(clock)
