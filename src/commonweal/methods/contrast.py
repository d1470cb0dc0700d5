"""Whether two colours can be told apart by people who see less well."""

import re

_HEX = re.compile(r"#?([0-9a-f]{3}|[0-9a-f]{6})", re.IGNORECASE)


def parse_hex(text: str) -> tuple[int, int, int]:
    """Red, green and blue of a colour as people write it.

    Parameters
    ----------
    text : str
        ``#rrggbb`` or ``#rgb``, in small or capital letters; the sign may be missing.

    Returns
    -------
    tuple of int
        Each 0 to 255.

    Raises
    ------
    ValueError
        With anything else.

    Notes
    -----
    O(1). In the short form each digit stands for itself twice.

    References
    ----------
    .. [1] W3C (2022). CSS Color Module Level 4, section 5.2.

    Examples
    --------
    >>> parse_hex("#1d70b8"), parse_hex("fa0")
    ((29, 112, 184), (255, 170, 0))

    """
    found = _HEX.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text[:20]!r} is not a colour: write one like #1d70b8")
    digits = found[1] if len(found[1]) > 3 else "".join(2 * digit for digit in found[1])  # noqa: PLR2004
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


def relative_luminance(colour: str) -> float:
    r"""How bright a colour is to the eye, relative to white.

    .. math:: L = 0.2126\,R + 0.7152\,G + 0.0722\,B, \qquad
              C = \begin{cases} c / 12.92 & c \le 0.04045 \\
                  ((c + 0.055) / 1.055)^{2.4} & \text{otherwise} \end{cases}

    with :math:`c` a channel of sRGB divided by 255.

    Parameters
    ----------
    colour : str
        What `parse_hex` reads.

    Returns
    -------
    float
        0 (black) to 1 (white). Dimensionless.

    Raises
    ------
    ValueError
        When it is not a colour.

    Notes
    -----
    O(1). Older editions print 0.03928 for the threshold; no colour of 8 bits lies between.

    References
    ----------
    .. [1] W3C (2023). Web Content Accessibility Guidelines 2.2, relative luminance.

    Examples
    --------
    >>> relative_luminance("#000"), round(relative_luminance("#1d70b8"), 4)
    (0.0, 0.1531)

    """
    red, green, blue = map(_linear, parse_hex(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast_ratio(one: str, other: str) -> float:
    r"""Contrast ratio of two colours.

    .. math:: \frac{\max(L_1, L_2) + 0.05}{\min(L_1, L_2) + 0.05}

    Parameters
    ----------
    one, other : str
        What `parse_hex` reads; text and ground, in either order.

    Returns
    -------
    float
        1 (the same) to 21 (black on white). Text needs 4.5, large text and controls 3.

    Raises
    ------
    ValueError
        When one is not a colour.

    Notes
    -----
    O(1). Compare without rounding: 4.499 is not 4.5.

    References
    ----------
    .. [1] W3C (2023). Web Content Accessibility Guidelines 2.2, contrast ratio, criterion 1.4.3.

    Examples
    --------
    >>> contrast_ratio("#000", "#fff")
    21.0
    >>> round(contrast_ratio("#1d70b8", "#ffffff"), 2)
    5.17

    """
    darker, lighter = sorted((relative_luminance(one), relative_luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _linear(channel: int) -> float:
    c = channel / 255
    return c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4  # noqa: PLR2004
