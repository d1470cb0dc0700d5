"""One process tree: started together, brought back when it dies, stopped together.

Nothing of it outlives the supervisor (see `lifeline`).
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from commonweal.site import env

PATIENCE_S = 30.0  # a worker has 20 s to finish, the web server 10
LOOK_S = 0.2
STEADY_S = 30.0
LONGEST_WAIT_S = 30.0
TOO_MANY = 6


@dataclass(kw_only=True)
class Child:
    """One process of the tree: what it runs, and how it fares."""

    name: str
    verb: Sequence[str]
    log: Path | None = None
    process: subprocess.Popen[bytes] | None = None
    born: float = 0.0
    deaths: int = 0
    again_at: float = 0.0
    _out: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it, in a process group of its own: the terminal's signals reach the supervisor."""
        if self.log:
            self.log.parent.mkdir(parents=True, exist_ok=True)
            self._out = self.log.open("ab")
        command = [sys.executable, "-m", "commonweal", *self.verb]
        self.process = subprocess.Popen(  # noqa: S603  (our own command)
            command, stdin=subprocess.DEVNULL, stdout=self._out, stderr=self._out, process_group=0
        )
        self.born = time.monotonic()

    def has_died(self) -> bool:
        """Say whether it ran and has ended."""
        return self.process is not None and self.process.poll() is not None

    def ask_to_stop(self) -> None:
        """Ask it to stop; it passes that on to what it has started."""
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def bury(self) -> None:
        """Clear away after it has ended, with whatever it left behind in its group."""
        if self.process:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None
        if self._out:
            self._out.close()
            self._out = None


class Supervisor:
    """Keeps its children running until told to stop."""

    def __init__(self, children: Sequence[Child], say: Callable[[str], object]) -> None:
        self.children, self._say = list(children), say
        self._stop = threading.Event()

    def listen(self) -> None:
        """Stop at Ctrl-C, at SIGTERM, and when the terminal is closed."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._asked_to_stop)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        self._stop.set()

    def run(self, *, when_ready: Callable[[], bool]) -> bool:
        """Run until told to stop (true), or until a child dies again and again (false).

        `when_ready` is asked until it has said yes once: it looks, and greets.
        """
        env.tell("SUPERVISOR", str(os.getpid()))
        is_ready = False
        try:
            for child in self.children:
                child.start()
            while not self._stop.wait(LOOK_S):
                is_ready = is_ready or when_ready()
                for child in self.children:
                    if not self._look_after(child):
                        return False
            return True
        finally:
            self.stop()

    def _look_after(self, child: Child) -> bool:
        now = time.monotonic()
        if child.process is None:
            if now >= child.again_at:
                child.start()
            return True
        if not child.has_died():
            if now - child.born > STEADY_S:
                child.deaths = 0
            return True
        code = child.process.returncode
        child.bury()
        child.deaths += 1
        if child.deaths >= TOO_MANY:
            self._say(f"{child.name} ended {child.deaths} times in a row; stopping.")
            return False
        wait = min(LONGEST_WAIT_S, 0.5 * 2 ** (child.deaths - 1))
        child.again_at = now + wait
        self._say(f"{child.name} ended ({_how(code)}); starting it again in {wait:g} s.")
        return True

    def stop(self) -> None:
        """Ask every child to stop, wait, and end whatever has not."""
        for child in self.children:
            child.ask_to_stop()
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end and any(
            child.process and not child.has_died() for child in self.children
        ):
            time.sleep(0.05)
        for child in self.children:
            child.bury()


def _how(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    return f"killed by {signal.Signals(-code).name}"
