"""Messages in situations."""

from datetime import UTC, datetime
from itertools import count
from uuid import UUID

from django.db import transaction

from commonweal.messages import actions
from commonweal.messages.types import Recipient

NOW = datetime(2026, 3, 9, 10, 30, tzinfo=UTC)
_number = count(1)


def told(
    address: str = "resident@example.org",
    *,
    template: str = "messages.test",
    language: str = "en",
    subject: str = "case:1",
    key: str = "",
    contact_id: UUID | None = None,
    facts: dict[str, str] | None = None,
    at: datetime = NOW,
    stops: str = "",
) -> UUID:
    """Queue one message."""
    to = Recipient(address="" if contact_id else address, contact_id=contact_id, language=language)
    with transaction.atomic():
        return actions.send(
            template=template,
            to=to,
            facts=facts or {},
            subject=subject,
            key=key or f"test:{next(_number)}",
            at=at,
            stops=stops,
        )
