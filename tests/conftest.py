"""What every test shares: both databases, and how long the properties are tried."""

import os
from collections.abc import Iterator

import pytest
from django.utils import translation
from hypothesis import HealthCheck, settings

settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile(
    "nightly",
    max_examples=2000,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))

pytest_plugins = ["tests.browser"]
BOTH_DATABASES = ("default", "people")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give a test marked `django_db` the city file and the people file unless it names its own."""
    for item in items:
        mark = item.get_closest_marker("django_db")
        if mark is not None and "databases" not in mark.kwargs:
            wider = pytest.mark.django_db(*mark.args, databases=BOTH_DATABASES, **mark.kwargs)
            item.add_marker(wider, append=False)


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Begin every test in English: a page asked for in another language leaves it behind."""
    with translation.override("en"):
        yield
