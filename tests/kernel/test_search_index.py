"""What is indexed is found, on both engines, in both scripts."""

from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import Expression

from commonweal.kernel import actions, queries
from commonweal.kernel.adapters import full_text
from commonweal.kernel.errors import UnsearchableText
from commonweal.kernel.models import SearchText
from commonweal.kernel.types import Findable

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def found(text: str) -> set[UUID]:
    by_index, by_look = (
        set(SearchText.objects.filter(condition).values_list("ref", flat=True))
        for condition in ways(text)
    )
    assert by_index == by_look
    return by_index


def ways(text: str) -> list[Expression]:
    said = full_text.query(connection.vendor, text)
    asked = (connection.vendor, "case", said, "kernel_searchtext.ref")
    return [full_text.matching(*asked), full_text.holding(*asked)]


def index(text: str) -> UUID:
    ref = uuid4()
    actions.index([Findable(kind="case", ref=ref, text=text)], at=queries.clock())
    return ref


def test_traditional_finds_simplified_and_the_other_way_round() -> None:
    lamp = index("北街的路灯坏了")
    bin_ = index("垃圾桶滿了 The bin is full")

    assert found("路燈") == {lamp}
    assert found("垃圾桶满") == {bin_}
    assert found("桶") == {bin_}


def test_the_last_latin_word_may_be_begun_only() -> None:
    bin_ = index("The bin is full")

    assert found("full BI") == {bin_}
    assert found("bi full") == set()


def test_what_is_forgotten_is_not_found() -> None:
    ref = index("broken lamp")

    actions.forget(kind="case", ref=ref)

    assert found("lamp") == set()


def test_a_new_text_replaces_the_old() -> None:
    ref = index("broken lamp")

    actions.index([Findable(kind="case", ref=ref, text="dark street")], at=queries.clock())

    assert (found("lamp"), found("dark")) == (set(), {ref})


@pytest.mark.parametrize("text", ["?!", "'", '"', "   "])
def test_words_without_letters_are_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(UnsearchableText):
        found(text)


@pytest.mark.parametrize("text", ["lamp' OR 1", 'lamp" NOT x', "lamp:*|!", "lamp\\", "NEAR(lamp)"])
def test_the_language_of_the_engine_is_not_spoken(text: str) -> None:
    index("a lamp")

    assert found(text) is not None


@pytest.mark.parametrize("is_counted", [True, False])
def test_words_that_very_many_hold_are_looked_for_in_each(
    monkeypatch: pytest.MonkeyPatch, is_counted: bool
) -> None:
    monkeypatch.setattr(full_text, "MANY", 2)
    actions.index(
        [Findable(kind="case", ref=uuid4(), text=f"dark lamp {n}") for n in range(40)],
        at=queries.clock(),
    )
    if connection.vendor == "postgresql" and is_counted:
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE kernel_searchtext")

    many = queries.found(kind="case", text="lamp", column="kernel_searchtext.ref")
    few = queries.found(kind="case", text="bin", column="kernel_searchtext.ref")
    elsewhere = queries.found(kind="case.public", text="lamp", column="kernel_searchtext.ref")

    assert (many.are_many, few.are_many, elsewhere.are_many) == (True, False, False)
    assert SearchText.objects.filter(many.is_held).count() == 40
    assert not SearchText.objects.filter(elsewhere.is_held).exists()
