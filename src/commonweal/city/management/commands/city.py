"""`commonweal city check|load|save FOLDER`: the city's profile as files."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.city import actions
from commonweal.city.errors import ProfileHasProblems
from commonweal.city.types import Problem
from commonweal.kernel.errors import Refusal
from commonweal.kernel.queries import clock
from commonweal.kernel.types import SYSTEM


class Command(BaseCommand):
    """Check a folder, bring it in, or write everything out."""

    help = "Check, load or save the city's profile: districts, units, calendar, policy and more."

    def add_arguments(self, parser: CommandParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check = verbs.add_parser("check", help="Find everything wrong with a folder.")
        load = verbs.add_parser("load", help="Bring a folder in, all of it or nothing.")
        save = verbs.add_parser("save", help="Write a folder that loads back to the same.")
        for verb in (check, load, save):
            verb.add_argument("folder", type=Path, help="The folder of the profile.")
        load.add_argument("--reason", default="", help="Why; one sentence for the record.")
        save.add_argument("--overwrite", action="store_true", help="Replace files already there.")

    def handle(self, *_args: object, **options: Any) -> None:
        folder: Path = options["folder"]
        try:
            getattr(self, f"_{options['verb']}")(folder, options)
        except ProfileHasProblems as refusal:
            self._tell(refusal.problems)
        except Refusal as refusal:
            raise CommandError(_(refusal.sentence).format(**refusal.facts)) from refusal
        except OSError as error:
            raise CommandError(
                _("The folder cannot be used ({why}).").format(why=error.strerror)
            ) from error

    def _check(self, folder: Path, _options: dict[str, Any]) -> None:
        problems = actions.check_folder(folder)
        if problems:
            self._tell(problems)
        self.stdout.write(_("No problems found in {folder}.").format(folder=folder))

    def _load(self, folder: Path, options: dict[str, Any]) -> None:
        reason = options["reason"] or f"loaded from the profile folder {folder.name}"[:200]
        done = actions.load_folder(folder=folder, by=SYSTEM, at=clock(), reason=reason)
        for part in done:
            self.stdout.write(
                _("{part}: {added} added, {changed} changed, {unchanged} unchanged").format(
                    part=part.part,
                    added=part.added,
                    changed=part.changed,
                    unchanged=part.unchanged,
                )
            )

    def _save(self, folder: Path, options: dict[str, Any]) -> None:
        names = actions.save_folder(folder, overwrite=options["overwrite"])
        self.stdout.write(
            _("Written to {folder}: {names}").format(folder=folder, names=", ".join(names))
        )

    def _tell(self, problems: list[Problem] | tuple[Problem, ...]) -> None:
        for problem in problems:
            self.stderr.write(str(problem))
        raise CommandError(
            ngettext(
                "{count} problem found. Nothing was changed.",
                "{count} problems found. Nothing was changed.",
                len(problems),
            ).format(count=len(problems))
        )
