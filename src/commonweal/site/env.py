"""The only reader of the environment. Every variable is declared here by the call that reads it."""

import os
from collections.abc import Callable
from ipaddress import ip_network
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_MISSING = object()
LEAST_PREFIX = 7  # fc00::/7 and 10.0.0.0/8 are the largest that can be one's own
_PREFIX = "COMMONWEAL_"
_FOREIGN = frozenset({"DATABASE_URL"})  # a name that operators already know


class BadEnvironment(Exception):
    """A variable is missing or cannot be read; the message says which and what to do."""


def read(
    name: str,
    parse: Callable[[str], T],
    default: object = _MISSING,
    says: str = "",  # what it is for: docs/environment.md is made of these  # noqa: ARG001
) -> T:
    """Read a variable, or fail with a sentence that names it."""
    full = name if name in _FOREIGN else _PREFIX + name
    raw = os.environ.get(full)
    if raw is None or raw == "":
        if default is _MISSING:
            raise BadEnvironment(f"Set {full}: there is no safe default for it.")
        return default  # type: ignore[return-value]  # the caller gives a default of its own type
    try:
        return parse(raw)
    except ValueError as error:
        raise BadEnvironment(f"{full}={raw!r} cannot be read: {error}. Correct it.") from None


def boolean(raw: str) -> bool:
    """Read yes or no."""
    words = {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False}
    try:
        return words[raw.strip().lower()]
    except KeyError:
        raise ValueError("write yes or no") from None


def words(raw: str) -> list[str]:
    """Read a list separated by commas."""
    return [word.strip() for word in raw.split(",") if word.strip()]


def networks(raw: str) -> list[str]:
    """Read a list of networks or addresses, such as 127.0.0.1, 10.0.0.0/8."""
    return [str(ip_network(word, strict=False)) for word in words(raw)]


def widest(several: list[str]) -> str:
    """Give a network that holds more than anybody's own, or nothing."""
    return next((one for one in several if ip_network(one).prefixlen < LEAST_PREFIX), "")


def whole(raw: str) -> int:
    """Read a whole number, zero or more."""
    value = int(raw)
    if value < 0:
        raise ValueError("write a whole number, zero or more")
    return value


def positive(raw: str) -> int:
    """Read a whole number above zero."""
    value = int(raw)
    if value <= 0:
        raise ValueError("write a whole number above zero")
    return value


def folder(raw: str) -> Path:
    """Read a folder, made absolute."""
    return Path(raw).expanduser().resolve()


def file(raw: str) -> Path:
    """Read the name of a file that is there."""
    path = Path(raw).expanduser().resolve()
    if not path.is_file():
        raise ValueError("there is no such file")
    return path


def prefer(name: str, value: str) -> None:
    """Set a variable for this process and its children, unless the operator has set it."""
    os.environ.setdefault(_PREFIX + name, value)


def tell(name: str, value: str) -> None:
    """Set a variable for the children of this process."""
    os.environ[_PREFIX + name] = value


def home() -> Path:
    """Give the folder in which everything of this city lies."""
    return read(
        "HOME",
        folder,
        default=Path.cwd() / "var",
        says="The folder of this city: stores, photos, keys, assets. The demo uses var/demo.",
    )
