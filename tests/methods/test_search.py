import os
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import pairwise, product
from urllib.parse import urlsplit

import psycopg
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from commonweal.methods.search import (
    CUT,
    LONGEST_QUERY,
    MOST_BYTES,
    MOST_TOKENS,
    Piece,
    Term,
    fts5_query,
    highlights,
    index_text,
    normalise,
    passage,
    query_terms,
    tokens,
    ts_query,
)

# Few characters, so that texts and queries meet; every kind of character, so that they differ.
PIECES = [
    *"街燈灯路裏里發髮发號号台臺薴苧", *"aAbBéèßøŁ12１２", *"かカー々〇한국",
    *"𠮷𪚥", *"किม์עא", *" ,.·　-'\"*:&|!()", *"ﬁⅣ½①㎡", "é", "街\ufe00", "か\u3099",
    "street", "light", "路燈",
    "\u200d", "\u200b", "\u00ad", "😀", "1️⃣", "\x00", "\ud83d", "ᄒ", "ᅡ", "ﾞ",
]  # fmt: skip
texts = st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
queries = st.lists(st.sampled_from(PIECES), min_size=1, max_size=4).map("".join)
corpora = st.lists(texts, min_size=1, max_size=12)


def fts5_hits(corpus: Sequence[str], terms: Sequence[Term]) -> list[int]:
    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE VIRTUAL TABLE page USING fts5 (words, tokenize='unicode61')")
        database.executemany(
            "INSERT INTO page (rowid, words) VALUES (?, ?)",
            [(number, index_text(text)) for number, text in enumerate(corpus)],
        )
        found = database.execute(
            "SELECT rowid FROM page WHERE page MATCH ? ORDER BY rowid", [fts5_query(terms)]
        ).fetchall()
    database.close()
    return [number for (number,) in found]


def postgresql_hits(
    database: psycopg.Connection, corpus: Sequence[str], terms: Sequence[Term]
) -> list[int]:
    found = database.execute(
        "SELECT number FROM unnest(%s::int[], %s::text[]) AS page (number, words)"
        " WHERE to_tsvector('simple', words) @@ %s::tsquery ORDER BY number",
        [list(range(len(corpus))), [index_text(text) for text in corpus], ts_query(terms)],
    ).fetchall()
    return [number for (number,) in found]


def read_hits(corpus: Sequence[str], terms: Sequence[Term]) -> list[int]:
    """Read every index text from beginning to end, with a pattern for each term."""
    patterns = [
        re.compile(
            r"(?<!\S)" + re.escape(" ".join(term.tokens)) + ("" if term.is_prefix else r"(?!\S)")
        )
        for term in terms
    ]
    return [
        number
        for number, text in enumerate(corpus)
        if all(pattern.search(index_text(text)) for pattern in patterns)
    ]


@pytest.fixture(scope="module")
def postgresql() -> Iterator[psycopg.Connection]:
    given_url = urlsplit(os.environ.get("DATABASE_URL", ""))
    url = given_url._replace(path="/postgres", query="").geturl() if given_url.netloc else ""
    try:
        connection = psycopg.connect(
            url or "postgresql://postgres@127.0.0.1/postgres", connect_timeout=3
        )
    except psycopg.OperationalError:
        pytest.skip("No PostgreSQL answers at 127.0.0.1: its hits are not compared.")
    with connection:
        yield connection


@given(corpora, queries)
def test_sqlite_finds_what_a_reader_finds(corpus: list[str], query: str) -> None:
    terms = query_terms(query)
    assume(terms)

    assert fts5_hits(corpus, terms) == read_hits(corpus, terms)


@given(st.text("街燈灯路裏里發髮, a1"), st.text("街燈灯路裏里發髮", min_size=1, max_size=4))
def test_chinese_words_are_found_wherever_they_stand(text: str, query: str) -> None:
    found = fts5_hits([text], query_terms(query))

    assert bool(found) == (normalise(query) in normalise(text))


@given(corpora, queries)
def test_postgresql_finds_what_sqlite_finds(
    postgresql: psycopg.Connection, corpus: list[str], query: str
) -> None:
    terms = query_terms(query)
    assume(terms)

    assert postgresql_hits(postgresql, corpus, terms) == fts5_hits(corpus, terms)


@settings(max_examples=30)
@given(st.lists(st.text(max_size=20), min_size=1, max_size=30))
def test_both_find_every_text_by_its_own_words(
    postgresql: psycopg.Connection, corpus: list[str]
) -> None:
    for number, text in enumerate(corpus):
        terms = query_terms(text)
        if terms:
            found = fts5_hits(corpus, terms)

            assert number in found
            assert postgresql_hits(postgresql, corpus, terms) == found


