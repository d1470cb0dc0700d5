"""A copy made while people write, and the way back, on both databases."""

import fcntl
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.kernel.rig import ROOT, Town, a_database

pytestmark = pytest.mark.database
URL = os.environ.get("DATABASE_URL", "")


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    with a_database(URL) as url:
        home = tmp_path_factory.mktemp("town")
        (home / "media" / "2026").mkdir(parents=True)
        (home / "media" / "2026" / "lamp.jpg").write_bytes(b"a lamp")
        (home / "media" / "2026" / "same.jpg").write_bytes(b"a lamp")
        one = Town(home, url)
        one.say(
            "from commonweal.identity.actions import keep_contact\n"
            "from commonweal.identity.types import ContactKind\n"
            "keep_contact(kind=ContactKind.MAIL, value='chan@example.org', language='en', "
            "at=queries.clock())\n"
            "actions.enqueue(work.write, at=queries.clock(), word='kept')"
        )
        yield one


@contextmanager
def another_town(home: Path) -> Iterator[Town]:
    with a_database(URL) as url:
        one = Town.__new__(Town)
        one.home, one.url = home, url
        one.env = os.environ | {
            "DJANGO_SETTINGS_MODULE": "tests.kernel.town.settings",
            "COMMONWEAL_HOME": str(home),
            "DATABASE_URL": url,
            "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        }
        yield one


def copy_of(said: str) -> Path:
    found = re.search(r"^Written: (.*)$", said, re.MULTILINE)
    assert found
    return Path(found[1])


def refused(town: Town, *verb: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "commonweal", *verb],
        env=town.env | env,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    return done.stderr


def words(town: Town) -> list[str]:
    return [json.loads(payload)["word"] for (payload,) in town.sql(WRITTEN)]


WRITTEN = """
SELECT CAST(payload AS text) FROM kernel_job WHERE CAST(payload AS text) LIKE '%word%' ORDER BY id
"""


def test_a_copy_comes_back_whole_in_an_empty_home(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path / "copies")))

    with another_town(tmp_path / "new") as new:
        said = new.run("restore", str(copy))

        assert "Restored what was there" in said
        assert "kept" in words(new)
        assert new.say(CONTACTS) == "chan@example.org"
        assert new.say(MISSING) == "[]"
    assert (tmp_path / "new" / "media" / "2026" / "lamp.jpg").read_bytes() == b"a lamp"


CONTACTS = """
from commonweal.identity.models import Contact
print(*Contact.objects.values_list("value", flat=True))
"""
MISSING = "from commonweal.ledger.queries import missing_triggers; print(missing_triggers())"


def test_the_folder_of_the_copies_stands_for_its_newest(town: Town, tmp_path: Path) -> None:
    copies = tmp_path / "copies"
    town.run("backup", str(copies))
    time.sleep(1.1)
    copy = copy_of(town.run("backup", str(copies)))

    with another_town(tmp_path / "new") as new:
        said = new.run("restore", str(copies))

        assert f"Taking the newest copy there: {copy.name}" in said
        assert "kept" in words(new)


def test_a_copy_made_while_others_write_holds_whole_acts_only(town: Town, tmp_path: Path) -> None:
    writer = subprocess.Popen(
        [sys.executable, "-m", "commonweal", "shell", "--no-imports", "-v", "0", "-c", WRITER],
        env=town.env,
        cwd=ROOT,
        stderr=subprocess.PIPE,
    )
    try:
        town.until(lambda: sum("pair" in word for word in words(town)) > 20)
        before = len(words(town))
        copy = copy_of(town.run("backup", str(tmp_path / "copies")))
        time.sleep(0.3)
        assert writer.poll() is None
        after = len(words(town))
    finally:
        writer.kill()
        writer.communicate()

    with another_town(tmp_path / "new") as new:
        new.run("restore", str(copy))
        restored = words(new)
    pairs = [word for word in restored if "pair" in word]
    assert before <= len(restored) < after
    assert pairs[::2] == pairs[1::2]


WRITER = """
from django.db import transaction
from commonweal.kernel import actions, queries
from tests.kernel.town import work
for number in range(100_000):
    with transaction.atomic():
        actions.enqueue(work.write, at=queries.clock(), word=f"pair {number}")
        actions.enqueue(work.write, at=queries.clock(), word=f"pair {number}")
"""


