"""A small sample city, made once for a module and taken back after it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from django.db import transaction
from django.test import override_settings
from pytest_django.plugin import DjangoDbBlocker

from commonweal.simulation.actions import make
from commonweal.simulation.types import Made

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
FEW = 60
PASSWORD = "walk-around"


@pytest.fixture(scope="module")
def made(
    django_db_setup: None,  # noqa: ARG001  (the databases have to be there)
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Made]:
    with (
        django_db_blocker.unblock(),
        transaction.atomic(using="people"),
        transaction.atomic(),
    ):
        with override_settings(DEMO_PASSWORD=PASSWORD):
            built = make(at=NOW, count=FEW, older=0)
        yield built
        for alias in ("people", "default"):
            transaction.set_rollback(True, using=alias)
