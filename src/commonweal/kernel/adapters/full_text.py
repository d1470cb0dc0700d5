"""The full-text index of each engine, over the same tokens, with the same hits.

SQLite keeps an FTS5 table without content; PostgreSQL a tsvector column whose positions are
written by us, because its own parser would split the tokens of Chinese text.
"""

from collections.abc import Sequence
from typing import Any, TypeAlias

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.expressions import RawSQL

from commonweal.kernel.errors import UnsearchableText
from commonweal.methods.search import fts5_query, query_terms, ts_query

Found: TypeAlias = RawSQL

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


def matching(vendor: str, kind: str, text: str) -> Found:
    """Give `SELECT ref ...` for everything of a kind that holds every term of the text."""
    terms = query_terms(text)
    if not terms:
        raise UnsearchableText
    if vendor == "sqlite":
        query = fts5_query(terms)
        sql = (
            "SELECT ref FROM kernel_searchtext WHERE kind = %s AND id IN "
            "(SELECT rowid FROM kernel_searchtext_fts WHERE kernel_searchtext_fts MATCH %s)"
        )
    else:
        query = ts_query(terms)
        sql = "SELECT ref FROM kernel_searchtext WHERE kind = %s AND vector @@ %s::tsquery"
    return RawSQL(sql, (kind, query))


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
