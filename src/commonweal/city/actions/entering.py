"""What every saving action does alike: ask who, look whether somebody else was faster, enter."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db import models

from commonweal.city import rules
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked, Refusal
from commonweal.kernel.types import Actor, ActorKind
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entered, Entry, subject_of

Row = TypeVar("Row", bound=models.Model)


def begin(by: Actor, reason: str, *stamps: str) -> str:
    """Check who and why, and hold the stamps, so that two who save the same thing wait in line."""
    rules.check_administrator(by)
    reason = rules.check_reason(reason)
    kernel.hold(*stamps)
    return reason


def held(table: type[Row], id_: UUID | None, seen: int, missing: type[Refusal]) -> Row | None:
    """Find the row to change and refuse a stale view of it; none when it is to be made."""
    if id_ is None:
        if seen:
            raise ChangedSinceYouLooked
        return None
    row: Row | None = table._default_manager.filter(pk=id_).first()  # noqa: SLF001  (Django's public name)
    if row is None:
        raise missing
    if getattr(row, "version", None) != seen:
        raise ChangedSinceYouLooked
    return row


def changed(row: models.Model, values: Mapping[str, Any]) -> list[str]:
    """Name the columns in which a row differs from new values."""
    return sorted(name for name, value in values.items() if getattr(row, name) != value)


def enter(
    act: str,
    subject: tuple[str, UUID],
    *,
    by: Actor,
    at: datetime,
    facts: Mapping[str, Any],
    hidden: Mapping[str, Any],
) -> Entered:
    """Enter the change; texts go in as digests only."""
    return ledger.append(
        Entry(
            type=f"city.{act}",
            subject=subject_of(*subject),
            actor="system" if by.kind is ActorKind.SYSTEM else "administrator",
            facts=facts,
            hidden={name: text for name, text in hidden.items() if text},
        ),
        at=at,
    )


def write(row: Row, values: Mapping[str, Any], entry_id: UUID, *, is_new: bool) -> Row:
    """Write new values together with their entry."""
    for name, value in values.items():
        setattr(row, name, value)
    row.entry_id = entry_id  # type: ignore[attr-defined]  # every tracked table has it
    if not is_new:
        row.version += 1  # type: ignore[attr-defined]
    row.save(force_insert=is_new)
    return row
