"""Read what was entered."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from commonweal.kernel.types import Page
from commonweal.ledger.adapters import triggers
from commonweal.ledger.models import Disclosure, Entry, Head
from commonweal.ledger.types import ChainReport, EntryCard
from commonweal.methods.leaf import b64url, leaf_hash, unb64url
from commonweal.methods.receipt import number_of

RANDOM_BITS = (1 << 50) - 1


def number(entry_id: UUID) -> str:
    """Make the public receipt number of an entry from the random bits of its id."""
    return number_of(entry_id.int & RANDOM_BITS)


def entries_of(subject: str) -> list[EntryCard]:
    """Tell one subject's life, oldest first."""
    return [_card(entry) for entry in Entry.objects.filter(subject=subject).order_by("seq")]


def newest(types: Iterable[str], *, number: int = 1, size: int = 50) -> Page[EntryCard]:
    """List entries of these types, newest first, in pages."""
    rows = Entry.objects.filter(type__in=sorted(set(types))).order_by("-position")
    start = (max(1, number) - 1) * size
    cards = tuple(_card(row) for row in rows[start : start + size])
    return Page(items=cards, total=rows.count(), number=max(1, number), size=size)


def between(
    types: Iterable[str],
    *,
    since: datetime,
    until: datetime,
    subjects: Iterable[str] | None = None,
    number: int = 1,
    size: int = 50,
) -> list[EntryCard]:
    """List entries of these types made in a span of time, oldest first, in pages."""
    rows = Entry.objects.filter(type__in=sorted(set(types)), at__gte=since, at__lt=until)
    if subjects is not None:
        rows = rows.filter(subject__in=list(subjects))
    start = (max(1, number) - 1) * size
    return [_card(row) for row in rows.order_by("at", "position")[start : start + size]]


def heads(subjects: Iterable[str]) -> dict[str, int]:
    """Give the number of the newest entry of each subject that has any."""
    found = Head.objects.filter(subject__in=set(subjects))
    return dict(found.values_list("subject", "seq"))


def entry(entry_id: UUID) -> EntryCard | None:
    """Find one entry."""
    found = Entry.objects.filter(id=entry_id).first()
    return _card(found) if found else None


def entered_before(entry_ids: Iterable[UUID], at: datetime) -> set[UUID]:
    """Say which of these entries were made before a time."""
    older = Entry.objects.filter(id__in=list(entry_ids), at__lt=at)
    return set(older.values_list("id", flat=True))


def disclosed(entry_id: UUID) -> dict[str, object]:
    """Give the salted values of an entry that have not been erased."""
    texts = Disclosure.objects.filter(entry_id=entry_id).values_list("text", flat=True)
    said = (json.loads(unb64url(text)) for text in texts)
    return {name: value for _salt, name, value in said}


def _card(entry: Entry) -> EntryCard:
    leaf = json.loads(entry.leaf)
    return EntryCard(
        id=entry.id,
        type=entry.type,
        at=entry.at,
        happened=leaf.get("happened", ""),
        actor=leaf["actor"],
        subject=entry.subject,
        seq=entry.seq,
        facts=leaf["facts"],
        hash=entry.hash,
        number=number(entry.id),
    )


def check_chain(subject: str) -> ChainReport:
    """Recompute one subject's chain and name every break."""
    breaks, expected_prev, count = [], "", 0
    for count, row in enumerate(Entry.objects.filter(subject=subject).order_by("seq"), start=1):
        leaf = json.loads(row.leaf)
        if row.seq != count or leaf["seq"] != count:
            breaks.append(f"place {count} holds number {row.seq}")
        if leaf["prev"] != expected_prev:
            breaks.append(f"number {row.seq} does not continue the one before")
        expected_prev = b64url(leaf_hash(row.leaf.encode()))
        if row.hash != expected_prev or _columns_differ(row, leaf):
            breaks.append(f"number {row.seq} was altered")
    head = Head.objects.filter(subject=subject).values_list("seq", "hash").first()
    if (head or (0, "")) != (count, expected_prev):
        breaks.append("the head does not name the newest entry")
    return ChainReport(subject=subject, entries=count, breaks=tuple(breaks))


def _columns_differ(row: Entry, leaf: dict[str, Any]) -> bool:
    return (row.type, row.subject, str(row.id)) != (leaf["type"], leaf["subject"], leaf["id"])


def missing_triggers() -> list[str]:
    """Name the triggers that should guard a table and do not."""
    wanted = {name for model in triggers.tracked_models() for name in triggers.names_for(model)}
    return sorted(wanted - triggers.installed(connection))
