"""Many who act at the same moment, each over a connection of its own."""

import threading
from collections.abc import Callable
from typing import TypeVar

import pytest
from django.db import connection, connections

T = TypeVar("T")

needs_many_writers = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite has one writer: proven on PostgreSQL"
)


def at_once(acts: list[Callable[[], T]]) -> list[T | Exception]:
    """Do all acts at the same moment; give each one's answer or failure."""
    start = threading.Barrier(len(acts))
    answers: list[T | Exception] = [RuntimeError("it never ended")] * len(acts)

    def do(place: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(timeout=60)
            answers[place] = acts[place]()
        except Exception as error:  # noqa: BLE001  (the failure is the answer)
            answers[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=do, args=(place,)) for place in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return answers
