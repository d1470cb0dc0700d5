"""How a file of another system is to be read: a mapping, shipped, written by hand, or guessed.

The mapping is YAML; `docs/guides/import.md` explains every key on a real file.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from commonweal.cases.errors import BadMapping
from commonweal.cases.types import State
from commonweal.kernel.types import Channel

FORMATS = Path(__file__).parent.parent / "formats"
COLUMNS = (
    "id",
    "received",
    "closed",
    "category",
    "unit",
    "district",
    "text",
    "place",
    "state",
    "channel",
    "lat",
    "lng",
    "x",
    "y",
)
SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
NEEDED = ("received", "category")
LONGEST_SOURCE = 60
LONGEST_LANGUAGE = 10
LONGEST_CODE = 60


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How to read a file: which column is what, and what its words mean here."""

    source: str
    columns: Mapping[str, tuple[str, ...]]
    optional: frozenset[str] = frozenset()
    defaults: Mapping[str, str] = field(default_factory=dict)
    encoding: str = "utf-8-sig"
    delimiter: str = ","
    missing: frozenset[str] = frozenset({""})
    zone: str = "UTC"
    language: str = "en"
    dates: tuple[str, ...] = ()
    coordinates: str = ""
    states: Mapping[str, State] = field(default_factory=dict)
    channels: Mapping[str, Channel] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    districts: Mapping[str, str] = field(default_factory=dict)
    main_category: str = "imported"


def shipped() -> list[str]:
    """Name the formats whose mapping the product brings."""
    return sorted(path.stem for path in FORMATS.glob("*.yaml"))


def named(plan: Plan, source: str) -> Plan:
    """Give a mapping for a source of another name.

    Raises
    ------
    BadMapping
        When it is no name.

    """
    if not SOURCE.fullmatch(source):
        problem = f"a source is named by small letters, digits and hyphens, not {source[:60]!r}"
        raise BadMapping(problem=problem)
    return replace(plan, source=source)


def load(path: Path) -> Plan:
    """Read a mapping file.

    Raises
    ------
    BadMapping
        With what is wrong and what to do.

    """
    try:
        raw = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadMapping(problem=f"{path} cannot be read ({error.strerror})") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        said = (str(error).splitlines() or ["nested too deeply"])[0]
        raise BadMapping(problem=f"{path} is not YAML: {said}") from None
    return read(raw)


def read(raw: object) -> Plan:
    """Make a plan of what a mapping file says.

    Raises
    ------
    BadMapping
        With what is wrong and what to do.

    """
    if not isinstance(raw, dict):
        raise BadMapping(problem="the file must hold keys such as source and columns")
    if unknown := sorted(set(map(str, raw)) - set(_READ)):
        raise BadMapping(problem=f"it has unknown keys {unknown}; known are {sorted(_READ)}")
    said = {name: _READ[name](name, value) for name, value in raw.items() if value is not None}
    if lacking := [name for name in ("source", "columns") if not said.get(name)]:
        raise BadMapping(problem=f"it must have {lacking}")
    plan = Plan(**said)
    given = {*plan.columns, *plan.defaults}
    if lacking := [name for name in NEEDED if name not in given]:
        raise BadMapping(problem=f"columns must name {lacking}")
    return plan


def _words(most: int) -> Callable[[str, object], str]:
    def words(name: str, value: object) -> str:
        if not isinstance(value, str | int) or not 0 < len(str(value)) <= most:
            raise BadMapping(problem=f"{name} must be a word of at most {most} characters")
        return str(value)

    return words


def _list(name: str, value: object) -> tuple[str, ...]:
    listed = value if isinstance(value, list) else [value]
    if not all(isinstance(one, str | int | float) for one in listed):
        raise BadMapping(problem=f"{name} must be a list of words")
    return tuple(str(one) for one in listed)


def _table(name: str, value: object) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadMapping(problem=f"{name} must be a table of words, such as CLOSED: answered")
    return {str(key): said for key, said in value.items()}


def _one_of(kind: Any) -> Callable[[str, object], dict[str, Any]]:
    def table(name: str, value: object) -> dict[str, Any]:
        known = [one.value for one in kind]
        said = _table(name, value)
        if unknown := sorted({str(one) for one in said.values()} - set(known)):
            raise BadMapping(problem=f"{name} cannot be {unknown}; it can be {known}")
        return {key.lower(): kind(one) for key, one in said.items()}

    return table


def _columns(name: str, value: object) -> dict[str, tuple[str, ...]]:
    said = _table(name, value)
    if unknown := sorted(set(said) - set(COLUMNS)):
        raise BadMapping(problem=f"{name} has unknown keys {unknown}; known are {list(COLUMNS)}")
    return {key: _list(f"{name}.{key}", one) for key, one in said.items()}


def _defaults(name: str, value: object) -> dict[str, str]:
    said = _table(name, value)
    if unknown := sorted(set(said) - set(COLUMNS)):
        raise BadMapping(problem=f"{name} has unknown keys {unknown}; known are {list(COLUMNS)}")
    if said.get("state") not in {None, *(state.value for state in State)}:
        raise BadMapping(problem=f"{name}.state cannot be {said['state']}")
    return {key: str(one) for key, one in said.items()}


def _codes(name: str, value: object) -> dict[str, str]:
    words = _words(LONGEST_CODE)
    return {key: words(f"{name}.{key}", one) for key, one in _table(name, value).items()}


def _encoding(name: str, value: object) -> str:
    try:
        "".encode(str(value)).decode(str(value))
    except (LookupError, ValueError):
        raise BadMapping(problem=f"{name} {value!r} is not known; try utf-8 or gb18030") from None
    return str(value)


def _delimiter(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) != 1 or value in '"\r\n':
        raise BadMapping(problem=f"{name} must be one character, such as ; or \\t")
    return value


def _zone(name: str, value: object) -> str:
    try:
        return ZoneInfo(str(value)).key
    except (ValueError, OSError, ZoneInfoNotFoundError):
        raise BadMapping(problem=f"{name} {value!r} is not a time zone; try Asia/Taipei") from None


_READ: dict[str, Callable[[str, object], Any]] = {
    "source": _words(LONGEST_SOURCE),
    "columns": _columns,
    "optional": lambda name, value: frozenset(_list(name, value)),
    "defaults": _defaults,
    "encoding": _encoding,
    "delimiter": _delimiter,
    "missing": lambda name, value: frozenset({*_list(name, value), ""}),
    "zone": _zone,
    "language": _words(LONGEST_LANGUAGE),
    "dates": _list,
    "coordinates": _words(200),
    "states": _one_of(State),
    "channels": _one_of(Channel),
    "categories": _codes,
    "units": _codes,
    "districts": _codes,
    "main_category": _words(40),
}
