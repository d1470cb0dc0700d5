"""The frame of the pages: readable without scripts, strict, in the reader's language and size."""

import re
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.template.loader import render_to_string
from django.test import Client
from django.utils import translation

from commonweal.web.templatetags.commonweal import bcp47, colour, dialled, tone
from tests.web.conftest import CITY

pytestmark = pytest.mark.usefixtures("frame")


def test_a_page_says_who_helps_and_escapes_what_the_city_wrote() -> None:
    html = Client().get("/").content.decode()

    assert "Harbour &amp; Field" in html
    assert 'href="tel:+442079460000"' in html
    assert "Monday to Friday" in html
    assert "Map &lt;b&gt;" in html
    assert 'aria-current="page"' in html
    assert 'href="/privacy"' in html


class Inline(HTMLParser):
    """Collects what a strict content policy would refuse."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one tag."""
        names = {name for name, _value in attrs}
        if tag == "style" or (tag == "script" and "src" not in names):
            self.found.append(tag)
        self.found += [name for name in names if name == "style" or name.startswith("on")]


@pytest.mark.parametrize("address", ["/", "/pieces", "/evil"])
def test_no_page_needs_inline_scripts_or_styles(address: str) -> None:
    reader = Inline()

    reader.feed(Client().get(address).content.decode())

    assert reader.found == []


@pytest.mark.parametrize("code", [400, 403, 404, 405, 409, 413, 422, 429, 500, 503])
def test_every_error_page_says_what_to_do_and_whom_to_call(code: int) -> None:
    html = render_to_string(f"{code}.html", {"city": CITY})

    assert html.count("<h1") == 1
    assert "+44 20 7946-0000" in html
    assert 'href="/"' in html


def test_an_error_page_stands_even_when_nothing_is_known() -> None:
    assert "not your fault" in render_to_string("500.html")


def test_a_refusal_stands_on_the_error_page_as_text() -> None:
    html = render_to_string("409.html", {"city": CITY, "refusal": "Somebody <i>was faster."})

    assert "Somebody &lt;i&gt;was faster." in html
    assert "Nothing of yours is lost" not in html


def test_the_language_is_kept_and_the_reader_goes_back() -> None:
    client = Client()

    answer = client.get("/language", {"language": "zh-hant", "next": "/pieces?a=1"})

    assert answer["Location"] == "/pieces?a=1"
    assert answer.cookies[settings.LANGUAGE_COOKIE_NAME].value == "zh-hant"
    html = client.get("/").content.decode()
    assert '<html lang="zh-Hant"' in html
    assert ">English</a>" in html  # every language calls itself by its own name


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "", "javascript:x"]
)
def test_a_choice_never_leads_elsewhere(elsewhere: str) -> None:
    for address, choice in (("/language", {"language": "en"}), ("/text-size", {"size": "larger"})):
        assert Client().get(address, {**choice, "next": elsewhere})["Location"] == "/"


def test_an_unknown_choice_changes_nothing() -> None:
    assert not Client().get("/language", {"language": "xx"}).cookies
    assert not Client().get("/text-size", {"size": '"><script>'}).cookies


def test_larger_text_is_kept() -> None:
    client = Client()
    client.get("/text-size", {"size": "larger"})

    html = client.get("/").content.decode()

    assert "cw-larger-text" in html
    assert "size=normal" in html


def test_only_true_colours_reach_the_stylesheet() -> None:
    answer = Client().get("/city.css")

    assert answer["Content-Type"] == "text/css; charset=utf-8"
    assert "--govuk-brand-colour: #aa2211;" in answer.content.decode()
    assert "display" not in answer.content.decode()
    assert "link" not in answer.content.decode()


def test_the_stylesheet_is_not_sent_twice() -> None:
    tag = Client().get("/city.css")["ETag"]

    assert Client().get("/city.css", headers={"If-None-Match": tag}).status_code == 304
    assert Client().post("/city.css").status_code == 405


def test_pages_are_linked_with_the_filters_that_hold() -> None:
    html = Client().get("/pieces", {"state": "a&b", "page": "4"}).content.decode()

    assert 'href="?state=a%26b&amp;page=5" rel="next"' in html
    assert re.search(r'page=4"[^>]*aria-current="page"', html)
    assert html.count("govuk-pagination__item--ellipsis") == 2


def test_an_answer_with_errors_names_them_in_the_title() -> None:
    html = Client().post("/pieces", {}).content.decode()

    assert "<title>Error: Pieces" in html


def test_small_words_are_written_as_machines_want_them() -> None:
    assert [bcp47(code) for code in ("zh-hant", "en", None)] == ["zh-Hant", "en", "en"]
    assert [colour(value) for value in ("#12ab9F", "#123", "red", None)] == ["#12ab9f", "", "", ""]
    assert dialled("(03) 12-34 ext") == "031234"
    assert [tone(state) for state in ("IN_WORK", "contested", "?")] == [
        "moving",
        "disputed",
        "plain",
    ]


def test_the_frame_is_translated_where_a_catalogue_is() -> None:
    with translation.override("zh-hans"):
        assert '<html lang="zh-Hans"' in render_to_string("404.html", {"city": CITY})
