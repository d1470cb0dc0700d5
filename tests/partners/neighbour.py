"""Another city, in a process and a store of its own; prints its address, numbers and keys."""

import json
import os
import sys
from wsgiref.simple_server import WSGIRequestHandler, make_server

os.environ.pop("DATABASE_URL", None)
os.environ["DJANGO_SETTINGS_MODULE"] = "commonweal.site.settings.test"

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.core.wsgi import get_wsgi_application  # noqa: E402

from commonweal.cases import actions  # noqa: E402
from commonweal.edge.keys import Scope  # noqa: E402
from commonweal.kernel.queries import clock  # noqa: E402
from commonweal.kernel.types import ANONYMOUS  # noqa: E402
from tests.factories.cases import draft, town  # noqa: E402
from tests.factories.edge import api_key  # noqa: E402


class Quiet(WSGIRequestHandler):
    """Says nothing of each request."""

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


def main(reports: int) -> None:
    """Found the city, tell it about lamps, and answer whoever asks."""
    for database in ("default", "people"):
        call_command("migrate", database=database, verbosity=0)
    here = town()
    numbers = [
        actions.report(
            draft=draft(here.lamp, text=f"Lamp {n} is dark."), by=ANONYMOUS, at=clock()
        ).number
        for n in range(reports)
    ]
    with make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet) as server:
        said = {
            "url": f"http://127.0.0.1:{server.server_port}/open311/v2",
            "numbers": numbers,
            "key": api_key(Scope.REPORT, at=clock())[1],
            "unit_key": api_key(Scope.UPDATE, unit_id=here.roads.id, at=clock())[1],
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(int(sys.argv[1]))
