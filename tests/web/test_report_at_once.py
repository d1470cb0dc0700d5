"""Fifty presses on "send" at the same moment. SQLite has one writer: proven on PostgreSQL."""

import threading
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from commonweal.cases.models import AccessKey, Case
from commonweal.edge import limits
from tests.factories.cases import Town, town
from tests.kernel.crowd import at_once, needs_many_writers
from tests.web.walk import Resident, guard, receipt_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, needs_many_writers]


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Town:
    wide = limits.Limit(form="report", burst=500, per_hour=500)
    monkeypatch.setattr(limits, "REPORT", wide)
    return town()


ROOM = threading.BoundedSemaphore(20)  # a server has so many hands; each needs two connections


def press(cookie: str, fields: dict[str, str]) -> Any:
    """Press "send" with the cookie of a session, from a device of its own."""
    client = Client()
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie
    with ROOM:
        try:
            answer = client.post("/report/check/", fields)
            assert answer.status_code == 302, answer.content.decode()
            return receipt_in(client.get("/report/sent/").content.decode())[0]
        finally:
            connections["people"].close()


def ready(here: Town) -> Callable[[], Any]:
    """Fill a report in up to the last press."""
    ada = Resident()
    ada.fill_in(here.lamp)
    fields = guard(ada.read("/report/check/"))
    return partial(press, ada.client.cookies[settings.SESSION_COOKIE_NAME].value, fields)


def test_fifty_presses_of_one_form_make_one_case_and_one_number(here: Town) -> None:
    numbers = at_once([ready(here)] * 50)

    case = Case.objects.get()
    assert set(numbers) == {case.number}
    assert AccessKey.objects.filter(case=case).count() <= 50


def test_fifty_people_at_once_make_fifty_cases(here: Town) -> None:
    numbers = at_once([ready(here) for _ in range(50)])

    assert len(set(numbers)) == 50
    assert set(Case.objects.values_list("number", flat=True)) == set(numbers)
