"""Work of the clock: every minute, look which terms have run out."""

from commonweal.city import actions
from commonweal.kernel.actions import enqueue
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import every

AT_ONCE = 200


@every("* * * * *")
def tell_what_ran_out() -> None:
    """Announce due dates that have passed; a long queue is told in pieces."""
    at = clock()
    if actions.run_out(at=at, limit=AT_ONCE) == AT_ONCE:
        enqueue(tell_what_ran_out, at=at)
