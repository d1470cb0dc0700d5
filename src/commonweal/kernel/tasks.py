"""Register work: `@task` for what others ask for, `@every` for what the clock asks for."""

from collections.abc import Callable
from datetime import timedelta

from commonweal.kernel import actions, queries
from commonweal.kernel.events import register_schedule, register_task

Task = Callable[..., None]


def task(*, outside: bool = False) -> Callable[[Task], Task]:
    """Make a function a task: `kernel.actions.enqueue(function, at=..., payload)` runs it later."""

    def register(function: Task) -> Task:
        register_task(function, outside=outside)
        return function

    return register


def every(line: str, *, outside: bool = False) -> Callable[[Task], Task]:
    """Make a function a task that the clock asks for, by a cron line in UTC; fired once."""

    def register(function: Task) -> Task:
        register_schedule(register_task(function, outside=outside).name, line)
        return function

    return register


@task()
def ping() -> None:
    """Do nothing: whoever asked sees that a worker lives."""


@every("17 * * * *")
def sweep() -> None:
    """Forget finished work after a week and given answers after 48 hours."""
    at = queries.clock()
    actions.sweep(done_before=at - timedelta(days=7), given_before=at - timedelta(hours=48))
