"""The profile folder of the sample city: whole, in three languages, with a true calendar."""

import json
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from shapely import unary_union
from shapely.geometry import Polygon, shape

from commonweal.cases import queries as the_cases
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.kernel.types import SYSTEM
from commonweal.simulation.adapters.texts import PROFILE, book
from tools import draw_sample_city

LANGUAGES = {"zh-Hant", "zh-Hans", "en"}
AT = datetime(2026, 1, 2, tzinfo=UTC)


def easter(year: int) -> date:
    """Find Easter Sunday by the anonymous Gregorian computus."""
    a, b, c = year % 19, year // 100, year % 100
    d, e = divmod(b, 4)
    g = (8 * b + 13) // 25
    h = (19 * a + b - d - g + 15) % 30
    i, k = divmod(c, 4)
    m = (32 + 2 * e + 2 * i - h - k) % 7
    n = (a + 11 * h + 22 * m) // 451
    month, day = divmod(h + m - 7 * n + 114, 31)
    return date(year, month, day + 1)


@pytest.mark.django_db
def test_the_folder_passes_its_check() -> None:
    assert city.check_folder(PROFILE) == []


@pytest.mark.django_db
def test_the_folder_brings_the_city_that_was_promised() -> None:
    city.load_folder(folder=PROFILE, by=SYSTEM, at=AT, reason="try it")
    categories = the_cases.categories()
    below = [card for card in categories if card.parent_id]

    assert len(the_city.districts()) == 12
    assert len(the_city.landmarks(limit=100)) >= 40
    assert len(the_city.units()) == 9
    assert (len(categories) - len(below), len(below)) == (8, 40)
    assert sum(bool(card.questions) for card in below) >= 12
    assert sum(any(q.after for q in card.questions) for card in below) >= 12
    assert len(the_cases.rules_in_order()) >= 25


@pytest.mark.django_db
def test_every_category_has_words_in_every_language() -> None:
    city.load_folder(folder=PROFILE, by=SYSTEM, at=AT, reason="try it")

    for card in the_cases.categories():
        assert set(card.names) == LANGUAGES
        assert set(card.hints) == LANGUAGES
        if card.parent_id:
            assert {language for language, words in card.keywords.items() if words} == LANGUAGES


@pytest.mark.django_db
def test_what_people_type_finds_its_category() -> None:
    city.load_folder(folder=PROFILE, by=SYSTEM, at=AT, reason="try it")

    for typed, code in [
        ("路燈唔著", "street-lamp"),
        ("路灯坏了", "street-lamp"),
        ("street light", "street-lamp"),
        ("水浸", "flooding"),
        ("井盖没了", "drain-cover"),
        ("pothole", "pothole"),
        ("老鼠", "pests"),
        ("wheelchair ramp", "barrier"),
    ]:
        found = [card.code for card in the_cases.suggest_categories(typed)]
        assert code in found[:3], (typed, found)


def test_every_category_has_reports_and_answers_in_every_language() -> None:
    told = yaml.safe_load((PROFILE / "categories.yaml").read_text(encoding="utf-8"))
    codes = {below["code"] for top in told for below in top["below"]}
    phrases = book()

    assert set(phrases.reports) == set(phrases.answers) == codes
    for said in (*phrases.reports.values(), *phrases.answers.values()):
        assert {language for language, texts in said.items() if texts} == LANGUAGES


def test_districts_meet_without_gap_or_overlap() -> None:
    told = json.loads((PROFILE / "districts.geojson").read_text(encoding="utf-8"))
    shapes = [shape(one["geometry"]) for one in told["features"]]
    whole = unary_union(shapes)

    assert all(one.is_valid for one in shapes)
    assert isinstance(whole, Polygon)
    assert not list(whole.interiors)
    assert abs(whole.area - sum(one.area for one in shapes)) < 1e-12
    assert (PROFILE / "districts.geojson").stat().st_size < 40_000


@pytest.mark.django_db
def test_every_landmark_lies_in_a_district() -> None:
    city.load_folder(folder=PROFILE, by=SYSTEM, at=AT, reason="try it")

    marks = the_city.landmarks(limit=100)

    assert all(mark.district_id for mark in marks)
    assert set(Counter(mark.district_id for mark in marks)) == {d.id for d in the_city.districts()}


def test_the_map_is_drawn_anew_as_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(draw_sample_city, "FOLDER", tmp_path)

    draw_sample_city.main()

    for name in ("districts.geojson", "landmarks.csv"):
        assert (tmp_path / name).read_text("utf-8") == (PROFILE / name).read_text("utf-8")


@pytest.mark.parametrize("year", [2026, 2027])
def test_holidays_fall_on_the_days_that_law_and_moon_say(year: int) -> None:
    told = yaml.safe_load((PROFILE / "calendar.yaml").read_text(encoding="utf-8"))
    named = {one["day"]: one["name"]["en"] for one in told["holidays"] if one["day"].year == year}
    good_friday = easter(year) - timedelta(days=2)
    weekdays = {
        2026: "Thu Tue Wed Thu Fri Sat Mon Tue Fri Mon Fri Wed Sat Thu Mon Fri Sat",
        2027: "Fri Sat Mon Tue Fri Sat Mon Mon Sat Thu Wed Thu Thu Fri Fri Sat Mon",
    }

    assert len(named) == 17
    assert not [day for day in named if day.weekday() == 6]  # a Sunday's holiday moves
    assert named[good_friday] == "Good Friday"
    assert named[good_friday + timedelta(days=1)] == "The day following Good Friday"
    assert {date(year, 1, 1), date(year, 5, 1), date(year, 7, 1), date(year, 10, 1)} <= set(named)
    assert [day.strftime("%a") for day in sorted(named)] == weekdays[year].split()


def test_a_make_up_morning_falls_on_a_saturday_after_the_eve_it_makes_up_for() -> None:
    told = yaml.safe_load((PROFILE / "calendar.yaml").read_text(encoding="utf-8"))
    days = [one["day"] for one in told["make_up_days"]]
    new_year = [
        one["day"] for one in told["holidays"] if one["name"]["en"] == "Lunar New Year's Day"
    ]

    for first in new_year:
        assert first - timedelta(days=1) in days
    assert [day.weekday() for day in days[1::2]] == [5, 5]
