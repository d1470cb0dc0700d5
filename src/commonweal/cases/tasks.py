"""Work on the clock: forget what people wrote long ago, and what nobody uses."""

from datetime import timedelta

from commonweal.cases import actions, rules
from commonweal.city.queries import parameter
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import every


@every("11 1 * * *", outside=True)
def forget() -> None:
    at = clock()
    days = int(parameter(rules.KEPT_DAYS.name, at))
    actions.forget(ended_before=at - timedelta(days=days), at=at)
    actions.forget_bulks(made_before=at - rules.BULK_KEPT)
    actions.forget_filters(unused_since=(at - rules.FILTERS_KEPT).date())


@every("35 * * * *", outside=True)
def tell_areas() -> None:
    """Send the digests of areas that are due; a missed hour is made good by the next run."""
    actions.tell_areas(at=clock())


@every("*/10 * * * *", outside=True)
def count() -> None:
    """Count what changed without an event, such as what was forgotten."""
    while actions.count_changed():
        pass
