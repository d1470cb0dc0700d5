"""Search across scripts: one normal form, and tokens that two full-text engines read alike."""

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_CJK = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_PIECE = re.compile(rf"([{_CJK}]+)|([^\W_{_CJK}]+)")
_END = "zzzend"  # parts the bigrams from the single characters, so that no phrase spans both


@dataclass(frozen=True)
class Term:
    """What one word of a query asks for: these tokens in a row."""

    tokens: tuple[str, ...]
    is_prefix: bool = False


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    table = files("opencc").joinpath("dictionary", "TSCharacters.txt").read_text("utf-8")
    pairs = (line.split("\t") for line in table.splitlines() if "\t" in line)
    return {ord(old): new.split()[0] for old, new in pairs if len(old) == 1}


def normalise(text: str) -> str:
    """Bring a text into the one form that is searched.

    Compatibility forms are composed (NFKC), case is folded, Traditional characters become
    Simplified ones by OpenCC's character table.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        The normal form; applying it again changes nothing for text without rare case mappings.

    Notes
    -----
    O(n) time and memory; the table (about 4,000 characters) is read once.

    References
    ----------
    .. [1] Unicode Standard Annex 15, Unicode Normalization Forms.
    .. [2] OpenCC, TSCharacters dictionary (Apache-2.0).

    Examples
    --------
    >>> normalise("街燈 ＬＥＤ")
    '街灯 led'

    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return unicodedata.normalize("NFKC", folded).translate(_simplified())


def index_text(text: str) -> str:
    """Write a text as the tokens under which it is indexed.

    A run of Chinese characters becomes its pairs of neighbours, in order; other words stay. After
    a separator follow the single characters, so that one character can be found too.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Tokens separated by single spaces; letters, digits and characters only.

    Notes
    -----
    O(n) time and memory, about three tokens for each Chinese character pair.

    Examples
    --------
    >>> index_text("街灯坏了 LED")
    '街灯 灯坏 坏了 led zzzend 街 灯 坏 了'

    """
    stream: list[str] = []
    singles: list[str] = []
    for run, word in _PIECE.findall(normalise(text)):
        if word:
            stream.append(word)
            continue
        stream += [run[i : i + 2] for i in range(len(run) - 1)]
        singles += run
    return " ".join([*stream, _END, *singles] if singles else stream)


def query_terms(text: str) -> list[Term]:
    """Read what somebody typed into a search box.

    Parameters
    ----------
    text : str
        Words separated by anything; all of them are wanted.

    Returns
    -------
    list of Term
        One term a word: a run of Chinese characters is the phrase of its pairs (one character is
        itself), another word is itself, the last of these as a prefix.

    Notes
    -----
    O(n) time and memory.

    Examples
    --------
    >>> [term.tokens for term in query_terms("街燈壞 led")]
    [('街灯', '灯坏'), ('led',)]
    >>> query_terms("?!")
    []

    """
    terms: list[Term] = []
    pieces = _PIECE.findall(normalise(text))
    for place, (run, word) in enumerate(pieces):
        if word:
            terms.append(Term((word,), is_prefix=place == len(pieces) - 1))
        elif len(run) == 1:
            terms.append(Term((run,)))
        else:
            terms.append(Term(tuple(run[i : i + 2] for i in range(len(run) - 1))))
    return terms
