"""`commonweal parked`: the operator sees what failed too often, and lets it try again."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commonweal.kernel import actions, queries
from commonweal.kernel.errors import Refusal


class Command(BaseCommand):
    help = "List work that failed too often; with --release ID or --release-all, try it again."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--release", type=int, action="append", default=[], metavar="ID")
        parser.add_argument("--release-all", action="store_true")

    def handle(self, *_args: Any, **options: Any) -> None:
        parked = queries.parked()
        wanted = [job.id for job in parked] if options["release_all"] else options["release"]
        for job_id in wanted:
            try:
                actions.release(job_id=job_id, at=queries.clock())
            except Refusal as refusal:
                raise CommandError(f"{job_id}: {refusal}") from None
            self.stdout.write(f"{job_id} released")
        if wanted:
            return
        for job in parked:
            self.stdout.write(
                f"{job.id}  {job.name} -> {job.handler}  {job.subject}  "
                f"since {job.created_at:%Y-%m-%d %H:%M} UTC\n    {job.error}"
            )
        self.stdout.write(f"{len(parked)} parked")
