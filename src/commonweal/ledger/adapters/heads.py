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
    """Make what is missing, then lock all in sorted order, so that nobody waits in a ring."""
    update = " FOR UPDATE" if connection.features.has_select_for_update else ""
    held: dict[str, Head] = {}
    with connection.cursor() as cursor:
        for part in _parts(subjects):
            rows = ", ".join(["(%s, 0, '')"] * len(part))
            cursor.execute(
                f"INSERT INTO ledger_head (subject, seq, hash) VALUES {rows} "
                "ON CONFLICT (subject) DO NOTHING",
                part,
            )
        for part in _parts(subjects):
            marks = ", ".join(["%s"] * len(part))
            cursor.execute(
                f"SELECT subject, seq, hash FROM ledger_head WHERE subject IN ({marks}) "
                f"ORDER BY subject{update}",
                part,
            )
            held |= {subject: Head(subject, seq, hash_) for subject, seq, hash_ in cursor}
    return held


def save(connection: BaseDatabaseWrapper, heads: Sequence[Head]) -> None:
    """Write the heads back."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE ledger_head SET seq = %s, hash = %s WHERE subject = %s",
            [(head.seq, head.hash, head.subject) for head in heads],
        )


def _parts(subjects: Sequence[str]) -> Iterator[list[str]]:
    ordered = sorted(subjects)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]
