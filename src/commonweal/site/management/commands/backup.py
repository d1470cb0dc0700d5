"""`commonweal backup FOLDER`: a copy of the city and of the people's values, while it runs."""

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from commonweal.kernel.queries import clock
from commonweal.site import backups, keys

MEGABYTE = 1024 * 1024


class Command(BaseCommand):
    help = "Copy both stores and the photos into a folder; the city keeps running."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("folder", type=Path)
        parser.add_argument(
            "--prune", action="store_true", help="remove people's values older than 30 days"
        )
        parser.add_argument(
            "--keep-days", type=int, default=0, help="with --prune: remove whole older copies too"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        folder, at = options["folder"].expanduser().resolve(), clock()
        try:
            copy = backups.make(folder, at=at)
            keep = timedelta(days=options["keep_days"]) if options["keep_days"] else None
            removed = backups.prune(folder, at=at, keep_city=keep) if options["prune"] else []
        except backups.BackupProblem as problem:
            raise CommandError(str(problem)) from None
        for name, part in copy.body["parts"].items():
            self.stdout.write(f"{name:<7} {part['bytes'] / MEGABYTE:8.1f} MB  {part['file']}")
        if copy.body["photos_in"]:
            self.stdout.write(
                f"photos  are NOT in it: they are in the {copy.body['photos_in']}. "
                "Let that server keep older versions or a second copy of the bucket."
            )
        else:
            self.stdout.write(f"photos  {len(copy.body['media']):8} files")
        for name in removed:
            self.stdout.write(f"removed {name}")
        self.stdout.write(f"Written: {copy.folder}")
        self.stdout.write(
            f"The keys are NOT in it ({keys.folder_of(settings.HOME)} or your environment). "
            "Keep them somewhere else: without them nobody can read the people's values."
        )
