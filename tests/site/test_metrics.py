"""What Prometheus reads: only with a key, right, and in its own form."""

import re

import pytest
from django.test import Client

from commonweal.cases import actions
from commonweal.edge.keys import Scope
from tests.factories.cases import reported, town
from tests.factories.edge import api_key

pytestmark = pytest.mark.django_db

LINE = re.compile(r"^commonweal_[a-z_]+(\{version=\"[^\"]+\"\})? [0-9.e+-]+$")


def read(secret: str) -> dict[str, float]:
    answer = Client().get("/metrics", headers={"authorization": f"Bearer {secret}"})
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/plain; version=0.0.4")
    lines = answer.content.decode().splitlines()
    said = [line for line in lines if not line.startswith("#")]
    assert all(LINE.match(line) for line in said)
    assert len(lines) == 3 * len(said)
    return {line.split()[0]: float(line.split()[1]) for line in said}


def test_the_numbers_are_those_of_the_city() -> None:
    here = town()
    reported(here.lamp)
    reported(here.lamp)
    actions.count_changed()

    said = read(api_key(Scope.METRICS)[1])

    assert said["commonweal_cases_open"] == 2
    assert said["commonweal_cases_received_total"] == 2
    assert said["commonweal_cases_unreviewed"] == 2
    assert said["commonweal_jobs_waiting"] > 0
    assert said["commonweal_jobs_parked"] == 0
    assert said["commonweal_ready"] == 1
    assert said["commonweal_disk_free_bytes"] > 0


@pytest.mark.parametrize("sent", ["", "Bearer", "Bearer wrong", "Basic abc", "Bearer " + "x" * 500])
def test_nobody_without_a_key_reads_them(sent: str) -> None:
    answer = Client().get("/metrics", headers={"authorization": sent})

    assert answer.status_code in {401, 403}
    assert b"commonweal_" not in answer.content


def test_another_key_is_too_narrow() -> None:
    town()

    answer = Client().get("/metrics", headers={"authorization": f"Bearer {api_key()[1]}"})

    assert answer.status_code == 403
