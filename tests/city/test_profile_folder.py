"""The profile folder: checked whole, loaded all or nothing, saved so that it loads to the same."""

import pickle
import re
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from commonweal.city import actions, errors, queries
from commonweal.city.actions import folder as folder_actions
from commonweal.city.types import Changes, DayKind, Problem, ProfilePart
from commonweal.kernel.models import Stamp
from commonweal.kernel.types import SYSTEM, Actor
from commonweal.ledger.models import Entry
from tests.factories.city import ALWAYS, NOW, OFFICER, given_unit, words
from tests.factories.folders import given_folder, spoilt

pytestmark = pytest.mark.django_db

LOADING: dict[str, Any] = {"by": SYSTEM, "at": NOW, "reason": "the city begins"}
FILES = (
    "city.yaml",
    "districts.geojson",
    "landmarks.csv",
    "units.csv",
    "calendar.yaml",
    "parameters.yaml",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return given_folder(tmp_path)


@pytest.fixture(autouse=True)
def _no_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder_actions, "_parts", {})


def loaded(folder: Path) -> dict[str, tuple[int, int, int]]:
    done = actions.load_folder(folder=folder, **LOADING)
    return {part.part: (part.added, part.changed, part.unchanged) for part in done}


def everything() -> object:
    return (
        queries.profile(),
        [(card.code, card.names) for card in queries.all_districts()],
        queries.districts_geojson(everything=True),
        [(card.code, card.lat, card.lng, card.is_current) for card in queries.all_landmarks()],
        [(card.code, card.depth, card.phone, card.closed_on) for card in queries.units()],
        queries.opening_week().hours,
        [(card.day, card.kind, card.names, card.hours) for card in queries.holidays()],
        [(card.name, card.value, card.valid_from, card.source) for card in queries.parameters()],
    )


def test_a_good_folder_has_no_problems(folder: Path) -> None:
    assert actions.check_folder(folder) == []


def test_checking_changes_nothing(folder: Path) -> None:
    call_command("city", "check", str(folder), stdout=StringIO())

    assert not queries.is_set_up()
    assert not Entry.objects.exists()
    assert not Stamp.objects.exists()


def test_a_folder_fills_the_city(folder: Path) -> None:
    done = loaded(folder)

    assert done == {
        "profile": (1, 0, 0),
        "districts": (2, 0, 0),
        "landmarks": (2, 0, 0),
        "units": (3, 0, 0),
        "calendar": (3, 0, 0),
        "parameters": (2, 0, 0),
    }
    assert queries.profile().name["en"] == "Lanting"
    assert queries.profile().phone == "+886 2 1999"
    assert [(card.code, card.depth) for card in queries.units()] == [
        ("works", 0),
        ("lamps", 1),
        ("paper", 1),
    ]
    assert queries.landmarks()[0].names["en"] == "Station, old"
    assert [card.kind for card in queries.holidays()] == [DayKind.CLOSED, DayKind.OPEN]
    assert queries.opening_week().hours[3] == (("10:30", "18:30"),)
    assert queries.opening_week().hours[4] == (("09:00", "24:00"),)
    assert queries.parameter("consent_age", datetime(2025, 12, 31, 16, tzinfo=UTC)) == 16
    assert queries.parameter("consent_age", datetime(2025, 12, 31, 15, tzinfo=UTC)) == 14


def test_everything_a_folder_changes_is_entered(folder: Path) -> None:
    loaded(folder)

    types = sorted(Entry.objects.values_list("type", flat=True))

    assert types == sorted(
        ["city.profile-saved", "city.hours-saved"]
        + ["city.district-saved"] * 2
        + ["city.landmark-saved"] * 2
        + ["city.unit-saved"] * 3
        + ["city.holiday-saved"] * 2
        + ["city.parameter-set"] * 2
    )


def test_loading_the_same_twice_changes_nothing(folder: Path) -> None:
    loaded(folder)
    count = Entry.objects.count()

    again = loaded(folder)

    assert {counts[:2] for counts in again.values()} == {(0, 0)}
    assert Entry.objects.count() == count


