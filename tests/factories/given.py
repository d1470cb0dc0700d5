"""The one way in which a test writes a tracked row: with an entry of type test.given."""

from datetime import UTC, datetime
from uuid import UUID

from django.db import transaction

from commonweal.ledger.actions import append
from commonweal.ledger.types import Entry

GIVEN_AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def given(subject: str, at: datetime = GIVEN_AT) -> UUID:
    """Enter "so it was given" for a subject; the id is what the tracked row carries."""
    with transaction.atomic():
        return append(Entry(type="test.given", subject=subject, actor="system"), at=at).id
