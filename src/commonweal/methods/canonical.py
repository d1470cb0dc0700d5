"""One spelling for every JSON value, so that a digest means the same to every reader."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

LARGEST = 2**53 - 1
DEEPEST = 64

_quoted = json.JSONEncoder(ensure_ascii=False).encode


class NotCanonicalError(ValueError):
    """A value that has no single spelling in canonical JSON."""


def canonical_json(value: object) -> bytes:
    """Canonical JSON of a value (RFC 8785), encoded as UTF-8.

    Members are sorted by the UTF-16 code units of their names, nothing is indented, strings
    escape only what JSON forbids, and numbers are spelled as ECMAScript spells them.

    Parameters
    ----------
    value : object
        ``None``, ``bool``, ``int`` within +-(2**53 - 1), finite ``float``, ``str`` without lone
        surrogates, lists or tuples of such values, mappings from ``str`` to such values; nested
        at most 64 deep.

    Returns
    -------
    bytes
        The one spelling. Equal values (``1`` and ``1.0``, a list and a tuple) give equal bytes.

    Raises
    ------
    NotCanonicalError
        With anything else: other types, NaN, infinities, large integers, deep nesting. It is a
        ``ValueError`` and says what to change.

    Notes
    -----
    O(n log n) for the sorting of names, O(n) memory. Strings are taken as they are: no Unicode
    normalisation, as the standard demands.

    References
    ----------
    .. [1] Rundgren, Jordan, Erdtman (2020). JSON Canonicalization Scheme. RFC 8785.

    Examples
    --------
    >>> canonical_json({"b": [1.0, None], "a": "é"}).decode()
    '{"a":"é","b":[1,null]}'
    >>> canonical_json(1e21)
    b'1e+21'

    """
    return "".join(_pieces(value, DEEPEST)).encode()


def _pieces(value: object, depth: int) -> Iterator[str]:
    match value:
        case None:
            yield "null"
        case bool():
            yield "true" if value else "false"
        case str():
            yield _string(value)
        case int():
            if abs(value) > LARGEST:
                raise NotCanonicalError("an integer beyond 2**53 - 1: write it as a string")
            yield int.__repr__(value)
        case float():
            yield _number(value)
        case Mapping() | list() | tuple() if depth == 0:
            raise NotCanonicalError(f"nested more than {DEEPEST} deep: flatten it")
        case Mapping():
            yield from _object(value, depth)
        case list() | tuple():
            yield from _array(value, depth)
        case _:
            raise NotCanonicalError(f"{type(value).__name__} is not a JSON value: convert it first")


def _object(value: Mapping[object, object], depth: int) -> Iterator[str]:
    named: list[tuple[bytes, str, object]] = []
    for name, member in value.items():
        if not isinstance(name, str):
            raise NotCanonicalError(f"the member name {name!r} is not a string: convert it first")
        spelled = _string(name)
        named.append((name.encode("utf-16-be"), spelled, member))
    named.sort(key=lambda one: one[0])
    before = "{"
    for _, spelled, member in named:
        yield f"{before}{spelled}:"
        yield from _pieces(member, depth - 1)
        before = ","
    yield "}" if named else "{}"


def _array(value: Sequence[object], depth: int) -> Iterator[str]:
    before = "["
    for member in value:
        yield before
        yield from _pieces(member, depth - 1)
        before = ","
    yield "]" if value else "[]"


def _string(value: str) -> str:
    if not value.isascii() and any("\ud800" <= c <= "\udfff" for c in value):
        raise NotCanonicalError("a string with half a character (a lone surrogate): repair it")
    return _quoted(str.__str__(value))


def _number(value: float) -> str:
    """Spell a float as ECMAScript does: ``digits``, with the point after the first ``point``."""
    if not math.isfinite(value):
        raise NotCanonicalError(f"{value} is not a JSON number: write null or a word")
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    parts = Decimal(float.__repr__(abs(value))).as_tuple()
    digits = "".join(map(str, parts.digits))
    point = len(digits) + int(parts.exponent)
    digits = digits.rstrip("0")
    k = len(digits)
    if k <= point <= 21:  # noqa: PLR2004  # the standard's own limits
        return f"{sign}{digits}{'0' * (point - k)}"
    if 0 < point <= 21:  # noqa: PLR2004
        return f"{sign}{digits[:point]}.{digits[point:]}"
    if -6 < point <= 0:  # noqa: PLR2004
        return f"{sign}0.{'0' * -point}{digits}"
    tail = f".{digits[1:]}" if k > 1 else ""
    return f"{sign}{digits[0]}{tail}e{point - 1:+d}"