def test_only_what_differs_is_changed(folder: Path) -> None:
    loaded(folder)
    spoilt(folder, "units.csv", "Street lamps", "Lamps")
    spoilt(folder, "city.yaml", "#1d5f3c", "#000000")
    spoilt(folder, "parameters.yaml", "value: 16", "value: 18")
    spoilt(folder, "calendar.yaml", "hours: 09:00-12:00", "hours: 09:00-13:00")

    done = loaded(folder)

    assert done["units"] == (0, 1, 2)
    assert done["profile"] == (0, 1, 0)
    assert done["parameters"] == (0, 1, 1)
    assert done["calendar"] == (0, 1, 2)
    assert done["landmarks"] == (0, 0, 2)


def test_what_is_saved_loads_back_to_the_same(folder: Path, tmp_path: Path) -> None:
    loaded(folder)
    before = everything()

    names = actions.save_folder(tmp_path / "saved")
    again = loaded(tmp_path / "saved")

    assert names == list(FILES)
    assert {counts[:2] for counts in again.values()} == {(0, 0)}
    assert everything() == before


def test_a_saved_folder_makes_the_same_city_elsewhere(folder: Path, tmp_path: Path) -> None:
    with transaction.atomic():
        loaded(folder)
        before = everything()
        actions.save_folder(tmp_path / "saved")
        transaction.set_rollback(True)
    assert not queries.is_set_up()

    loaded(tmp_path / "saved")

    assert everything() == before
    actions.save_folder(tmp_path / "again")
    for name in FILES:
        assert (tmp_path / "again" / name).read_bytes() == (tmp_path / "saved" / name).read_bytes()


def test_awkward_texts_survive_the_round_trip(folder: Path, tmp_path: Path) -> None:
    loaded(folder)
    names = words("=1+1, “no”: 10:30 #x '\" 😀")
    duties = words("One\ntwo; three")
    card = given_unit("odd", names=names, duties=duties, phone="0123")

    actions.save_folder(tmp_path / "saved")

    assert loaded(tmp_path / "saved")["units"] == (0, 0, 4)
    assert queries.unit(card.id).duties["en"] == "One\ntwo; three"


def test_units_may_swap_places_in_the_tree(folder: Path) -> None:
    loaded(folder)
    spoilt(folder, "units.csv", "lamps,works,", "lamps,,")
    spoilt(folder, "units.csv", "works,,", "works,lamps,")

    loaded(folder)

    assert [(card.code, card.depth) for card in queries.units()] == [
        ("lamps", 0),
        ("works", 1),
        ("paper", 2),
    ]


def test_a_whole_branch_may_close_in_one_load(folder: Path) -> None:
    loaded(folder)
    spoilt(folder, "units.csv", "2020-01-01,", "2020-01-01,2026-06-01")
    spoilt(folder, "units.csv", "Works,,,,", "Works,,,,2026-06-01")

    assert loaded(folder)["units"] == (0, 2, 1)
    assert queries.units()[0].closed_on == date(2026, 6, 1)


def test_a_conflict_with_what_is_already_there_names_its_line_and_changes_nothing(
    folder: Path,
) -> None:
    loaded(folder)
    works = queries.units()[0]
    given_unit("extra", below=works.id)
    spoilt(folder, "units.csv", "2020-01-01,", "2020-01-01,2026-06-01")
    spoilt(folder, "units.csv", "Works,,,,", "Works,,,,2026-06-01")
    before = everything()

    with pytest.raises(errors.ProfileHasProblems) as refused:
        loaded(folder)

    (problem,) = refused.value.problems
    assert (problem.file, problem.line) == ("units.csv", 3)
    assert "stay open" in problem.what
    assert everything() == before


def test_only_an_administrator_loads_a_folder(folder: Path) -> None:
    with pytest.raises(errors.OnlyAdministrators):
        actions.load_folder(folder=folder, **ALWAYS | {"by": OFFICER})


def test_a_folder_with_problems_is_not_loaded_even_in_part(folder: Path) -> None:
    spoilt(folder, "parameters.yaml", "value: 16", "value: 99")

    with pytest.raises(errors.ProfileHasProblems):
        loaded(folder)

    assert not queries.is_set_up()


