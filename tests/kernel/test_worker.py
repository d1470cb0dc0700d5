"""Real worker processes: started, stopped, killed in the middle."""

import os
import signal
import time
from collections import Counter

import pytest

from tests.kernel.rig import Town

pytestmark = pytest.mark.database


def enqueue(town: Town, what: str) -> None:
    town.say(f"with transaction.atomic():\n    {what}")


def test_a_worker_does_what_is_due_and_ends_when_told_once(town: Town) -> None:
    enqueue(town, "actions.enqueue(work.write, at=queries.clock(), word='done')")

    said = town.run("jobs", "--once")

    assert said.strip().endswith("pieces of work done")
    assert "done" in town.told()


def test_a_stopped_worker_finishes_what_it_began_and_hands_back_the_rest(town: Town) -> None:
    enqueue(
        town,
        "[actions.enqueue(work.sleep, at=queries.clock(), seconds=2, word=str(n)) "
        "for n in range(3)]",
    )

    with town.worker() as worker:
        town.until(lambda: town.leased() > 0)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=20) == 0

    assert town.told() == ["before 0", "after 0"]
    assert town.sql(LEFT) == [(2, "", 0)]


def test_a_worker_that_cannot_finish_in_time_undoes_and_hands_back(town: Town) -> None:
    enqueue(town, "actions.enqueue(work.sleep, at=queries.clock(), seconds=60, word='x')")

    with town.worker("--limit", "0.5") as worker:
        town.until(lambda: town.leased() > 0)
        time.sleep(0.3)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(timeout=15) == 0

    assert town.told() == []
    assert town.sql(LEFT) == [(1, "", 0)]


def test_the_work_of_a_killed_worker_is_taken_over(town: Town) -> None:
    enqueue(town, "actions.enqueue(work.sleep, at=queries.clock(), seconds=60, word='x')")
    with town.worker() as worker:
        town.until(lambda: town.leased() > 0)
        worker.kill()
    town.sql("""UPDATE kernel_job SET payload = '{"seconds": 0, "word": "x"}'""")
    assert town.run("jobs", "--once").startswith("0 ")

    town.sql(FREE)
    town.run("jobs", "--once")

    assert town.told() == ["before x", "after x"]


@pytest.mark.parametrize(
    ("count", "rounds"),
    [(120, 8), pytest.param(4000, 200, marks=pytest.mark.prove)],
    ids=["8 kills", "200 kills"],
)
def test_nothing_is_lost_and_nothing_told_twice_when_workers_are_killed(
    town: Town, count: int, rounds: int
) -> None:
    enqueue(
        town,
        "[actions.announce(work.BellRang(at=queries.clock(), subject=f'bell:{n}', seq=n)) "
        f"for n in range({count})]",
    )

    for round_ in range(rounds):
        with town.worker() as worker:
            time.sleep(0.7 + 0.13 * (round_ % 10))
            worker.send_signal(signal.SIGKILL)
        town.sql(FREE)
    while town.waiting():
        town.run("jobs", "--once", seconds=600)

    inside = [word for word in town.told() if not word.startswith("shout")]
    outside = [word for word in town.told() if word.startswith("shout")]
    assert Counter(inside) == {
        f"{name} {n}": 1 for name in ("hear", "hear_slowly") for n in range(count)
    }
    assert set(outside) == {f"shout {n}" for n in range(count)}


def test_two_workers_share_the_work(town: Town) -> None:
    count = 60
    with town.worker(), town.worker():
        enqueue(
            town,
            "[actions.announce(work.BellRang(at=queries.clock(), subject='b', seq=n)) "
            f"for n in range({count})]",
        )
        town.until(lambda: town.waiting() == 0)

    assert Counter(town.told()) == {
        f"{name} {n}": 1 for name in ("hear", "hear_slowly", "shout") for n in range(count)
    }


def test_the_operator_lists_parked_work_and_releases_it(town: Town) -> None:
    enqueue(town, "actions.enqueue(work.fail, at=queries.clock(), word='x')")
    town.sql("UPDATE kernel_job SET attempts = 4")
    town.run("jobs", "--once")
    listed = town.run("parked")
    job_id = listed.split()[0]

    released = town.run("parked", "--release", job_id)

    assert "RuntimeError: the bell is broken" in listed
    assert "1 parked" in listed
    assert released.strip() == f"{job_id} released"
    assert town.run("parked").strip() == "0 parked"


@pytest.mark.skipif(not os.environ.get("DATABASE_URL"), reason="one writer, no server, on SQLite")
def test_a_worker_outlives_a_lost_connection(town: Town) -> None:
    cut = (
        "from django.db import connection\n"
        "connection.cursor().execute('SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()')"
    )
    with town.worker() as worker:
        time.sleep(2)
        town.say(cut)
        enqueue(town, "actions.enqueue(work.write, at=queries.clock(), word='after the cut')")
        town.until(lambda: town.waiting() == 0)

        assert worker.poll() is None

    assert town.told() == ["after the cut"]


LEFT = "SELECT count(*), max(worker), sum(attempts) FROM kernel_job WHERE state = 'waiting'"
FREE = """
UPDATE kernel_job SET lease_until = '2026-01-01 00:00:00+00:00', attempts = 0
WHERE state = 'waiting'
"""
