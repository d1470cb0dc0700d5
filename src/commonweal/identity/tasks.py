"""Identity on a clock: forgetting what nobody needs."""

from commonweal.identity import actions
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import every


@every("53 3 * * *")
def sweep() -> None:
    """Erase contacts that nobody needs and links whose time is over."""
    actions.sweep(at=clock())
