"""The one way in which a test writes a tracked row: with an entry of type test.given."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import connection, transaction

from commonweal.ledger.actions import append
from commonweal.ledger.adapters.triggers import tracked_models
from commonweal.ledger.models import Maintenance
from commonweal.ledger.types import Entry

GIVEN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def given(subject: str, at: datetime = GIVEN_AT) -> UUID:
    """Enter "so it was given" for a subject; the id is what the tracked row carries."""
    with transaction.atomic():
        return append(Entry(type="test.given", subject=subject, actor="system"), at=at).id


def forget_everything() -> None:
    """Empty the tracked tables, as tests with real transactions must at their end.

    The triggers refuse deletion; only maintenance may. What hangs on these rows goes with the
    flush that follows. PostgreSQL truncates, which asks no row.
    """
    if connection.vendor != "sqlite":
        return
    with (
        connection.constraint_checks_disabled(),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        Maintenance.objects.create(reason="the test is over")
        for model in tracked_models():
            cursor.execute(f'DELETE FROM "{model._meta.db_table}"')  # noqa: S608  (our own names)
        Maintenance.objects.all().delete()
