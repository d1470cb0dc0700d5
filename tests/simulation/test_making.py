"""The same seed makes the same city; a real city is left alone."""

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import transaction

from commonweal.cases.models import Case, Word
from commonweal.city import actions as city
from commonweal.kernel.types import SYSTEM
from commonweal.simulation.actions import make
from commonweal.simulation.adapters import texts
from commonweal.simulation.errors import CityIsTaken
from tests.simulation.conftest import NOW

pytestmark = pytest.mark.django_db


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
