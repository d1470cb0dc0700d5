"""The full-text index of each engine, over the same tokens, with the same hits.

SQLite keeps an FTS5 table without content; PostgreSQL a tsvector column whose positions are
written by us, because its own parser would split the tokens of Chinese text.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BooleanField
from django.db.models.expressions import RawSQL

from commonweal.kernel.errors import UnsearchableText
from commonweal.methods.search import fts5_query, query_terms, ts_query

Found: TypeAlias = RawSQL
MANY = 5_000  # hits, from which on to look at each thing for the words is the shorter way
SAMPLE = 5_000  # rows
LARGEST_ROW = 2_000  # bytes, as most rows are smaller: counts rows where nobody has yet

# Positions of a tsvector end at 16,383
VECTOR_FUNCTION = """
CREATE FUNCTION kernel_vector(tokens text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT coalesce(string_agg(quote_literal(token) || ':' || place, ' '), '')::tsvector
    FROM unnest(string_to_array(tokens, ' ')) WITH ORDINALITY AS said(token, place)
    WHERE place <= 16000 AND token <> ''
$$
"""


def put(connection: BaseDatabaseWrapper, rows: Sequence[tuple[int, str]]) -> None:
    """Index rows by their tokens; PostgreSQL makes its column from theirs by itself."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany(
                "INSERT INTO kernel_searchtext_fts(rowid, tokens) VALUES (%s, %s)", rows
            )


def drop(connection: BaseDatabaseWrapper, row_id: int, tokens: str) -> None:
    """Take one row out; on PostgreSQL the column goes with the row."""
    if connection.vendor == "sqlite":
        sql = (
            "INSERT INTO kernel_searchtext_fts(kernel_searchtext_fts, rowid, tokens) "
            "VALUES ('delete', %s, %s)"
        )
        _run(connection, sql, [row_id, tokens])


def query(vendor: str, text: str) -> str:
    """Write what is searched for as the engine reads it, or refuse what holds no word."""
    terms = query_terms(text)
    if not terms:
        raise UnsearchableText
    return fts5_query(terms) if vendor == "sqlite" else ts_query(terms)


def matching(vendor: str, kind: str, said: str, column: str) -> Found:
    """Say of a column whether it names one of the things that hold every term; for few hits."""
    if vendor == "sqlite":
        sql = (
            f"{column} IN (SELECT ref FROM kernel_searchtext WHERE kind = %s AND id IN "
            "(SELECT rowid FROM kernel_searchtext_fts WHERE kernel_searchtext_fts MATCH %s))"
        )
    else:  # as an array they are found first, whatever the planner expects of a begun word
        sql = (
            f"{column} = ANY (ARRAY(SELECT ref FROM kernel_searchtext "
            "WHERE kind = %s AND vector @@ %s::tsquery))"
        )
    return RawSQL(sql, (kind, said), output_field=BooleanField())


def holding(vendor: str, kind: str, said: str, column: str) -> Found:
    """Say the same by a look at each thing in its turn; for many hits of which few are wanted."""
    if vendor == "sqlite":
        sql = (
            f"EXISTS (SELECT 1 FROM kernel_searchtext AS held WHERE held.ref = {column} "
            "AND held.kind = %s AND EXISTS (SELECT 1 FROM kernel_searchtext_fts "
            "WHERE kernel_searchtext_fts.rowid = held.id AND kernel_searchtext_fts MATCH %s))"
        )
    else:  # OFFSET 0 keeps the planner from turning this into the other way
        sql = (
            f"EXISTS (SELECT 1 FROM kernel_searchtext AS held WHERE held.ref = {column} "
            "AND held.kind = %s AND held.vector @@ %s::tsquery OFFSET 0)"
        )
    return RawSQL(sql, (kind, said), output_field=BooleanField())


def are_many(connection: BaseDatabaseWrapper, kind: str, said: str) -> bool:
    """Say whether more than a few thousand things hold the words, without finding them all."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":  # reads its hits one after the other
            cursor.execute(
                "SELECT count(*) FROM (SELECT 1 FROM kernel_searchtext_fts "
                "JOIN kernel_searchtext ON kernel_searchtext.id = kernel_searchtext_fts.rowid "
                "WHERE kernel_searchtext_fts MATCH %s AND kind = %s LIMIT %s)",
                (said, kind, MANY + 1),
            )
            return int(cursor.fetchone()[0]) > MANY
        return _estimate(cursor, kind, said) > MANY


def _estimate(cursor: Any, kind: str, said: str) -> float:
    """Estimate the hits by a sample; the planner guesses one number for all begun words."""
    cursor.execute(
        "SELECT greatest(reltuples, pg_relation_size(oid) / %s) "
        "FROM pg_class WHERE oid = 'kernel_searchtext'::regclass",
        (LARGEST_ROW,),
    )
    rows = max(1.0, cursor.fetchone()[0])
    cursor.execute(
        "SELECT count(*) FILTER (WHERE kind = %s AND vector @@ %s::tsquery), count(*) "
        "FROM kernel_searchtext TABLESAMPLE SYSTEM (%s) REPEATABLE (1)",
        (kind, said, min(100.0, 100 * SAMPLE / rows)),
    )
    hits, looked_at = cursor.fetchone()
    return float(hits * rows / max(1, looked_at))


def create(connection: BaseDatabaseWrapper) -> None:
    """Make the engine's index; called by the migration."""
    if connection.vendor == "sqlite":
        _run(
            connection,
            "CREATE VIRTUAL TABLE kernel_searchtext_fts USING fts5"
            "(tokens, content='', tokenize='unicode61 remove_diacritics 0')",
        )
    else:
        _run(connection, VECTOR_FUNCTION)
        _run(
            connection,
            "ALTER TABLE kernel_searchtext ADD COLUMN vector tsvector "
            "GENERATED ALWAYS AS (kernel_vector(tokens)) STORED",
        )
        _run(
            connection,
            "CREATE INDEX kernel_searchtext_vector ON kernel_searchtext USING gin (vector)",
        )


def remove(connection: BaseDatabaseWrapper) -> None:
    """Undo `create`."""
    if connection.vendor == "sqlite":
        _run(connection, "DROP TABLE kernel_searchtext_fts")
    else:
        _run(connection, "ALTER TABLE kernel_searchtext DROP COLUMN vector")
        _run(connection, "DROP FUNCTION kernel_vector(text)")


def _run(connection: BaseDatabaseWrapper, sql: str, values: list[Any] | None = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
