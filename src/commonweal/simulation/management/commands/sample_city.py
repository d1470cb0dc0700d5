"""`commonweal sample_city`: fill an empty place with a small made-up city."""

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from commonweal.kernel.errors import Refusal
from commonweal.kernel.queries import clock
from commonweal.simulation import actions


class Command(BaseCommand):
    """Make the sample city once; a second run changes nothing."""

    help = (
        "Fill an empty place with the sample city: districts, units, people, and a year of cases."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seed", type=int, default=actions.SEED, help="Another city's seed.")

    def handle(self, *_args: object, **options: Any) -> None:
        began = time.monotonic()
        try:
            made = actions.make(at=clock(), seed=options["seed"])
        except Refusal as refusal:
            raise CommandError(_(refusal.sentence).format(**refusal.facts)) from refusal
        if not made.is_new:
            self.stdout.write(_("The sample city stands already; nothing was changed."))
        else:
            self.stdout.write(
                _(
                    "The sample city stands: {cases} cases, {photos} photos, in {seconds} s. "
                    "{older} older ones come in behind them, within minutes."
                ).format(
                    cases=made.cases,
                    photos=made.photos,
                    older=made.older,
                    seconds=round(time.monotonic() - began),
                )
            )
