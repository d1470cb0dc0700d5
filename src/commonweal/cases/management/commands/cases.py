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
        verb.add_argument(
            "--format", choices=actions.formats(), default="csv", help="how the file is written"
        )
        verb.add_argument(
            "--mapping",
            type=Path,
            help="how to read it (YAML); without one, a CSV file's is guessed for you to confirm",
        )
        verb.add_argument(
            "--rejected", type=Path, help="where rejected rows go (FILE.rejected.csv)"
        )
        verb.add_argument("--dry-run", action="store_true", help="read everything, change nothing")
        verb.add_argument("--yes", action="store_true", help="take a guessed mapping as it is")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        rejected = options["rejected"] or Path(f"{path.name}.rejected.csv")
        begun = time.monotonic()
        try:
            plan_file = options["mapping"]
            if plan_file is None and options["format"] == "csv":
                plan_file = self._confirmed(path, is_taken=options["yes"])
            report = actions.import_file(
                path=path,
                kind=options["format"],
                plan_file=plan_file,
                rejected=rejected,
                by=OPERATOR,
                at=clock(),
                dry_run=options["dry_run"],
                progress=self._progress,
            )
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        except KeyboardInterrupt:
            raise CommandError(
                "Stopped. What came in stays; the same command goes on where it stopped."
            ) from None
        seconds = time.monotonic() - begun
        if sys.stderr.isatty():
            self.stderr.write("")
        verb = "would come in" if options["dry_run"] else "came in"
        self.stdout.write(
            f"{report.rows} rows read in {seconds:.1f} s: {report.new} {verb}, "
            f"{report.known} were here already, {report.rejected} rejected; "
            f"{report.categories} categories and {report.units} units made."
        )
        if report.categories:
            self.stdout.write(
                "Made categories are closed to new reports; open or merge them under Setup."
            )
        if report.unknown_districts:
            self.stdout.write(
                "Districts that the city does not have (say in the mapping which of yours is "
                f"meant): {', '.join(report.unknown_districts)}"
            )
        if report.rejected:
            self.stdout.write(f"Rejected rows with their reasons: {rejected}")
        else:
            rejected.unlink(missing_ok=True)

    def _confirmed(self, path: Path, *, is_taken: bool) -> Path:
        """Write the guessed mapping beside the rejected rows, and let a person say yes to it."""
        written = Path(f"{path.name}.mapping.yaml")
        if written.exists():
            raise CommandError(
                f"{written} is here already. Use it with --mapping {written}, or remove it to have "
                "a new one guessed."
            )
        guessed = actions.guess_mapping(path)
        written.write_text(guessed, encoding="utf-8")
        self.stdout.write(guessed)
        if is_taken:
            return written
        if sys.stdin.isatty():
            if input(f"Is this how {path.name} is to be read? [y/N] ").strip().lower() == "y":
                return written
            raise CommandError(f"Nothing came in. Correct {written} and use it with --mapping.")
        raise CommandError(
            f"Nothing came in. Look through {written}, and use it with --mapping {written}."
        )

    def _progress(self, share: float, rows: int) -> None:
        if sys.stderr.isatty():
            filled = int(min(1.0, share) * BAR)
            bar = "#" * filled + "-" * (BAR - filled)
            self.stderr.write(f"\r[{bar}] {share:.0%}, {rows} rows", ending="")
