"""Words of a text as a search index sees them: Chinese in either script, and all other languages.

How index and query fit together. A text is cut into runs: *words* (letters and digits) and
*runs of characters* of scripts written without spaces (Han, kana, Hangul). The index text is one
stream of tokens, separated by spaces, whose order counts:

- a word is one token: ``street light`` gives ``street light``;
- a run of characters gives its bigrams in order, then its unigrams: ``路街灯`` gives
  ``路街 街灯 路 街 灯``.

A query asks for all of its terms. A term is a phrase of tokens that stand one after the other:
consecutive words (``street-light``), or consecutive bigrams (``路街灯`` asks for ``路街 街灯``), or
a single unigram. The unigrams that follow each run keep the bigrams of two runs apart, so a phrase
never reaches across a space or a comma between Chinese words; and since bigrams have two characters
and unigrams one, neither is taken for the other.

Tokens consist only of characters that SQLite's ``unicode61`` and PostgreSQL's ``simple``
configuration both keep as they are, under any locale: ASCII, letters of Latin, Greek and Cyrillic,
Han, kana, Hangul. Any other character is spelled ``u`` and five hexadecimal digits, and so is an e
after leading digits, which PostgreSQL would read as a number. So both give the same hits:
`fts5_query` is for a column with ``tokenize='unicode61'``; `ts_query` is cast to ``tsquery`` and
matched with ``to_tsvector('simple', index_text)``.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from itertools import pairwise

LONGEST_WORD = 64
LONGEST_QUERY = 200
MOST_TOKENS = 16_000
MOST_BYTES = 800_000
MOST_REPEATS = 250
FILLER = "u00000"
CUT = "…"
NEAR = 12  # characters within which a space is looked for to cut at

_MARKS = (
    (0x0300, 0x036F),
    (0x1AB0, 0x1AFF),
    (0x1DC0, 0x1DFF),
    (0x20D0, 0x20FF),
    (0xFE20, 0xFE2F),
)
_UNSEEN = (
    (0x00AD, 0x00AD),
    (0x180B, 0x180F),
    (0x200C, 0x200F),
    (0x202A, 0x202E),
    (0x2060, 0x206F),
    (0xFE00, 0xFE0F),
    (0xFEFF, 0xFEFF),
    (0xE0000, 0xE0FFF),
)
_WITHOUT_SPACES = (
    (0x1100, 0x11FF),
    (0x3005, 0x3007),
    (0x3021, 0x3029),
    (0x3031, 0x3035),
    (0x3041, 0x312F),
    (0x3131, 0x318E),
    (0x31A0, 0x31BF),
    (0x31F0, 0x31FF),
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xA960, 0xA97C),
    (0xAC00, 0xD7FB),
    (0xF900, 0xFAFF),
    (0x20000, 0x3FFFF),
)
_KEPT = (
    (0x00DF, 0x024F),
    (0x0370, 0x052F),
    (0x3041, 0x3096),
    (0x30A1, 0x30FE),
    (0x3400, 0x4DB5),
    (0x4E00, 0x9FA5),
    (0xAC00, 0xD7A3),
)
# PostgreSQL reads 3e7a as the number 3e7 and the letter a.
_BEGINS_LIKE_A_FLOAT = re.compile(r"^([0-9]+)e")
_JAMO_AFTER_THE_FIRST = ((0x1160, 0x11FF),)


@dataclass(frozen=True)
class Term:
    """One thing a query asks for: tokens that stand one after the other in the index.

    Parameters
    ----------
    tokens : tuple of str
        At least one token, as in the index.
    is_prefix : bool
        Whether the last token may go on.

    """

    tokens: tuple[str, ...]
    is_prefix: bool = False


@dataclass(frozen=True)
class Piece:
    """A part of a text: what was asked for, or what stands before, between or after it.

    Parameters
    ----------
    text : str
        The characters as they are shown, never escaped: whoever writes HTML does that.
    is_found : bool
        Whether a query asks for it.

    """

    text: str
    is_found: bool = False


def normalise(text: str) -> str:
    r"""Text without the differences a search should not see.

    Compatibility forms (full-width letters, ligatures) become plain, capitals small, accents on
    letters and invisible characters go, Traditional Chinese characters become Simplified.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Normal form; ``normalise(normalise(text)) == normalise(text)``.

    Notes
    -----
    O(n) time. Characters are replaced one by one, by the first choice of OpenCC's table, which is
    read once; phrases are not looked at. The more than four thousand characters fold onto fewer,
    so 發 and 髮 are found together.

    References
    ----------
    .. [1] Unicode Standard Annex 15, Unicode Normalization Forms.
    .. [2] OpenCC, Open Chinese Convert, dictionary TSCharacters. https://github.com/BYVoid/OpenCC

    Examples
    --------
    >>> normalise("Ｚürich 街燈")
    'zurich 街灯'

    """
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).translate(_removed()).casefold()
    plain = unicodedata.normalize("NFKD", plain).translate(_removed())
    return unicodedata.normalize("NFC", plain).translate(_simplified())


def tokens(text: str) -> list[str]:
    """Tokens of a text in the order in which the index holds them.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    list of str
        Words; after the bigrams of a run of characters its unigrams. At most 16,000 tokens and
        800,000 bytes: what comes later in a text is not found.

    Notes
    -----
    O(n) time. Words are cut at 64 characters. From its 251st time on a token is replaced by a
    filler that nobody asks for, since PostgreSQL forgets those positions.

    References
    ----------
    .. [1] Luk, Kwok (2002). A comparison of Chinese document indexing strategies and retrieval
       models. ACM TALIP 1(3).

    Examples
    --------
    >>> tokens("街燈 12, street light")
    ['街灯', '街', '灯', '12', 'street', 'light']

    """
    found: list[str] = []
    times: Counter[str] = Counter()
    room = MOST_BYTES
    for token, _, _ in _stream(normalise(text)):
        times[token] += 1
        kept = token if times[token] <= MOST_REPEATS else FILLER
        room -= len(kept.encode())
        if room < 0 or len(found) == MOST_TOKENS:
            break
        found.append(kept)
    return found


def index_text(text: str) -> str:
    """Text that is given to the index.

    Parameters
    ----------
    text : str
        Any text.

    Returns
    -------
    str
        Its `tokens` with a space between them.

    Notes
    -----
    O(n) time. For a column of FTS5 with ``tokenize='unicode61'``, or for
    ``to_tsvector('simple', ...)``.

    Examples
    --------
    >>> index_text("路街燈!")
    '路街 街灯 路 街 灯'

    """
    return " ".join(tokens(text))


def query_terms(text: str) -> list[Term]:
    """Terms that a text must all contain to be found.

    Parameters
    ----------
    text : str
        What somebody typed; the first 200 characters count.

    Returns
    -------
    list of Term
        In order, each once. Empty when there is nothing to search for: no letter, no digit.

    Notes
    -----
    O(n) time. A word that ends the query may go on (``str`` finds ``street``).

    Examples
    --------
    >>> query_terms("路街燈 燈 str")
    [Term(tokens=('路街', '街灯'), is_prefix=False), Term(tokens=('灯',), is_prefix=False), Term(tokens=('str',), is_prefix=True)]

    """  # noqa: E501  # an answer stands on one line
    found: dict[Term, None] = {}
    typed = normalise(text[:LONGEST_QUERY]).split()
    for number, part in enumerate(typed, start=1):
        phrase: list[str] = []
        for characters, start, end in _runs(part):
            if not characters:
                phrase.append(_spelled(part[start:end]))
                continue
            if phrase:
                found[Term(tuple(phrase))] = None
                phrase = []
            pairs = [_spelled(part[at : at + 2]) for at in range(start, end - 1)]
            found[Term(tuple(pairs) or (_spelled(part[start]),))] = None
        if phrase:
            found[Term(tuple(phrase), is_prefix=number == len(typed))] = None
    return list(found)


def fts5_query(terms: Sequence[Term]) -> str:
    """Terms in the query language of SQLite's FTS5.

    Parameters
    ----------
    terms : sequence of Term
        What `query_terms` gives, at least one.

    Returns
    -------
    str
        For ``... MATCH ?``; all terms are asked for.

    Raises
    ------
    ValueError
        Without terms: show everything, or ask for a word.

    Notes
    -----
    O(n) time. Nothing a person types reaches the query language: tokens hold no sign.

    References
    ----------
    .. [1] SQLite FTS5 Extension, section 3. https://www.sqlite.org/fts5.html

    Examples
    --------
    >>> fts5_query(query_terms("路街燈 str"))
    '"路街 街灯" AND "str" *'

    """
    _need(terms)
    return " AND ".join(f'"{" ".join(term.tokens)}"{" *" * term.is_prefix}' for term in terms)


def ts_query(terms: Sequence[Term]) -> str:
    """Terms in the query language of PostgreSQL.

    Parameters
    ----------
    terms : sequence of Term
        What `query_terms` gives, at least one.

    Returns
    -------
    str
        To be cast: ``... @@ %s::tsquery``; all terms are asked for.

    Raises
    ------
    ValueError
        Without terms: show everything, or ask for a word.

    Notes
    -----
    O(n) time. Nothing a person types reaches the query language: tokens hold no sign.

    References
    ----------
    .. [1] PostgreSQL documentation, section 8.11.2, tsquery.

    Examples
    --------
    >>> ts_query(query_terms("路街燈 str"))
    "'路街' <-> '街灯' & 'str':*"

    """
    _need(terms)
    return " & ".join(
        " <-> ".join(f"'{word}'" for word in term.tokens) + ":*" * term.is_prefix for term in terms
    )


def highlights(text: str, query: str) -> list[tuple[int, int]]:
    """Places of a text that a query asks for.

    Parameters
    ----------
    text : str
        The text as it is shown.
    query : str
        What somebody typed.

    Returns
    -------
    list of pairs of int
        ``(start, end)`` with ``text[start:end]`` to be marked; in order, apart from each other,
        whole letters with their accents. A word that may go on is marked to its end.

    Notes
    -----
    O(n * m) time for n tokens of the text and m terms.

    Examples
    --------
    >>> text = "The Street-Light (街燈)"
    >>> [text[start:end] for start, end in highlights(text, "街灯 street lig")]
    ['Street', 'Light', '街燈']

    """
    plain, source = _traced(text)
    stream = list(_stream(plain))
    places = sorted(
        (source[stream[at][1]][0], source[stream[at + len(term.tokens) - 1][2] - 1][1])
        for term in query_terms(query)
        for at in range(len(stream) - len(term.tokens) + 1)
        if _stands(term, stream, at)
    )
    marked: list[tuple[int, int]] = []
    for start, end in places:
        if marked and start <= marked[-1][1]:
            marked[-1] = (marked[-1][0], max(end, marked[-1][1]))
        else:
            marked.append((start, end))
    return marked


def passage(text: str, query: str, room: int = 160) -> list[Piece]:
    """Part of a text around what a query asks for, in pieces to be marked or not.

    Parameters
    ----------
    text : str
        The text as it is stored.
    query : str
        What somebody typed; may be empty.
    room : int, default: 160
        How many characters of the text are shown at most, at least one.

    Returns
    -------
    list of Piece
        In order, none empty, next to each other never two of the same sort. All of a text that
        fits; else the part that begins a little before the first place found, with "…" where
        something was cut. Cuts fall between words where a space is near, never inside a letter.

    Notes
    -----
    O(n * m) time for n tokens of the text and m terms.

    Examples
    --------
    >>> passage("The street lamp (街燈) is dark.", "街灯", room=20)
    [Piece(text='…lamp (', is_found=False), Piece(text='街燈', is_found=True), Piece(text=') is dark.', is_found=False)]

    """  # noqa: E501  # an answer stands on one line
    places = highlights(text, query) if query else []
    start, end = _window(text, places[0][0] if places else 0, room)
    pieces: list[Piece] = []
    at = start
    for first, last in places:
        first, last = max(first, start), min(last, end)  # noqa: PLW2901  (clipped)
        if first >= last:
            continue
        pieces += [Piece(text[at:first]), Piece(text[first:last], is_found=True)]
        at = last
    pieces.append(Piece(text[at:end]))
    if start > 0:
        pieces.insert(0, Piece(CUT))
    if end < len(text):
        pieces.append(Piece(CUT))
    return _joined(pieces)


def _window(text: str, found: int, room: int) -> tuple[int, int]:
    """Choose what is shown: everything, or from a little before what was found."""
    if len(text) <= room:
        return 0, len(text)
    start = _cut_near(text, max(0, min(found - room // 4, len(text) - room)), forth=True)
    start = min(start, found)
    end = min(len(text), start + room)
    return start, _cut_near(text, end, forth=False) if end < len(text) else end


def _cut_near(text: str, at: int, *, forth: bool) -> int:
    """Move a cut to the next space if one is near, else out of the letter it falls into."""
    if at in {0, len(text)}:
        return at
    near = range(at, min(len(text), at + NEAR)) if forth else range(at, max(0, at - NEAR), -1)
    for place in near:
        if text[place - 1].isspace():
            return place
    while at > 0 and not _begins(text[at]):
        at -= 1
    return at


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Leave empty pieces out, and make one of neighbours of the same sort."""
    joined: list[Piece] = []
    for piece in pieces:
        if piece.text and joined and joined[-1].is_found == piece.is_found:
            joined[-1] = Piece(joined[-1].text + piece.text, piece.is_found)
        elif piece.text:
            joined.append(piece)
    return joined


