"""The town, and the address at which its pages are served."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings
from pytest_django.live_server_helper import LiveServer

from tests.factories.given import forget_everything
from tests.scenarios.town import Town, town


@pytest.fixture
def here(transactional_db: None) -> Iterator[Town]:  # noqa: ARG001
    yield town()
    forget_everything()


@pytest.fixture
def address(live_server: LiveServer, settings: Settings) -> str:
    """Let links in mails and on receipts lead to the server of the test."""
    settings.ADDRESS = live_server.url
    return str(live_server.url)
