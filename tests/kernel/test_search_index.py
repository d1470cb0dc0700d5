"""What is indexed is found, on both engines, in both scripts."""

from uuid import UUID, uuid4

import pytest

from commonweal.kernel import actions, queries
from commonweal.kernel.errors import UnsearchableText
from commonweal.kernel.models import SearchText
from commonweal.kernel.types import Findable

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def found(text: str) -> set[UUID]:
    return set(
        SearchText.objects.filter(ref__in=queries.found(kind="case", text=text)).values_list(
            "ref", flat=True
        )
    )


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
