"""What others wrote speaks with a running city, unchanged: two clients and a fuzzer."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from georeport import GeoReport
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from commonweal.cases import actions, queries
from commonweal.cases.models import Case
from commonweal.cases.types import Receipt
from commonweal.content import queries as content
from commonweal.edge.keys import Scope
from commonweal.ledger.types import subject_of
from tests.api.conftest import now, told
from tests.factories.cases import Town
from tests.factories.content import photo
from tests.factories.edge import api_key

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("real")]


@pytest.fixture
def receipt(here: Town) -> Receipt:
    """Tell the town about two lamps, one of which is published and answered."""
    told(here)
    one = told(here)
    by: dict[str, Any] = {"by": here.officer, "at": now(), "case_id": one.case_id}
    actions.publish(text="A lamp is dark.", seen=1, **by)
    actions.answer(text="Mended.", seen=2, **by)
    return one


@pytest.mark.parametrize("form", ["json", "xml"])
def test_georeport_reads_services_definitions_requests_and_one_request(
    form: str, receipt: Receipt, live_server: LiveServer, settings: Settings
) -> None:
    settings.ADDRESS = "https://city.example"
    client = GeoReport(f"{live_server.url}/open311/v2", "city.example", output_format=form)

    services = client.get_service_list()
    definition = client.get_service_definition("lamp")
    listed = client.get_service_requests(status="closed", service_code="lamp")
    both = client.get_service_requests(status="open,closed")
    one = client.get_service_request(receipt.number)

    assert [service["service_code"] for service in services] == ["lamp", "neighbour"]
    assert definition["service_code"] == "lamp"
    closed = listed[0] if form == "json" else listed  # xmltodict gives a single row bare
    assert closed["service_request_id"] == one["service_request_id"] == receipt.number
    assert (one["description"], one["status_notes"]) == ("A lamp is dark.", "Mended.")
    assert len(both) == 2


def environment(folder: Path, package: str) -> str:
    """Make an environment with one package of others in it, and give its Python."""
    python = str(folder / "venv" / "bin" / "python")
    subprocess.run([sys.executable, "-m", "venv", str(folder / "venv")], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", package], check=True)
    return python


THREE = """
import itertools, json, sys
itertools.ifilter = filter  # three 0.8.0 was written for Python 2
from three import Three
endpoint, key, number, picture, form = sys.argv[1:]
city = Three(endpoint, api_key=key, format=form)
sent = city.post(
    "lamp", address="at the bridge", name="Ada Lovelace", email="ada@example.org",
    description="It is dark.", media=open(picture, "rb"), **{"attribute[how-many]": "one"},
)
print(json.dumps({
    "sent": sent,
    "discovery": city.discovery(),
    "services": city.services(),
    "definition": city.services("lamp"),
    "requests": city.requests("lamp", status="open", count=5),
    "request": city.request(number),
    "token": city.token(number),
    "refused": city.post("none", address="x", name="A B"),
}))
"""


@pytest.mark.prove
def test_three_reads_and_reports(receipt: Receipt, live_server: LiveServer, tmp_path: Path) -> None:
    """Prove it in an environment of its own: `three` must be built, which no lock of ours does."""
    python = environment(tmp_path, "three==0.8.0")
    picture = tmp_path / "lamp.jpg"
    picture.write_bytes(photo())
    endpoint, secret = f"{live_server.url}/open311/v2", api_key()[1]

    ran = subprocess.run(
        [python, "-c", THREE, endpoint, secret, receipt.number, picture, "json"],
        check=True,
        capture_output=True,
        text=True,
        timeout=60,
    )

    said = json.loads(ran.stdout)
    new = Case.objects.get(place="at the bridge")
    assert said["sent"][0]["service_request_id"] == new.number
    assert new.answers == {"how-many": "one"}
    assert len(content.attachments(subject_of("case", new.pk), public_only=False)) == 1
    assert queries.contact_of(new.pk) is not None
    assert said["discovery"]["endpoints"][0]["url"] == f"{settings.ADDRESS}/open311/v2"
    assert [one["service_code"] for one in said["services"]] == ["lamp", "neighbour"]
    assert said["definition"]["attributes"][0]["code"] == "how-many"
    assert new.number in {one["service_request_id"] for one in said["requests"]}
    assert said["request"][0]["description"] == "A lamp is dark."
    assert said["token"][0]["service_request_id"] == receipt.number
    assert said["refused"][0]["code"] == 404


@pytest.mark.prove
def test_schemathesis_finds_nothing_that_the_description_does_not_say(
    receipt: Receipt, here: Town, live_server: LiveServer, tmp_path: Path
) -> None:
    python = environment(tmp_path, "schemathesis==4.32.5")
    secret = api_key(*Scope, unit_id=here.roads.id, per_hour=100_000)[1]
    (tmp_path / "schemathesis.toml").write_text(
        f'[parameters]\n"path.number" = "{receipt.number}"\n', encoding="utf-8"
    )

    ran = subprocess.run(
        [
            python,
            "-m",
            "schemathesis.cli",
            "run",
            f"{live_server.url}/api/v1/openapi.json",
            "--header",
            f"Authorization: Bearer {secret}",
            "--header",
            f"X-Case-Key: {receipt.key}",
            "--exclude-path",
            "/api/v1/mine/key",  # it would shut the others out
            "--checks",
            "all",
            "--exclude-checks",
            # a code that no category has, words without a letter; a body that a rule refuses
            "positive_data_acceptance",
            "--phases",
            "examples,coverage,fuzzing",
            "--max-examples",
            "40",
            "--seed",
            "4711",
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=1800,
    )

    assert ran.returncode == 0, ran.stdout[-5000:] + ran.stderr[-2000:]
    assert Case.objects.count() > 2
