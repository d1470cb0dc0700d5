"""What time it is, how far the work lags, what is parked."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Expression, Min

from commonweal.kernel.adapters import full_text
from commonweal.kernel.adapters.cache import kept, one_look
from commonweal.kernel.models import Given, Job
from commonweal.kernel.types import Backlog, JobCard

__all__ = [
    "Found",
    "backlog",
    "check_searchable",
    "clock",
    "found",
    "given",
    "is_done",
    "kept",
    "one_look",
    "parked",
    "work_is_due",
]

ALARM_AFTER = timedelta(minutes=1)


def clock() -> datetime:
    """Read the clock of record: the database's, once per request or job."""
    sql = {
        "sqlite": "SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')",
        "postgresql": "SELECT clock_timestamp()",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql)
        (value,) = cursor.fetchone()
    read = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return read.astimezone(UTC)


def work_is_due(*, at: datetime) -> bool:
    """Say whether anything can be claimed now; a look that takes no write lock."""
    due = Job.objects.filter(state=Job.State.WAITING, run_at__lte=at)
    return due.exclude(lease_until__gt=at).exists()


def is_done(dedupe: str) -> bool:
    """Say whether the work wanted under this name is done."""
    return Job.objects.filter(dedupe=dedupe, state=Job.State.DONE).exists()


def given(*, scope: str, key: str) -> dict[str, Any] | None:
    """Give the answer that was given under this key, if any was; see `actions.once`."""
    row = Given.objects.filter(scope=scope, key=key).first()
    return dict(row.answer) if row else None


def backlog(*, at: datetime) -> Backlog:
    """Say how much waits, how long the oldest due piece has waited, and whether to be alarmed."""
    due = Job.objects.filter(state=Job.State.WAITING, run_at__lte=at)
    oldest = due.aggregate(oldest=Min("run_at"))["oldest"]
    age = (at - oldest).total_seconds() if oldest else 0.0
    parked = Job.objects.filter(state=Job.State.PARKED).count()
    return Backlog(
        waiting=due.count(),
        parked=parked,
        oldest_s=age,
        alarm=age > ALARM_AFTER.total_seconds(),
    )


def parked(limit: int = 200) -> list[JobCard]:
    """List the work that failed too often and waits for an operator."""
    return [
        JobCard(
            id=job.pk,
            name=job.name,
            handler=job.handler,
            subject=job.subject,
            attempts=job.attempts,
            error=job.error,
            created_at=job.created_at,
            run_at=job.run_at,
        )
        for job in Job.objects.filter(state=Job.State.PARKED).order_by("id")[:limit]
    ]


@dataclass(frozen=True)
class Found:
    """A condition under which a thing holds the words, and whether very many do."""

    is_held: Expression
    are_many: bool


def found(*, kind: str, text: str, column: str) -> Found:
    """Find what holds these words, for use in a filter over the column that names the things.

    Raises
    ------
    UnsearchableText
        With words that hold nothing to search for.

    """
    said = full_text.query(connection.vendor, text)
    are_many = full_text.are_many(connection, kind, said)
    way = full_text.holding if are_many else full_text.matching
    return Found(is_held=way(connection.vendor, kind, said, column), are_many=are_many)


def check_searchable(text: str) -> None:
    """Refuse words that hold nothing to search for."""
    full_text.query(connection.vendor, text)
