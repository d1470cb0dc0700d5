"""Set up a city: steps that ask first, and deeds that are then done all or none."""

from collections.abc import Iterable
from contextlib import ExitStack
from datetime import datetime

from django.conf import settings
from django.db import transaction

from commonweal.city import rules
from commonweal.city.types import Deed, InitStep
from commonweal.kernel.types import Actor

_steps: list[tuple[int, InitStep]] = []


def register_init_step(order: int, step: InitStep) -> None:
    """Let another context ask something too; called while the city starts.

    The city's own steps stand at 100 to 600: name, time zone, contact, calendar, districts, units,
    parts of the profile. Whoever needs them to be there begins at 700.
    """
    if step not in [known for _order, known in _steps]:
        _steps.append((order, step))


def init_steps() -> list[tuple[int, InitStep]]:
    """List the steps of other contexts in their order."""
    return sorted(_steps, key=lambda pair: pair[0])


def begin_city(*, deeds: Iterable[Deed], by: Actor, at: datetime) -> list[str]:
    """Do everything that was asked for, in every store, or nothing; tell what was done."""
    rules.check_administrator(by)
    with ExitStack() as stores:
        for alias in settings.DATABASES:
            stores.enter_context(transaction.atomic(using=alias))
        lines = [deed.do(by, at) for deed in deeds if not deed.afterwards]
    return [line for line in lines if line]
