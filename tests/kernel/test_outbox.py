"""The outbox: no change and no message part, and nothing is ever dropped."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from smtplib import SMTPRecipientsRefused

import pytest
from django.db import IntegrityError, transaction

from commonweal.kernel import actions, queries
from commonweal.kernel.errors import NoSuchJob
from commonweal.kernel.errors import told as words_of
from commonweal.kernel.models import Job
from tests.kernel.town import work
from tests.kernel.town.work import BellRang, LeafFell, told

pytestmark = [pytest.mark.django_db, pytest.mark.database]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that stands still until somebody moves it."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> datetime:
        return self.at

    def moves(self, **by: float) -> None:
        self.at += timedelta(**by)


def ring(seq: int = 1) -> None:
    with transaction.atomic():
        actions.announce(BellRang(at=NOW, subject="bell:1", seq=seq))


def want(task: object, at: datetime = NOW, **payload: object) -> None:
    actions.enqueue(task, at=at, **payload)  # type: ignore[arg-type]  # a decorated function


def test_an_event_is_one_row_for_each_that_listens() -> None:
    ring()

    handlers = Job.objects.order_by("id").values_list("handler", flat=True)

    assert [name.rsplit(".", 1)[1] for name in handlers] == ["hear", "hear_slowly", "shout"]


def test_an_event_comes_back_as_it_was_said() -> None:
    said = BellRang(at=NOW, subject="bell:1", seq=7, word="鐘")

    assert BellRang.from_json(said.to_json()) == said


@pytest.mark.django_db(transaction=True)
def test_an_undone_change_tells_nobody() -> None:
    @transaction.atomic
    def ring_and_stumble() -> None:
        actions.announce(BellRang(at=NOW, subject="bell:1", seq=1))
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ring_and_stumble()

    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_an_event_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="needs a transaction"):
        actions.announce(BellRang(at=NOW, subject="bell:1", seq=1))


def test_every_handler_is_told_once_however_often_the_worker_looks() -> None:
    ring()

    done = [actions.run_waiting(clock=Clock()) for _ in range(3)]

    assert done == [3, 0, 0]
    assert sorted(told()) == ["hear 1", "hear_slowly 1", "shout 1"]


def leaves(*red: bool) -> None:
    for seq, is_red in enumerate(red, start=1):
        actions.announce(LeafFell(at=NOW, subject="tree:1", seq=seq, is_red=is_red))


def test_what_nobody_wants_to_hear_makes_no_row() -> None:
    leaves(False, True, False)

    actions.run_waiting(clock=Clock())

    assert [word for word in told() if word.startswith("admire")] == ["admire 2"]
    assert Job.objects.count() == 4


def test_one_call_stands_for_all_events_in_hand_where_the_handler_says_so() -> None:
    leaves(False, False, False)

    assert actions.run_waiting(clock=Clock()) == 3
    assert told() == ["sweep_up"]
    assert set(Job.objects.values_list("state", flat=True)) == {Job.State.DONE}


@pytest.mark.django_db(transaction=True)
def test_one_that_fails_undoes_no_other_and_uses_up_no_other_attempt() -> None:
    want(work.write, word="first")
    want(work.fail, word="broken")
    want(work.write, word="last")

    done = actions.run_waiting(clock=Clock())

    assert done == 2
    assert sorted(told()) == ["first", "last"]
    assert list(Job.objects.order_by("id").values_list("state", "attempts")) == [
        (Job.State.DONE, 1),
        (Job.State.WAITING, 1),
        (Job.State.DONE, 1),
    ]


@pytest.mark.django_db(transaction=True)
def test_what_another_worker_has_taken_over_meanwhile_is_not_told_twice() -> None:
    want(work.write, word="mine")
    want(work.write, word="taken over")
    mine = actions.claim(worker="one", at=NOW)
    Job.objects.filter(pk=mine[1]).update(worker="two")

    done = actions.run_all(job_ids=mine, worker="one", clock=Clock())

    assert done == 1
    assert told() == ["mine"]


def test_a_worker_told_to_stop_begins_nothing_more() -> None:
    want(work.write, word="first")
    want(work.write, word="second")
    claimed = actions.claim(worker="one", at=NOW)

    done = actions.run_all(job_ids=claimed, worker="one", clock=Clock(), goes_on=lambda: not told())

    assert done == 1
    assert told() == ["first"]


@pytest.mark.django_db(transaction=True)
def test_a_handler_that_fails_leaves_nothing_and_does_not_stop_the_others() -> None:
    want(work.fail, word="broken")
    want(work.write, word="whole")

    actions.run_waiting(clock=Clock())

    assert told() == ["whole"]


def test_what_fails_is_tried_again_later_and_later_and_then_parked() -> None:
    clock, waits = Clock(), []
    want(work.fail, word="x")

    while Job.objects.get().state == Job.State.WAITING:
        actions.run_waiting(clock=clock)
        job = Job.objects.get()
        waits.append((job.run_at - clock.at).total_seconds())
        clock.at = max(clock.at, job.run_at)

    assert len(waits) == actions.MOST_ATTEMPTS
    for attempt, wait in enumerate(waits[:-1], start=1):
        assert 0.75 * 2**attempt <= wait <= 1.25 * 2**attempt


def test_a_wait_is_never_longer_than_an_hour() -> None:
    want(work.fail, word="x")
    Job.objects.update(attempts=3)
    waits = min(actions.LONGEST_WAIT_S, 2**30) * 1.25

    actions.run_waiting(clock=Clock())

    assert (Job.objects.get().run_at - NOW).total_seconds() <= waits


def parked_job() -> int:
    want(work.fail, word="x")
    Job.objects.update(attempts=actions.MOST_ATTEMPTS - 1)
    actions.run_waiting(clock=Clock())
    return Job.objects.get().pk


def test_the_operator_sees_what_is_parked_and_why() -> None:
    job_id = parked_job()

    (card,) = queries.parked()

    assert (card.id, card.error) == (job_id, "RuntimeError: the bell is broken")
    assert queries.backlog(at=NOW).parked == 1


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (
            SMTPRecipientsRefused({"chan@example.org": (550, b"no")}),
            "smtplib.SMTPRecipientsRefused",
        ),
        (IntegrityError("Key (mail)=(chan@example.org) exists"), "django.db.utils.IntegrityError"),
        (ValueError("invalid literal: 'Ms Chan'"), "ValueError"),
        (KeyError("unit"), "KeyError: 'unit'"),
        (NoSuchJob(), "NoSuchJob: This job is not parked any more. Reload the list."),
    ],
)
def test_what_is_told_of_an_error_names_no_person(error: Exception, words: str) -> None:
    assert words_of(error) == words


def test_parked_work_is_left_alone_until_it_is_released(tmp_path: Path) -> None:
    clock, lock = Clock(), tmp_path / "lock"
    lock.touch()
    want(work.fail_while, path=str(lock))
    Job.objects.update(attempts=actions.MOST_ATTEMPTS - 1)
    actions.run_waiting(clock=clock)
    lock.unlink()
    clock.moves(days=2)
    assert actions.run_waiting(clock=clock) == 0

    actions.release(job_id=Job.objects.get().pk, at=clock())
    actions.run_waiting(clock=clock)

    assert told() == ["came through"]


def test_what_is_not_parked_cannot_be_released() -> None:
    ring()

    with pytest.raises(NoSuchJob):
        actions.release(job_id=Job.objects.earliest("id").pk, at=NOW)


def test_work_of_a_former_release_is_kept_not_dropped() -> None:
    want(work.write, word="x")
    Job.objects.update(handler="old.name", attempts=actions.MOST_ATTEMPTS - 1)

    actions.run_waiting(clock=Clock())

    assert queries.parked()[0].error == "LookupError: no task named old.name in this release"


def test_a_job_wanted_twice_under_one_name_is_done_once() -> None:
    actions.enqueue(work.write, at=NOW, dedupe="digest", word="once")
    actions.enqueue(work.write, at=NOW, dedupe="digest", word="twice")

    actions.run_waiting(clock=Clock())

    assert told() == ["once"]


def test_work_for_tomorrow_waits_until_tomorrow() -> None:
    clock = Clock()
    actions.enqueue(work.write, at=NOW, run_at=NOW + timedelta(days=1), word="later")
    assert actions.run_waiting(clock=clock) == 0

    clock.moves(days=1)

    assert actions.run_waiting(clock=clock) == 1


def test_what_is_urgent_comes_first() -> None:
    actions.enqueue(work.write, at=NOW, priority=5, word="slow")
    actions.enqueue(work.write, at=NOW, priority=-5, word="quick")

    actions.run_waiting(clock=Clock())

    assert told() == ["quick", "slow"]


def test_a_plain_function_is_not_a_task() -> None:
    with pytest.raises(RuntimeError, match="is not a task"):
        actions.enqueue(ring, at=NOW)


def test_a_leased_row_is_nobody_elses() -> None:
    want(work.write, word="x")
    mine = actions.claim(worker="a", at=NOW)

    assert actions.claim(worker="b", at=NOW + actions.LEASE / 2) == []
    assert len(mine) == 1
    assert not queries.work_is_due(at=NOW + actions.LEASE / 2)


def test_the_lease_of_a_silent_worker_runs_out_and_another_takes_over() -> None:
    want(work.write, word="x")
    actions.claim(worker="a", at=NOW)

    later = NOW + actions.LEASE + timedelta(seconds=1)

    assert queries.work_is_due(at=later)
    assert len(actions.claim(worker="b", at=later)) == 1


def test_a_heartbeat_keeps_the_lease() -> None:
    want(work.write, word="x")
    actions.claim(worker="a", at=NOW)

    actions.extend(worker="a", at=NOW + timedelta(seconds=50))

    assert actions.claim(worker="b", at=NOW + timedelta(seconds=90)) == []


@pytest.mark.django_db(transaction=True)
def test_a_late_worker_overwrites_nothing() -> None:
    clock = Clock()
    want(work.write, word="x")
    (job_id,) = actions.claim(worker="late", at=NOW)
    clock.moves(minutes=5)
    actions.claim(worker="quick", at=clock())

    late = actions.run(job_id=job_id, worker="late", clock=clock)
    quick = actions.run(job_id=job_id, worker="quick", clock=clock)

    assert (late, quick) == (False, True)
    assert told() == ["x"]


@pytest.mark.django_db(transaction=True)
def test_a_late_failure_does_not_disturb_the_new_holder() -> None:
    clock = Clock()
    want(work.fail, word="x")
    (job_id,) = actions.claim(worker="late", at=NOW)
    clock.moves(minutes=5)
    actions.claim(worker="quick", at=clock())

    actions.run(job_id=job_id, worker="late", clock=clock)

    job = Job.objects.get()
    assert (job.worker, job.attempts, job.state) == ("quick", 2, Job.State.WAITING)


def test_work_that_kills_its_worker_each_time_is_parked_too() -> None:
    clock = Clock()
    want(work.die, word="x")

    for _ in range(actions.MOST_ATTEMPTS):
        assert len(actions.claim(worker="doomed", at=clock())) == 1
        clock.moves(minutes=2)

    assert actions.claim(worker="last", at=clock()) == []
    assert queries.parked()[0].error == "the worker died each time it tried this"


def test_work_handed_back_unbegun_has_not_used_up_an_attempt() -> None:
    want(work.write, word="x")

    for _ in range(actions.MOST_ATTEMPTS + 1):
        assert len(actions.claim(worker="w", at=NOW)) == 1
        actions.hand_back(worker="w")

    assert Job.objects.get().attempts == 0


def test_work_handed_back_after_it_began_has_used_one() -> None:
    want(work.write, word="x")
    actions.claim(worker="w", at=NOW)

    actions.hand_back(worker="w", begun=True)

    assert Job.objects.get().attempts == 1


def test_the_alarm_rings_when_the_oldest_has_waited_a_minute() -> None:
    want(work.write, word="x")

    calm = queries.backlog(at=NOW + timedelta(seconds=60))
    late = queries.backlog(at=NOW + timedelta(seconds=61))

    assert (calm.alarm, late.alarm) == (False, True)
    assert (late.waiting, late.oldest_s) == (1, 61.0)


def test_work_for_tomorrow_rings_no_alarm() -> None:
    actions.enqueue(work.write, at=NOW, run_at=NOW + timedelta(days=1), word="later")

    assert not queries.backlog(at=NOW + timedelta(hours=2)).alarm


def test_finished_work_is_swept_and_the_rest_stays() -> None:
    clock = Clock()
    want(work.write, word="done")
    actions.run_waiting(clock=clock)
    want(work.write, word="waits")

    actions.sweep(done_before=NOW + timedelta(days=8), given_before=NOW - timedelta(days=900))

    assert [job.payload["word"] for job in Job.objects.all()] == ["waits"]
