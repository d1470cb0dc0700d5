"""What may be done with a case, asked before it is offered."""

from uuid import UUID

from commonweal.cases import rules
from commonweal.cases.types import Act, State
from commonweal.kernel.types import Actor


def may(by: Actor, act: Act, unit_id: UUID | None) -> bool:
    """Say whether somebody may do this to a case of this unit."""
    return rules.may(by, act, unit_id)


def check_may(by: Actor, act: Act, unit_id: UUID | None) -> None:
    """Refuse whoever may not.

    Raises
    ------
    NotAllowed, NotYourCase
        When somebody may not.

    """
    rules.check_may(by, act, unit_id)


def moves(state: State) -> frozenset[State]:
    """Say into which states a case can go from this one."""
    return rules.MOVES[state]


def is_open(state: State) -> bool:
    """Say whether somebody still answers for a case in this state."""
    return state in rules.OPEN
