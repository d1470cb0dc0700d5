"""The heads of chains, read and written by hand: every act passes here."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.db.backends.base.base import BaseDatabaseWrapper

AT_ONCE = 200  # subjects in one statement: engines limit how many values one may hold


@dataclass
class Head:
    """The newest entry of a subject, while the next is being written."""

    subject: str
    seq: int
    hash: str


def lock(connection: BaseDatabaseWrapper, subjects: Sequence[str]) -> dict[str, Head]:
    """Lock all in sorted order, making what is missing, so that nobody waits in a ring."""
    held: dict[str, Head] = {}
    with connection.cursor() as cursor:
        for part in _parts(subjects):
            rows = ", ".join(["(%s, 0, '')"] * len(part))
            cursor.execute(
                f"INSERT INTO ledger_head (subject, seq, hash) VALUES {rows} "
                "ON CONFLICT (subject) DO UPDATE SET seq = ledger_head.seq "
                "RETURNING subject, seq, hash",
                part,
            )
            held |= {subject: Head(subject, seq, hash_) for subject, seq, hash_ in cursor}
    return held


def save(connection: BaseDatabaseWrapper, heads: Sequence[Head]) -> None:
    """Write the heads back, which are locked."""
    by_subject = {head.subject: head for head in heads}
    with connection.cursor() as cursor:
        for part in _parts(list(by_subject)):
            rows = ", ".join(["(%s, %s, %s)"] * len(part))
            values = [(h.subject, h.seq, h.hash) for h in map(by_subject.__getitem__, part)]
            cursor.execute(
                f"INSERT INTO ledger_head (subject, seq, hash) VALUES {rows} "
                "ON CONFLICT (subject) DO UPDATE SET seq = excluded.seq, hash = excluded.hash",
                [value for row in values for value in row],
            )


def _parts(subjects: Sequence[str]) -> Iterator[list[str]]:
    ordered = sorted(subjects)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
