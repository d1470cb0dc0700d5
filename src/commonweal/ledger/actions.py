"""Enter acts: each in the transaction of the change it tells of, chained per subject."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import connection, transaction

from commonweal.ledger import queries
from commonweal.ledger.adapters import heads, triggers
from commonweal.ledger.errors import ForbiddenFact
from commonweal.ledger.models import Disclosure, Maintenance
from commonweal.ledger.models import Entry as EntryRow
from commonweal.ledger.types import LEAF_VERSION, Entered, Entry, said_at, subject_of
from commonweal.methods.canonical import canonical_json
from commonweal.methods.leaf import b64url, disclosure, leaf_hash
from commonweal.methods.receipt import has_plain_check

__all__ = ["append", "append_all", "erase", "install_triggers", "maintenance"]

LONGEST_FACT = 200


def append(entry: Entry, *, at: datetime) -> Entered:
    """Enter one act."""
    return append_all([entry], at=at)[0]


def append_all(entries: Sequence[Entry], *, at: datetime) -> list[Entered]:
    """Enter acts in one go; heads are locked in sorted order, so that nobody waits in a ring."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("append() needs a transaction, or the act and its entry may part")
    held = heads.lock(connection, sorted({entry.subject for entry in entries}))
    rows, salted, entered = [], [], []
    for entry in entries:
        head = held[entry.subject]
        row, disclosures = _row(entry, head, at)
        head.seq, head.hash = row.seq, row.hash
        rows.append(row)
        salted += disclosures
        entered.append(
            Entered(
                id=row.id,
                subject=row.subject,
                seq=row.seq,
                hash=row.hash,
                number=queries.number(row.id),
            )
        )
    if salted:
        Disclosure.objects.bulk_create(salted)
    EntryRow.objects.bulk_create(rows)
    heads.save(connection, list(held.values()))
    return entered


def _row(entry: Entry, head: heads.Head, at: datetime) -> tuple[EntryRow, list[Disclosure]]:
    for name, value in entry.facts.items():
        _check_fact(name, value)
    told_at = said_at(entry.actor, at)
    id_ = _new_id(told_at)
    salted = [
        disclosure(b64url(secrets.token_bytes(16)), name, value)
        for name, value in entry.hidden.items()
    ]
    leaf: dict[str, Any] = {
        "v": LEAF_VERSION,
        "type": entry.type,
        "id": str(id_),
        "at": told_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "actor": entry.actor,
        "subject": entry.subject,
        "seq": head.seq + 1,
        "prev": head.hash,
        "facts": dict(entry.facts),
        "_sd": sorted(digest for _text, digest in salted),
    }
    if entry.happened:
        leaf["happened"] = entry.happened
    raw = canonical_json(leaf)
    row = EntryRow(
        id=id_,
        type=entry.type,
        at=at,
        subject=entry.subject,
        seq=head.seq + 1,
        leaf=raw.decode(),
        hash=b64url(leaf_hash(raw)),
    )
    rows = [
        Disclosure(digest=digest, entry_id=id_, subject=entry.subject, text=text)
        for text, digest in salted
    ]
    return row, rows


def _check_fact(name: str, value: object) -> None:
    match value:
        case None | bool() | int():
            return
        case str() if len(value) <= LONGEST_FACT and "\n" not in value:
            return
        case list() | tuple():
            for item in value:
                _check_fact(name, item)
        case dict():
            for key, item in value.items():
                _check_fact(f"{name}.{key}", item)
        case _:
            raise ForbiddenFact(name=name)


def _new_id(told_at: datetime) -> UUID:
    """Draw a UUIDv7 with a time no finer than the entry's, and a number that reads well."""
    milliseconds = int(told_at.timestamp() * 1000)
    while True:
        chance = secrets.randbits(74)
        if has_plain_check(chance & queries.RANDOM_BITS):
            break
    high = (milliseconds << 16) | 0x7000 | (chance >> 62)
    low = (0b10 << 62) | (chance & ((1 << 62) - 1))
    return UUID(int=(high << 64) | low)


def erase(entry_ids: Iterable[UUID]) -> int:
    """Erase the salted texts of these entries: they stay provable and say no longer what it was."""
    erased, _by_table = Disclosure.objects.filter(entry_id__in=list(entry_ids)).delete()
    return erased


def install_triggers() -> int:
    """Make the triggers of every tracked table anew; called after every migrate."""
    return triggers.install(connection)


@contextmanager
def maintenance(reason: str, *, tables: Sequence[str], at: datetime) -> Iterator[None]:
    """Change tracked tables without entries of their own: the only bypass, itself entered."""
    with transaction.atomic():
        Maintenance.objects.create(reason=reason)
        before = {table: _digest(table) for table in tables}
        yield
        after = {table: _digest(table) for table in tables}
        Maintenance.objects.all().delete()
        append(
            Entry(
                type="system.migrated",
                subject=subject_of("maintenance", uuid4()),
                actor="system",
                facts={"reason": reason[:LONGEST_FACT], "before": before, "after": after},
            ),
            at=at,
        )


def _digest(table: str) -> dict[str, Any]:
    quoted = connection.ops.quote_name(table)
    digest, count = hashlib.sha256(), 0
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {quoted} ORDER BY 1")  # noqa: S608  (a table name of ours)
        for row in cursor:
            digest.update(json.dumps([str(value) for value in row]).encode())
            count += 1
    return {"rows": count, "sha256": digest.hexdigest()}
