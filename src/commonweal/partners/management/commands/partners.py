"""`commonweal partners pull`: take in the requests of another city's Open311 server."""

import argparse
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from commonweal.kernel.errors import Refusal
from commonweal.kernel.queries import clock
from commonweal.kernel.types import Actor, ActorKind, Channel, Grant, Role
from commonweal.partners import actions

OPERATOR = Actor(
    kind=ActorKind.SYSTEM,
    grants=frozenset({Grant(Role.ADMINISTRATOR)}),
    channel=Channel.IMPORT,
)
USUAL_SPAN = timedelta(days=90)
STEP = 100


class Command(BaseCommand):
    help = "Take in the requests of another city: commonweal partners pull --help"

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verb = verbs.add_parser("pull", help="take in the requests of an Open311 server")
        verb.add_argument("url", help="where it stands, such as https://city.example/open311/v2")
        verb.add_argument(
            "--source", required=True, help="how its requests are named here; keep it the same"
        )
        verb.add_argument("--since", type=a_day, help="the first day, as 2026-01-31 (90 days ago)")
        verb.add_argument("--until", type=a_day, help="the last day (today)")
        verb.add_argument("--key-file", type=Path, help="a file that holds the API key")
        verb.add_argument("--jurisdiction", default="", help="if the server asks for one")
        verb.add_argument("--mapping", type=Path, help="what its words mean here (YAML)")
        verb.add_argument("--rejected", type=Path, help="where rejected rows go (SOURCE.csv)")
        verb.add_argument("--dry-run", action="store_true", help="fetch and read, change nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        at, since, until = clock(), options["since"], options["until"]
        rejected = options["rejected"] or Path(f"{options['source']}.rejected.csv")
        try:
            key = options["key_file"].read_text("utf-8").strip() if options["key_file"] else ""
            report = actions.pull(
                url=options["url"],
                source=options["source"],
                since=since or at - USUAL_SPAN,
                until=min(at, until + timedelta(days=1)) if until else at,
                key=key,
                jurisdiction=options["jurisdiction"],
                mapping=options["mapping"],
                rejected=rejected,
                by=OPERATOR,
                at=at,
                dry_run=options["dry_run"],
                progress=self._progress,
            )
        except (Refusal, OSError) as trouble:
            raise CommandError(str(trouble)) from None
        except KeyboardInterrupt:
            raise CommandError("Stopped. What came in stays; the same command goes on.") from None
        verb = "would come in" if options["dry_run"] else "came in"
        self.stdout.write(
            f"{report.rows} requests fetched: {report.new} {verb}, {report.known} were here "
            f"already, {report.rejected} rejected; {report.categories} categories made."
        )
        if report.rejected:
            self.stdout.write(f"Rejected requests with their reasons: {rejected}")
        else:
            rejected.unlink(missing_ok=True)

    def _progress(self, rows: int) -> None:
        if sys.stderr.isatty() and rows % STEP == 0:
            self.stderr.write(f"\r{rows} requests fetched", ending="")


def a_day(said: str) -> datetime:
    """Read a day, begun in UTC."""
    try:
        return datetime.combine(date.fromisoformat(said), time(), UTC)
    except ValueError:
        raise argparse.ArgumentTypeError("write a day as 2026-01-31") from None