def _need(terms: Sequence[Term]) -> None:
    if not terms:
        raise ValueError("nothing to search for: show everything, or ask for a word")


def _stands(term: Term, stream: list[tuple[str, int, int]], at: int) -> bool:
    *first, last = term.tokens
    there = stream[at + len(first)][0]
    if there != last and not (term.is_prefix and there.startswith(last)):
        return False
    return all(stream[at + ahead][0] == word for ahead, word in enumerate(first))


def _stream(plain: str) -> Iterator[tuple[str, int, int]]:
    """Tokens of a normal text, each with its place."""
    for characters, start, end in _runs(plain):
        if not characters:
            yield _spelled(plain[start:end]), start, end
            continue
        for long in (2, 1):
            for at in range(start, end - long + 1):
                yield _spelled(plain[at : at + long]), at, at + long


def _runs(plain: str) -> Iterator[tuple[bool, int, int]]:
    """Words, and runs of characters (True) of scripts written without spaces."""
    start, running = 0, _kind("\0")
    for at, character in enumerate(plain + "\0"):
        kind = _kind(character)
        if kind != running:
            if running is not None:
                yield running, start, at
            start, running = at, kind


@lru_cache(maxsize=65_536)
def _kind(character: str) -> bool | None:
    """Tell a character of a script without spaces (True) from one of a word, and from neither."""
    if unicodedata.category(character)[0] not in "LNM":
        return None
    return _within(character, _WITHOUT_SPACES)


