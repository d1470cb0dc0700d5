"""`commonweal web`: the web server alone; `commonweal serve` runs it with the worker."""

import argparse
import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from commonweal.site import env, ports

KILL_AFTER_S = 10
LIFETIME_S = 6 * 60 * 60
SQLITE_THREADS, POSTGRESQL_THREADS = 1, 3


def add_web_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where and with how many workers the web server listens."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen at")
    parser.add_argument("--port", type=port, default=8000)
    parser.add_argument("--workers", type=int, choices=range(1, 65), default=2, metavar="1..64")


def port(raw: str) -> int:
    """Read a port."""
    number = int(raw)
    if not 0 < number < 65536:  # noqa: PLR2004  (ports have two bytes)
        raise argparse.ArgumentTypeError("write a port between 1 and 65535")
    return number


class Command(BaseCommand):
    help = "Run the web server alone."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_web_options(parser)

    def handle(self, *_args: Any, **options: Any) -> None:
        if trouble := ports.trouble_with(options["host"], options["port"]):
            raise CommandError(f"{trouble}. Choose another with --port.")
        is_postgresql = connections["default"].vendor == "postgresql"
        connections.close_all()  # workers are made by fork and must not share a connection
        env.tell("WEB", str(os.getpid()))
        Server(
            "commonweal.site.wsgi:application",
            address=options["host"],
            port=options["port"],
            interface=Interfaces.WSGI,
            workers=options["workers"],
            blocking_threads=POSTGRESQL_THREADS if is_postgresql else SQLITE_THREADS,
            respawn_failed_workers=True,
            workers_kill_timeout=KILL_AFTER_S,
            workers_lifetime=LIFETIME_S,
            log_level=LogLevels.error,
            ssl_cert=settings.TLS_CERT,
            ssl_key=settings.TLS_KEY,
        ).serve()
