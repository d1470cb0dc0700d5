from random import Random  # noqa: TID251  # hypothesis seeds it

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.methods.receipt import (
    ALPHABET,
    ReceiptError,
    WrongCharacterError,
    WrongCheckError,
    WrongLengthError,
    access_key,
    has_plain_check,
    number_of,
    parse,
    parse_key,
)

drawn = st.integers(0, 2**50 - 1).filter(has_plain_check)
keys = st.integers(0, 2**100 - 1)


@given(drawn)
def test_a_receipt_number_comes_back(bits: int) -> None:
    number = number_of(bits)

    assert parse(number) == bits
    assert [len(group) for group in number.split("-")] == [5, 5, 1]
    assert set(number) <= {*ALPHABET, "-"}


@given(drawn)
def test_the_digits_are_the_number_in_base_32(bits: int) -> None:
    digits = number_of(bits).replace("-", "")[:10]

    plain = digits.translate(str.maketrans(ALPHABET, "0123456789ABCDEFGHIJKLMNOPQRSTUV"))
    assert int(plain, 32) == bits


@given(drawn, st.integers(0, 10), st.sampled_from(ALPHABET))
def test_any_single_wrong_character_is_found(bits: int, at: int, wrong: str) -> None:
    typed = list(number_of(bits).replace("-", ""))
    if typed[at] == wrong:
        return
    typed[at] = wrong

    with pytest.raises(WrongCheckError, match="wrong check character"):
        parse("".join(typed))


@given(drawn, st.integers(0, 9))
def test_any_swap_of_neighbours_is_found(bits: int, at: int) -> None:
    typed = list(number_of(bits).replace("-", ""))
    if typed[at] == typed[at + 1]:
        return
    typed[at], typed[at + 1] = typed[at + 1], typed[at]

    with pytest.raises(WrongCheckError):
        parse("".join(typed))


@given(drawn, st.randoms(use_true_random=False))
def test_hands_are_forgiven(bits: int, hand: Random) -> None:
    wide = {0x30 + n: 0xFF10 + n for n in range(10)}
    typed = "".join(
        hand.choice([c, c.lower(), c.translate(wide), f" {c}", f"{c}-", f"{c}\u2013"])
        for c in number_of(bits)
    )

    misread = typed.replace("1", hand.choice("1IiLl")).replace("0", hand.choice("0oO"))

    assert parse(misread) == bits


@pytest.mark.parametrize("wrong", [*"Uu*~$=!_.é收ß", "\x00", "😀"])
def test_a_foreign_character_is_named(wrong: str) -> None:
    with pytest.raises(WrongCharacterError, match="not a receipt character") as refused:
        parse(f"00000-0000{wrong}-0")

    assert refused.value.character == wrong


@pytest.mark.parametrize("typed", ["", " - ", "00000-00000", "00000-00000-00", "0" * 5000])
def test_a_wrong_length_is_counted(typed: str) -> None:
    with pytest.raises(WrongLengthError, match="wrong length: 11 characters are needed") as refused:
        parse(typed)

    assert (refused.value.expected, refused.value.found) == (11, typed.count("0"))


def test_the_sample_of_the_check_character_holds() -> None:
    assert number_of(1234) == "00000-0016J-D"


def test_a_number_with_a_sign_for_check_is_not_given_out() -> None:
    with pytest.raises(ValueError, match="draw another"):
        number_of(36)


@given(keys)
def test_an_access_key_comes_back(bits: int) -> None:
    key = access_key(bits)

    assert parse_key(key) == parse_key(key.lower().replace("-", " ")) == bits
    assert [len(group) for group in key.split("-")] == [5, 5, 5, 5]


def test_a_key_of_the_wrong_length_is_counted() -> None:
    with pytest.raises(ReceiptError, match="20 characters are needed, not 3"):
        parse_key("abc")


@pytest.mark.parametrize("bits", [-1, 2**50])
def test_a_receipt_needs_fifty_bits(bits: int) -> None:
    with pytest.raises(ValueError, match="50 bits"):
        number_of(bits)


@pytest.mark.parametrize("bits", [-1, 2**100])
def test_a_key_needs_a_hundred_bits(bits: int) -> None:
    with pytest.raises(ValueError, match="100 bits"):
        access_key(bits)
