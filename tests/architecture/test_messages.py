"""The extractor finds every sentence, and the check finds every bad translation."""

from pathlib import Path

import polib
import pytest

from tools import messages
from tools.messages import Key

CODE = """
from django.utils.translation import gettext_lazy as _, ngettext as plural
from django.utils import translation
from django.utils.translation import pgettext as said
from commonweal.kernel.errors import Refusal

HELLO = _("Good " "morning")
CASES = plural("%(n)d case", "%(n)d cases", 2)
OPEN = said("a door", "Open")
ALSO = translation.gettext("Also")
LATER = _(HELLO)


class Closed(Refusal):
    code = "x.closed"
    sentence = "It is {what}. Come again."


class TightlyClosed(Closed):
    code = "x.tightly"
    sentence = "It is shut."


class Other:
    sentence = "Nobody translates this."


know(Parameter(name="age", words="From this age on."))
"""
TEMPLATE = """{% load i18n %}{# translate "Not this" #}
{% translate "Save" %} {% translate "Open" context "a shop" as word %}
{% translate '10% off "now"' %} {% translate name %}
{% blocktranslate trimmed count n=rows %}
  {{ n }} row of {{ name }}
{% plural %}
  {{ n }} rows of {{ name }}
{% endblocktranslate %}
{% blocktranslate with a=b|upper context "x" asvar said %}100% {{ a }}{% endblocktranslate %}
{% include "x.html" with text=_("Inside") %}{{ _("Printed")|upper }}
"""


def write(root: Path, name: str, text: str) -> None:
    path = root / "src" / "commonweal" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def own(root: Path) -> dict[Key, str]:
    """Gather, without what is borrowed from packages."""
    borrowed = {text for text, _plural in messages.BORROWED}
    gathered = messages.gather(root).messages
    return {key: one.plural for key, one in gathered.items() if key.text not in borrowed}


def test_sentences_of_code_are_found_under_any_name(tmp_path: Path) -> None:
    write(tmp_path, "town/rules.py", CODE)

    assert own(tmp_path) == {
        Key("Good morning"): "",
        Key("%(n)d case"): "%(n)d cases",
        Key("Open", "a door"): "",
        Key("Also"): "",
        Key("It is {what}. Come again."): "",
        Key("It is shut."): "",
        Key("From this age on."): "",
    }


def test_sentences_of_templates_are_found_as_django_looks_them_up(tmp_path: Path) -> None:
    write(tmp_path, "web/templates/a.html", TEMPLATE)

    assert own(tmp_path) == {
        Key("Save"): "",
        Key("Open", "a shop"): "",
        Key('10%% off "now"'): "",
        Key("%(n)s row of %(name)s"): "%(n)s rows of %(name)s",
        Key("100%% %(a)s", "x"): "",
        Key("Inside"): "",
        Key("Printed"): "",
    }


@pytest.mark.parametrize("glued", ['_("Hello " + name)', '_(f"Hello {name}")'])
def test_a_glued_sentence_is_refused(tmp_path: Path, glued: str) -> None:
    write(tmp_path, "a.py", f"from django.utils.translation import gettext as _\n{glued}\n")

    (flaw,) = messages.gather(tmp_path).flaws

    assert flaw.where == "a.py:2"


def test_what_is_translated_stays_and_what_nobody_says_goes(tmp_path: Path) -> None:
    write(tmp_path, "web/templates/a.html", '{% translate "Old" %}{% translate "Kept" %}')
    messages.update(tmp_path)
    say(tmp_path, "zh_Hant", Kept="留下", Old="舊的")
    write(tmp_path, "web/templates/a.html", '{% translate "New" %}{% translate "Kept" %}')

    messages.update(tmp_path)
    entries = messages.read(messages.path_of(tmp_path, "zh_Hant"))

    assert entries[Key("Kept")].msgstr == "留下"
    assert entries[Key("New")].msgstr == ""
    assert Key("Old") not in entries


def test_an_update_without_news_changes_no_byte(tmp_path: Path) -> None:
    write(tmp_path, "web/templates/a.html", TEMPLATE)
    messages.update(tmp_path)
    path = messages.path_of(tmp_path, "zh_Hans")
    before = path.read_bytes()

    messages.update(tmp_path)

    assert path.read_bytes() == before


def say(root: Path, language: str, **translations: str) -> None:
    """Translate sentences of one word in a catalogue."""
    path = messages.path_of(root, language)
    entries = messages.read(path)
    for text, said in translations.items():
        entries[Key(text)].msgstr = said
    messages.write(path, language, entries.values())


def flaws_of(meant: str, said: str, language: str = "zh_Hant", *flags: str) -> list[str]:
    """Check one sentence with one translation."""
    entry = polib.POEntry(msgid=meant, msgstr=said, flags=list(flags))
    return list(messages.wrong(entry, language))


@pytest.mark.parametrize(
    ("meant", "said"),
    [
        ("%(n)s of {all}", "{all} 之中的 %(n)s"),
        ('Call <a href="%(u)s">us</a>.', '請<a href="%(u)s">打電話</a>。'),
        ("Error: ", "錯誤："),
        ("%(day)s, %(time)s", "%(day)s %(time)s"),
        ("Send JPEG", "請傳 JPEG"),
    ],
)
def test_a_good_translation_passes(meant: str, said: str) -> None:
    assert flaws_of(meant, said) == []


@pytest.mark.parametrize(
    ("meant", "said", "told"),
    [
        ("Save", "", "not translated"),
        ("Save", "Save", "still English"),
        ("%(n)s cases", "許多個案", "other places"),
        ("{n} cases", "{m} 件個案", "other places"),
        ("<b>Save</b>", "<i>儲存</i>", "other tags"),
        ("Save", "储存", "Simplified"),
        ("Well, yes", "好,是", "narrow"),
        ("Save ", "儲存", "another space"),
    ],
)
def test_a_bad_translation_is_found(meant: str, said: str, told: str) -> None:
    assert any(told in flaw for flaw in flaws_of(meant, said))


def test_traditional_characters_are_found_among_simplified_ones() -> None:
    assert any("Traditional" in flaw for flaw in flaws_of("Save", "儲存", "zh_Hans"))
    assert flaws_of("Save", "保存", "zh_Hans") == []


def test_a_guess_is_found() -> None:
    assert flaws_of("Save", "儲存", "zh_Hant", "fuzzy") == ["is marked as fuzzy"]


def test_missing_and_stale_sentences_are_found(tmp_path: Path) -> None:
    write(tmp_path, "web/templates/a.html", '{% translate "Old" %}')
    messages.update(tmp_path)
    write(tmp_path, "web/templates/a.html", '{% translate "New" %}')

    told = [str(flaw) for flaw in messages.check(tmp_path)]

    assert any("“New” is missing" in flaw for flaw in told)
    assert any("nobody says “Old” any more" in flaw for flaw in told)


def test_a_checkout_without_sentences_has_nothing_to_translate(tmp_path: Path) -> None:
    write(tmp_path, "town/rules.py", "")

    assert list(messages.check(tmp_path)) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("content/a.zh-Hans.md", "# 資料\n"),
        ("cases/texts/a.yaml", "words:\n  en: {subject: x}\n  zh-Hans: {subject: 資料}\n"),
        ("city/units.csv", "code,name.zh-Hant,name.zh-Hans\na,資料,資料\n"),
    ],
)
def test_the_other_script_is_found_in_texts_that_ship(tmp_path: Path, name: str, text: str) -> None:
    write(tmp_path, name, text)

    (flaw,) = messages.check(tmp_path)

    assert "Traditional characters" in flaw.what