def _spelled(word: str) -> str:
    word = word[:LONGEST_WORD]
    if not word.isascii():
        word = "".join(map(_letter, word))
    return _BEGINS_LIKE_A_FLOAT.sub(r"\1u00065", word)


@lru_cache(maxsize=65_536)
def _letter(character: str) -> str:
    kept = character.isascii() or (character.isalpha() and _within(character, _KEPT))
    return character if kept else f"u{ord(character):05x}"


def _within(character: str, ranges: tuple[tuple[int, int], ...]) -> bool:
    code = ord(character)
    return any(first <= code <= last for first, last in ranges)


def _traced(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Make a text normal, and keep for each of its characters the place it comes from."""
    starts = [at for at, character in enumerate(text) if at == 0 or _begins(character)]
    plain: list[str] = []
    source: list[tuple[int, int]] = []
    for start, end in pairwise([*starts, len(text)]):
        piece = normalise(text[start:end])
        plain.append(piece)
        source += [(start, end)] * len(piece)
    return "".join(plain), source


@lru_cache(maxsize=65_536)
def _begins(character: str) -> bool:
    """Tell whether a character stays apart from what stands before it in every normal form."""
    first = unicodedata.normalize("NFKD", character)[0]
    return not (
        _within(first, _UNSEEN)
        or _within(first, _JAMO_AFTER_THE_FIRST)
        or unicodedata.category(first)[0] == "M"
    )


@lru_cache(maxsize=1)
def _removed() -> dict[int, None]:
    gone = (range(first, last + 1) for first, last in _MARKS + _UNSEEN)
    return dict.fromkeys(code for codes in gone for code in codes)


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Traditional to Simplified characters; a choice that is itself Traditional is followed."""
    table = files("opencc") / "dictionary" / "TSCharacters.txt"
    lines = (line.split() for line in table.read_text(encoding="utf-8").splitlines())
    first = {traditional: choice for traditional, choice, *_ in lines}
    return {ord(one): first.get(choice, choice) for one, choice in first.items()}