PROBLEMS = [
    # file, old, new, line, words of the problem, words of the remedy
    ("city.yaml", "en: Lanting", "", 1, "no text in en", "every language"),
    ("city.yaml", "Asia/Taipei", "Asia/Taipai", 6, "time zone", "Asia/Taipei"),
    ("city.yaml", "#1d5f3c", "#ffee00", 11, "contrast of 1.2", "darker"),
    ("city.yaml", '"#1d4f8f"', "blue", 11, "cannot be read", "six digits"),
    ("city.yaml", "time_zone", "timezone", 6, "“timezone” is not known", "“time_zone”"),
    ("city.yaml", "time_zone", "timezone", 1, "“time_zone” is missing", "Add a line"),
    ("city.yaml", "phone:", "phone", 8, "not YAML", "missing colon"),
    ("city.yaml", "[zh-Hant, zh-Hans, en]", "[zh-Hant, fr]", 5, "fr is not", "zh-Hans"),
    ("city.yaml", "office@lanting.example", "office", 8, "mail address", "office@city.example"),
    ("city.yaml", "+886 2 1999", "call us", 7, "telephone", "digits"),
    ("city.yaml", "https://tiles", "http://tiles", 12, "map tiles", "https://"),
    ("city.yaml", "phone:", "name: x\nphone:", 7, "“name” is written twice", "Keep one"),
    ("city.yaml", "languages:", "x: &a 1\nlanguages: *a #", 0, "aliases", "where it is used"),
    ("city.yaml", "colours: {brand", "colours: {brnad", 11, "brnad", "“brand”"),
    ("city.yaml", '{brand: "#1d5f3c", link: "#1d4f8f"}', "red", 11, "Names with values", "brand"),
    (
        "city.yaml",
        "{zh-Hant: 湖街一號, zh-Hans: 湖街一号, en: Lake Street 1}",
        "x",
        9,
        "language",
        "zh",
    ),
    ("city.yaml", "en: Lake", "fr: Lac", 9, "no text in en", "every language"),
    ("city.yaml", "en: Lanting", "en: " + "L" * 121, 1, "more than 120", "Shorten"),
    ("districts.geojson", '"code": "north"', '"code": "south"', 3, "already on line 2", "own"),
    (
        "districts.geojson",
        '"code": "north"',
        '"kode": "north"',
        3,
        "code - cannot",
        "small letters",
    ),
    ("districts.geojson", '"en": "North"', '"fr": "Nord"', 3, "no text in en", "every language"),
    ("districts.geojson", "[121.5, 25.0]]]", "[121.5, 25.01]]]", 2, "does not end", "first point"),
    ("districts.geojson", "[121.5, 25.0]", "[25.0, 121.5]", 2, "swapped", "longitude"),
    ("districts.geojson", "[121.5, 25.0]", "[304000.5, 2770000]", 2, "globe", "WGS 84"),
    ("districts.geojson", "[121.6, 25.0]", "[121.4, 25.1]", 2, "crosses", "map software"),
    ("districts.geojson", "Polygon", "Point", 2, "not a border", "MultiPolygon"),
    ("districts.geojson", '"properties"', '"props"', 2, "no properties", "code"),
    ("districts.geojson", '"features": [', '"features": [,', 1, "not JSON", "comma"),
    ("districts.geojson", '"features"', '"feature"', 1, "FeatureCollection", "GeoJSON"),
    ("landmarks.csv", "25.05,121.55", "121.55,25.05", 2, "swapped", "longitude"),
    ("landmarks.csv", "25.05", "north", 2, "“north” under “lat”", "degrees"),
    ("landmarks.csv", "lake,", "station,", 3, "already on line 2", "own"),
    ("landmarks.csv", "車站", "", 2, "no text in zh-Hant", "every language"),
    ("landmarks.csv", '"Station, old"', "Station, old", 2, "8 cells", "quotes"),
    ("landmarks.csv", '"Station, old"', '"Station, old', 3, "not CSV", "quote"),
    ("landmarks.csv", ",lat,", ",latitude,", 1, "“lat” is missing", "top row"),
    ("landmarks.csv", ",current", ",curent", 1, "“curent” is not known", "“current”"),
    ("landmarks.csv", ",current", ",lat", 1, "“lat” is there twice", "Keep one"),
    ("landmarks.csv", "25.05", "nan", 2, "globe", "WGS 84"),
    ("units.csv", "lamps,works", "lamps,work", 2, "no unit “work”", "“works”"),
    ("units.csv", "lamps,works", "lamps,zzz", 2, "no unit “zzz”", "lamps, paper, works"),
    ("units.csv", "works,,", "works,lamps,", 2, "lamps → works → lamps", "another parent"),
    ("units.csv", "works,,", "works,lamps,", 4, "paper", "another parent"),
    ("units.csv", "paper,", "lamps,", 4, "already on line 2", "own"),
    ("units.csv", "2020-01-01", "1.1.2020", 2, "not a date", "2026-10-01"),
    ("units.csv", "2026-01-01", "2026-02-30", 4, "not a date", "2026-10-01"),
    ("units.csv", "2020-01-01,", "2020-01-01,2019-01-01", 2, "closing date", "Correct"),
    ("units.csv", "Works,,,,", "Works,,,,2026-01-01", 2, "unit above closes", "closing date"),
    ("units.csv", "1999", "ring", 2, "telephone", "digits"),
    ("units.csv", "lamps@lanting.example", "lamps", 2, "mail address", "office@"),
    ("units.csv", "works,,", "Works!,,", 3, "code Works!", "small letters"),
    ("calendar.yaml", "10:30-18:30", "10:30-9:30", 5, "opening hours 10:30-9:30", "in order"),
    ("calendar.yaml", "monday", "mondey", 2, "“mondey” is not known", "“monday”"),
    ("calendar.yaml", "day: 2026-10-10", "day: 10/10/2026", 8, "not a date", "2026-10-01"),
    ("calendar.yaml", "day: 2026-10-10", "day:", 8, "not a date", "2026-10-01"),
    ("calendar.yaml", "2026-10-17", "2026-10-10", 11, "already on line 8", "own"),
    ("calendar.yaml", "    hours: 09:00-12:00\n", "", 11, "“hours” is missing", "Add a line"),
    ("calendar.yaml", "hours: 09:00-12:00", "hours:", 13, "needs opening hours", "such as"),
    ("calendar.yaml", "en: Day of the lake", "en: ''", 9, "no text in en", "every language"),
    ("calendar.yaml", "holidays:", "holidays: 3\nmake_up:", 7, "A list", "- "),
    ("parameters.yaml", "consent_age", "consent_aeg", 2, "not known", "consent_age"),
    ("parameters.yaml", "value: 16", "value: 99", 3, "99 does not fit", "6 … 21"),
    ("parameters.yaml", "value: 16", "value: sixteen", 3, "sixteen does not fit", "6 … 21"),
    ("parameters.yaml", "value: 7", "value: 24", 8, "24 does not fit", "0 … 23"),
    ("parameters.yaml", "2026-01-01", "soon", 4, "“soon” is not a date", "2026-10-01"),
    ("parameters.yaml", "source: Council decision 12/2025", "source:", 5, "source", "law"),
    ("parameters.yaml", "reason: The law changed.", "reason:", 6, "reason is missing", "why"),
    (
        "parameters.yaml",
        "    source: Council decision 12/2025\n",
        "",
        2,
        "“source” is missing",
        "Add",
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "line", "what", "remedy"), PROBLEMS)
def test_a_problem_names_file_line_and_remedy(
    folder: Path, file: str, old: str, new: str, line: int, what: str, remedy: str
) -> None:
    problems = actions.check_folder(spoilt(folder, file, old, new))

    fitting = [one for one in problems if one.line == line and what in f"{one.what}"]
    assert fitting, [str(problem) for problem in problems]
    assert (fitting[0].file, remedy in fitting[0].remedy) == (file, True), fitting[0]


