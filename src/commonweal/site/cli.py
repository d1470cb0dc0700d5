"""The command `commonweal VERB`; every verb is a management command of some context."""

import os
import sys

from django.core.management import execute_from_command_line

from commonweal.site import env, keys, lifeline

WITHOUT_A_CITY = frozenset(
    {"makemigrations", "new_key", "help", "--help", "-h", "--version", "version"}
)


def main() -> None:
    """Run a verb with the settings that fit it."""
    words = [word for word in sys.argv[1:] if word != "--demo"]
    verb = words[0] if words else "help"
    module = "demo" if verb == "demo" or "--demo" in sys.argv else "serve"
    if verb in WITHOUT_A_CITY:
        module = "test"
    else:
        os.umask(0o077)  # stores, keys and photos are for the city's own account only
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"commonweal.site.settings.{module}")
    try:
        lifeline.hold()
        is_small = not env.read("DATABASE_URL", str, default="")
        if module == "serve" and (verb == "init" or (verb == "serve" and is_small)):
            keys.make_missing(env.home())
        execute_from_command_line(["commonweal", *(words or ["help"])])
    except env.BadEnvironment as wrong:
        sys.stderr.write(f"commonweal: {wrong}\n")
        sys.exit(2)
