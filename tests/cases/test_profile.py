"""Categories and routing rules as files: checked with line and remedy, loaded, saved, the same."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from commonweal.cases import profile, queries
from commonweal.city import actions as city
from commonweal.city.errors import ProfileHasProblems
from commonweal.kernel.types import SYSTEM
from commonweal.simulation.adapters.texts import PROFILE

pytestmark = pytest.mark.django_db

AT = datetime(2026, 1, 2, tzinfo=UTC)
NAMES = "{zh-Hant: 燈, zh-Hans: 灯, en: Lamp}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the sample city's folder, to be spoilt."""
    shutil.copytree(PROFILE, tmp_path / "city")
    return tmp_path / "city"


def problems(folder: Path, file: str, text: str) -> list[tuple[str, int, str, str]]:
    (folder / file).write_text(text, encoding="utf-8")
    if file == "categories.yaml":
        (folder / "routing.yaml").unlink(missing_ok=True)
    return [(one.file, one.line, one.what, one.remedy) for one in profile.check(folder)]


def load(folder: Path) -> dict[str, tuple[int, int, int]]:
    done = city.load_folder(folder=folder, by=SYSTEM, at=AT, reason="try it")
    return {one.part: (one.added, one.changed, one.unchanged) for one in done}


def test_a_folder_loads_once_and_then_changes_nothing(folder: Path) -> None:
    first, second = load(folder), load(folder)

    assert first["categories"] == (48, 0, 0)
    assert first["routing"] == (28, 0, 0)
    assert second["categories"] == (0, 0, 48)
    assert second["routing"] == (0, 0, 28)


def test_a_saved_folder_loads_back_to_the_same(folder: Path, tmp_path: Path) -> None:
    load(folder)
    before = queries.categories(), queries.rules_in_order()

    city.save_folder(tmp_path / "saved")
    again = load(tmp_path / "saved")

    assert city.check_folder(tmp_path / "saved") == []
    assert again["categories"] == (0, 0, 48)
    assert again["routing"] == (0, 0, 28)
    assert (queries.categories(), queries.rules_in_order()) == before


def test_one_changed_word_changes_one_category(folder: Path) -> None:
    load(folder)
    path = folder / "categories.yaml"
    path.write_text(path.read_text("utf-8").replace("en: Street lamp}", "en: Lamp}"), "utf-8")

    assert load(folder)["categories"] == (0, 1, 47)
    card = queries.category_by_code("street-lamp")
    assert card is not None
    assert (card.names["en"], card.version) == ("Lamp", 2)


def test_rules_are_asked_in_the_order_of_the_file(folder: Path) -> None:
    load(folder)
    path = folder / "routing.yaml"
    said = yaml.safe_load(path.read_text("utf-8"))
    path.write_text(yaml.safe_dump(said[::-1], allow_unicode=True), encoding="utf-8")

    load(folder)

    assert [card.names["en"] for card in queries.rules_in_order()] == [
        one["names"]["en"] for one in said[::-1]
    ]


