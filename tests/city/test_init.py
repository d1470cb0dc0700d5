"""Setting up a real city step by step: at a terminal, through a pipe, or from a file of answers."""

import json
from collections.abc import Callable
from datetime import datetime
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from commonweal.city import actions, errors, queries
from commonweal.city.actions import beginning
from commonweal.city.actions import folder as folder_actions
from commonweal.city.types import Changes, Console, Deed, Problem, ProfilePart
from commonweal.kernel.errors import TooManyRequests
from commonweal.kernel.types import SYSTEM, Actor
from commonweal.ledger.models import Entry
from tests.factories.city import ALWAYS, NOW, OFFICER, given_profile, given_unit, square
from tests.factories.folders import given_folder

pytestmark = pytest.mark.django_db

PIPED = [
    "en",  # languages
    "Lanting",
    "Asia/Taipei",
    "1999",
    "office@lanting.example",
    "",  # address
    "",  # no calendar file
    "09:00-12:00, 13:00-17:00",
    "",  # Saturday
    "",  # Sunday
    "",  # hours in words, as proposed
    "",  # colours
    "",
    "",  # no districts yet
    "",  # no units file
    "City hall",
    "yes",
]


@pytest.fixture(autouse=True)
def _nothing_else_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "_steps", [])
    monkeypatch.setattr(folder_actions, "_parts", {})


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    def run(*lines: str, **options: Any) -> str:
        monkeypatch.setattr("sys.stdin", StringIO("".join(f"{line}\n" for line in lines)))
        told = StringIO()
        call_command("init", stdout=told, **options)
        return told.getvalue()

    return run


@pytest.fixture
def answered(tmp_path: Path) -> Callable[..., str]:
    def run(text: str, **options: Any) -> str:
        path = tmp_path / "answers.yaml"
        path.write_text(text, encoding="utf-8")
        told = StringIO()
        call_command("init", answers=path, stdout=told, **options)
        return told.getvalue()

    return run


def changed(at: int, *lines: str) -> list[str]:
    """Put these lines before the good answer at a place."""
    return [*PIPED[:at], *lines, *PIPED[at:]]


ANSWERS = """\
languages: [zh-Hant, en]
name: {zh-Hant: 藍亭市, en: Lanting}
time_zone: Asia/Taipei
phone: 1999
email: office@lanting.example
"""


def test_a_city_is_set_up_through_a_pipe(piped: Callable[..., str]) -> None:
    told = piped(*PIPED)

    city = queries.profile()
    assert (city.name, city.languages, city.zone) == ({"en": "Lanting"}, ("en",), "Asia/Taipei")
    assert city.hours == {"en": "Monday to Friday 09:00-12:00, 13:00-17:00"}
    assert queries.opening_week().hours[0] == (("09:00", "12:00"), ("13:00", "17:00"))
    assert [card.names for card in queries.units()] == [{"en": "City hall"}]
    assert "The city is called Lanting." in told


def test_setting_up_is_entered_once_for_each_thing(piped: Callable[..., str]) -> None:
    piped(*PIPED)

    types = sorted(Entry.objects.values_list("type", flat=True))

    assert types == ["city.hours-saved", "city.profile-saved", "city.unit-saved"]


@pytest.mark.parametrize(
    ("at", "wrong", "explained"),
    [
        (0, "fr", "fr is not one of the city's"),
        (1, "", "needs an answer"),
        (1, "x" * 121, "more than 120"),
        (2, "Asia/Taipai", "nearest is Asia/Taipei"),
        (3, "call us", "telephone number"),
        (4, "nobody", "mail address"),
        (6, "/nowhere/calendar.yaml", "no file or folder /nowhere"),
        (7, "from nine to five", "09:00-12:30"),
        (8, "9-12", "09:00-12:30"),
        (11, "#ffff00", "contrast"),
        (13, "/nowhere/map.geojson", "no file or folder"),
        (14, "/nowhere/units.csv", "no file or folder"),
        (16, "perhaps", "Write yes or no"),
    ],
)
def test_a_wrong_answer_is_explained_and_asked_again(
    piped: Callable[..., str], at: int, wrong: str, explained: str
) -> None:
    told = piped(*changed(at, wrong))

    assert explained in told
    assert queries.profile().name == {"en": "Lanting"}