def test_both_keep_every_character_as_it_is_spelled(postgresql: psycopg.Connection) -> None:
    letters = [c for c in map(chr, range(0x110000)) if unicodedata.category(c)[0] in "LNM"]
    rare = [c for c in letters if c < "\u3400" or "\U00010000" <= c < "\U00011000"]
    latin = ["".join(word) for long in range(1, 6) for word in product("01eaxu", repeat=long)]
    words = [f"a{c}b 1{c}" for c in rare + letters[::97]] + latin
    spelled = sorted({token for word in words for token in tokens(word)})

    with sqlite3.connect(":memory:") as database:
        database.execute("CREATE VIRTUAL TABLE page USING fts5 (words, tokenize='unicode61')")
        database.execute("CREATE VIRTUAL TABLE token USING fts5vocab (page, 'row')")
        database.execute("INSERT INTO page (words) VALUES (?)", [" ".join(spelled)])
        in_sqlite = [token for (token,) in database.execute("SELECT term FROM token")]
    database.close()
    in_postgresql = postgresql.execute(
        "SELECT DISTINCT lexeme FROM unnest(%s::text[]) AS word,"
        " unnest(to_tsvector('simple', word))",
        [spelled],
    ).fetchall()

    assert sorted(in_sqlite) == spelled
    assert sorted(token for (token,) in in_postgresql) == spelled


@pytest.mark.parametrize(
    ("text", "query", "found"),
    [
        ("路口的街燈壞了", "街灯", True),
        ("路口的街灯坏了", "街燈", True),
        ("路口的街燈壞了", "街燈壞了", True),
        ("路口的街燈壞了", "燈", True),
        ("路口的街燈壞了", "路燈", False),
        ("街燈, 燈光", "街燈光", False),
        ("街燈 燈光", "燈光 街燈", True),
        ("the street light is out", "Street Light", True),
        ("the light in the street", "street light", True),
        ("the light in the street", "street-light", False),
        ("a street-light", "street-lig", True),
        ("street lights", "street light", True),
        ("street lights", "light street", False),
        ("Zürcher Straße", "zurcher strasse", True),
        ("ＡＢＣ１２３", "abc123", True),
        ("A座3號", "a座 3号", True),
        ("don't", "don’t", True),
    ],
)
def test_people_find_what_they_mean(
    postgresql: psycopg.Connection, text: str, query: str, found: bool
) -> None:
    terms = query_terms(query)

    assert bool(fts5_hits([text], terms)) == found
    assert bool(postgresql_hits(postgresql, [text], terms)) == found
    assert bool(read_hits([text], terms)) == found


@given(texts | st.text())
def test_a_normal_text_stays_as_it_is(text: str) -> None:
    normal = normalise(text)

    assert normalise(normal) == normal


@given(texts | st.text())
def test_all_normal_forms_are_one(text: str) -> None:
    forms = [unicodedata.normalize(form, text) for form in ("NFC", "NFD", "NFKC", "NFKD")]

    assert {normalise(form) for form in forms} == {normalise(text)}


@given(st.text("aAzZéÉßẞøØκΚσΣςжЖ街燈12 "))
def test_small_letters_and_capitals_are_one(text: str) -> None:
    assert normalise(text.upper()) == normalise(text.lower()) == normalise(text)


def test_traditional_becomes_what_opencc_says() -> None:
    pairs = {"車": "车", "臺": "台", "裏": "里", "髮": "发", "薴": "苎", "苧": "苎", "覆": "覆"}

    assert {one: normalise(one) for one in pairs} == pairs


@given(texts | st.text())
def test_a_token_holds_no_sign_and_no_space(text: str) -> None:
    found = tokens(text)

    assert all(token.isalnum() for token in found)
    assert index_text(text).split() == found


@given(texts)
def test_every_character_of_a_word_is_in_a_token(text: str) -> None:
    joined = "".join(tokens(text))

    assert all(c in joined for c in normalise(text) if "\u4e00" <= c <= "\u9fa5" or c in "ab12")


@given(texts, queries)
def test_what_is_marked_is_what_was_asked_for(text: str, query: str) -> None:
    terms = query_terms(query)
    places = highlights(text, query)

    assert all(start < end for start, end in places)
    assert all(a[1] < b[0] for a, b in pairwise(places))
    marked = [text[start:end] for start, end in places]
    assert all(any(read_hits([part], [term]) for term in terms) for part in marked)
    if terms and read_hits([text], terms):
        assert all(any(read_hits([part], [term]) for part in marked) for term in terms)


