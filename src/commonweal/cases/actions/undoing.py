"""Undo one step of the city on a case: an act of its own, with its own entry."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import reporting, steps
from commonweal.cases.events import CaseUndone
from commonweal.cases.models import Case, Routing, Word
from commonweal.cases.types import Act, CaseCard, Decision, State
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.events import plain
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of

UNDONE = "cases.undone"
KEPT = (
    "state",
    "unit_id",
    "assignee_id",
    "category_id",
    "planned_for",
    "due_at",
    "is_promised",
    "paused_at",
    "closed_at",
    "publication",
    "public_text",
    "photos_wait",
)
_MOMENTS = ("due_at", "paused_at", "closed_at")
_IDS = ("unit_id", "assignee_id", "category_id")


def picture(case: Case) -> dict[str, Any]:
    """Keep what a step may change, as JSON."""
    kept: dict[str, Any] = {name: plain(getattr(case, name)) for name in KEPT}
    if case.planned_for:
        kept["planned_for"] = case.planned_for.isoformat()
    return kept


@transaction.atomic
def undo(
    *,
    case_id: UUID,
    act: Act,
    before: dict[str, Any],
    done_at: datetime,
    seq: int,
    seen: int,
    by: Actor,
    at: datetime,
) -> CaseCard:
    """Bring a case back to what it was before a step, when nobody has touched it since.

    The entry of the step stays and another one says that it was undone; its words go.
    """
    case = steps.locked(case_id)
    rules.check_may(by, act, UUID(before["unit_id"]))
    if case.version != seen:
        raise ChangedSinceYouLooked(version=case.version)
    state, unit_id = State(case.state), case.unit_id
    _check_unit(case, before, at)
    _restore(case, before)
    _restore_clock(case, state)
    Word.objects.filter(case=case, at=done_at, author_id=by.id).delete()
    Routing.objects.filter(case=case, at=done_at).update(because=["person"])
    if unit_id != case.unit_id:
        person = Decision(unit_id=case.unit_id, rule_id=None, rule_version=0, because=("person",))
        reporting.note_routing(case, person, at)
    entered = steps.enter(
        case,
        UNDONE,
        actor=steps.name_in_record(by, case),
        at=at,
        facts={"undoes": seq, "from": state, "to": case.state, "unit": case.unit_id.hex},
    )
    case.save()
    steps.index(case, at=at)
    kernel.announce(
        CaseUndone(
            at=at,
            subject=entered.subject,
            seq=entered.seq,
            case_id=case.pk,
            before=state,
            after=case.state,
            undoes=seq,
        )
    )
    return queries.card(case.pk, at=at)


def _check_unit(case: Case, before: dict[str, Any], at: datetime) -> None:
    """Refuse to open a case again in a unit that was closed meanwhile, or to bring it there."""
    unit_id = UUID(before["unit_id"])
    comes = State(case.state) in rules.ENDS or unit_id != case.unit_id
    if comes and State(before["state"]) in rules.OPEN:
        steps.check_unit(unit_id, at)


def _restore(case: Case, before: dict[str, Any]) -> None:
    for name in KEPT:
        value = before[name]
        if value is not None and name in _MOMENTS:
            value = datetime.fromisoformat(value)
        elif value is not None and name in _IDS:
            value = UUID(value)
        elif value is not None and name == "planned_for":
            value = date.fromisoformat(value)
        setattr(case, name, value)


def _restore_clock(case: Case, undone: State) -> None:
    """Let the promise run, or wait, as before: the step had stopped it or ended its pause."""
    was_waiting = State(case.state) is State.WAITING
    subject = subject_of("case", case.pk)
    has_clock = any(one.kind == steps.PROMISE for one in the_city.clocks_of(subject))
    if has_clock and undone is not State(case.state) and (undone in rules.ENDS or was_waiting):
        city.restore_clock(
            subject=subject, kind=steps.PROMISE, due_at=case.due_at, is_paused=was_waiting
        )