@pytest.mark.parametrize("at", range(len(PIPED)))
def test_answers_that_end_too_early_change_nothing(piped: Callable[..., str], at: int) -> None:
    with pytest.raises(CommandError, match="Nothing was changed"):
        piped(*PIPED[:at])

    assert not queries.is_set_up()
    assert not Entry.objects.exists()


def test_somebody_who_stops_has_changed_nothing(piped: Callable[..., str]) -> None:
    class Impatient:
        title = "Patience"

        def ask(self, io: Console) -> None:
            io.say("Wait.")
            raise KeyboardInterrupt

    actions.register_init_step(700, Impatient())

    with pytest.raises(CommandError, match="Nothing was changed") as stopped:
        piped(*PIPED)

    assert stopped.value.returncode == 130
    assert not queries.is_set_up()


def test_stopping_in_the_middle_of_the_doing_undoes_everything(piped: Callable[..., str]) -> None:
    def stop(_by: Actor, _at: datetime) -> str:
        assert queries.is_set_up()
        raise KeyboardInterrupt

    actions.register_init_step(700, Step(do=stop))

    with pytest.raises(CommandError, match="Nothing was changed"):
        piped(*PIPED)

    assert not queries.is_set_up()
    assert queries.units() == []


def test_no_at_the_end_changes_nothing(piped: Callable[..., str]) -> None:
    with pytest.raises(CommandError, match="Nothing was changed"):
        piped(*PIPED[:-1], "no")

    assert not queries.is_set_up()


def test_a_city_that_stands_is_left_alone(piped: Callable[..., str]) -> None:
    piped(*PIPED)
    count = Entry.objects.count()

    told = piped()

    assert "already set up as Lanting" in told
    assert Entry.objects.count() == count


def test_asking_again_takes_what_is_there_as_the_answer(piped: Callable[..., str]) -> None:
    piped(*PIPED)
    before = (queries.profile(), queries.opening_week(), queries.units())
    count = Entry.objects.count()

    piped(*[""] * 15, "yes", again=True)

    assert (queries.profile(), queries.opening_week(), queries.units()) == before
    assert Entry.objects.count() == count


def test_asking_again_changes_what_is_answered_anew(piped: Callable[..., str]) -> None:
    piped(*PIPED)

    piped("", "New Lanting", *[""] * 13, "yes", again=True)

    assert queries.profile().name == {"en": "New Lanting"}
    assert queries.profile().version == 2


def test_answers_may_come_from_a_file(answered: Callable[..., str]) -> None:
    told = answered(ANSWERS)

    assert queries.profile().name == {"zh-Hant": "藍亭市", "en": "Lanting"}
    assert queries.profile().hours["zh-Hant"] == "週一至週五 09:00-17:00"
    assert queries.units()[0].names["zh-Hant"] == "市府辦公室"
    assert "Time zone, such as Asia/Taipei: Asia/Taipei" in told


def test_a_whole_city_comes_from_files(answered: Callable[..., str], tmp_path: Path) -> None:
    folder = given_folder(tmp_path)
    files = {"calendar_file": "calendar.yaml", "units": "units.csv", "districts": "x"}

    answered(
        ANSWERS.replace("[zh-Hant, en]", "[zh-Hant, zh-Hans, en]").replace(
            "name: {", "name: {zh-Hans: 蓝亭市, "
        )
        + f"calendar_file: {folder / files['calendar_file']}\n"
        + 'hours: {zh-Hant: 見網頁, zh-Hans: 见网页, en: "see page"}\n'
        + f"units: {{file: {folder / 'units.csv'}}}\n"
        + f"districts: {{file: {folder / 'districts.geojson'}}}\n"
        + "colours: {brand: '#1d5f3c'}\n"
    )

    assert [card.code for card in queries.units()] == ["works", "lamps", "paper"]
    assert [card.code for card in queries.districts()] == ["north", "south"]
    assert len(queries.holidays()) == 2
    assert queries.profile().brand_colour == "#1d5f3c"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (ANSWERS.replace("Asia/Taipei", "Taipei"), r"answers.yaml:3: time_zone: .*Asia/Taipei"),
        (ANSWERS.replace("phone: 1999\n", ""), r"There is no answer to “phone”.*Add a line"),
        (ANSWERS.replace(", en: Lanting", ""), r"no answer to “name.en”"),
        (ANSWERS + "colors: red\n", r"answers.yaml:6: Nobody asked for “colors”"),
        (ANSWERS + "time_zone\n", r"answers.yaml:7: This is not YAML"),
        ("- 1\n", r"answers.yaml:1: Names with answers"),
        ("", r"answers.yaml:1: Names with answers"),
        (ANSWERS + "confirm: no\n", "Nothing was changed"),
        (ANSWERS + "confirm: false\n", "Nothing was changed"),
        (ANSWERS + "units: {file: /nowhere}\n", "no file or folder /nowhere"),
    ],
)
def test_a_wrong_file_of_answers_is_explained_and_changes_nothing(
    answered: Callable[..., str], text: str, told: str
) -> None:
    with pytest.raises(CommandError, match=told):
        answered(text)

    assert not queries.is_set_up()