@pytest.mark.parametrize("file", ["city.yaml", "districts.geojson", "units.csv", "calendar.yaml"])
def test_a_missing_file_is_named(folder: Path, file: str) -> None:
    (folder / file).unlink()

    (problem,) = actions.check_folder(folder)

    assert (problem.file, problem.line) == (file, 0)
    assert "missing" in problem.what


def test_a_file_of_nearly_that_name_is_offered(folder: Path) -> None:
    (folder / "units.csv").rename(folder / "unit.csv")

    (problem,) = actions.check_folder(folder)

    assert problem.remedy == "There is a file “unit.csv”: rename it to “units.csv”."


@pytest.mark.parametrize("file", ["landmarks.csv", "parameters.yaml"])
def test_a_city_needs_no_landmarks_and_no_parameters(folder: Path, file: str) -> None:
    (folder / file).unlink()

    assert actions.check_folder(folder) == []
    loaded(folder)


def test_a_folder_that_is_not_there_is_named(tmp_path: Path) -> None:
    (problem,) = actions.check_folder(tmp_path / "nowhere")

    assert "no such folder" in problem.what


@pytest.mark.parametrize("file", FILES)
def test_another_encoding_is_told_with_its_line(folder: Path, file: str) -> None:
    text = (folder / file).read_bytes()
    (folder / file).write_bytes(text.replace(b"\n", b"\n\xb4\xba", 1))

    problems = actions.check_folder(folder)

    assert [(one.file, one.line) for one in problems if "UTF-8" in one.what] == [(file, 2)]


