"""The town, and the address at which its pages are served."""

from collections.abc import Iterator

import pytest
from django.db import connection
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from commonweal.ledger.adapters import triggers
from commonweal.ledger.models import Maintenance
from tests.scenarios.town import Town, town


@pytest.fixture
def here(transactional_db: None) -> Iterator[Town]:  # noqa: ARG001
    """Found the town; afterwards empty the tables whose guards let no row go."""
    yield town()
    if connection.vendor == "sqlite":  # PostgreSQL truncates, which asks no row
        Maintenance.objects.create(reason="the test is over")
        with connection.constraint_checks_disabled(), connection.cursor() as cursor:
            for model in triggers.tracked_models():
                cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608  (ours)
        Maintenance.objects.all().delete()


@pytest.fixture
def address(live_server: LiveServer, settings: Settings) -> str:
    """Let links in mails and on receipts lead to the server of the test."""
    settings.ADDRESS = live_server.url
    return str(live_server.url)
