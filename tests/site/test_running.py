"""The city runs as one tree of processes: started, looked after, stopped, never left behind."""

import http.client
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from commonweal.identity.actions import make_demo_account
from commonweal.kernel.queries import clock
from commonweal.kernel.types import SYSTEM
from commonweal.site import ports, running
from tests.kernel.rig import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at processes in /proc")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(done: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it did not come true in time"
        time.sleep(0.1)


def children_of(pid: int) -> list[int]:
    found = []
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                stat = (folder / "stat").read_text()
            except OSError:
                continue
            if int(stat.rpartition(")")[2].split()[1]) == pid:
                found += [int(folder.name), *children_of(int(folder.name))]
    return found


def command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def lives(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


class Demo:
    """A demo in a folder of its own."""

    def __init__(self, home: Path, verb: str = "demo") -> None:
        self.home, self.port, self._verb = home, free_port(), verb
        kept = {
            key: value
            for key, value in os.environ.items()
            if not key.startswith(("COMMONWEAL_", "DJANGO_", "DATABASE_"))
        }
        source = str(ROOT / "src")
        self.env = kept | {"COMMONWEAL_HOME": str(home), "PYTHONPATH": source}
        self.out = home.with_suffix(".out")
        self.process: subprocess.Popen[bytes] | None = None
        self.seen: list[int] = []

    def start(self, *options: str) -> None:
        if not running.are_assets_built():
            pytest.skip("the assets were not built: python hatch_build.py")
        with self.out.open("wb") as out:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "commonweal",
                    self._verb,
                    "--port",
                    str(self.port),
                    *options,
                ],
                env=self.env,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        until(lambda: "is open at" in self.said() or not self.runs())
        assert self.runs(), self.said()

    def runs(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def said(self) -> str:
        return self.out.read_text(encoding="utf-8")

    def tree(self) -> list[int]:
        assert self.process is not None
        return children_of(self.process.pid)

    def verb(self, name: str) -> list[int]:
        return [pid for pid in self.tree() if f"commonweal {name}" in command_of(pid)]

    def get(self, path: str) -> tuple[int, str]:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            line.request("GET", path)
            answer = line.getresponse()
            return answer.status, answer.read().decode()
        except OSError:
            return 0, ""
        finally:
            line.close()

    def send(self, number: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        return self.process.wait(timeout=45)

    def clear_away(self) -> None:
        if self.process and self.runs():
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """Start a demo for the first time, and stop it."""
    one = Demo(tmp_path_factory.mktemp("first") / "home")
    one.home.mkdir()
    try:
        one.start("--empty")
        one.seen = one.tree()
        one.send(signal.SIGINT)
    finally:
        one.clear_away()
    return one


def moved_in(first: Demo, home: Path) -> Demo:
    shutil.copytree(first.home, home)
    return Demo(home)


@pytest.fixture
def demo(first: Demo, tmp_path: Path) -> Iterator[Demo]:
    one = moved_in(first, tmp_path / "home")
    yield one
    one.clear_away()


@pytest.fixture(scope="module")
def prepared(first: Demo, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    one = moved_in(first, tmp_path_factory.mktemp("demo") / "home")
    one.start("--empty")
    yield one
    one.clear_away()


def test_a_start_says_where_the_city_is_and_how_to_stop(first: Demo, prepared: Demo) -> None:
    for one in (first, prepared):
        assert f"The city is open at http://127.0.0.1:{one.port}" in one.said()
        assert "Ctrl-C stops everything" in one.said()
    assert prepared.get("/livez")[0] == 200


def test_a_running_city_is_ready_and_says_so(prepared: Demo) -> None:
    status, body = prepared.get("/readyz")

    checks = json.loads(body)["checks"]
    assert status == 200
    assert set(checks) == {
        "databases",
        "migrations",
        "triggers",
        "disk",
        "photos",
        "work",
        "parked work",
    }


def test_the_demo_listens_on_this_machine_only(prepared: Demo) -> None:
    addresses = {
        line.split()[1]
        for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{prepared.port:04X}")
    }

    assert addresses == {f"0100007F:{prepared.port:04X}"}


def test_the_keys_of_a_home_are_for_its_owner_only(prepared: Demo) -> None:
    keys = prepared.home / "keys"

    assert keys.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in keys.iterdir()} == {0o600}


def test_a_second_start_in_the_same_home_is_told_that_it_runs_already(prepared: Demo) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "commonweal", "demo", "--port", str(free_port())],
        env=prepared.env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert second.returncode == 1
    assert f"runs already: http://127.0.0.1:{prepared.port}" in second.stderr


def test_a_taken_port_is_reported_with_who_has_it_and_what_to_type(
    prepared: Demo, tmp_path: Path
) -> None:
    other = subprocess.run(
        [sys.executable, "-m", "commonweal", "demo", "--port", str(prepared.port)],
        env=prepared.env | {"COMMONWEAL_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert other.returncode == 1
    assert re.search(rf"Port {prepared.port} is taken by '.*' \(process \d+\)", other.stderr)
    assert re.search(r"commonweal demo --port \d+", other.stderr)
    assert "Traceback" not in other.stderr


def test_a_real_city_does_not_start_in_the_home_of_a_demo(prepared: Demo) -> None:
    serve = subprocess.run(
        [sys.executable, "-m", "commonweal", "serve", "--port", str(free_port())],
        env=prepared.env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert serve.returncode == 2
    assert "is the home of a demo" in serve.stderr
    assert "Set COMMONWEAL_HOME" in serve.stderr


def test_what_dies_is_started_again(prepared: Demo) -> None:
    for name in ("jobs", "web"):
        before = prepared.verb(name)
        os.kill(before[0], signal.SIGKILL)

        until(lambda old=before, name=name: bool(set(prepared.verb(name)) - set(old)))  # type: ignore[misc]
    until(lambda: prepared.get("/livez")[0] == 200)

    assert "worker ended (killed by SIGKILL)" in prepared.said()
    assert "web ended (killed by SIGKILL)" in prepared.said()


def test_a_start_at_ctrl_c_leaves_nothing_and_says_that_the_data_is_kept(first: Demo) -> None:
    assert [pid for pid in first.seen if lives(pid)] == []
    assert len(first.seen) >= 4
    assert "Stopped. What you did is kept" in first.said()


def test_a_second_start_keeps_the_data(first: Demo, prepared: Demo) -> None:
    keys = [(one.home / "keys" / "fields").read_text() for one in (first, prepared)]

    assert keys[0] == keys[1]
    assert "Preparing" in prepared.said()


def test_everything_stops_when_the_terminal_is_closed(demo: Demo) -> None:
    demo.start("--empty")
    tree = demo.tree()

    code = demo.send(signal.SIGHUP)

    assert (code, [pid for pid in tree if lives(pid)]) == (0, [])


def test_a_fresh_start_throws_the_old_city_away(demo: Demo) -> None:
    (demo.home / "outbox").mkdir(exist_ok=True)
    (demo.home / "outbox" / "old.eml").touch()

    demo.start("--empty", "--fresh")

    assert not (demo.home / "outbox" / "old.eml").exists()
    assert demo.get("/livez")[0] == 200


def test_nothing_outlives_a_killed_supervisor(demo: Demo) -> None:
    demo.start("--empty")
    tree = demo.tree()

    demo.send(signal.SIGKILL)

    until(lambda: not any(lives(pid) for pid in tree), seconds=20)


def test_the_demo_leaves_a_city_that_is_not_a_demo_alone(demo: Demo) -> None:
    (demo.home / "demo").unlink()

    again = subprocess.run(
        [sys.executable, "-m", "commonweal", "demo", "--fresh", "--port", str(demo.port)],
        env=demo.env,
        capture_output=True,
        text=True,
        check=False,
    )

    assert again.returncode == 1
    assert "holds a city that is not a demo" in again.stderr
    assert (demo.home / "city.sqlite3").exists()


def test_a_real_city_starts_in_an_empty_home_and_stops_in_order(tmp_path: Path) -> None:
    city = Demo(tmp_path / "home", verb="serve")
    try:
        city.start("--workers", "1")
        assert city.get("/livez")[0] == 200
        assert (city.home / "keys" / "fields").stat().st_mode & 0o777 == 0o600
        tree = city.tree()

        code = city.send(signal.SIGTERM)
    finally:
        city.clear_away()

    assert (code, [pid for pid in tree if lives(pid)]) == (0, [])


@pytest.mark.django_db
def test_a_real_city_with_accounts_of_the_demo_does_not_start(
    settings: Settings, tmp_path: Path
) -> None:
    settings.HOME = tmp_path
    make_demo_account(
        mail="a@tinglan.example", name="A", password="x", language="en", by=SYSTEM, at=clock()
    )

    with pytest.raises(CommandError, match="1 accounts of the demo"):
        call_command("serve", "--no-prepare", "--port", str(free_port()))


def test_a_port_that_nobody_has_is_free() -> None:
    port = free_port()

    assert ports.trouble_with("127.0.0.1", port) == ""
    assert ports.who_listens(port) == ""


def test_an_address_that_is_not_here_is_trouble_in_words() -> None:
    assert "cannot be used" in ports.trouble_with("203.0.113.1", free_port())


@pytest.mark.parametrize("verb", ["demo", "serve"])
def test_without_built_assets_nothing_opens_and_the_remedy_is_said(
    settings: Settings, tmp_path: Path, verb: str
) -> None:
    settings.HOME, settings.STATICFILES_FINDERS = tmp_path, []

    with pytest.raises(CommandError, match=r"not built.*python hatch_build\.py, or make setup"):
        call_command(verb, "--port", str(free_port()))

    assert list(tmp_path.iterdir()) == []
