"""Add to counters in one statement, made where they are missing; every engine adds alike."""

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

AT_ONCE = 80  # rows in one statement: engines limit how many values one may hold


def add(
    connection: BaseDatabaseWrapper,
    table: type[models.Model],
    keys: Sequence[str],
    counters: Sequence[str],
    changes: Mapping[tuple[Any, ...], Sequence[int]],
) -> None:
    """Add to the counters of each key, in sorted order, so that nobody waits in a ring."""
    meta, quote = table._meta, connection.ops.quote_name
    known = {field.name: field for field in meta.concrete_fields}
    fields = [known[name] for name in (*keys, *counters)]
    names = ", ".join(quote(name) for name in (*keys, *counters))
    adding = ", ".join(
        f"{quote(name)} = {quote(meta.db_table)}.{quote(name)} + excluded.{quote(name)}"
        for name in counters
    )
    rest = iter(sorted((k, v) for k, v in changes.items() if any(v)))
    while part := list(islice(rest, AT_ONCE)):
        places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * len(part))
        values = [
            field.get_db_prep_value(value, connection)
            for key, change in part
            for field, value in zip(fields, (*key, *change), strict=True)
        ]
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {quote(meta.db_table)} ({names}) VALUES {places} "
                f"ON CONFLICT ({', '.join(quote(name) for name in keys)}) DO UPDATE SET {adding}",
                values,
            )
