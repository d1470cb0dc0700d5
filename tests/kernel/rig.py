"""A tiny town on disk, lived in by real processes that can be killed."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

ROOT = Path(__file__).resolve().parents[2]


class Town:
    """One home folder with its databases; every command is a process of its own."""

    def __init__(self, home: Path, url: str) -> None:
        self.home, self.url = home, url
        self.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.kernel.town.settings",
            "COMMONWEAL_HOME": str(home),
            "DATABASE_URL": url,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
            "PYTHONWARNINGS": "error",
        }
        self.run("migrate", "--verbosity", "0")

    def run(self, *verb: str, seconds: float = 120) -> str:
        """Run a command to its end."""
        done = subprocess.run(
            [sys.executable, "-m", "commonweal", *verb],
            env=self.env,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def say(self, code: str) -> str:
        """Run a few lines inside the town."""
        return self.run("shell", "--no-imports", "-v", "0", "-c", f"{PREAMBLE}\n{code}").strip()

    def sql(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask or tell the town's database directly, from outside."""
        if self.url:
            import psycopg  # noqa: PLC0415  (an extra: only where PostgreSQL is)

            with psycopg.connect(self.url, autocommit=True) as database:
                cursor = database.execute(statement)
                return cursor.fetchall() if cursor.description else []
        with closing(sqlite3.connect(self.home / "city.sqlite3", timeout=20)) as file, file:
            return file.execute(statement).fetchall()

    def told(self) -> list[str]:
        """List what was told, once for each telling."""
        rows = self.sql("SELECT key FROM kernel_given WHERE scope = 'told' ORDER BY id")
        return [str(key).split("|")[0] for (key,) in rows]

    def waiting(self) -> int:
        """Count the work that is not done."""
        ((count,),) = self.sql("SELECT count(*) FROM kernel_job WHERE state = 'waiting'")
        return int(count)

    def leased(self) -> int:
        """Count the work that a worker holds."""
        ((count,),) = self.sql("SELECT count(*) FROM kernel_job WHERE worker <> ''")
        return int(count)

    @contextmanager
    def worker(self, *options: str) -> Iterator[subprocess.Popen[str]]:
        """Start a worker, and kill it if it still lives at the end."""
        process = subprocess.Popen(
            [sys.executable, "-m", "commonweal", "jobs", "--poll", "0.05", *options],
            env=self.env,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.communicate()

    def until(self, done: Callable[[], bool], seconds: float = 30) -> None:
        """Wait for something to come true."""
        end = time.monotonic() + seconds
        while not done():
            assert time.monotonic() < end, "it did not come true in time"
            time.sleep(0.05)


PREAMBLE = """
from datetime import timedelta
from django.db import transaction
from commonweal.kernel import actions, queries
from commonweal.kernel.models import Job
from tests.kernel.town import work
"""


@contextmanager
def a_database(url: str) -> Iterator[str]:
    """Make a PostgreSQL database for one test; with no address, SQLite files are used."""
    if not url:
        yield ""
        return
    import psycopg  # noqa: PLC0415  (an extra: only where PostgreSQL is)

    name = f"commonweal_town_{uuid4().hex[:12]}"
    parts = urlsplit(url)
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
