import copy
import hashlib
import json
import math
import re
import struct
from collections.abc import Iterator
from enum import IntEnum, StrEnum
from itertools import chain, islice
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.methods.canonical import LARGEST, NotCanonicalError, canonical_json
from tests.methods import published

texts = st.text(st.characters(exclude_categories=["Cs"]))
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-LARGEST, LARGEST)
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts
)
values = st.recursive(
    scalars, lambda inner: st.lists(inner) | st.dictionaries(texts, inner), max_leaves=20
)


def read(spelled: bytes) -> object:
    """Read JSON as ECMAScript does: every number is a double."""
    return json.loads(spelled, parse_int=float)


@given(values)
def test_it_reads_back_as_the_same_value(value: object) -> None:
    assert read(canonical_json(value)) == value


@given(values)
def test_its_own_reading_is_spelled_the_same(value: object) -> None:
    spelled = canonical_json(value)

    assert canonical_json(read(spelled)) == spelled


@given(st.dictionaries(texts, scalars))
def test_the_order_of_arrival_does_not_matter(value: dict[str, object]) -> None:
    turned = dict(reversed(value.items()))

    assert canonical_json(turned) == canonical_json(value)


def utf16_pairs(name: str) -> list[bytes]:
    spelled = name.encode("utf-16-be")
    return [spelled[at : at + 2] for at in range(0, len(spelled), 2)]


@given(st.dictionaries(texts, st.none(), min_size=2))
def test_names_are_sorted_by_utf16(value: dict[str, None]) -> None:
    names = list(json.loads(canonical_json(value)))

    units = [[int.from_bytes(pair) for pair in utf16_pairs(name)] for name in names]
    assert units == sorted(units)


@given(values)
def test_the_value_is_left_as_it_was(value: object) -> None:
    before = copy.deepcopy(value)

    canonical_json(value)

    assert value == before


@pytest.mark.parametrize(
    ("bits", "spelled"),
    [
        (0x0000000000000000, "0"),
        (0x8000000000000000, "0"),
        (0x0000000000000001, "5e-324"),
        (0x8000000000000001, "-5e-324"),
        (0x7FEFFFFFFFFFFFFF, "1.7976931348623157e+308"),
        (0xFFEFFFFFFFFFFFFF, "-1.7976931348623157e+308"),
        (0x4340000000000000, "9007199254740992"),
        (0xC340000000000000, "-9007199254740992"),
        (0x4430000000000000, "295147905179352830000"),
        (0x44B52D02C7E14AF5, "9.999999999999997e+22"),
        (0x44B52D02C7E14AF6, "1e+23"),
        (0x44B52D02C7E14AF7, "1.0000000000000001e+23"),
        (0x444B1AE4D6E2EF4E, "999999999999999700000"),
        (0x444B1AE4D6E2EF4F, "999999999999999900000"),
        (0x444B1AE4D6E2EF50, "1e+21"),
        (0x3EB0C6F7A0B5ED8C, "9.999999999999997e-7"),
        (0x3EB0C6F7A0B5ED8D, "0.000001"),
        (0x41B3DE4355555553, "333333333.3333332"),
        (0x41B3DE4355555554, "333333333.33333325"),
        (0x41B3DE4355555555, "333333333.3333333"),
        (0x41B3DE4355555556, "333333333.3333334"),
        (0x41B3DE4355555557, "333333333.33333343"),
        (0xBECBF647612F3696, "-0.0000033333333333333333"),
        (0x43143FF3C1CB0959, "1424953923781206.2"),
    ],
)
def test_numbers_are_spelled_as_in_appendix_b(bits: int, spelled: str) -> None:
    (number,) = struct.unpack(">d", bits.to_bytes(8))

    assert canonical_json(number).decode() == spelled


def chained_numbers() -> Iterator[float]:
    """Doubles from a chain of SHA-256 digests, as the authors of the RFC draw theirs."""
    block = bytes(32)
    while True:
        block = hashlib.sha256(block).digest()
        yield from (x for x in struct.unpack("<4d", block) if x and math.isfinite(x))