@pytest.mark.parametrize("file", FILES)
def test_a_byte_order_mark_is_no_harm(folder: Path, file: str) -> None:
    (folder / file).write_bytes(b"\xef\xbb\xbf" + (folder / file).read_bytes())

    assert actions.check_folder(folder) == []


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    "nonsense",
    [b"", b"\x00", b"\x00\xff\xfe", b"[" * 5000, b"{" * 5000, b"42", b"- 1\n- 2\n", b"a: b: c"],
)
def test_nonsense_is_a_problem_and_never_a_crash(folder: Path, file: str, nonsense: bytes) -> None:
    (folder / file).write_bytes(nonsense)

    problems = actions.check_folder(folder)

    assert {problem.file for problem in problems} == {file}


IN_A_PLACE = (
    '{{"type": "FeatureCollection", "features": [{{"type": "Feature", "properties": {{}}, '
    '"geometry": {{"type": "Polygon", "coordinates": {}}}}}]}}'
)


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ("[" * 100_000, "nested too deeply"),
        ('{"a":' * 100_000, "nested too deeply"),
        ("[" * 900 + "]" * 900, ""),
        ("1" * 5_000, "more digits than can be read"),
        ("-" + "1" * 5_000, "more digits than can be read"),
    ],
)
@pytest.mark.parametrize(
    "where", ["{}", '{{"type": "FeatureCollection", "features": {}}}', IN_A_PLACE]
)
def test_a_file_that_is_too_much_is_told_by_what_it_has_too_much_of(
    folder: Path, said: str, what: str, where: str
) -> None:
    (folder / "districts.geojson").write_text(where.format(said), encoding="utf-8")

    problems = actions.check_folder(folder)

    assert {problem.file for problem in problems} == {"districts.geojson"}
    assert what in problems[0].what


@pytest.mark.parametrize("mark", [";", "\t"])
def test_spreadsheets_write_other_separators(folder: Path, mark: str) -> None:
    text = (folder / "units.csv").read_text(encoding="utf-8").replace(",", mark)
    (folder / "units.csv").write_text(text.replace("\n", "\r\n"), encoding="utf-8")

    assert actions.check_folder(folder) == []


def test_all_problems_are_told_at_once(folder: Path) -> None:
    spoilt(folder, "city.yaml", "#1d5f3c", "#ffee00")
    spoilt(folder, "units.csv", "2020-01-01", "long ago")
    spoilt(folder, "units.csv", "1999", "ring")
    spoilt(folder, "parameters.yaml", "value: 16", "value: 99")

    problems = actions.check_folder(folder)

    assert [(one.file, one.line) for one in problems] == [
        ("city.yaml", 11),
        ("units.csv", 2),
        ("units.csv", 2),
        ("parameters.yaml", 3),
    ]


def test_a_problem_reads_as_one_line() -> None:
    problem = Problem(file="units.csv", line=3, what="It is wrong.", remedy="Mend it.")

    assert str(problem) == "units.csv:3: It is wrong. Mend it."


def test_the_command_tells_problems_and_ends_with_one(folder: Path) -> None:
    spoilt(folder, "units.csv", "2020-01-01", "long ago")
    told = StringIO()

    with pytest.raises(CommandError, match="1 problem found") as ended:
        call_command("city", "check", str(folder), stderr=told)

    assert ended.value.returncode == 1
    assert told.getvalue().startswith("units.csv:2: “long ago” is not a date.")


def test_the_command_tells_what_changed(folder: Path) -> None:
    told = StringIO()

    call_command("city", "load", str(folder), stdout=told)

    assert "districts: 2 added, 0 changed, 0 unchanged" in told.getvalue()


def test_the_command_loads_nothing_when_there_are_problems(folder: Path) -> None:
    spoilt(folder, "units.csv", "2020-01-01", "long ago")

    with pytest.raises(CommandError, match="Nothing was changed"):
        call_command("city", "load", str(folder), stderr=StringIO())

    assert not queries.is_set_up()


def test_saving_over_files_wants_a_word(folder: Path) -> None:
    with pytest.raises(CommandError, match=re.escape("already holds city.yaml")):
        call_command("city", "save", str(folder))

    call_command("city", "save", str(folder), "--overwrite", stdout=StringIO())
    assert "Our city" in (folder / "city.yaml").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")

    with pytest.raises(CommandError, match="cannot be used"):
        call_command("city", "save", str(tmp_path / "file"))


