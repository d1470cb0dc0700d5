"""`commonweal demo`: a small made-up city to walk around in, on this machine only."""

import argparse
import io
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from commonweal.identity.queries import demo_accounts
from commonweal.simulation.queries import ACCOUNTS
from commonweal.site import env, keys, running
from commonweal.site.management.commands.web import port
from commonweal.site.supervisor import Child

HOST = "127.0.0.1"
MARK = "demo"
LAST_LINES = 15
COLLECT = [
    sys.executable, "-m", "commonweal", "collectstatic", "--no-input", "--verbosity", "0", "--demo",
]  # fmt: skip


class Command(BaseCommand):
    help = "Prepare and run a made-up city on this machine; a second start keeps what you did."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=port, default=8000)
        parser.add_argument("--fresh", action="store_true", help="throw the old demo away first")
        parser.add_argument("--empty", action="store_true", help="do without the sample city")

    def handle(self, *_args: Any, **options: Any) -> None:
        home: Path = settings.HOME
        address = f"http://{HOST}:{options['port']}"
        running.check_assets()
        with running.alone_in(home, address):
            running.check_port(HOST, options["port"], "demo")
            settings.ADDRESS = address
            env.tell("ADDRESS", address)
            self._check_home(home)
            if options["fresh"]:
                self._throw_away(home)
            self._prepare(home, is_empty=options["empty"])
            connections.close_all()
            children = [
                Child(
                    name="web",
                    verb=["web", "--port", str(options["port"]), "--demo"],
                    log=home / "log" / "web.log",
                ),
                Child(name="worker", verb=["jobs", "--demo"], log=home / "log" / "worker.log"),
            ]
            is_kept_up = running.run_tree(
                children,
                host=HOST,
                port=options["port"],
                tls=False,
                out=self.stdout,  # type: ignore[arg-type]  # Django's wrapper of a text stream
                greet=lambda: self._greeting(address, home),
            )
            if not is_kept_up:
                raise CommandError(f"It could not be kept running.\n{_end_of(children)}")
        self.stdout.write("Stopped. What you did is kept; start again with the same command.")

    def _check_home(self, home: Path) -> None:
        is_ours = (home / MARK).exists()
        holds_something = "django_migrations" in connections["default"].introspection.table_names()
        if holds_something and not is_ours:
            raise CommandError(
                f"{home} holds a city that is not a demo, and stays as it is. "
                "Unset COMMONWEAL_HOME and DATABASE_URL, or give the demo a folder of its own."
            )
        home.mkdir(parents=True, exist_ok=True)
        (home / MARK).write_text("A made-up city lives here.\n", encoding="utf-8")

    def _throw_away(self, home: Path) -> None:
        if connections["default"].vendor == "postgresql":
            for schema in ("people", "public"):
                with connections["default"].cursor() as cursor:
                    cursor.execute(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
                    cursor.execute(f"CREATE SCHEMA {schema}")
        connections.close_all()
        for path in home.iterdir():
            if path.name in {MARK, running.FILE, keys.folder_of(home).name}:
                continue
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def _prepare(self, home: Path, *, is_empty: bool) -> None:
        self.stdout.write(f"Preparing a made-up city in {home} (about half a minute) ...")
        # Beside the rest, on another core
        assets = subprocess.Popen(COLLECT, stdin=subprocess.DEVNULL)  # noqa: S603  (our own command)
        try:
            call_command("migrate", verbosity=0)
            if not is_empty:
                said = io.StringIO()
                call_command("sample_city", stdout=said)
                self.stdout.write(said.getvalue().partition("\n")[0])
        finally:
            code = assets.wait()
        if code:
            raise CommandError("The assets could not be put in place: see the lines above.")

    def _greeting(self, address: str, home: Path) -> str:
        lines = ["", f"The city is open at {address}", ""]
        if demo_accounts():
            lines.append(f"Sign in at {address}/account/login/ as:")
            lines += [f"  {one.role:<14} {one.mail:<30} {one.name}" for one in ACCOUNTS]
            lines += [f"The password of all is {settings.DEMO_PASSWORD}", ""]
        lines.append(f"Mail is written to {home / 'outbox'}, logs to {home / 'log'}.")
        lines.append("Ctrl-C stops everything.")
        return "\n".join(lines)


def _end_of(children: list[Child]) -> str:
    parts = []
    for child in children:
        if child.log and child.log.exists() and child.deaths:
            lines = child.log.read_text(encoding="utf-8", errors="replace").splitlines()
            parts += [f"The end of {child.log}:", *lines[-LAST_LINES:]]
    return "\n".join(parts)
