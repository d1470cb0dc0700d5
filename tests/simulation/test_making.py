"""The same seed makes the same city; a real city is left alone."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from commonweal.cases.models import Case, Word
from commonweal.city import actions as city
from commonweal.kernel import queries
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.models import Job
from commonweal.kernel.queries import clock
from commonweal.kernel.types import SYSTEM
from commonweal.messages.models import Message
from commonweal.simulation.actions import make
from commonweal.simulation.actions.making import CHAPTER, MAILED
from commonweal.simulation.adapters import texts
from commonweal.simulation.errors import CityIsTaken
from commonweal.simulation.rules.stories import PAST, YEAR
from tests.simulation.conftest import NOW

pytestmark = pytest.mark.django_db


def soon() -> datetime:
    return clock() + timedelta(seconds=2)


def told(seed: int) -> list[object]:
    """Make a city, say what an eye would see of it, and take it back."""
    with transaction.atomic(using="people"), transaction.atomic():
        make(at=NOW, seed=seed, count=15)
        seen: list[object] = list(
            Case.objects.order_by("received_at", "text").values_list(
                "received_at", "state", "category__code", "text", "public_text", "place", "due_at"
            )
        )
        seen += list(Word.objects.order_by("at", "text").values_list("at", "kind", "text"))
        for alias in ("people", "default"):
            transaction.set_rollback(True, using=alias)
    return seen


def test_the_same_seed_makes_the_same_city_and_another_makes_another() -> None:
    once = told(1)

    assert once == told(1)
    assert once != told(2)


def test_a_real_city_is_left_alone() -> None:
    city.load_folder(
        folder=texts.PROFILE, by=SYSTEM, at=datetime(2026, 1, 2, tzinfo=UTC), reason="a real one"
    )

    with pytest.raises(CityIsTaken):
        make(at=NOW)

    assert not Case.objects.exists()


def test_the_command_says_why_it_refuses() -> None:
    city.load_folder(
        folder=texts.PROFILE, by=SYSTEM, at=datetime(2026, 1, 2, tzinfo=UTC), reason="a real one"
    )

    with pytest.raises(CommandError, match="real city"):
        call_command("sample_city")


def test_older_cases_come_in_behind_a_few_at_a_time() -> None:
    make(at=NOW, count=15, older=12)
    before = Case.objects.count()
    first_round = run_waiting(clock=soon, most=1)
    after_one = Case.objects.count()
    lag = queries.backlog(at=soon()).oldest_s

    run_waiting(clock=soon)

    assert lag < 60
    assert (before, first_round, after_one) == (15, 1, 15 + CHAPTER)
    assert Case.objects.count() == 27
    assert not Job.objects.exclude(state=Job.State.DONE).exists()


def test_older_cases_are_at_their_end_and_older_than_all_others() -> None:
    make(at=NOW, count=15, older=12)
    run_waiting(clock=soon)

    newer = Case.objects.filter(received_at__gt=NOW - PAST)
    older = Case.objects.filter(received_at__lte=NOW - PAST)

    assert (newer.count(), older.count()) == (15, 12)
    assert not older.filter(closed_at=None).exists()
    assert older.order_by("received_at")[0].received_at > NOW - YEAR - timedelta(days=7)
    assert not Message.objects.filter(created_at__lt=NOW - MAILED).exists()