def test_drawn_numbers_read_back_with_no_digit_too_many() -> None:
    for number in islice(chained_numbers(), 10_000):
        spelled = canonical_json(number).decode()

        mantissa, _, exponent = spelled.partition("e")
        shortest = repr(abs(number)).partition("e")[0].replace(".", "").strip("0")
        assert float(spelled) == number
        assert mantissa.strip("-").replace(".", "").strip("0") == shortest
        assert not exponent or not -7 < int(exponent) < 21


def test_the_published_digest_over_many_numbers_is_met() -> None:
    about = published.folder("ledger/jcs-rfc8785/testdata").joinpath("README.md").read_text()
    fixed = [int(bits, 16) for bits in re.findall(r"0x([0-9a-f]{16})n,", about)]
    serial = [0x0010000000000000 + n for n in range(2000)]
    numbers = chain(
        (struct.unpack(">d", bits.to_bytes(8))[0] for bits in fixed + serial), chained_numbers()
    )

    lines = hashlib.sha256()
    for number in islice(numbers, 100_000):
        bits = struct.pack(">d", number).hex().lstrip("0") or "0"
        lines.update(f"{bits},{canonical_json(number).decode()}\n".encode())

    assert f"| {lines.hexdigest()} | 100000 " in about


@pytest.mark.parametrize(
    ("value", "spelled"),
    [
        (
            [333333333.33333329, 1e30, 4.50, 2e-3, 1e-27],
            "[333333333.3333333,1e+30,4.5,0.002,1e-27]",
        ),
        ('\u20ac$\u000f\nA\'B"\\\\"/', '"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/"'),
        ("\b\t\n\f\r\x00\x1f\x7f", '"\\b\\t\\n\\f\\r\\u0000\\u001f\x7f"'),
        (
            {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\x80": 6, "\xf6": 7},
            '{"\\r":2,"1":4,"\x80":6,"\xf6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}',
        ),
        ([None, True, False], "[null,true,false]"),
        ([{}, [], "", ()], '[{},[],"",[]]'),
    ],
)
def test_the_samples_of_the_rfc_are_spelled_as_printed(value: object, spelled: str) -> None:
    assert canonical_json(value).decode() == spelled


class Word(StrEnum):
    OPEN = "open"


class Counter(IntEnum):
    ONE = 1


def test_words_and_counters_are_spelled_by_their_value() -> None:
    value = MappingProxyType({Word.OPEN: (Counter.ONE, Word.OPEN)})

    spelled = canonical_json(value)

    assert spelled == b'{"open":[1,"open"]}'


NESTED: list[object] = []
NESTED.append(NESTED)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (math.nan, "nan is not a JSON number"),
        (math.inf, "inf is not a JSON number"),
        (-math.inf, "-inf is not a JSON number"),
        (2**53, "beyond 2"),
        (-(2**53), "beyond 2"),
        ("\ud83d", "half a character"),
        ({"\udc00": 1}, "half a character"),
        ({1: 1}, "member name 1 is not a string"),
        ({None: 1}, "member name None is not a string"),
        (b"bytes", "bytes is not a JSON value"),
        ({1, 2}, "set is not a JSON value"),
        ([object()], "object is not a JSON value"),
        (NESTED, "nested more than 64 deep"),
    ],
    ids=repr,
)
def test_what_has_no_single_spelling_is_refused(value: object, sentence: str) -> None:
    with pytest.raises(NotCanonicalError, match=sentence):
        canonical_json(value)


@pytest.mark.parametrize("name", ["arrays", "french", "structures", "unicode", "values", "weird"])
def test_the_published_cases_come_out_byte_for_byte(name: str) -> None:
    cases = published.folder("ledger/jcs-rfc8785/testdata")
    value = json.loads((cases / "input" / f"{name}.json").read_bytes())

    spelled = canonical_json(value)

    assert spelled == (cases / "output" / f"{name}.json").read_bytes()
    assert spelled == bytes.fromhex((cases / "outhex" / f"{name}.txt").read_text())
