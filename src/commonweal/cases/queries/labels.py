"""What states are called, in the reader's language: on pages and in mails alike."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from commonweal.cases.types import State

LABELS: dict[State, Promise] = {
    State.RECEIVED: lazy("Received"),
    State.ACKNOWLEDGED: lazy("Read by the city"),
    State.ASSIGNED: lazy("Given to a unit"),
    State.IN_WORK: lazy("In work"),
    State.WAITING: lazy("Waiting for the reporter"),
    State.SCHEDULED: lazy("Planned"),
    State.ON_HOLD: lazy("On hold"),
    State.ANSWERED: lazy("Answered"),
    State.CONFIRMED: lazy("Answer confirmed"),
    State.CONTESTED: lazy("Answer contested"),
    State.NOT_OURS: lazy("Not the city's task"),
    State.CANNOT: lazy("Cannot be done"),
    State.WITHDRAWN: lazy("Taken back"),
}


def state_label(state: State | str) -> str:
    """Name a state in two or three words."""
    return str(LABELS[State(state)])