def test_a_missing_file_of_answers_is_named(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="The file is missing"):
        call_command("init", answers=tmp_path / "nothing.yaml", stdout=StringIO())


def test_a_pipe_of_another_encoding_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    pipe = TextIOWrapper(BytesIO("en\nM\xfcnster\n".encode("latin-1")), encoding="utf-8")
    monkeypatch.setattr("sys.stdin", pipe)

    with pytest.raises(CommandError, match="not UTF-8"):
        call_command("init", stdout=StringIO())


def foreign_map(tmp_path: Path, *properties: dict[str, Any]) -> str:
    """Write districts as another office exports them."""
    features = [
        {
            "type": "Feature",
            "properties": one,
            "geometry": square(121.5, 25.0 + number / 10),
        }
        for number, one in enumerate(properties)
    ]
    path = tmp_path / "wards.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return str(path)


def with_map(path: str, *answers: str) -> list[str]:
    return [*PIPED[:13], path, *answers, *PIPED[14:]]


def test_a_foreign_map_says_in_which_property_codes_and_names_stand(
    piped: Callable[..., str], tmp_path: Path
) -> None:
    path = foreign_map(
        tmp_path, {"WARD_NO": 1, "LABEL": "Old Town"}, {"WARD_NO": "2 b", "LABEL": "Hill"}
    )

    told = piped(*with_map(path, "WARD", "WARD_NO", "LABEL"))

    assert "Not every district has “WARD”. The file has: LABEL, WARD_NO." in told
    found = [(card.code, card.names) for card in queries.districts()]
    assert found == [("1", {"en": "Old Town"}), ("2-b", {"en": "Hill"})]


def test_codes_that_do_not_tell_districts_apart_are_asked_again(
    piped: Callable[..., str], tmp_path: Path
) -> None:
    path = foreign_map(
        tmp_path, {"kind": "ward", "name": "A", "no": ""}, {"kind": "ward", "name": "B", "no": "2"}
    )

    told = piped(*with_map(path, "kind", "no", "name", ""))

    assert "does not tell every district apart" in told
    assert "“no” is empty for some districts" in told
    assert [card.code for card in queries.districts()] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{", "not JSON"),
        ("[]", "not a GeoJSON FeatureCollection"),
        ('{"features": []}', "holds no districts"),
        ('{"features": [1]}', "Feature 1 has no properties"),
        ('{"features": [{"properties": {}, "geometry": null}]}', "not a border"),
    ],
)
def test_a_map_that_is_none_is_asked_for_again(
    piped: Callable[..., str], tmp_path: Path, text: str, told: str
) -> None:
    (tmp_path / "map.geojson").write_text(text)

    assert told in piped(*changed(13, str(tmp_path / "map.geojson")))


def test_a_units_file_with_problems_is_asked_for_again(
    piped: Callable[..., str], tmp_path: Path
) -> None:
    (tmp_path / "units.csv").write_text("code,parent,name.en\nworks,lamps,Works\n")
    (tmp_path / "none.csv").write_text("code,parent,name.en\n")

    told = piped(*changed(14, str(tmp_path / "units.csv"), str(tmp_path / "none.csv")))

    assert "units.csv:2: There is no unit “lamps”" in told
    assert "holds no units" in told


