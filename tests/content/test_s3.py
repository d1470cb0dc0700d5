"""Photos in a bucket: whole or not there, also when the server goes in the middle."""

import io
import json
import os
import signal
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.test import Client
from pytest_django import Settings

from commonweal.content import actions, errors, queries, rules
from commonweal.content.adapters import s3
from commonweal.content.models import Attachment
from commonweal.content.types import AttachmentState, Size, StorageProblem
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.models import Job
from commonweal.kernel.queries import clock
from commonweal.site import looks
from tests.content.test_killed import FREE, PHOTOS, STATES
from tests.factories.content import AT, OFFICER, SECRETS, photo, published, ready, telling, waiting
from tests.factories.s3 import Server
from tests.kernel.rig import Town, a_database

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def running() -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bucket(running: Server, settings: Settings) -> Server:
    """Keep the photos of a test in a bucket that is empty."""
    client = running.client()
    for name in running.objects():
        client.delete_object(Bucket="photos", Key=name)
    use(settings, running)
    return running


@pytest.fixture
def mortal(settings: Settings) -> Iterator[Server]:
    """Give a server of the test's own, which may be killed."""
    server = Server()
    server.start()
    use(settings, server)
    yield server
    server.stop()


def use(settings: Settings, server: Server, **instead: Any) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "commonweal.content.adapters.s3.S3Storage",
            "OPTIONS": server.options(**instead),
        },
    }


def hurry() -> None:
    """Let what waits for its time be due now."""
    Job.objects.filter(state=Job.State.WAITING).update(run_at=clock() - timedelta(seconds=1))
    run_waiting(clock=clock)


def test_a_photo_is_kept_shown_and_deleted_in_the_bucket(bucket: Server, home: Path) -> None:
    card = ready(telling("JPEG", orientation=6))
    kept = bucket.objects()

    assert sorted(kept) == sorted(rules.stored_name(card.id, size, card.kind) for size in Size)
    with (stored := queries.file(card.id)).file as opened:
        data = opened.read()
    assert (data, stored.size) == (
        kept[rules.stored_name(card.id, Size.FULL, card.kind)],
        len(data),
    )
    assert not any(secret in one for secret in SECRETS for one in kept.values())
    assert not list((home / "quarantine").iterdir())
    assert not (home / "media").exists()

    actions.take_down(attachment_id=card.id, reason="person", by=OFFICER, at=AT)
    run_waiting(clock=clock)
    assert bucket.objects() == {}


def test_everybody_sees_a_published_photo_and_its_absence(bucket: Server) -> None:
    card = published()
    name = rules.stored_name(card.id, Size.FULL, card.kind)
    kept = bucket.objects()[name]

    answer = Client().get(f"/photos/{card.id}/full/")
    bucket.client().delete_object(Bucket="photos", Key=name)

    assert b"".join(answer.streaming_content) == kept  # type: ignore[attr-defined]
    assert answer["Content-Length"] == str(len(kept))
    assert Client().get(f"/photos/{card.id}/full/").status_code == 404


def test_writing_again_leaves_one_object(bucket: Server) -> None:
    storage = storages["default"]

    names = [storage.save("a/b.jpg", ContentFile(data)) for data in (b"one", b"two")]
    storage.delete(names[0])
    storage.delete(names[0])

    assert names[0] == "a/b.jpg"
    assert list(bucket.objects().values()) == [b"two"]


