"""Migrate both stores, then make the triggers and the shared cache anew."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandParser
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from commonweal.ledger.actions import install_triggers


class Command(DjangoMigrate):
    """Django's own migrate for one store when told which, for all stores when not."""

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.set_defaults(database=None)

    def get_check_kwargs(self, options: dict[str, Any]) -> Any:
        one = options["database"]
        return {"tags": None, "databases": [one] if one else list(settings.DATABASES)}

    def handle(self, *args: Any, **options: Any) -> None:
        one = options.pop("database")
        for alias in [one] if one else list(settings.DATABASES):
            _make_schema(alias)
            super().handle(*args, database=alias, **options)
        if one in {None, "default"}:
            install_triggers()
        if one in {None, "people"} and "db" in settings.CACHES["default"]["BACKEND"]:
            call_command("createcachetable", database="people", verbosity=0)


def _make_schema(alias: str) -> None:
    connection = connections[alias]
    options = connection.settings_dict["OPTIONS"].get("options", "")
    if connection.vendor == "postgresql" and "search_path=" in options:
        schema = options.split("search_path=")[1].split()[0]
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE SCHEMA IF NOT EXISTS {connection.ops.quote_name(schema)}")
