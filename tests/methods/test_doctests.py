"""The examples in the docstrings are run, so that they stay true."""

import doctest
import importlib
import pkgutil
from types import ModuleType

import pytest

from commonweal import methods

MODULES = [
    importlib.import_module(f"{methods.__name__}.{found.name}")
    for found in pkgutil.iter_modules(methods.__path__)
]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_example_holds(module: ModuleType) -> None:
    outcome = doctest.testmod(module)

    assert outcome.attempted
    assert not outcome.failed
