"""What many do at the same moment. SQLite has one writer, so this is proven on PostgreSQL."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from commonweal.kernel import actions, events, queries
from commonweal.kernel.errors import SameKeyOtherBody
from commonweal.kernel.models import Given, Job, Schedule
from tests.kernel.crowd import at_once, needs_many_writers
from tests.kernel.town import work

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=40)  # every task on a clock is due by then


def give(key: str, body: object = "same") -> dict[str, Any]:
    def act() -> dict[str, Any]:
        work.note("acted")
        return {"case": f"case of {key}"}

    return actions.once(scope="form", key=key, body=body, at=NOW, act=act)


@needs_many_writers
def test_fifty_at_once_with_one_key_act_once_and_get_the_same_answer() -> None:
    answers = at_once([partial(give, "k")] * 50)

    assert answers == [{"case": "case of k"}] * 50
    assert work.told() == ["acted"]


@needs_many_writers
def test_fifty_at_once_with_different_keys_act_fifty_times() -> None:
    answers = at_once([partial(give, str(n)) for n in range(50)])

    assert answers == [{"case": f"case of {n}"} for n in range(50)]
    assert work.told() == ["acted"] * 50


@needs_many_writers
def test_one_body_wins_when_two_come_with_one_key() -> None:
    answers = at_once([partial(give, "k", "this"), partial(give, "k", "that")])

    assert sum(isinstance(answer, SameKeyOtherBody) for answer in answers) == 1
    assert work.told() == ["acted"]


@needs_many_writers
def test_workers_never_claim_the_same_row() -> None:
    for n in range(200):
        actions.enqueue(work.write, at=NOW, word=str(n))

    claims = at_once([partial(actions.claim, worker=f"w{n}", at=NOW, limit=10) for n in range(20)])

    taken = [job_id for claim in claims if isinstance(claim, list) for job_id in claim]
    assert len(taken) == len(set(taken)) == 200


@needs_many_writers
def test_an_hour_that_many_see_come_fires_once() -> None:
    name = "kernel.tasks.sweep"
    actions.fire_due(at=NOW)

    fired = at_once([partial(actions.fire_due, at=LATER)] * 8)

    assert sum(one for one in fired if isinstance(one, int)) == len(events.schedules())
    assert Job.objects.filter(name=name).count() == 1
    assert Schedule.objects.get(name=name).next_at > LATER


@needs_many_writers
def test_a_reader_by_last_id_loses_what_commits_late_and_a_reader_by_mark_does_not() -> None:
    late, early = connection.copy(), connection.copy()
    insert = (
        "INSERT INTO kernel_given (scope, key, body_hash, answer, at) VALUES (%s, %s, '', %s, %s)"
    )
    try:
        late.set_autocommit(False)
        late.cursor().execute(insert, ["row", "late", "{}", NOW])
        early.cursor().execute(insert, ["row", "early", "{}", NOW])
        rows = Given.objects.filter(scope="row")
        seen = set(rows.filter(id__gt=0).values_list("key", flat=True))
        last = rows.latest("id").pk
        late.commit()

        by_id = seen | set(rows.filter(id__gt=last).values_list("key", flat=True))
        by_mark = seen | set(rows.exclude(key__in=seen).values_list("key", flat=True))
    finally:
        late.close()
        early.close()

    assert by_id == {"early"}
    assert by_mark == {"early", "late"}


@needs_many_writers
def test_a_job_that_commits_after_younger_ones_were_done_is_still_done() -> None:
    late = connection.copy()
    columns = (
        "name, handler, is_event, payload, subject, priority, dedupe, created_at, run_at, "
        "attempts, worker, state, error"
    )
    try:
        late.set_autocommit(False)
        name = "tests.kernel.town.work.write"
        late.cursor().execute(
            f"INSERT INTO kernel_job ({columns}) VALUES "  # noqa: S608  (no value inside)
            "(%s, %s, false, '{\"word\": \"late\"}', '', 0, '', %s, %s, 0, '', 'waiting', '')",
            [name, name, NOW, NOW],
        )
        actions.enqueue(work.write, at=NOW, word="early")
        actions.run_waiting(clock=lambda: NOW)
        assert work.told() == ["early"]
        late.commit()
    finally:
        late.close()

    actions.run_waiting(clock=lambda: NOW)

    assert work.told() == ["early", "late"]


@needs_many_writers
def test_a_worker_passes_over_rows_that_another_is_claiming() -> None:
    actions.enqueue(work.write, at=NOW, word="held")
    actions.enqueue(work.write, at=NOW, word="free")
    other = connection.copy()
    try:
        other.set_autocommit(False)
        other.cursor().execute("SELECT 1 FROM kernel_job ORDER BY id LIMIT 1 FOR UPDATE")

        done = actions.run_waiting(clock=lambda: NOW)
    finally:
        other.close()

    assert (done, work.told()) == (1, ["free"])


def test_an_undone_act_leaves_its_key_free() -> None:
    def stumble() -> dict[str, Any]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        actions.once(scope="form", key="k", body="same", at=NOW, act=stumble)

    assert give("k") == {"case": "case of k"}


def test_another_body_under_a_used_key_is_a_conflict() -> None:
    give("k", {"text": "lamp"})

    with pytest.raises(SameKeyOtherBody):
        give("k", {"text": "bench"})


def test_a_key_belongs_to_its_scope() -> None:
    give("k")

    actions.once(scope="other", key="k", body="same", at=NOW, act=dict)

    assert Given.objects.exclude(scope=work.TOLD).count() == 2


def test_an_answer_is_kept_for_its_time_only() -> None:
    give("k")
    actions.sweep(done_before=NOW, given_before=NOW + timedelta(hours=49))

    assert not Given.objects.filter(scope="form").exists()


def test_a_changed_cron_line_waits_for_its_new_hour() -> None:
    actions.fire_due(at=NOW)
    Schedule.objects.update(line="0 0 * * *", next_at=NOW + timedelta(minutes=1))

    fired = actions.fire_due(at=NOW + timedelta(minutes=2))

    assert fired == 0
    assert set(Schedule.objects.values_list("name", "line")) == set(events.schedules().items())


def test_hours_missed_while_nobody_worked_fire_once_not_many_times() -> None:
    actions.fire_due(at=NOW)

    fired = actions.fire_due(at=LATER)
    again = actions.fire_due(at=LATER)

    assert (fired, again) == (len(events.schedules()), 0)


def test_the_clock_of_record_is_the_databases_and_knows_its_zone() -> None:
    before = datetime.now(UTC) - timedelta(seconds=2)

    read = queries.clock()

    assert read.tzinfo is UTC
    assert before < read < datetime.now(UTC) + timedelta(seconds=2)


def test_the_clock_moves_inside_a_transaction_too() -> None:
    with transaction.atomic():
        first, second = queries.clock(), queries.clock()

    assert first <= second
