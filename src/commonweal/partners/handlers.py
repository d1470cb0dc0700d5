"""Tell webhooks and ask neighbours, in work of its own that leaves the house."""

from uuid import UUID

from django.db import transaction

from commonweal.cases.events import CaseMoved, CaseReceived, CaseUndone
from commonweal.kernel.actions import enqueue
from commonweal.kernel.events import on
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import task
from commonweal.partners import actions, queries, rules
from commonweal.partners.events import DeliveryWanted, NeighbourWanted, PassingWanted
from commonweal.partners.types import Tells

LAST = 2  # behind mail, for which people wait


@on(CaseReceived, when=lambda _event: queries.is_awaited(Tells.RECEIVED))
def tell_of_new_case(event: CaseReceived) -> None:
    """Tell whoever wants it that a report came in."""
    _tell(Tells.RECEIVED, event, "received", "")


@on(CaseMoved, when=lambda event: queries.is_awaited(rules.tells_of_move(event.after)))
def tell_of_moved_case(event: CaseMoved) -> None:
    """Tell whoever wants it that a case moved, or was answered."""
    _tell(rules.tells_of_move(event.after), event, event.after, event.before)


@on(CaseUndone, when=lambda event: queries.is_awaited(rules.tells_of_move(event.after)))
def tell_of_undone_step(event: CaseUndone) -> None:
    """Tell whoever wants it that a case stands again as before."""
    _tell(rules.tells_of_move(event.after), event, event.after, event.before)


def _tell(
    tells: Tells, event: CaseReceived | CaseMoved | CaseUndone, state: str, before: str
) -> None:
    actions.tell(
        tells=tells,
        case_id=event.case_id,
        state=state,
        before=before,
        subject=event.subject,
        seq=event.seq,
        at=event.at,
    )


@on(DeliveryWanted, outside=True)
def send(event: DeliveryWanted) -> None:
    """Send a delivery."""
    _send(event.delivery_id, f"{event.turn}", 0)


@task(outside=True)
def send_later(delivery_id: str, turn: str, tries: int) -> None:
    """Send a delivery of which nothing came before."""
    _send(UUID(delivery_id), turn, tries)


def _send(delivery_id: UUID, turn: str, tries: int) -> None:
    at = clock()
    again = actions.deliver(delivery_id=delivery_id, at=at)
    if again is None:
        return
    with transaction.atomic():
        enqueue(
            send_later,
            at=at,
            run_at=again,
            dedupe=f"partners.send:{delivery_id.hex}:{turn}:{tries + 1}",
            priority=LAST,
            delivery_id=delivery_id,
            turn=turn,
            tries=tries + 1,
        )


@on(NeighbourWanted, outside=True)
def visit(event: NeighbourWanted) -> None:
    """Ask a neighbouring city what is new."""
    _visit(event.neighbour_id)


@task(outside=True)
def visit_on(neighbour_id: str) -> None:
    """Go on with a visit that would have taken too long at once."""
    _visit(UUID(neighbour_id))


def _visit(neighbour_id: UUID) -> None:
    at = clock()
    if not actions.visit(neighbour_id=neighbour_id, at=at).is_done:
        with transaction.atomic():
            enqueue(visit_on, at=at, priority=LAST, neighbour_id=neighbour_id)


@on(PassingWanted, outside=True)
def hand_over(event: PassingWanted) -> None:
    """Hand a case over to a neighbouring city."""
    _hand_over(event.passing_id, f"{event.turn}", 0)


@task(outside=True)
def hand_over_later(passing_id: str, turn: str, tries: int) -> None:
    """Hand over what did not arrive before."""
    _hand_over(UUID(passing_id), turn, tries)


def _hand_over(passing_id: UUID, turn: str, tries: int) -> None:
    at = clock()
    again = actions.hand_over(passing_id=passing_id, at=at)
    if again is None:
        return
    with transaction.atomic():
        enqueue(
            hand_over_later,
            at=at,
            run_at=again,
            dedupe=f"partners.hand-over:{passing_id.hex}:{turn}:{tries + 1}",
            priority=LAST,
            passing_id=passing_id,
            turn=turn,
            tries=tries + 1,
        )