@given(texts, st.sampled_from([" ", ", ", "\n"]), texts)
def test_marking_a_part_marks_it_in_the_whole(before: str, between: str, part: str) -> None:
    found = highlights(part, part)

    whole = highlights(before + between + part, part)

    shift = len(before + between)
    for start, end in found:
        assert any(a <= start + shift and end + shift <= b for a, b in whole)


def test_marks_lie_on_the_text_as_it_is_shown() -> None:
    text = "路口的街燈、路燈;Ｓtreet-Li\u00adght Cafe\u0301"

    marked = [text[a:b] for a, b in highlights(text, "燈 街灯 street cafe light")]

    assert marked == ["街燈", "燈", "Ｓtreet", "Li\u00adght", "Cafe\u0301"]


@given(texts, queries, st.integers(min_value=1, max_value=30))
def test_a_passage_is_a_part_of_the_text_marked_where_it_was_found(
    text: str, query: str, room: int
) -> None:
    pieces = passage(text, query, room)

    shown = "".join(piece.text for piece in pieces)
    assert shown.removeprefix(CUT).removesuffix(CUT) in text
    assert len(shown.removeprefix(CUT).removesuffix(CUT)) <= room
    assert all(piece.text for piece in pieces)
    assert all(one.is_found != other.is_found for one, other in pairwise(pieces))
    places = [text[start:end] for start, end in highlights(text, query)]
    for piece in pieces:
        assert not piece.is_found or any(piece.text in place for place in places)


@given(texts, queries)
def test_a_text_that_fits_is_shown_whole(text: str, query: str) -> None:
    pieces = passage(text, query, max(1, len(text)))

    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.is_found] == [
        text[start:end] for start, end in highlights(text, query)
    ]


@given(texts, texts, st.integers(min_value=8, max_value=30))
def test_what_was_found_first_is_in_sight(before: str, after: str, room: int) -> None:
    pieces = passage(f"{before} 街燈 {after}", "街灯", room)

    assert "街燈" in [piece.text[:2] for piece in pieces if piece.is_found] or "街燈" in before


def test_a_passage_is_cut_between_words() -> None:
    text = "The lamp at the bridge has been dark for three weeks, and nobody came to look at it."

    before = passage(text, "weeks", 30)
    none = passage(text, "", 30)

    assert before == [Piece("…three "), Piece("weeks", is_found=True), Piece(", and nobody came …")]
    assert none == [Piece("The lamp at the bridge has …")]


def test_either_script_and_width_is_marked_as_it_was_written() -> None:
    text = "橋頭的路燈壞了，ＬＥＤ 也不亮"

    marked = [p.text for p in passage(text, "桥头的路灯 led") if p.is_found]

    assert marked == ["橋頭的路燈", "ＬＥＤ"]


def test_no_letter_is_cut_in_two() -> None:
    assert passage("e\u0301" * 20, "", 5) == [Piece("e\u0301" * 2 + CUT)]


def test_a_query_without_words_asks_for_nothing() -> None:
    assert query_terms(" -*\"' ") == query_terms("") == []
    assert highlights("street", "?!") == []
    with pytest.raises(ValueError, match="nothing to search for"):
        fts5_query([])
    with pytest.raises(ValueError, match="nothing to search for"):
        ts_query([])


def test_a_long_query_is_cut() -> None:
    terms = query_terms("街燈 " * 10_000 + "x" * 10_000)

    assert terms == [Term(("街灯",))]
    assert len(query_terms("x" * 10_000)[0].tokens[0]) < LONGEST_QUERY


@pytest.mark.parametrize(
    "text",
    [
        "街燈路" * 6_000,
        "street light " * 10_000,
        " ".join(f"{number:x}" for number in range(20_000)),
        " ".join("क" * 60 + f"{number:x}" for number in range(5_000)),
    ],
    ids=["characters", "words", "numbers", "spelled"],
)
def test_a_huge_text_is_cut_where_both_can_follow(
    postgresql: psycopg.Connection, text: str
) -> None:
    found = tokens(text)

    assert len(found) <= MOST_TOKENS
    assert sum(len(token) for token in found) <= MOST_BYTES
    for query in ("街燈路 街", "street-light", "3e7f", "क" * 60 + "7ff"):
        terms = query_terms(query)
        assert postgresql_hits(postgresql, [text], terms) == fts5_hits([text], terms)


def test_a_phrase_after_many_repeats_is_found_by_neither(postgresql: psycopg.Connection) -> None:
    text = "street " * 300 + "street light"

    early, late = query_terms("street-street"), query_terms("street-light")

    assert fts5_hits([text], early) == postgresql_hits(postgresql, [text], early) == [0]
    assert fts5_hits([text], late) == postgresql_hits(postgresql, [text], late) == []
