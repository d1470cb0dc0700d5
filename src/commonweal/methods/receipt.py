"""Numbers that people read aloud, type and write down: receipts and access keys."""

import re
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CHECKS = ALPHABET + "*~$=U"
RECEIPT_BITS = 50
KEY_BITS = 100

_GROUP = 5
_READ_AS = str.maketrans("OIL", "011")
_READABLE = ALPHABET + "OIL"
_IGNORED = re.compile(r"[\s\-‐-―−]+")


class ReceiptError(ValueError):
    """A text that is not a receipt number or an access key; the sentence says why."""


class WrongLengthError(ReceiptError):
    """Too many or too few characters, once spaces and hyphens are left out."""

    def __init__(self, expected: int, found: int) -> None:
        self.expected, self.found = expected, found
        super().__init__(f"wrong length: {expected} characters are needed, not {found}")


class WrongCharacterError(ReceiptError):
    """A character that no receipt and no key contains."""

    def __init__(self, character: str) -> None:
        self.character = character
        super().__init__(
            f"not a receipt character: {character!r}; use digits and letters without U"
        )


class WrongCheckError(ReceiptError):
    """The last character does not fit the others: something was mistyped."""

    def __init__(self) -> None:
        super().__init__("wrong check character: one of the characters was mistyped")


def has_plain_check(bits50: int) -> bool:
    r"""Whether the check character of a number is a digit or a letter of the plain alphabet.

    .. math:: bits \bmod 37 < 32

    Parameters
    ----------
    bits50 : int
        0 to 2**50 - 1.

    Returns
    -------
    bool
        True for 32 of 37 numbers. Draw again when False: no receipt ever shows ``*~$=U``.

    Raises
    ------
    ValueError
        With a number outside the range.

    Notes
    -----
    O(1). A draw is repeated 5/32 times in the mean; 0.21 bits of chance are lost.

    References
    ----------
    .. [1] Crockford (2019). Base 32. https://www.crockford.com/base32.html

    Examples
    --------
    >>> has_plain_check(31), has_plain_check(32)
    (True, False)

    """
    return _within(bits50, RECEIPT_BITS) % len(CHECKS) < len(ALPHABET)


def number_of(bits50: int) -> str:
    r"""Receipt number of 50 bits: ten characters in two groups, and a check character.

    .. math:: c = \mathrm{CHECKS}[bits \bmod 37]

    Parameters
    ----------
    bits50 : int
        0 to 2**50 - 1, with `has_plain_check`.

    Returns
    -------
    str
        ``XXXXX-XXXXX-C``, 13 characters of Crockford's alphabet and hyphens.

    Raises
    ------
    ValueError
        With a number outside the range, or one whose check character is not plain.

    Notes
    -----
    O(1). 37 is prime and 32 is not 1 modulo 37, so every single wrong character and every swap
    of neighbours is found.

    References
    ----------
    .. [1] Crockford (2019). Base 32. https://www.crockford.com/base32.html

    Examples
    --------
    >>> number_of(1234567890123)
    '013XR-ZP16B-2'

    """
    if not has_plain_check(bits50):
        raise ValueError("the check character of this number is not plain: draw another")
    digits = _digits(bits50, RECEIPT_BITS)
    return _grouped(digits + CHECKS[bits50 % len(CHECKS)])


def parse(text: str) -> int:
    """Bits of a receipt number as somebody typed it.

    Parameters
    ----------
    text : str
        Small or capital letters, full-width ones too; spaces and hyphens anywhere; O is read
        as 0, I and L as 1.

    Returns
    -------
    int
        0 to 2**50 - 1: the number with ``number_of(parse(text))`` written as the city writes it.

    Raises
    ------
    WrongCharacterError
        With a character that no receipt contains (``U`` and the signs ``*~$=`` among them).
    WrongLengthError
        With more or fewer than 11 characters.
    WrongCheckError
        When the check character does not fit.

    Notes
    -----
    O(n) time. All three are `ReceiptError` and ``ValueError``.

    References
    ----------
    .. [1] Crockford (2019). Base 32. https://www.crockford.com/base32.html

    Examples
    --------
    >>> parse(" oi3xr zp16b 2") == parse("013XR-ZP16B-2") == 1234567890123
    True
    >>> parse("013XR-ZP16B-3")
    Traceback (most recent call last):
    commonweal.methods.receipt.WrongCheckError: wrong check character: one of the characters was mistyped

    """  # noqa: E501  # a traceback stands on one line
    digits = _typed(text, RECEIPT_BITS // 5 + 1)
    bits = _bits(digits[:-1])
    if CHECKS[bits % len(CHECKS)] != digits[-1]:
        raise WrongCheckError
    return bits


def access_key(bits100: int) -> str:
    """Access key of 100 bits: twenty characters in groups of five.

    Parameters
    ----------
    bits100 : int
        0 to 2**100 - 1, from a source of secrets.

    Returns
    -------
    str
        ``XXXXX-XXXXX-XXXXX-XXXXX``, 23 characters of Crockford's alphabet and hyphens.

    Raises
    ------
    ValueError
        With a number outside the range.

    Notes
    -----
    O(1). There is no check character: a mistyped key is simply a wrong key.

    References
    ----------
    .. [1] Crockford (2019). Base 32. https://www.crockford.com/base32.html

    Examples
    --------
    >>> access_key(2**100 - 1)
    'ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ'

    """
    return _grouped(_digits(_within(bits100, KEY_BITS), KEY_BITS))


def parse_key(text: str) -> int:
    """Bits of an access key as somebody typed it.

    Parameters
    ----------
    text : str
        As forgiving as `parse`.

    Returns
    -------
    int
        0 to 2**100 - 1.

    Raises
    ------
    WrongCharacterError
        With a character that no key contains.
    WrongLengthError
        With more or fewer than 20 characters.

    Notes
    -----
    O(n) time. Both are `ReceiptError` and ``ValueError``.

    References
    ----------
    .. [1] Crockford (2019). Base 32. https://www.crockford.com/base32.html

    Examples
    --------
    >>> parse_key("ooooo 00000 0000o 0000l")
    1

    """
    return _bits(_typed(text, KEY_BITS // 5))


def _within(bits: int, width: int) -> int:
    if not 0 <= bits < 1 << width:
        raise ValueError(f"a number of {width} bits is needed, 0 or more")
    return bits


def _digits(bits: int, width: int) -> str:
    return "".join(ALPHABET[bits >> shift & 31] for shift in range(width - 5, -1, -5))


def _bits(digits: str) -> int:
    bits = 0
    for digit in digits:
        bits = bits << 5 | ALPHABET.index(digit)
    return bits


def _grouped(digits: str) -> str:
    return "-".join(digits[at : at + _GROUP] for at in range(0, len(digits), _GROUP))


def _typed(text: str, expected: int) -> str:
    plain = _IGNORED.sub("", unicodedata.normalize("NFKC", text))
    for character in plain:
        if not character.isascii() or character.upper() not in _READABLE:
            raise WrongCharacterError(character)
    digits = plain.upper().translate(_READ_AS)
    if len(digits) != expected:
        raise WrongLengthError(expected, len(digits))
    return digits
