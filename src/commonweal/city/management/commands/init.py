"""`commonweal init`: set up a real city, step by step."""

import sys
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.utils.translation import gettext as _

from commonweal.city import queries
from commonweal.city.actions import begin_city, init_steps
from commonweal.city.errors import ProfileHasProblems
from commonweal.city.management.console import Answers, Terminal, explained
from commonweal.city.management.steps import city_steps
from commonweal.city.types import Deed
from commonweal.kernel.errors import Refusal
from commonweal.kernel.queries import clock
from commonweal.kernel.types import SYSTEM, words_in

INTERRUPTED = 130


class Command(BaseCommand):
    """Ask everything first, then do all of it or nothing."""

    help = (
        "Set up a city: name, languages, time zone, contact, calendar, districts, units and more."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--answers", type=Path, help="A YAML file with the answers.")
        parser.add_argument(
            "--again", action="store_true", help="Ask although the city is set up already."
        )

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            self._set_up(options["answers"], again=options["again"])
        except KeyboardInterrupt:
            raise CommandError(
                "\n" + _("Stopped. Nothing was changed."), returncode=INTERRUPTED
            ) from None
        except ProfileHasProblems as refusal:
            raise CommandError(explained(refusal) + "\n" + _("Nothing was changed.")) from refusal
        except Refusal as refusal:
            raise CommandError(explained(refusal)) from refusal
        except UnicodeDecodeError as error:
            raise CommandError(_("The answers are not UTF-8 text. Nothing was changed.")) from error

    def _set_up(self, answers: Path | None, *, again: bool) -> None:
        if "city_profile" not in connection.introspection.table_names():
            self.stdout.write(_("Preparing the database …"))
            call_command("migrate", verbosity=0)
        if queries.is_set_up() and not again:
            city = queries.profile()
            self.stdout.write(
                _(
                    "This city is already set up as {name}. Nothing was changed. "
                    "To go through the questions again, add --again."
                ).format(name=words_in(city.name, city.languages[0]))
            )
            return
        io = Answers(answers, self.stdout) if answers else Terminal(sys.stdin, self.stdout)
        deeds = self._asked(io)
        if isinstance(io, Answers):
            io.check_all_used()
        if not io.ask(
            "confirm", _("Set up the city with these answers? yes or no"), _yes, default="yes"
        ):
            raise CommandError(_("Nothing was changed."))
        at = clock()
        for line in begin_city(deeds=deeds, by=SYSTEM, at=at):
            self.stdout.write(f"  ✓ {line}")
        for deed in deeds:
            if deed.afterwards:
                self._do_afterwards(deed)
        self.stdout.write(_("The city is set up. Start it with: commonweal serve"))

    def _asked(self, io: Answers | Terminal) -> list[Deed]:
        steps = sorted([*city_steps(), *init_steps()], key=lambda pair: pair[0])
        deeds = []
        for number, (_order, step) in enumerate(steps, start=1):
            io.say(f"\n{number}/{len(steps)} · {step.title}")
            if deed := step.ask(io):
                deeds.append(deed)
        return deeds

    def _do_afterwards(self, deed: Deed) -> None:
        try:
            if line := deed.do(SYSTEM, clock()):
                self.stdout.write(f"  ✓ {line}")
        except KeyboardInterrupt:
            self.stdout.write(_("Left out. The city is set up all the same."))
        except (Refusal, OSError) as error:
            why = explained(error) if isinstance(error, Refusal) else str(error)
            self.stdout.write(f"  ✗ {why}")


def _yes(text: str) -> bool:
    try:
        return {"yes": True, "y": True, "no": False, "n": False}[text.strip().lower()]
    except KeyError:
        raise ValueError(_("Write yes or no.")) from None