def test_a_server_that_goes_in_the_middle_leaves_nothing_half_done(
    mortal: Server, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, save = waiting(photo()), s3.S3Storage._save

    def last(storage: s3.S3Storage, name: str, content: Any) -> str:
        kept = save(storage, name, content)
        mortal.stop()
        return kept

    monkeypatch.setattr(s3.S3Storage, "_save", last)
    run_waiting(clock=clock)

    assert queries.attachment(card.id).state is AttachmentState.WAITING
    assert len(list((home / "quarantine").iterdir())) == 1
    assert not Job.objects.filter(state=Job.State.PARKED).exists()

    monkeypatch.setattr(s3.S3Storage, "_save", save)
    mortal.start()
    hurry()
    assert queries.attachment(card.id).state is AttachmentState.READY
    assert len(mortal.objects()) == 2
    assert not list((home / "quarantine").iterdir())


def test_a_photo_taken_down_while_the_server_is_away_is_deleted_later(mortal: Server) -> None:
    card = published()
    stored = mortal.objects()
    mortal.stop()

    actions.take_down(attachment_id=card.id, reason="person", by=OFFICER, at=AT)
    run_waiting(clock=clock)
    with pytest.raises(errors.NoSuchAttachment):
        queries.file(card.id)

    mortal.start()
    for name, data in stored.items():
        mortal.client().put_object(Bucket="photos", Key=name, Body=data)
    hurry()
    assert mortal.objects() == {}


def test_a_photo_waits_for_two_days_and_is_then_shown_to_an_operator(
    mortal: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_WAITS", 2)
    card = waiting()
    mortal.stop()

    for _ in range(9):
        hurry()

    assert [job.handler for job in Job.objects.filter(state=Job.State.PARKED)] == [
        "content.handlers.make_anew_later"
    ]
    assert Attachment.objects.get(pk=card.id).state == AttachmentState.WAITING


def test_a_picture_that_cannot_be_reached_is_no_fault_of_the_page(mortal: Server) -> None:
    card = published()
    mortal.stop()

    answer = Client().get(f"/photos/{card.id}/full/")

    assert answer.status_code == 503
    assert "Photos cannot be shown just now" in answer.content.decode()


@pytest.fixture(scope="module")
def strict() -> Iterator[Server]:
    server = Server(strict=True)
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("instead", "problem", "remedy"),
    [
        ({}, None, ""),
        ({"bucket": "nowhere"}, StorageProblem.NO_BUCKET, "COMMONWEAL_S3_BUCKET"),
        ({"secret": "wrong"}, StorageProblem.REFUSED, "COMMONWEAL_S3_SECRET"),
        ({"key": "AKIAWRONG"}, StorageProblem.REFUSED, "COMMONWEAL_S3_KEY"),
        ({"endpoint": "http://127.0.0.1:9"}, StorageProblem.NO_ANSWER, "COMMONWEAL_S3_ENDPOINT"),
    ],
)
def test_the_doctor_says_what_is_wrong_and_what_to_do(
    strict: Server,
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    instead: dict[str, str],
    problem: StorageProblem | None,
    remedy: str,
) -> None:
    use(settings, strict, **instead)
    monkeypatch.setattr(looks, "PATIENCE_S", 0.0)
    out = io.StringIO()

    with pytest.raises(CommandError):  # no worker runs here
        call_command("doctor", "--json", stdout=out)
    said = {one["name"]: one for one in json.loads(out.getvalue())}
    ready_ = Client().get("/readyz")

    assert queries.photos_problem() is actions.try_storage() is problem
    for name in ("photos", "one photo"):
        assert said[name]["ok"] is (problem is None)
        assert remedy in said[name]["remedy"]
    assert strict.secret not in out.getvalue() + ready_.content.decode()
    assert ready_.status_code == 200
    assert ready_.json()["checks"]["photos"]["ok"] is (problem is None)
    assert strict.objects() == {}


def test_a_key_that_may_only_look_is_found_out_by_trying(
    bucket: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_args: object) -> str:
        raise s3.Away(StorageProblem.REFUSED)

    monkeypatch.setattr(s3.S3Storage, "_save", refused)

    assert queries.photos_problem() is None
    assert actions.try_storage() is StorageProblem.REFUSED
    assert bucket.objects() == {}


@pytest.mark.parametrize(
    ("code", "status", "is_of_object", "problem"),
    [
        ("NoSuchKey", 404, True, None),
        ("NoSuchBucket", 404, True, StorageProblem.NO_BUCKET),
        ("404", 404, False, StorageProblem.NO_BUCKET),
        ("SlowDown", 503, True, StorageProblem.NO_ANSWER),
        ("Throttling", 429, True, StorageProblem.NO_ANSWER),
        ("AccessDenied", 403, True, StorageProblem.REFUSED),
        ("PermanentRedirect", 301, False, StorageProblem.ODD),
    ],
)
def test_what_an_answer_means(
    code: str, status: int, problem: StorageProblem | None, *, is_of_object: bool
) -> None:
    assert s3.problem_of(code, status, is_of_object=is_of_object) is problem


@pytest.fixture
def town(tmp_path: Path, running: Server) -> Iterator[Town]:
    client = running.client()
    for name in running.objects():
        client.delete_object(Bucket="photos", Key=name)
    with a_database(os.environ.get("DATABASE_URL", "")) as url:
        town = Town(tmp_path, url)
        town.env |= {"DJANGO_SETTINGS_MODULE": "tests.content.town_s3", **running.env}
        yield town


@pytest.mark.database
def test_a_killed_worker_loses_no_photo_of_the_bucket(town: Town, running: Server) -> None:
    count, rounds = 8, 4
    town.say(PHOTOS.replace("COUNT", str(count)))

    for round_ in range(rounds):
        with town.worker() as worker:
            time.sleep(1.2 + 0.23 * round_)
            worker.send_signal(signal.SIGKILL)
        town.sql(FREE)
    while town.waiting():
        town.run("jobs", "--once")

    assert json.loads(town.say(STATES)) == ["ready"] * count + ["refused"]
    stored = running.objects()
    assert len(stored) == 2 * count
    assert not any(b"Shutter Secret" in data for data in stored.values())
    assert not list((town.home / "quarantine").iterdir())


@pytest.mark.database
def test_a_copy_says_where_the_photos_are_and_comes_back_only_there(
    town: Town, tmp_path: Path
) -> None:
    town.say(PHOTOS.replace("COUNT", "1"))
    copies = tmp_path / "copies"

    made = town.run("backup", str(copies))
    back = town.run("restore", str(copies), "--replace")
    for name in [name for name in town.env if name.startswith("COMMONWEAL_S3_")]:
        del town.env[name]
    with pytest.raises(AssertionError, match="Set COMMONWEAL_S3_BUCKET"):
        town.run("restore", str(copies), "--replace")

    assert "photos  are NOT in it: they are in the bucket photos" in made
    assert "Photos were not touched" in back
