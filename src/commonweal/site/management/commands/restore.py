"""`commonweal restore FOLDER`: put a copy in the place of what is here."""

import argparse
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.db.migrations.loader import MigrationLoader

from commonweal.site import backups, running


class Command(BaseCommand):
    help = "Bring a copy back; a home that holds a city is only replaced with --replace."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where copies are, or one of them")
        parser.add_argument("--replace", action="store_true", help="throw away what is here now")
        parser.add_argument(
            "--without-people", action="store_true", help="from a copy whose people's part is gone"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        folder = options["folder"].expanduser().resolve()
        try:
            with running.alone_in(settings.HOME, "(a copy is being restored)"):
                self._restore(folder, options)
        except backups.BackupProblem as problem:
            raise CommandError(str(problem)) from None

    def _restore(self, folder: Path, options: dict[str, Any]) -> None:
        given, folder = folder, backups.newest(folder)
        if folder != given:
            self.stdout.write(f"Taking the newest copy there: {folder.name}")
        copy = backups.check(folder)
        _check_release(copy)
        if copy.body["parts"]["people"] is None and not options["without_people"]:
            raise CommandError(
                "The people's part of this copy was removed after 30 days. Take a younger copy, or "
                "add --without-people: contacts and accounts will be empty."
            )
        if not backups.is_empty() and not options["replace"]:
            raise CommandError(
                f"{settings.HOME} holds a city. Add --replace to throw it away, "
                "or make a copy of it first: commonweal backup FOLDER"
            )
        backups.restore(folder)
        call_command("migrate", verbosity=0)
        connections.close_all()
        self.stdout.write(f"Restored what was there on {copy.made_at:%Y-%m-%d %H:%M} UTC.")
        if copy.body.get("photos_in"):
            self.stdout.write(f"Photos were not touched: they are in the {copy.body['photos_in']}.")
        self.stdout.write("Put the keys in place too, then look: commonweal doctor")


def _check_release(copy: backups.Copy) -> None:
    known = {f"{app}.{name}" for app, name in MigrationLoader(None).disk_migrations}
    unknown = {name for names in copy.body["migrations"].values() for name in names} - known
    if unknown:
        raise CommandError(
            f"This copy is of a newer release ({copy.body['version']}): it knows "
            f"{min(unknown)}. Install that release first."
        )
