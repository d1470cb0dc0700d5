"""Database triggers that refuse a change without its entry, for SQLite and PostgreSQL.

They are made anew after every migrate, because Django rebuilds tables on SQLite and loses them.
"""

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from commonweal.ledger.types import Tracked

PREFIX = "commonweal_entry"
REFUSED = "no entry for this change of"


def tracked_models() -> list[type[models.Model]]:
    """List every table that carries `tracked`."""
    return [model for model in apps.get_models() if hasattr(model, "tracked")]


def names_for(model: type[models.Model]) -> list[str]:
    """Name the three triggers of a table."""
    table = model._meta.db_table
    return [f"{PREFIX}_{what}_{table}" for what in ("insert", "update", "delete")]


def installed(connection: BaseDatabaseWrapper) -> set[str]:
    """List the names of our triggers that the database holds now."""
    sql = {
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE %s",
        "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgname LIKE %s",
    }[connection.vendor]
    with connection.cursor() as cursor:
        cursor.execute(sql, [f"{PREFIX}_%"])
        return {str(name) for (name,) in cursor.fetchall()}


def install(connection: BaseDatabaseWrapper) -> int:
    """Make every trigger anew; return how many tables have theirs."""
    make = {"sqlite": _sqlite, "postgresql": _postgresql}[connection.vendor]
    tables = set(connection.introspection.table_names())
    made = 0
    with connection.cursor() as cursor:
        for model in tracked_models():
            if model._meta.db_table in tables:
                for statement in make(model):
                    cursor.execute(statement)
                made += 1
    return made


def _columns(model: type[models.Model], tracked: Tracked) -> list[str]:
    return [_column(model, name) for name in tracked.columns]


def _column(model: type[models.Model], name: str) -> str:
    field: Any = next(f for f in model._meta.concrete_fields if name in {f.name, f.attname})
    return str(field.column)


def _sqlite(model: type[models.Model]) -> Iterator[str]:
    tracked: Tracked = model.tracked  # type: ignore[attr-defined]
    table, key = model._meta.db_table, _column(model, tracked.key)
    insert, update, delete = names_for(model)
    normal = "NOT EXISTS (SELECT 1 FROM ledger_maintenance)"
    has_entry = (
        "EXISTS (SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id "
        f"AND subject = '{tracked.subject}:' || NEW.\"{key}\")"
    )
    changed = " OR ".join(f'NEW."{c}" IS NOT OLD."{c}"' for c in _columns(model, tracked))
    fail = f"BEGIN SELECT RAISE(ABORT, '{REFUSED} {table}'); END"
    for name in (insert, update, delete):
        yield f'DROP TRIGGER IF EXISTS "{name}"'
    yield (
        f'CREATE TRIGGER "{insert}" BEFORE INSERT ON "{table}" '
        f"WHEN {normal} AND NOT {has_entry} {fail}"
    )
    yield (
        f'CREATE TRIGGER "{update}" BEFORE UPDATE ON "{table}" WHEN {normal} AND '
        f"(({changed}) OR NEW.entry_id IS NOT OLD.entry_id) AND "
        f"(NEW.entry_id IS OLD.entry_id OR NOT {has_entry}) {fail}"
    )
    yield f'CREATE TRIGGER "{delete}" BEFORE DELETE ON "{table}" WHEN {normal} {fail}'


def _postgresql(model: type[models.Model]) -> Iterator[str]:
    tracked: Tracked = model.tracked  # type: ignore[attr-defined]
    table, key = model._meta.db_table, _column(model, tracked.key)
    insert, update, delete = names_for(model)
    function = f"{PREFIX}_{table}"
    changed = " OR ".join(f'NEW."{c}" IS DISTINCT FROM OLD."{c}"' for c in _columns(model, tracked))
    yield f"""
        CREATE OR REPLACE FUNCTION "{function}"() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF EXISTS (SELECT 1 FROM ledger_maintenance) THEN
                RETURN COALESCE(NEW, OLD);
            END IF;
            IF TG_OP = 'UPDATE' THEN
                IF NOT (({changed}) OR NEW.entry_id IS DISTINCT FROM OLD.entry_id) THEN
                    RETURN NEW;
                END IF;
                IF NEW.entry_id IS NOT DISTINCT FROM OLD.entry_id THEN
                    RAISE EXCEPTION '{REFUSED} {table}'
                    USING ERRCODE = 'integrity_constraint_violation';
                END IF;
            END IF;
            IF TG_OP <> 'DELETE' AND EXISTS (
                SELECT 1 FROM ledger_entry WHERE id = NEW.entry_id
                AND subject = '{tracked.subject}:' || replace(NEW."{key}"::text, '-', '')
            ) THEN
                RETURN NEW;
            END IF;
            RAISE EXCEPTION '{REFUSED} {table}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
    """
    for name, what in ((insert, "INSERT"), (update, "UPDATE"), (delete, "DELETE")):
        yield f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"'
        yield (
            f'CREATE TRIGGER "{name}" BEFORE {what} ON "{table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{function}"()'
        )
