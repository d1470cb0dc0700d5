"""Work on a clock: ask neighbouring cities what is new, forget old deliveries."""

from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import every
from commonweal.partners import actions, rules


@every("13,43 * * * *")
def ask_neighbours() -> None:
    """Have every neighbouring city asked."""
    actions.ask_all(at=clock())


@every("47 2 * * *")
def sweep() -> None:
    """Forget deliveries, and the words of what was not passed on, after a month."""
    before = clock() - rules.KEPT
    actions.sweep(created_before=before)
    actions.forget_passings(created_before=before)
