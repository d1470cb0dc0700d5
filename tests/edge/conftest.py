"""Guests of the edge."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.http import HttpRequest
from django.test import Client
from pytest_django import Settings

from commonweal.edge import bots, limits, once, requests
from commonweal.kernel.types import Actor, ActorKind, Grant, Role
from tests.edge import town

As = Callable[..., Actor]


@pytest.fixture(autouse=True)
def _a_small_town(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.edge.town"
    settings.LOGIN_URL = "/sign-in/"
    town.ACTS.clear()


@pytest.fixture
def guest() -> Client:
    return Client(raise_request_exception=False)


@pytest.fixture
def come_as(monkeypatch: pytest.MonkeyPatch) -> As:
    """Let every request come from a person with these roles; sign-in has tests of its own."""

    def come(*roles: Role) -> Actor:
        grants = frozenset(Grant(role, UUID(int=7)) for role in roles)
        actor = Actor(kind=ActorKind.PERSON, id=uuid4(), grants=grants)
        monkeypatch.setattr(requests, "_read_actor", lambda _request: actor)
        return actor

    return come


@pytest.fixture
def move_clock(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let requests come later than they do."""
    ahead = [timedelta()]

    def now(_request: HttpRequest) -> datetime:
        return datetime.now(UTC) + ahead[0]

    for module in (requests, bots, limits, once):
        monkeypatch.setattr(module, "now_of", now)

    def move(by: timedelta) -> None:
        ahead[0] += by

    return move
