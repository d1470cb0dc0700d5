"""What is promised of every public function of methods at once."""

import copy
import importlib
import inspect
import pkgutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest

from commonweal import methods
from commonweal.methods.search import Term
from commonweal.methods.worktime import Calendar

HOURS = ((time(8), time(12)), (time(13), time(17)))
OFFICE = Calendar(
    opening=dict.fromkeys(range(5), HOURS), extra={date(2026, 3, 7): HOURS}, zone="Europe/Zurich"
)
MONDAY = datetime(2026, 3, 9, 9, tzinfo=UTC)
LATER = MONDAY + timedelta(days=3)
PAUSES = [(LATER, LATER + timedelta(hours=3)), (MONDAY, MONDAY + timedelta(hours=2))]
TERMS = [Term(("街灯",)), Term(("street",), is_prefix=True)]

ARGUMENTS: dict[str, tuple[object, ...]] = {
    "canonical.canonical_json": ({"b": [1, 2.5, {"z": None, "a": "é"}], "a": True},),
    "leaf.leaf_hash": (b"leaf",),
    "leaf.b64url": (b"\xff\xfe",),
    "leaf.unb64url": ("__4",),
    "leaf.disclosure": ("c2FsdA", "words", ["街燈", {"n": 1}]),
    "leaf.disclosure_digest": ("WyJhIl0",),
    "receipt.has_plain_check": (1234,),
    "receipt.number_of": (1234,),
    "receipt.parse": ("00000-0016J-D",),
    "receipt.access_key": (1234,),
    "receipt.parse_key": ("00000 00000 00000 0016J",),
    "worktime.is_open": (OFFICE, MONDAY),
    "worktime.next_open": (OFFICE, MONDAY),
    "worktime.add_working_time": (OFFICE, MONDAY, timedelta(hours=30)),
    "worktime.due_after_pauses": (OFFICE, MONDAY, timedelta(hours=30), PAUSES),
    "worktime.working_time_between": (OFFICE, MONDAY, LATER, PAUSES),
    "worktime.add_working_days": (OFFICE, MONDAY, 4, PAUSES),
    "worktime.working_days_between": (OFFICE, MONDAY, LATER),
    "search.normalise": ("街燈 Ｓtreet",),
    "search.tokens": ("街燈 Ｓtreet",),
    "search.index_text": ("街燈 Ｓtreet",),
    "search.query_terms": ("街燈 Ｓtreet",),
    "search.fts5_query": (TERMS,),
    "search.ts_query": (TERMS,),
    "search.highlights": ("街燈 Ｓtreet", "街灯"),
    "search.passage": ("The street lamp (街燈) is dark.", "街灯", 20),
    "contrast.parse_hex": ("#1d70b8",),
    "contrast.relative_luminance": ("#1d70b8",),
    "contrast.contrast_ratio": ("#1d70b8", "#fff"),
    "geo.haversine_m": (47.4, 8.5, 46.9, 7.4),
    "geo.bounding_box": (47.4, 8.5, 1000.0),
    "sheet.harmless": ("=1+1",),
}


def public_functions() -> Iterator[tuple[str, Callable[..., object]]]:
    for found in pkgutil.iter_modules(methods.__path__):
        module = importlib.import_module(f"{methods.__name__}.{found.name}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            if not name.startswith("_") and function.__module__ == module.__name__:
                yield f"{found.name}.{name}", function


FUNCTIONS = dict(public_functions())


def test_every_public_function_is_tried_here() -> None:
    assert FUNCTIONS.keys() == ARGUMENTS.keys()


@pytest.mark.parametrize("name", ARGUMENTS)
def test_the_same_answer_comes_twice(name: str) -> None:
    first = FUNCTIONS[name](*ARGUMENTS[name])

    again = FUNCTIONS[name](*copy.deepcopy(ARGUMENTS[name]))

    assert again == first


@pytest.mark.parametrize("name", ARGUMENTS)
def test_what_was_given_is_left_as_it_was(name: str) -> None:
    given = copy.deepcopy(ARGUMENTS[name])

    FUNCTIONS[name](*given)

    assert given == ARGUMENTS[name]


def test_answers_do_not_hang_on_the_order_of_hashes() -> None:
    program = (
        "from tests.methods.test_every_method import ARGUMENTS, FUNCTIONS\n"
        "print([(name, FUNCTIONS[name](*given)) for name, given in ARGUMENTS.items()])"
    )
    answers = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": "src:.", "PYTHONIOENCODING": "utf-8"},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    assert len(answers) == 1


def test_neither_clock_nor_chance_nor_framework_is_asked() -> None:
    program = (
        "import commonweal.methods, importlib, pkgutil, sys\n"
        "for found in pkgutil.iter_modules(commonweal.methods.__path__):\n"
        "    importlib.import_module('commonweal.methods.' + found.name)\n"
        "print({'django', 'secrets', 'commonweal.kernel'} & set(sys.modules))"
    )

    told = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": "src"},
        capture_output=True,
        check=True,
        text=True,
    ).stdout

    assert told.strip() == "set()"
    for module in {function.__module__ for function in FUNCTIONS.values()}:
        source = inspect.getsource(sys.modules[module])
        assert ".now(" not in source
        assert ".today(" not in source
        assert "random" not in {*vars(sys.modules[module])}
