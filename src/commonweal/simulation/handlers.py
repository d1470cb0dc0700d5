"""The older cases of a made-up city come in a few at a time, behind whatever somebody waits for."""

from datetime import datetime, timedelta
from typing import Any

from commonweal.kernel.actions import enqueue
from commonweal.kernel.events import on
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import task
from commonweal.simulation import actions
from commonweal.simulation.actions.people import People
from commonweal.simulation.events import OlderCasesWanted

BREATH = timedelta(seconds=0.2)  # in which others write


@on(OlderCasesWanted)
def begin(event: OlderCasesWanted) -> None:
    """Want the first few."""
    _want(event.people, event.seed, event.at.isoformat(), event.first, event.last, event.at)


@task()
def make_older(people: dict[str, Any], seed: int, until: str, first: int, last: int) -> None:
    """Make a few, and want the next few."""
    following = actions.make_older(
        people=People.from_json(people),
        seed=seed,
        until=datetime.fromisoformat(until),
        first=first,
        last=last,
        at=clock(),
    )
    _want(people, seed, until, following, last, clock())


def _want(
    people: dict[str, Any], seed: int, until: str, first: int, last: int, at: datetime
) -> None:
    if first <= last:
        enqueue(
            make_older,
            at=at,
            run_at=at + BREATH,
            priority=actions.BEHIND,
            people=people,
            seed=seed,
            until=until,
            first=first,
            last=last,
        )
