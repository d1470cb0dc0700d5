"""What happened, who wants to hear of it, and the work that waits for its time."""

import dataclasses
import types as python_types
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, ClassVar, TypeAlias, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID


@dataclass(frozen=True, kw_only=True)
class Event:
    """A fact in the past tense. Carries ids and values, never rows; never changes shape.

    No order of delivery is promised: `seq` is the number of the entry in its subject's life,
    and a handler that keeps a present state ignores what is older than what it knows.
    """

    known: ClassVar[dict[str, type["Event"]]] = {}
    at: datetime
    subject: str
    seq: int

    def __init_subclass__(cls) -> None:
        cls.known[cls.full_name()] = cls

    @classmethod
    def full_name(cls) -> str:
        """Name the event with its context, as in `cases.CaseReceived`."""
        return f"{cls.__module__.split('.')[1]}.{cls.__name__}"

    def to_json(self) -> dict[str, Any]:
        """Write the event as plain JSON."""
        return {f.name: plain(getattr(self, f.name)) for f in dataclasses.fields(self)}

    @classmethod
    def from_json(cls, body: dict[str, Any]) -> "Event":
        """Read the event back."""
        hints = get_type_hints(cls)
        return cls(**{name: typed(value, hints[name]) for name, value in body.items()})


E = TypeVar("E", bound=Event)
Handler: TypeAlias = Callable[[E], None]


def plain(value: object) -> object:
    """Turn a value into what JSON can say."""
    match value:
        case Enum():
            return value.value
        case UUID():
            return str(value)
        case datetime():
            return value.isoformat()
        case list() | tuple() | set() | frozenset():
            return [plain(item) for item in value]
        case dict():
            return {str(key): plain(item) for key, item in value.items()}
    return value


def typed(value: Any, hint: Any) -> Any:
    """Turn plain JSON back into a value of the hinted type."""
    if value is None:
        return None
    origin, inner = get_origin(hint), get_args(hint)
    if origin in {Union, python_types.UnionType}:
        return typed(value, next(arm for arm in inner if arm is not type(None)))
    if origin in {tuple, list, frozenset}:
        return origin(typed(item, inner[0]) for item in value)
    if hint is datetime:
        return datetime.fromisoformat(value)
    if isinstance(hint, type) and issubclass(hint, UUID | Enum):
        return hint(value)
    return value


@dataclass(frozen=True)
class Reaction:
    """One handler of one event, or one task: a function with a name that rows can carry."""

    name: str
    function: Callable[..., None]
    outside: bool  # runs outside a transaction: for mail, HTTP, images
    when: Callable[[Any], bool] | None = None  # asked when the event is announced
    together: bool = False  # one call stands for every event in hand


_handlers: defaultdict[str, list[Reaction]] = defaultdict(list)
_tasks: dict[str, Reaction] = {}
_schedules: dict[str, str] = {}


def name_of(function: Callable[..., None]) -> str:
    """Name a function as rows carry it."""
    return f"{function.__module__.removeprefix('commonweal.')}.{function.__qualname__}"


def on(
    event: type[E],
    *,
    outside: bool = False,
    when: Callable[[E], bool] | None = None,
    together: bool = False,
) -> Callable[[Handler[E]], Handler[E]]:
    """Subscribe a function to an event; it runs later, at least once, in its own transaction.

    With `outside` it runs outside any transaction (mail, HTTP, images) and must be safe to repeat.
    With `when` an event gets a row for it only if that quick look, in the act itself, says yes.
    With `together` one call may stand for several events: for one that finds itself what is to do.
    """

    def subscribe(handler: Handler[E]) -> Handler[E]:
        reaction = Reaction(name_of(handler), handler, outside, when, together)
        known = _handlers[event.full_name()]
        if reaction.name not in {other.name for other in known}:
            known.append(reaction)
        return handler

    return subscribe


def register_task(function: Callable[..., None], *, outside: bool) -> Reaction:
    """Make a function known as a task that rows can name."""
    return _tasks.setdefault(name_of(function), Reaction(name_of(function), function, outside))


def register_schedule(name: str, line: str) -> None:
    """Run a task by the clock, by a cron line in UTC."""
    _schedules[name] = line


def handlers_of(event_name: str) -> list[Reaction]:
    """List who wants to hear of an event."""
    return list(_handlers[event_name])


def task_named(name: str) -> Reaction | None:
    """Find a task by its name."""
    return _tasks.get(name)


def schedules() -> dict[str, str]:
    """Give every task on a clock with its cron line."""
    return dict(_schedules)
