"""One report sent twenty times at the same moment. SQLite has one writer: proven on PostgreSQL."""

from functools import partial
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from commonweal.cases.models import Case
from commonweal.edge.keys import Scope
from tests.api.conftest import told
from tests.factories.cases import Town
from tests.factories.edge import api_key
from tests.kernel.crowd import at_once, needs_many_writers

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database, needs_many_writers]


def send(what: str, said: dict[str, str], headers: dict[str, str]) -> Any:
    try:
        answer = Client().post(f"/open311/v2/{what}.json", said, headers=headers)
        assert answer.status_code == 201, answer.content
        return next(iter(answer.json()[0].values()))
    finally:
        connections["people"].close()


def test_a_report_with_a_key_of_its_own_is_taken_in_once(here: Town) -> None:
    assert here.lamp.is_open
    said = {
        "api_key": api_key(per_hour=10_000)[1],
        "service_code": "lamp",
        "lat": "22.05",
        "long": "114.05",
        "email": "ada@example.org",
    }

    numbers = at_once([partial(send, "requests", said, {"Idempotency-Key": "1"})] * 20)

    assert set(numbers) == {Case.objects.get().number}


def test_an_update_is_made_once(here: Town) -> None:
    receipt = told(here)
    said = {
        "api_key": api_key(Scope.UPDATE, unit_id=here.roads.id, per_hour=10_000)[1],
        "service_request_id": receipt.number,
        "update_id": "1",
        "status": "FIXED",
        "description": "Mended.",
    }

    made = at_once([partial(send, "servicerequestupdates", said, {})] * 20)

    assert len(set(made)) == 1
    assert Case.objects.get().version == 2
