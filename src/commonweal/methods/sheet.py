"""Texts of others in cells of spreadsheets, where some would be run."""

from typing import TypeVar

T = TypeVar("T")

FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


def harmless(cell: T) -> T | str:
    """Cell as it may stand in a file that is opened in a spreadsheet.

    Parameters
    ----------
    cell : object
        A text, or anything else that is written into a cell.

    Returns
    -------
    object
        The cell; a text that a spreadsheet would run gets an apostrophe before it.

    Notes
    -----
    O(length). Texts that begin, after blanks and line breaks, with a sign of a formula, in either
    width. It cannot be taken back: a text may begin with an apostrophe and a sign by itself.

    References
    ----------
    .. [1] OWASP. CSV Injection.

    Examples
    --------
    >>> harmless("=1+1"), harmless("A lamp"), harmless(-5)
    ("'=1+1", 'A lamp', -5)

    """
    if isinstance(cell, str) and cell.lstrip(" \n").startswith(FORMULA):
        return f"'{cell}"
    return cell
