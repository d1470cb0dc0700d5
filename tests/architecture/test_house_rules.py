"""What linters cannot see: tables, doors, refusals, triggers, addresses."""

import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from inspect import getmembers, isfunction
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, get_args, get_origin, get_type_hints

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import ForeignObject, Model, QuerySet

import commonweal
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Personal
from commonweal.ledger import queries as ledger
from commonweal.ledger.adapters import triggers
from tools.doors import DoorsContract

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONTRACTS = PROJECT["tool"]["importlinter"]["contracts"]
LAYERS = CONTRACTS[0]["layers"]
NAMES = str.maketrans("()|", "   ")
HEIGHT = {name: -i for i, floor in enumerate(LAYERS) for name in floor.translate(NAMES).split()}
OURS = [model for model in apps.get_models() if model.__module__.startswith("commonweal.")]


def modules() -> list[ModuleType]:
    found = walk_packages(commonweal.__path__, "commonweal.")
    wanted = (m.name for m in found if ".migrations" not in m.name and ".settings" not in m.name)
    skipped = {"commonweal.site.wsgi", "commonweal.__main__"}
    return [import_module(name) for name in wanted if name not in skipped]


ALL = modules()


def rooms(name: str) -> list[ModuleType]:
    return [m for m in ALL if f".{name}." in f"{m.__name__}." and m.__name__.count(".") > 1]


def refusals(family: type[Refusal]) -> Iterator[type[Refusal]]:
    for child in family.__subclasses__():
        yield child
        yield from refusals(child)


REFUSALS = [r for r in refusals(Refusal) if r.__module__.startswith("commonweal.")]


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_tables_point_down_and_cannot_be_followed_back(model: type[Model]) -> None:
    here = model._meta.app_label
    for field in model._meta.get_fields():
        if isinstance(field, ForeignObject) and not field.auto_created:
            there = field.related_model._meta.app_label
            if there != here:
                assert HEIGHT.get(there, -len(LAYERS)) < HEIGHT[here], field
                assert field.remote_field.hidden, f'{field}: related_name="+"'


@pytest.mark.parametrize("model", OURS, ids=lambda m: m.__name__)
def test_every_table_says_what_in_it_is_about_persons(model: type[Model]) -> None:
    personal: Personal | None = model.personal  # type: ignore[attr-defined]
    own = {field.name for field in model._meta.get_fields()}
    own |= {getattr(field, "attname", "") for field in model._meta.get_fields()}

    assert personal is None or (set(personal.fields) <= own and personal.keep_days > 0)


def types_in(hint: object) -> Iterator[object]:
    yield get_origin(hint) or hint
    for inner in get_args(hint):
        yield from types_in(inner)


DOORS = [m for m in rooms("actions") + rooms("queries") if hasattr(m, "__all__")] + [
    m for m in rooms("actions") + rooms("queries") if m.__name__.count(".") == 2
]


BY_NAME = {door.__name__: door for door in DOORS}


@pytest.mark.parametrize("door", [BY_NAME[name] for name in sorted(BY_NAME)], ids=sorted(BY_NAME))
def test_no_row_passes_a_door(door: ModuleType) -> None:
    promised = getattr(door, "__all__", None)
    for name, function in getmembers(door, isfunction):
        offered = name in promised if promised else function.__module__ == door.__name__
        if offered and not name.startswith("_"):
            for hint in get_type_hints(function).values():
                rows = [t for t in types_in(hint) if isinstance(t, type)]
                assert not any(issubclass(t, Model | QuerySet) for t in rows), name


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: r.__qualname__)
def test_a_refusal_has_a_code_of_its_context_and_a_sentence(refusal: Any) -> None:
    if "code" not in vars(refusal):
        return  # a family of refusals, never raised itself
    context = refusal.__module__.split(".")[1]

    assert refusal.code.startswith(f"{context}.")
    assert refusal.sentence.rstrip().endswith((".", "?")), refusal.sentence


def test_no_two_refusals_share_a_code() -> None:
    codes = [r.code for r in REFUSALS if "code" in vars(r)]

    assert len(codes) == len(set(codes))


@pytest.mark.django_db
@pytest.mark.database
def test_every_tracked_table_has_its_triggers() -> None:
    wanted = {name for model in triggers.tracked_models() for name in triggers.names_for(model)}

    assert wanted <= triggers.installed(connection)
    assert ledger.missing_triggers() == []
    assert len(wanted) >= 3 * 10


@pytest.mark.parametrize("model", triggers.tracked_models(), ids=lambda m: m.__name__)
def test_a_tracked_table_names_its_own_columns(model: Any) -> None:
    own = {f.name for f in model._meta.concrete_fields}
    own |= {f.attname for f in model._meta.concrete_fields}

    assert {*model.tracked.columns, model.tracked.key, "entry_id"} <= own


def test_every_package_has_its_floor_and_every_context_its_rooms() -> None:
    packages = {p.name for p in (ROOT / "src" / "commonweal").iterdir() if p.is_dir()}
    packages -= {"__pycache__"}
    contexts = {c.removeprefix("commonweal.") for c in CONTRACTS[1]["containers"]}

    assert packages <= set(HEIGHT)
    assert contexts >= {
        p for p in packages if (ROOT / f"src/commonweal/{p}/models.py").exists()
    } - {"edge"}


@pytest.mark.parametrize(
    ("importer", "imported", "is_breach"),
    [
        ("commonweal.cases.actions", "commonweal.city.models", True),
        ("commonweal.cases.actions", "commonweal.city.queries", False),
        ("commonweal.cases.actions", "commonweal.cases.models", False),
        ("commonweal.cases.actions", "commonweal.city", True),
        ("commonweal.web.pages", "commonweal.cases.rules", True),
        ("commonweal.cases.rules", "commonweal.methods.search", False),
        ("commonweal.site.urls", "commonweal.web.pages.urls", False),
    ],
)
def test_the_doors_contract_sees_who_walks_through_a_wall(
    importer: str, imported: str, *, is_breach: bool
) -> None:
    contract = object.__new__(DoorsContract)
    contract.root = "commonweal"
    contract.doors = set(CONTRACTS[2]["doors"])
    contract.open_packages = set(CONTRACTS[2]["open_packages"])

    assert contract.is_breach(importer.split("."), imported.split(".")) is is_breach


OPENS = re.compile(
    r"^\s*(?:import|from) (?:http\.client|urllib\.request|requests|httpx)\b", re.MULTILINE
)
MAY_OPEN = {
    "partners/adapters/outgoing.py",
    "site/looks.py",  # the doctor calls the city itself
    "site/running.py",  # the supervisor knocks at its own children
}


def test_requests_to_others_leave_in_one_place() -> None:
    source = ROOT / "src" / "commonweal"
    found = {
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if OPENS.search(path.read_text(encoding="utf-8"))
    }

    assert found == MAY_OPEN
