"""The command `commonweal VERB`; every verb is a management command of some context."""

import os
import sys

from django.core.management import execute_from_command_line


def main() -> None:
    """Run a verb with the settings that fit it."""
    verb = sys.argv[1] if len(sys.argv) > 1 else "help"
    module = "demo" if verb == "demo" else "serve"
    if verb in {"makemigrations", "compilemessages"}:
        module = "test"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"commonweal.site.settings.{module}")
    execute_from_command_line(["commonweal", *sys.argv[1:]])
