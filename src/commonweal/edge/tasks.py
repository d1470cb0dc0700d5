"""Work on a clock at the edge."""

from commonweal.edge import limits
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import every


@every("29 * * * *")
def forget_knocks() -> None:
    """Forget who knocked more than a day ago."""
    limits.sweep(at=clock())