class Notes:
    """A part of another context: one file of notes."""

    def __init__(self) -> None:
        self.kept = ""

    def check(self, folder: Path) -> list[Problem]:
        if (folder / "notes.txt").read_text() == "bad":
            return [Problem(file="notes.txt", line=1, what="Bad.", remedy="Write good.")]
        return []

    def load(self, folder: Path, *, by: Actor, at: datetime, reason: str) -> tuple[Changes, ...]:
        assert (by, at, bool(reason)) == (SYSTEM, NOW, True)
        self.kept = (folder / "notes.txt").read_text()
        return (Changes(part="notes", added=1),)

    def save(self, folder: Path) -> None:
        (folder / "notes.txt").write_text(self.kept)

    def part(self) -> ProfilePart:
        return ProfilePart(
            name="notes",
            files=("notes.txt",),
            check=self.check,
            load=self.load,
            save=self.save,
        )


def test_other_contexts_add_their_files(folder: Path, tmp_path: Path) -> None:
    actions.register_part(Notes().part())
    (folder / "notes.txt").write_text("good")

    assert loaded(folder)["notes"] == (1, 0, 0)
    assert "notes.txt" in actions.save_folder(tmp_path / "saved")
    assert (tmp_path / "saved" / "notes.txt").read_text() == "good"


def test_a_problem_of_another_part_stops_everything(folder: Path) -> None:
    actions.register_part(Notes().part())
    (folder / "notes.txt").write_text("bad")

    with pytest.raises(errors.ProfileHasProblems):
        loaded(folder)

    assert not queries.is_set_up()


def test_one_part_has_one_owner() -> None:
    part = Notes().part()
    actions.register_part(part)
    actions.register_part(part)

    with pytest.raises(RuntimeError, match="already answered for"):
        actions.register_part(Notes().part())


def test_a_file_larger_than_any_city_is_not_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonweal.city.adapters.files.LARGEST", 500)

    problems = actions.check_folder(folder)

    assert {problem.file for problem in problems if "larger than" in problem.what} == {
        "districts.geojson"
    }


def test_a_city_of_one_language_may_write_its_texts_plainly(folder: Path) -> None:
    text = (folder / "city.yaml").read_text(encoding="utf-8")
    plain = text.replace(text[: text.index("languages")], "name: Lanting\n")
    plain = plain.replace("[zh-Hant, zh-Hans, en]", "en")
    (folder / "city.yaml").write_text(plain, encoding="utf-8")

    loaded(folder)

    assert queries.profile().name == {"en": "Lanting"}


def test_names_may_stand_in_properties_of_their_own(folder: Path) -> None:
    names = '"names": {"zh-Hant": "North\\u7e41", "zh-Hans": "North\\u7b80", "en": "North"}'
    plain = '"name.zh-Hant": "北", "name.zh-Hans": "北", "name.en": "North"'
    spoilt(folder, "districts.geojson", names, plain)

    loaded(folder)

    assert queries.districts()[0].names == {"zh-Hant": "北", "zh-Hans": "北", "en": "North"}


def test_the_refusal_of_a_folder_survives_a_pickle(folder: Path) -> None:
    spoilt(folder, "parameters.yaml", "value: 16", "value: 99")
    with pytest.raises(errors.ProfileHasProblems) as refused:
        loaded(folder)

    again = pickle.loads(pickle.dumps(refused.value))  # noqa: S301  (our own bytes)

    assert again.problems == refused.value.problems
    assert str(again) == str(refused.value)


def test_everybody_who_can_act_for_the_city_may_list_its_parts() -> None:
    part = Notes().part()
    actions.register_part(part)

    assert actions.parts() == (part,)


def test_the_examples_of_the_guide_have_no_problems(folder: Path) -> None:
    guide = Path("docs/guides/city-profile.md").read_text(encoding="utf-8")
    shown = guide.split("```yaml\n")[1].split("```")[0]
    for piece in re.split(r"^# (?=\w+\.yaml$)", shown, flags=re.MULTILINE)[1:]:
        name, _, text = piece.partition("\n")
        (folder / name).write_text(text, encoding="utf-8")

    assert actions.check_folder(folder) == []
    assert loaded(folder)["calendar"] == (3, 0, 0)