def test_the_people_are_a_part_of_their_own_and_keys_are_in_none(
    town: Town, tmp_path: Path
) -> None:
    said = town.run("backup", str(tmp_path))
    copy = copy_of(said)

    manifest = json.loads((copy / "manifest.json").read_text())
    city, people = (manifest["parts"][name]["file"] for name in ("city", "people"))
    assert {path.name for path in copy.iterdir()} == {"manifest.json", city, people}
    assert "The keys are NOT in it" in said
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"only-for-tests" not in everything
    assert b"chan@example.org" not in everything


def test_copies_are_for_their_owner_only(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path / "copies")))

    assert copy.stat().st_mode & 0o077 == 0
    assert (tmp_path / "copies").stat().st_mode & 0o077 == 0


def test_photos_are_kept_once_however_many_copies_there_are(town: Town, tmp_path: Path) -> None:
    town.run("backup", str(tmp_path))
    time.sleep(1.1)
    town.run("backup", str(tmp_path))

    assert len([path for path in (tmp_path / "media").rglob("*") if path.is_file()]) == 1


def test_a_home_that_holds_a_city_is_not_replaced_unasked(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path)))

    said = refused(town, "restore", str(copy))

    assert "holds a city" in said
    assert "--replace" in said


def test_a_home_is_replaced_when_asked(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path)))
    town.say("actions.enqueue(work.write, at=queries.clock(), word='too late')")

    town.run("restore", str(copy), "--replace")

    assert "kept" in words(town)
    assert "too late" not in words(town)


def test_a_copy_with_a_changed_file_is_refused_before_anything_is_touched(
    town: Town, tmp_path: Path
) -> None:
    copy = copy_of(town.run("backup", str(tmp_path)))
    part = next(path for path in copy.iterdir() if path.name.startswith("people"))
    part.write_bytes(part.read_bytes()[:-1] + b"x")

    said = refused(town, "restore", str(copy), "--replace")

    assert "is not as it was written" in said
    assert "kept" in words(town)


def damage(copy: Path, part: str, data: bytes) -> None:
    """Put other bytes into a part of a copy, and let its manifest know nothing of it."""
    body = json.loads((copy / "manifest.json").read_text())
    path = copy / body["parts"][part]["file"]
    path.write_bytes(data)
    body["parts"][part]["sha256"] = hashlib.sha256(data).hexdigest()
    (copy / "manifest.json").write_text(json.dumps(body))


@pytest.mark.parametrize(("part", "kept"), [("city", 0.02), ("people", 0.9), ("people", 0.0)])
def test_a_part_that_was_cut_off_leaves_the_old_city(
    town: Town, tmp_path: Path, part: str, kept: float
) -> None:
    copy = copy_of(town.run("backup", str(tmp_path)))
    whole = next(path for path in copy.iterdir() if path.name.startswith(part)).read_bytes()
    damage(copy, part, whole[: int(len(whole) * kept)])
    town.say("actions.enqueue(work.write, at=queries.clock(), word='stays')")

    refused(town, "restore", str(copy), "--replace")

    assert "stays" in words(town)
    assert town.say(CONTACTS) == "chan@example.org"
    assert (town.home / "media" / "2026" / "lamp.jpg").read_bytes() == b"a lamp"
    assert not list(town.home.glob(".restoring-*"))


@pytest.mark.skipif(not URL, reason="PostgreSQL's own programs")
@pytest.mark.parametrize("missing", ["pg_restore", "psql"])
def test_a_program_that_is_missing_leaves_the_old_city(
    town: Town, tmp_path: Path, missing: str
) -> None:
    copy = copy_of(town.run("backup", str(tmp_path / "copies")))
    path = tmp_path / "programs"
    path.mkdir()
    for program in {"pg_restore", "psql"} - {missing}:
        (path / program).symlink_to(str(shutil.which(program)))

    said = refused(town, "restore", str(copy), "--replace", PATH=str(path))

    assert f"{missing} is missing. Install PostgreSQL's client" in said
    assert "kept" in words(town)


