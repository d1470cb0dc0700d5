"""What rarely changes, kept per process for as long as its stamp in the database stays the same."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.db import connection

T = TypeVar("T")

_held: dict[str, tuple[Any, Any]] = {}
_look: ContextVar[dict[str, Any] | None] = ContextVar("marks of one look", default=None)


def kept(name: str, read: Callable[[], T]) -> T:
    """Give what `read` gave when the stamp of this name was last renewed, or read it now."""
    mark, held = _mark(name), _held.get(name)
    if mark is not None and held is not None and held[0] == mark:
        known: T = held[1]
        return known
    value = read()
    if mark is not None:
        _held[name] = (mark, value)
    return value


@contextmanager
def one_look() -> Iterator[None]:
    """Ask within only once whether what is kept is still true: one request, one act.

    What changes within is seen at once; what others change meanwhile, by the next look.
    """
    if _look.get() is not None:
        yield
        return
    token = _look.set({})
    try:
        yield
    finally:
        _look.reset(token)


def look_again() -> None:
    """Something kept is being changed here: from now on, ask every time."""
    _look.set(None)


def _mark(name: str) -> Any:
    """Read marks by hand: they are asked several times in every act, and only compared."""
    seen = _look.get()
    if not seen:
        with connection.cursor() as cursor:
            cursor.execute("SELECT name, mark FROM kernel_stamp")
            marks = dict(cursor.fetchall())
        if seen is None:
            return marks.get(name)
        seen |= marks
    return seen.get(name)
