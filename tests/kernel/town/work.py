"""What happens in the tiny town. Whatever is told leaves one row per telling."""

import os
import signal
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from commonweal.kernel import queries
from commonweal.kernel.events import Event, on
from commonweal.kernel.models import Given
from commonweal.kernel.tasks import task

TOLD = "told"


@dataclass(frozen=True, kw_only=True)
class BellRang(Event):
    word: str = ""


def note(word: str) -> None:
    """Leave a mark that says this was told; every telling leaves its own."""
    Given.objects.create(scope=TOLD, key=f"{word}|{uuid4().hex}", at=queries.clock())


def told() -> list[str]:
    """List what was told, once for each telling."""
    keys = Given.objects.filter(scope=TOLD).order_by("id").values_list("key", flat=True)
    return [key.split("|")[0] for key in keys]


@on(BellRang)
def hear(event: BellRang) -> None:
    note(f"hear {event.seq}")


@on(BellRang)
def hear_slowly(event: BellRang) -> None:
    note(f"hear_slowly {event.seq}")
    time.sleep(0.02)


@on(BellRang, outside=True)
def shout(event: BellRang) -> None:
    note(f"shout {event.seq}")


@dataclass(frozen=True, kw_only=True)
class LeafFell(Event):
    is_red: bool = False


@on(LeafFell, together=True)
def sweep_up(_event: LeafFell) -> None:
    note("sweep_up")


@on(LeafFell, when=lambda event: event.is_red)
def admire(event: LeafFell) -> None:
    note(f"admire {event.seq}")


@task()
def sleep(*, seconds: float, word: str) -> None:
    note(f"before {word}")
    time.sleep(seconds)
    note(f"after {word}")


@task()
def write(*, word: str) -> None:
    note(word)


@task()
def fail(*, word: str) -> None:
    note(word)
    raise RuntimeError("the bell is broken")


@task()
def die(*, word: str) -> None:
    note(word)
    os.kill(os.getpid(), signal.SIGKILL)


@task()
def fail_while(*, path: str) -> None:
    if Path(path).exists():
        raise OSError("not yet")
    note("came through")
