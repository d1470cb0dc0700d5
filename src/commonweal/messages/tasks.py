"""Messages on a clock: the daily digest, and forgetting."""

from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import every
from commonweal.messages import actions


@every("5 * * * *")
def digest() -> None:
    """Send what waits since before the digest hour; a missed hour is made good by the next run."""
    actions.send_digests(at=clock())


@every("41 * * * *")
def sweep() -> None:
    """Erase old words and addresses, and what no message needs."""
    actions.sweep(at=clock())
