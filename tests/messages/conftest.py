"""The mail server of the tests, and templates that stay with the test that made them known."""

from collections.abc import Iterator

import pytest

from commonweal.messages import queries
from tests.factories.mail_server import mail_server

__all__ = ["mail_server"]


@pytest.fixture(autouse=True)
def _own_templates() -> Iterator[None]:
    """Forget what a test made known: the registry is the whole process's."""
    before = dict(queries._shipped)
    yield
    queries._shipped.clear()
    queries._shipped.update(before)
