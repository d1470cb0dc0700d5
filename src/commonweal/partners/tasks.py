"""Work on a clock: forget old deliveries."""

from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import every
from commonweal.partners import actions, rules


@every("47 2 * * *")
def sweep() -> None:
    """Forget deliveries after a month."""
    actions.sweep(created_before=clock() - rules.KEPT)
