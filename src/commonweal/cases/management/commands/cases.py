"""`commonweal cases import`: bring in the reports of another system."""

import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from commonweal.cases import actions
from commonweal.kernel.errors import Refusal
from commonweal.kernel.queries import clock
from commonweal.kernel.types import Actor, ActorKind, Channel, Grant, Role

OPERATOR = Actor(
    kind=ActorKind.SYSTEM,
    grants=frozenset({Grant(Role.ADMINISTRATOR)}),
    channel=Channel.IMPORT,
)
BAR = 30


class Command(BaseCommand):
    help = "Bring in the reports of another system: commonweal cases import --help"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verb = verbs.add_parser("import", help="take in a file of reports")
        verb.add_argument("file", type=Path, help="the file; every row comes in or has its reason")
        verb.add_argument("--format", choices=["csv"], default="csv")
        verb.add_argument("--mapping", type=Path, required=True, help="how to read the file (YAML)")
        verb.add_argument(
            "--rejected", type=Path, help="where rejected rows go (FILE.rejected.csv)"
        )
        verb.add_argument("--dry-run", action="store_true", help="read everything, change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        rejected = options["rejected"] or Path(f"{path.name}.rejected.csv")
        begun = time.monotonic()
        try:
            report = actions.import_file(
                path=path,
                mapping=options["mapping"],
                rejected=rejected,
                by=OPERATOR,
                at=clock(),
                dry_run=options["dry_run"],
                progress=self._progress,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        seconds = time.monotonic() - begun
        if sys.stderr.isatty():
            self.stderr.write("")
        verb = "would come in" if options["dry_run"] else "came in"
        self.stdout.write(
            f"{report.rows} rows read in {seconds:.1f} s: {report.new} {verb}, "
            f"{report.known} were here already, {report.rejected} rejected; "
            f"{report.categories} categories and {report.units} units made."
        )
        if report.rejected:
            self.stdout.write(f"Rejected rows with their reasons: {rejected}")
        else:
            rejected.unlink(missing_ok=True)

    def _progress(self, done: int, total: int) -> None:
        if sys.stderr.isatty():
            share = min(1.0, done / max(1, total))
            filled = int(share * BAR)
            bar = "#" * filled + "-" * (BAR - filled)
            self.stderr.write(f"\r[{bar}] {done}/{total} {share:.0%}", ending="")