def test_a_folder_without_the_files_leaves_everything_as_it_is(folder: Path) -> None:
    load(folder)
    for name in profile.PART.files:
        (folder / name).unlink()

    assert load(folder)["categories"] == (0, 0, 0)
    assert len(queries.categories()) == 48


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("- code: Lamp!\n  names: " + NAMES, 1, "small letters"),
        ("- names: " + NAMES, 1, "“code” is missing"),
        ("- code: lamp\n  names: {en: Lamp}", 2, "no text in zh-Hant"),
        ("- code: lamp\n  names: Lamp", 2, "does not say its language"),
        ("- code: lamp\n  names: " + NAMES + "\n  promis: {}", 3, "Did you mean “promise”"),
        (
            "- code: lamp\n  names: " + NAMES + "\n  promise: {amount: 0, unit: days}",
            3,
            "whole number",
        ),
        (
            "- code: lamp\n  names: " + NAMES + "\n  promise:\n    amount: 2\n    unit: week",
            5,
            "week",
        ),
        ("- code: lamp\n  names: " + NAMES + "\n  review: perhaps", 3, "after-review"),
        ("- code: lamp\n  names: " + NAMES + "\n  keywords: [a]", 3, "by language"),
        (
            "- code: lamp\n  names: " + NAMES + "\n- code: lamp\n  names: " + NAMES,
            3,
            "used twice",
        ),
        (
            "- code: lamp\n  names: "
            + NAMES
            + "\n  questions:\n    - {code: a, kind: choice, words: "
            + NAMES
            + "}",
            3,
            "at least one option",
        ),
        (
            "- code: lamp\n  names: "
            + NAMES
            + "\n  questions:\n    - {code: a, kind: guess, words: "
            + NAMES
            + "}",
            4,
            "guess",
        ),
        ("code: lamp", 1, "A list is expected"),
        ("- lamp", 1, "Names with values"),
        ("- code: [", 0, "not YAML"),
    ],
)
def test_a_wrong_category_names_line_and_remedy(
    folder: Path, text: str, line: int, says: str
) -> None:
    found = problems(folder, "categories.yaml", text + "\n")

    assert found
    assert all(file == "categories.yaml" and remedy for file, _, _, remedy in found)
    assert any(says in f"{what} {remedy}" for _, _, what, remedy in found), found
    assert line in {0, *(where for _, where, _, _ in found)}


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("- names: " + NAMES + "\n  unit: rods", 2, "Did you mean “roads”"),
        ("- names: " + NAMES, 1, "“unit” is missing"),
        ("- names: " + NAMES + "\n  unit: roads\n  categories: [pot-hole]", 3, "“pothole”"),
        ("- names: " + NAMES + "\n  unit: roads\n  districts: [west-bonk]", 3, "west-bank"),
        ("- names: " + NAMES + "\n  unit: roads\n  channels: [pigeon]", 3, "pigeon"),
        ("- names: " + NAMES + "\n  unit: roads\n  active: perhaps", 3, "perhaps"),
        (
            "- names: " + NAMES + "\n  unit: roads\n- names: " + NAMES + "\n  unit: water",
            3,
            "Two rules",
        ),
    ],
)
def test_a_wrong_rule_names_line_and_remedy(folder: Path, text: str, line: int, says: str) -> None:
    found = problems(folder, "routing.yaml", text + "\n")

    assert [where for _, where, _, _ in found] == [line]
    assert says in " ".join(found[0][2:])


def test_rules_are_checked_beside_borders_that_nobody_can_read(folder: Path) -> None:
    (folder / "districts.geojson").write_text("[" * 100_000, encoding="utf-8")

    found = [one for one in city.check_folder(folder) if one.file == "districts.geojson"]

    assert [one.what for one in found] == ["This is not JSON (nested too deeply)."]


def test_nothing_is_loaded_while_anything_is_wrong(folder: Path) -> None:
    (folder / "routing.yaml").write_text("- unit: roads\n", encoding="utf-8")

    with pytest.raises(ProfileHasProblems):
        load(folder)

    assert queries.categories() == []


def test_the_starter_set_loads_into_a_new_city(folder: Path) -> None:
    for name in profile.PART.files:
        (folder / name).unlink()
    load(folder)
    starter = profile.PART.starter
    assert starter is not None

    assert profile.check(starter) == []
    profile.load(starter, by=SYSTEM, at=AT, reason="a set to begin with")

    cards = queries.categories(only_open=True)
    assert len([card for card in cards if card.parent_id]) > 20
    assert all(set(card.names) == {"zh-Hant", "zh-Hans", "en"} for card in cards)
    assert queries.suggest_categories("street light")[0].code == "street-lamp"


def test_a_rule_for_a_unit_that_never_comes_is_refused_when_loaded(tmp_path: Path) -> None:
    text = "- names: " + NAMES + "\n  unit: nobody\n"
    (tmp_path / "routing.yaml").write_text(text, encoding="utf-8")

    assert profile.check(tmp_path) == []
    with pytest.raises(ProfileHasProblems) as refused:
        profile.load(tmp_path, by=SYSTEM, at=AT, reason="try it")

    assert [(one.file, one.line) for one in refused.value.problems] == [("routing.yaml", 1)]
