"""Workers that are killed in the middle of making photos anew."""

import json
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.kernel.rig import Town, a_database

pytestmark = pytest.mark.database

PHOTOS = """
from commonweal.content import actions as content
from tests.factories import content as given
with transaction.atomic():
    for n in range(COUNT):
        given.waiting(given.telling("JPEG", orientation=6), of=f"case:{n}")
    given.waiting(given.photo(size=(800, 600), quality=95)[:4000], of="case:broken")
Job.objects.update(run_at=queries.clock())
"""
STATES = """
import json
from commonweal.content.models import Attachment
print(json.dumps(sorted(Attachment.objects.values_list("state", flat=True))))
"""
FREE = """
UPDATE kernel_job SET lease_until = '2026-01-01 00:00:00+00:00', attempts = 0
WHERE state = 'waiting'
"""


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with a_database(os.environ.get("DATABASE_URL", "")) as url:
        town = Town(tmp_path, url)
        town.env["DJANGO_SETTINGS_MODULE"] = "tests.content.town"
        yield town


def test_a_killed_worker_loses_no_photo_and_leaves_no_raw_file(town: Town) -> None:
    count, rounds = 12, 5
    town.say(PHOTOS.replace("COUNT", str(count)))
    assert len(list((town.home / "quarantine").iterdir())) == count + 1

    for round_ in range(rounds):
        with town.worker() as worker:
            time.sleep(1.0 + 0.17 * round_)
            worker.send_signal(signal.SIGKILL)
        town.sql(FREE)
    while town.waiting():
        town.run("jobs", "--once")

    assert json.loads(town.say(STATES)) == ["ready"] * count + ["refused"]
    stored = [path for path in (town.home / "media").rglob("*") if path.is_file()]
    assert len(stored) == 2 * count
    assert not any(b"Shutter Secret" in path.read_bytes() for path in stored)
    assert not list((town.home / "quarantine").iterdir())
