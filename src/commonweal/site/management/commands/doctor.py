"""`commonweal doctor`: each line is ok, or a problem and what to do about it."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from commonweal.site import health, looks


class Command(BaseCommand):
    help = "Look whether everything works; ends with 1 if something does not."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="for programs")

    def handle(self, *_args: Any, **options: Any) -> None:
        found = health.findings(looks.LOOKS)
        problems = [one for one in found if not one.ok]
        if options["json"]:
            lines = [
                {"name": one.name, "ok": one.ok, "says": one.says, "remedy": one.remedy}
                for one in found
            ]
            self.stdout.write(json.dumps(lines, ensure_ascii=False))
        else:
            for one in found:
                self.stdout.write(f"{'ok' if one.ok else 'PROBLEM':<8} {one.name:<12} {one.says}")
                if one.remedy and not one.ok:
                    self.stdout.write(f"{'':<8} {'':<12} -> {one.remedy}")
        if problems:
            count = len(problems)
            raise CommandError(f"{count} problem{'s' if count > 1 else ''}.", returncode=1)
