"""What `demo` and `serve` share: one home, one supervisor, one greeting when pages can be read."""

import contextlib
import fcntl
import http.client
import os
import ssl
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import TextIO

from django.contrib.staticfiles import finders
from django.core.management.base import CommandError

from commonweal.site import ports
from commonweal.site.supervisor import Child, Supervisor

FILE = "running"
ASSETS = "vendor/stamp"  # written last by hatch_build.py
BUILD_THEM = "Build them in the checkout: python hatch_build.py, or make setup."
LONGEST_START_S = 60.0


@contextlib.contextmanager
def alone_in(home: Path, address: str) -> Iterator[None]:
    """Hold the home: two supervisors over one city would tell everything twice as fast, badly."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / FILE).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            raise CommandError(
                f"This city runs already: {file.read().strip() or home}. "
                "Open that address, or stop it there with Ctrl-C."
            ) from None
        file.truncate(0)
        file.write(f"{address} (process {os.getpid()})\n")
        file.flush()
        yield


def check_port(host: str, port: int, verb: str) -> None:
    """Refuse a port that is taken, with who has it and what to type instead."""
    if trouble := ports.trouble_with(host, port):
        other = ports.free_port_after(host, port)
        hint = f"Stop that program, or use another port: commonweal {verb} --port {other or 'N'}"
        raise CommandError(f"{trouble}. {hint}")


def are_assets_built() -> bool:
    """Say whether this installation holds the stylesheet and scripts of its pages."""
    return finders.find(ASSETS) is not None


def check_assets() -> None:
    """Refuse to open a city every page of which would fail, with what to type."""
    if not are_assets_built():
        raise CommandError(f"The stylesheet and scripts of the pages were not built. {BUILD_THEM}")


def run_tree(
    children: list[Child], *, host: str, port: int, tls: bool, out: TextIO, greet: Callable[[], str]
) -> bool:
    """Run the tree; greet when the first page can be read. False if it could not be kept up."""

    def say(line: str) -> None:
        with contextlib.suppress(OSError):  # the terminal may be gone
            out.write(line + "\n")
            out.flush()

    start = time.monotonic()

    def when_ready() -> bool:
        if answers(host, port, tls=tls):
            say(greet())
            return True
        if time.monotonic() - start > LONGEST_START_S:
            say("The first page takes unusually long; see the log.")
            return True
        return False

    supervisor = Supervisor(children, say)
    supervisor.listen()
    return supervisor.run(when_ready=when_ready)


def answers(host: str, port: int, *, tls: bool) -> bool:
    """Say whether the city answers at its own door."""
    target = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  (what it stands for)
    if tls:
        context = ssl._create_unverified_context()  # noqa: S323, SLF001  (only: does it answer)
        line: http.client.HTTPConnection = http.client.HTTPSConnection(
            target, port, timeout=2, context=context
        )
    else:
        line = http.client.HTTPConnection(target, port, timeout=2)
    try:
        line.request("GET", "/livez", headers={"Host": "localhost"})
        return line.getresponse().status == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()
