"""The field tag writes every kind of field so that eyes, ears and keyboards find their way."""

import re

import pytest
from django import forms
from django.template import Context, Template
from django.utils import translation

from commonweal.web.forms.dates import DatePartsField
from commonweal.web.forms.plain import PlainForm
from commonweal.web.templatetags.commonweal import errors_in
from tests.web.urls import EVIL, EveryField, EvilField

ALL_WORDS = {
    "words": "Harbour Road",
    "text": "Dark",
    "district": "n",
    "how": "2",
    "agree": "on",
    "seen_day": "3",
    "seen_month": "2",
    "seen_year": "2026",
}


def drawn(form: forms.BaseForm, name: str, options: str = "") -> str:
    template = Template("{% load commonweal %}{% field bound " + options + " %}")
    return template.render(Context({"bound": form[name]}))


@pytest.mark.parametrize("name", EveryField.base_fields)
def test_every_description_that_is_named_exists(name: str) -> None:
    form = EveryField({})

    html = drawn(form, name)

    named = {
        one for found in re.findall(r'aria-describedby="([^"]*)"', html) for one in found.split()
    }
    there = set(re.findall(r'\bid="([^"]*)"', html))
    assert named <= there
    assert set(re.findall(r'\bfor="([^"]*)"', html)) <= there


def test_an_error_is_joined_to_its_field() -> None:
    html = drawn(EveryField({}), "words")

    assert "govuk-form-group--error" in html
    assert 'aria-describedby="id_words-hint id_words-error"' in html
    assert 'aria-invalid="true"' in html
    assert "Please fill this in." in html


def test_mail_and_phone_are_offered_to_the_browser_to_fill_in() -> None:
    form = EveryField()

    assert 'autocomplete="email"' in drawn(form, "mail")
    assert 'autocomplete="tel"' in drawn(form, "phone")


def test_a_long_text_is_counted_and_never_cut_off() -> None:
    html = drawn(EveryField(), "text")

    assert 'data-count="40"' in html
    assert "maxlength" not in html
    assert "id_text-info" in html


def test_choices_stand_in_a_group_with_a_legend() -> None:
    html = drawn(EveryField({"how": "2"}), "how", 'size="m" heading=True')

    assert html.count('type="radio"') == 2
    assert re.search(r'value="2"[^>]*checked', html)
    assert re.search(r"<legend[^>]*--m[^>]*>\s*<h1[^>]*>How bad is it\?", html)
    assert 'role="radiogroup"' in html


def test_a_choice_may_carry_its_own_hint() -> None:
    template = Template("{% load commonweal %}{% field bound hints=hints %}")

    html = template.render(Context({"bound": EveryField()["tell"], "hints": {"letter": "Slow"}}))

    assert 'aria-describedby="id_tell_1-hint"' in html
    assert "Slow" in html


def test_only_optional_fields_say_that_they_are() -> None:
    form = EveryField()

    assert "(optional)" in drawn(form, "mail")
    assert "(optional)" not in drawn(form, "mail", "mark=False")
    assert "(optional)" not in drawn(form, "words")
    assert "(optional)" not in drawn(form, "agree")


@pytest.mark.parametrize("name", EvilField.base_fields)
def test_nothing_becomes_markup(name: str) -> None:
    form = EvilField({"two": EVIL, "one": EVIL})

    html = drawn(form, name)

    assert "<script" not in html
    assert 'onload="' not in html.replace("&quot;", "")


def test_the_summary_escapes_and_links_to_the_first_thing_that_takes_focus() -> None:
    template = Template("{% load commonweal %}{% error_summary one two %}")

    html = template.render(Context({"one": EveryField({}), "two": EvilField({})}))

    assert "<script" not in html
    assert 'href="#id_how_0"' in html
    assert "Where is it? – Please fill this in." in html
    assert "How bad is it? – Please choose." in html
    assert "tabindex" in html
    assert "autofocus" in html


def test_a_form_without_errors_has_no_summary() -> None:
    template = Template("{% load commonweal %}{% error_summary form %}{% error_prefix form %}")

    assert template.render(Context({"form": EveryField(ALL_WORDS, {})})).strip() == ""


def test_the_boxes_of_a_date_follow_the_language() -> None:
    with translation.override("zh-hant"):
        chinese = drawn(EveryField(), "seen")
    english = drawn(EveryField(), "seen")

    assert re.findall(r'name="seen_(\w+)"', chinese) == ["year", "month", "day"]
    assert re.findall(r'name="seen_(\w+)"', english) == ["day", "month", "year"]


class DateForm(PlainForm):
    """A date alone."""

    seen = DatePartsField(label="Seen")


@pytest.mark.parametrize(
    ("day", "month", "year"),
    [
        ("31", "2", "2026"),
        ("x", "2", "2026"),
        ("1", "", "2026"),
        ("1", "1", "99999"),
        ("²", "1", "1"),
    ],
)
def test_what_cannot_be_a_date_is_said_and_kept(day: str, month: str, year: str) -> None:
    form = DateForm({"seen_day": day, "seen_month": month, "seen_year": year})

    assert errors_in(form)[0]["id"] == "id_seen_day"
    assert f'value="{day}"' in drawn(form, "seen")


def test_a_date_in_three_boxes_is_a_date() -> None:
    form = EveryField(ALL_WORDS)

    assert form.is_valid(), form.errors
    assert form.cleaned_data["seen"].isoformat() == "2026-02-03"
