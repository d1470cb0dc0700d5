"""`commonweal administrator MAIL NAME`: make somebody an administrator, from the machine itself."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext as _

from commonweal.identity import actions
from commonweal.kernel.errors import Refusal
from commonweal.kernel.queries import clock
from commonweal.kernel.types import SYSTEM


class Command(BaseCommand):
    """Make an administrator and show the link to set the password."""

    help = "Make somebody an administrator: the first one, or when the last cannot come in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("mail", help="The e-mail address to sign in with.")
        parser.add_argument("name", help="The name that colleagues see.")
        parser.add_argument(
            "--language",
            default=settings.LANGUAGE_CODE,
            choices=[code for code, _name in settings.LANGUAGES],
            help="The language of the mails to this person.",
        )

    def handle(self, *_args: object, **options: Any) -> None:
        try:
            link = actions.make_administrator(
                mail=options["mail"],
                name=options["name"],
                language=options["language"],
                by=SYSTEM,
                at=clock(),
            )
        except Refusal as refusal:
            raise CommandError(_(refusal.sentence).format(**refusal.facts)) from refusal
        self.stdout.write(
            _("{name} is an administrator now. A mail with a link is on its way.").format(
                name=options["name"]
            )
        )
        self.stdout.write(_("The password can also be set here: {link}").format(link=link))
