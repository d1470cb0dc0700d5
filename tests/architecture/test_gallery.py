"""The gallery shows every piece in every way in which it can be called, and only where it may."""

import re
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from commonweal.web.pages import gallery

ROOT = Path(__file__).resolve().parents[2] / "src" / "commonweal" / "web" / "templates"
FILES = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "components").iterdir()}
BY_TAG = {"field", "error_summary", "pagination"}
SHOWN = re.compile(r"{{ *(\w+)")
ASKED = re.compile(r"{% (?:if|elif) (.*?) %}")
WALKED = re.compile(r"{% for (\w+) in (\w+)")
BOUND = re.compile(r"{% blocktranslate[^%]* with (\w+)=")
NO_NAMES = re.compile(r'"[^"]*"|\|[\w:]+|\.\w+|\b(?:and|or|not|in)\b|\b\d+')
GIVEN = re.compile(r"(\w+)=")


def values(source: str) -> set[str]:
    """Name what a piece is made from: what it shows, asks for or goes through."""
    own = {name for name, _ in WALKED.findall(source)} | {"forloop", *BOUND.findall(source)}
    asked = " ".join(NO_NAMES.sub(" ", said) for said in ASKED.findall(source))
    found = {*SHOWN.findall(source), *re.findall(r"\w+", asked)}
    return (found | {name for _, name in WALKED.findall(source)}) - own


def test_every_piece_is_in_the_gallery() -> None:
    assert set(gallery.PIECES) == set(FILES), "Show it in templates/gallery/pieces, add its name."


@pytest.mark.parametrize("name", sorted(set(FILES) - BY_TAG))
def test_every_value_of_a_piece_is_given_in_some_state(name: str) -> None:
    shown = gallery.calls(name)

    assert all(f'"components/{name}.html"' in call for call in shown)
    given = set(GIVEN.findall(" ".join(shown)))
    assert values(FILES[name]) - given == set(), "Show it with these too."


def test_the_values_of_a_piece_are_seen_in_its_template() -> None:
    assert values(FILES["button"]) == {"url", "kind", "name", "value", "text"}
    assert values(FILES["timeline"]) == {"items"}


def test_every_icon_and_every_kind_of_field_is_shown() -> None:
    assert set(re.findall(r'name == "(\w+)"', FILES["icon"])) == set(gallery.ICONS)
    fields = set(re.findall(r"form\.(\w+)", " ".join(gallery.calls("field"))))
    assert fields == set(gallery.Example.base_fields)


@pytest.mark.django_db
def test_the_gallery_tells_each_piece_with_its_call_and_shows_it() -> None:
    page = Client().get("/style/").content.decode()

    for name in gallery.PIECES:
        assert f'id="{name}"' in page
    assert page.count('<pre class="cw-call"') == sum(len(gallery.calls(n)) for n in gallery.PIECES)
    assert "components/button.html&quot; with text=_(&quot;Continue&quot;) only" in page
    assert 'class="govuk-button govuk-button--warning" name="act" value="down"' in page


@pytest.mark.django_db
def test_the_pieces_for_mistakes_are_shown_when_the_fields_are_sent_empty() -> None:
    page = Client().post("/style/").content.decode()

    assert page.count("govuk-error-summary__title") == 1
    assert page.count("govuk-error-message") == 6


@pytest.mark.django_db
def test_a_real_city_has_no_gallery(settings: Settings) -> None:
    settings.GALLERY = False

    assert Client().get("/style/").status_code == 404
