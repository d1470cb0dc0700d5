"""`commonweal serve`: a real city, web and worker in one process tree."""

import argparse
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from commonweal.identity.queries import demo_accounts
from commonweal.site import looks, running, safety
from commonweal.site.management.commands.web import add_web_options
from commonweal.site.supervisor import Child


class Command(BaseCommand):
    help = "Run the city: web server and worker, restarted when they die, stopped together."
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_web_options(parser)
        parser.add_argument("--jobs", type=int, choices=range(1, 17), default=1, metavar="1..16")
        parser.add_argument(
            "--no-prepare", action="store_true", help="neither migrate nor collect assets"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if not options["no_prepare"]:
            running.check_assets()
        if troubles := safety.troubles(host):
            raise CommandError(safety.said(troubles))
        with running.alone_in(settings.HOME, settings.ADDRESS):
            running.check_port(host, port, "serve")
            if not options["no_prepare"]:
                call_command("migrate", verbosity=0)
                call_command("collectstatic", interactive=False, verbosity=0)
            if count := demo_accounts():
                raise CommandError(
                    f"This city holds {count} accounts of the demo, whose password is known. "
                    "Give your city a home (COMMONWEAL_HOME) or a database of its own."
                )
            if not (found := looks.assets()).ok:
                raise CommandError(f"Every page would fail: {found.says}. {found.remedy}")
            connections.close_all()
            where = ["--host", host, "--port", str(port), "--workers", str(options["workers"])]
            children = [Child(name="web", verb=["web", *where])]
            children += [
                Child(name=f"worker {number}" if number > 1 else "worker", verb=["jobs"])
                for number in range(1, options["jobs"] + 1)
            ]
            if not running.run_tree(
                children,
                host=host,
                port=port,
                tls=bool(settings.TLS_CERT),
                out=self.stdout,  # type: ignore[arg-type]  # Django's wrapper of a text stream
                greet=lambda: (
                    f"The city is open at {settings.ADDRESS} (listening at {host}:{port})"
                ),
            ):
                raise CommandError("It could not be kept running. The lines above say why.")
        self.stdout.write("Stopped.")
