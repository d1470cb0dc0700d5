"""What the city says of its own health, to load balancers and to operators."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections
from django.test import Client
from pytest_django import Settings

from commonweal.kernel import actions, queries
from commonweal.ledger.adapters import triggers
from commonweal.site import health, looks
from tests.kernel.town import work

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def ready(client: Client) -> tuple[int, dict[str, dict[str, object]]]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["checks"]


def test_a_living_process_says_so_without_asking_anybody(client: Client) -> None:
    assert client.get("/livez").json() == {"alive": True}


def test_a_city_in_order_is_ready(client: Client) -> None:
    status, checks = ready(client)

    assert status == 200
    assert all(check["ok"] for check in checks.values())


def test_answers_about_health_are_never_stored(client: Client) -> None:
    assert client.get("/readyz")["Cache-Control"] == "no-store"


def test_a_missing_trigger_closes_the_doors(client: Client) -> None:
    model = triggers.tracked_models()[0]
    on = f' ON "{model._meta.db_table}"' if connection.vendor == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{triggers.names_for(model)[0]}"{on}')

    status, checks = ready(client)

    assert (status, checks["triggers"]["ok"]) == (503, False)


def test_work_that_lags_or_is_parked_is_told_and_closes_nothing(client: Client) -> None:
    long_ago = queries.clock() - timedelta(minutes=5)
    actions.enqueue(work.fail, at=long_ago, word="x")

    status, checks = ready(client)

    assert (status, checks["work"]["ok"]) == (200, False)


def test_waiting_migrations_close_the_doors(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'kernel'")

    status, checks = ready(client)

    assert (status, checks["migrations"]["ok"]) == (503, False)


def test_a_full_disk_closes_the_doors(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LEAST_FREE_BYTES", 10**18)

    assert ready(client)[0] == 503


def test_a_store_that_does_not_answer_is_a_finding_not_a_crash(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise DatabaseError("gone")

    monkeypatch.setattr(connections["default"], "cursor", fail)

    status, checks = ready(client)

    assert status == 503
    assert checks["databases"]["says"] == "the store 'default' does not answer (DatabaseError)"


def doctor() -> tuple[list[dict[str, object]], bool]:
    out = io.StringIO()
    try:
        call_command("doctor", "--json", stdout=out)
    except CommandError:
        return json.loads(out.getvalue()), False
    return json.loads(out.getvalue()), True


@pytest.fixture
def _everything_set_up(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    settings.HOME, settings.DEMO = tmp_path, True
    monkeypatch.setattr(looks, "PATIENCE_S", 0.3)
    yield
    mail.outbox.clear()


def finding(name: str, found: list[dict[str, object]]) -> dict[str, object]:
    return next(one for one in found if one["name"] == name)


@pytest.mark.usefixtures("_everything_set_up")
def test_the_doctor_names_each_problem_with_its_remedy() -> None:
    found, is_well = doctor()

    assert not is_well
    names = {str(one["name"]) for one in found}
    assert names >= {
        "databases",
        "keys",
        "mail",
        "worker",
        "time zone",
        "assets",
        "address",
        "disk",
    }
    assert all(one["ok"] or one["remedy"] for one in found)
    assert "commonweal jobs" in str(finding("worker", found)["remedy"])
    assert "collectstatic" in str(finding("assets", found)["remedy"])


@pytest.mark.usefixtures("_everything_set_up")
def test_the_doctor_says_how_assets_are_built(settings: Settings) -> None:
    settings.STATICFILES_FINDERS = []

    found, _is_well = doctor()

    assert "python hatch_build.py" in str(finding("assets", found)["remedy"])


@pytest.mark.usefixtures("_everything_set_up")
def test_the_doctor_writes_for_people_too(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError, match="problem"):
        call_command("doctor")

    said = capsys.readouterr().out
    assert "ok       databases" in said
    assert "PROBLEM  worker" in said
    assert "-> Start it: commonweal serve" in said


def test_the_worker_is_asked_for_a_real_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _s: actions.run_waiting(clock=queries.clock))

    assert looks.worker().ok


def test_a_city_whose_mail_reaches_nobody_is_told(settings: Settings) -> None:
    settings.DEMO = False
    settings.EMAIL_BACKEND = "commonweal.messages.adapters.folder.EmailBackend"

    assert not looks.post().ok
    assert "COMMONWEAL_MAIL_URL" in looks.post().remedy


def test_a_mail_server_that_does_not_answer_is_told(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    assert "refuses (ConnectionRefusedError)" in looks.post().says


def test_a_front_door_that_nobody_opens_is_told(settings: Settings) -> None:
    settings.ADDRESS = "http://127.0.0.1:1"

    assert looks.address().says == "http://127.0.0.1:1: nobody answers"


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL looks after itself")
def test_acts_that_a_power_cut_may_lose_are_told(settings: Settings) -> None:
    settings.DEMO = False

    assert "power cut" in looks.soundness().says