@pytest.mark.skipif(not URL, reason="on SQLite there is no middle: two files are renamed")
def test_what_fails_in_the_middle_leaves_the_old_city(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path)))
    city = next(path for path in copy.iterdir() if path.name.startswith("city"))
    damage(copy, "people", city.read_bytes())  # each table of it is there already by then
    town.say("actions.enqueue(work.write, at=queries.clock(), word='remains')")

    said = refused(town, "restore", str(copy), "--replace")

    assert "already exists" in said
    assert "remains" in words(town)
    assert town.say(CONTACTS) == "chan@example.org"


def test_a_copy_with_a_missing_photo_is_refused(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path)))
    next(path for path in (tmp_path / "media").rglob("*") if path.is_file()).unlink()

    assert "is missing from the copy" in refused(town, "restore", str(copy), "--replace")


def test_a_folder_that_is_no_copy_is_refused_in_words(town: Town, tmp_path: Path) -> None:
    assert "is no copy" in refused(town, "restore", str(tmp_path), "--replace")


def rewrite(copy: Path, **changes: object) -> None:
    body = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(body | changes))


def test_a_copy_of_a_newer_release_is_refused(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path)))
    rewrite(copy, version="9.0", migrations={"default": ["kernel.0999_later"], "people": []})

    assert "newer release (9.0)" in refused(town, "restore", str(copy), "--replace")


def test_a_copy_of_the_other_database_is_refused(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path)))
    rewrite(copy, vendor="other")

    assert "This copy is of other" in refused(town, "restore", str(copy), "--replace")


def test_a_copy_cannot_write_outside_the_home(town: Town, tmp_path: Path) -> None:
    copy = copy_of(town.run("backup", str(tmp_path / "copies")))
    body = json.loads((copy / "manifest.json").read_text())
    rewrite(copy, media={"../../evil": next(iter(body["media"].values()))})

    with another_town(tmp_path / "new") as new:
        assert "outside its folder" in refused(new, "restore", str(copy))
    assert "outside its folder" in refused(town, "restore", str(copy), "--replace")
    assert "kept" in words(town)
    assert not (tmp_path / "evil").exists()


def test_after_thirty_days_the_people_leave_the_copies_and_the_city_stays(
    town: Town, tmp_path: Path
) -> None:
    old = copy_of(town.run("backup", str(tmp_path / "copies")))
    rewrite(old, made_at=(datetime.now(UTC) - timedelta(days=31)).isoformat())
    time.sleep(1.1)

    said = town.run("backup", str(tmp_path / "copies"), "--prune")

    assert f"removed {old.name}/people" in said
    assert not [path for path in old.iterdir() if path.name.startswith("people")]
    assert [path for path in copy_of(said).iterdir() if path.name.startswith("people")]
    with another_town(tmp_path / "new") as new:
        assert "--without-people" in refused(new, "restore", str(old))
        new.run("restore", str(old), "--without-people")
        assert "kept" in words(new)
        assert new.say(CONTACTS) == ""


def test_one_backup_waits_for_another_and_prunes_nothing_of_it(town: Town, tmp_path: Path) -> None:
    town.run("backup", str(tmp_path))
    photo = tmp_path / "media" / "ab" / "of a copy that has no manifest yet"
    photo.parent.mkdir()
    photo.write_bytes(b"a photo")
    verb = [sys.executable, "-m", "commonweal", "backup", str(tmp_path), "--prune"]
    with (tmp_path / ".lock").open("a") as running:
        fcntl.flock(running, fcntl.LOCK_EX)
        other = subprocess.Popen(verb, env=town.env, cwd=ROOT, stdout=subprocess.DEVNULL)
        opened = Path(f"/proc/{other.pid}/fd")
        town.until(lambda: any(fd.resolve() == tmp_path / ".lock" for fd in opened.iterdir()))

        assert other.poll() is None
        assert photo.exists()
    assert other.wait(60) == 0
    assert not photo.exists()


def test_whole_copies_are_removed_only_when_asked(town: Town, tmp_path: Path) -> None:
    old = copy_of(town.run("backup", str(tmp_path)))
    rewrite(old, made_at=(datetime.now(UTC) - timedelta(days=400)).isoformat())
    time.sleep(1.1)
    town.run("backup", str(tmp_path), "--prune")
    assert old.exists()
    time.sleep(1.1)

    town.run("backup", str(tmp_path), "--prune", "--keep-days", "365")

    assert not old.exists()