class Step:
    """A step of another context."""

    title = "The first administrator"

    def __init__(self, do: Callable[[Actor, datetime], str], *, afterwards: bool = False) -> None:
        self._deed = Deed(do=do, afterwards=afterwards)
        self.heard: list[object] = []

    def ask(self, io: Console) -> Deed:
        self.heard = [io.languages, io.zone, io.ask("mail", "Mail", str, secret=True)]
        return self._deed


def test_other_contexts_ask_in_their_order_and_act_in_the_same_transaction(
    piped: Callable[..., str],
) -> None:
    done: list[object] = []

    def do(by: Actor, at: datetime) -> str:
        done.extend([by, queries.is_set_up(), at.tzinfo is not None])
        return "An administrator may sign in."

    step = Step(do)
    actions.register_init_step(700, step)
    actions.register_init_step(700, step)

    told = piped(*PIPED[:-1], "a@b.example", "yes")

    assert done == [SYSTEM, True, True]
    assert step.heard == [("en",), "Asia/Taipei", "a@b.example"]
    assert "✓ An administrator may sign in." in told
    assert told.count("The first administrator") == 1


def test_a_refusal_of_another_context_undoes_everything(piped: Callable[..., str]) -> None:
    def refuse(_by: Actor, _at: datetime) -> str:
        raise errors.BadMail(value="a@b")

    actions.register_init_step(700, Step(refuse))

    with pytest.raises(CommandError, match="mail address a@b"):
        piped(*PIPED[:-1], "a@b", "yes")

    assert not queries.is_set_up()


@pytest.mark.parametrize("failure", [TooManyRequests(seconds=3), OSError("no line")])
def test_a_test_mail_that_fails_is_told_and_undoes_nothing(
    piped: Callable[..., str], failure: Exception
) -> None:
    def fail(_by: Actor, _at: datetime) -> str:
        raise failure

    actions.register_init_step(800, Step(fail, afterwards=True))

    told = piped(*PIPED[:-1], "a@b.example", "yes")

    assert f"✗ {failure}" in told
    assert queries.is_set_up()


def test_a_test_mail_that_nobody_waits_for_is_left_out(piped: Callable[..., str]) -> None:
    def stop(_by: Actor, _at: datetime) -> str:
        raise KeyboardInterrupt

    actions.register_init_step(800, Step(stop, afterwards=True))

    told = piped(*PIPED[:-1], "a@b.example", "yes")

    assert "Left out" in told
    assert queries.is_set_up()


def starter(tmp_path: Path, loads: list[Path]) -> ProfilePart:
    (tmp_path / "starter").mkdir()
    (tmp_path / "bad").mkdir()

    def check(folder: Path) -> list[Problem]:
        bad = Problem(file="categories.yaml", line=3, what="Bad.", remedy="Mend it.")
        return [bad] if folder.name == "bad" else []

    def load(folder: Path, *, by: Actor, at: datetime, reason: str) -> tuple[Changes, ...]:
        assert (by, bool(at), bool(reason)) == (SYSTEM, True, True)
        loads.append(folder)
        return (Changes(part="categories", added=40),)

    return ProfilePart(
        name="categories",
        files=("categories.yaml",),
        check=check,
        load=load,
        save=lambda _folder: None,
        starter=tmp_path / "starter",
    )


def test_categories_come_from_the_starter_set_or_a_folder(
    piped: Callable[..., str], tmp_path: Path
) -> None:
    loads: list[Path] = []
    actions.register_part(starter(tmp_path, loads))

    told = piped(*PIPED[:-1], str(tmp_path / "bad"), "", "yes")

    assert "categories.yaml:3: Bad. Mend it." in told
    assert "✓ categories: 40" in told
    assert loads == [tmp_path / "starter"]


def test_only_the_machine_room_or_an_administrator_sets_up_a_city() -> None:
    with pytest.raises(errors.OnlyAdministrators):
        actions.begin_city(deeds=[], by=OFFICER, at=NOW)

    assert actions.begin_city(deeds=[], by=ALWAYS["by"], at=NOW) == []


def test_units_that_are_there_are_kept(piped: Callable[..., str]) -> None:
    given_profile(languages=("en",), name={"en": "Lanting"})
    given_unit("works", names={"en": "Works"})

    piped(*[""] * 15, "yes", again=True)

    assert [card.code for card in queries.units()] == ["works"]
