"""Terms over a subject: paused, resumed, extended, stopped, and told once when they run out."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from commonweal.city import actions, errors, queries, tasks
from commonweal.city.events import ClockRanOut
from commonweal.city.types import ClockCard, ClockState, Term, TermUnit
from commonweal.kernel.actions import announce, fire_due, run_waiting
from commonweal.kernel.events import on
from commonweal.kernel.models import Job, Schedule
from commonweal.kernel.queries import clock
from commonweal.methods import worktime
from tests.factories.city import ALWAYS, given_holiday, given_profile, given_week
from tests.factories.given import given as given_entry

pytestmark = pytest.mark.django_db

CASE = "case:0123456789abcdef0123456789abcdef"
KIND = "promise"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 3, 9, 1, 0, tzinfo=UTC)  # 9:00 in Taipei
TWO_HOURS = Term(amount=2, unit=TermUnit.WORKING_HOURS)
TWO_DAYS = Term(amount=2, unit=TermUnit.WORKING_DAYS)

heard: list[ClockRanOut] = []


@on(ClockRanOut)
def hear(event: ClockRanOut) -> None:
    heard.append(event)


@pytest.fixture(autouse=True)
def _city() -> None:
    heard.clear()
    given_profile()
    given_week()


def started(term: Term = TWO_HOURS, at: datetime = MONDAY, subject: str = CASE) -> ClockCard:
    return actions.start_clock(subject=subject, kind=KIND, term=term, at=at)


def paused(at: datetime) -> ClockCard:
    return actions.pause_clock(subject=CASE, kind=KIND, reason="waiting for the reporter", at=at)


def resumed(at: datetime) -> ClockCard:
    return actions.resume_clock(subject=CASE, kind=KIND, at=at)


def extended(term: Term, at: datetime) -> ClockCard:
    return actions.extend_clock(subject=CASE, kind=KIND, term=term, reason="rain", at=at)


def stopped(at: datetime) -> ClockCard:
    return actions.stop_clock(subject=CASE, kind=KIND, at=at)


def told(at: datetime) -> list[ClockRanOut]:
    actions.run_out(at=at)
    run_waiting(clock=lambda: at)
    return heard


def test_a_clock_knows_when_it_is_due() -> None:
    card = started()

    assert (card.state, card.due_at) == (ClockState.RUNNING, MONDAY + 2 * HOUR)
    assert queries.clock_of(CASE, KIND) == card
    assert queries.clocks_of(CASE) == [card]


def test_two_clocks_of_a_kind_do_not_run_over_one_subject() -> None:
    started()

    with pytest.raises(errors.ClockRunsAlready), transaction.atomic():
        started()

    assert started(subject="case:ffffffffffffffffffffffffffffffff").state == ClockState.RUNNING


def test_a_pause_moves_the_due_date_by_the_working_time_paused() -> None:
    started()
    paused(MONDAY + HOUR)

    card = resumed(MONDAY + HOUR + 30 * MINUTE)

    assert card.due_at == MONDAY + 3 * HOUR  # half past two, to the full hour
    assert (card.state, card.pauses[0].reason) == (ClockState.RUNNING, "waiting for the reporter")
    assert card.pauses[0].until == MONDAY + HOUR + 30 * MINUTE


def test_a_pause_over_the_night_moves_it_by_open_hours_only() -> None:
    started()
    paused(MONDAY + HOUR)

    card = resumed(MONDAY + DAY + HOUR)

    assert card.due_at == MONDAY + DAY + 2 * HOUR


def test_a_pause_over_a_lunch_break_moves_nothing() -> None:
    started(at=MONDAY + 2 * HOUR)
    due_at = queries.clock_of(CASE, KIND).due_at
    paused(MONDAY + 3 * HOUR + MINUTE)

    assert resumed(MONDAY + 3 * HOUR + 59 * MINUTE).due_at == due_at


def test_a_pause_of_days_moves_a_term_in_working_days_by_those_days() -> None:
    before = started(TWO_DAYS).due_at
    paused(MONDAY + HOUR + DAY)

    card = resumed(MONDAY + 2 * DAY + HOUR)

    assert before == MONDAY + 2 * DAY + 8 * HOUR
    assert card.due_at == MONDAY + 3 * DAY + 8 * HOUR


def test_two_pauses_add_up() -> None:
    started(Term(amount=3, unit=TermUnit.WORKING_HOURS))
    for hour in (0, 1):
        paused(MONDAY + hour * HOUR + 10 * MINUTE)
        resumed(MONDAY + hour * HOUR + 20 * MINUTE)

    assert queries.clock_of(CASE, KIND).due_at == MONDAY + 5 * HOUR  # after lunch, a full hour


def test_a_paused_clock_does_not_run_out() -> None:
    started()
    paused(MONDAY + HOUR)

    assert told(MONDAY + 30 * DAY) == []


def test_a_pause_does_not_bring_a_promise_forward_when_a_holiday_was_withdrawn() -> None:
    holiday = given_holiday((MONDAY + DAY).date())
    before = started(TWO_DAYS).due_at
    paused(MONDAY + HOUR)

    actions.withdraw_holiday(holiday_id=holiday.id, seen=1, **ALWAYS)

    assert resumed(MONDAY + 2 * HOUR).due_at == before


def test_a_new_holiday_leaves_promises_already_made() -> None:
    before = started(TWO_DAYS).due_at

    given_holiday((MONDAY + DAY).date())

    assert queries.clock_of(CASE, KIND).due_at == before


def test_what_is_paused_cannot_pause_and_what_runs_cannot_resume() -> None:
    started()
    with pytest.raises(errors.ClockIsNotPaused):
        resumed(MONDAY)

    paused(MONDAY)

    with pytest.raises(errors.ClockIsPaused):
        paused(MONDAY)


def test_a_pause_and_an_extension_need_a_reason() -> None:
    started()

    with pytest.raises(errors.ReasonMissing):
        actions.pause_clock(subject=CASE, kind=KIND, reason=" ", at=MONDAY)
    with pytest.raises(errors.ReasonMissing):
        actions.extend_clock(subject=CASE, kind=KIND, term=TWO_DAYS, reason="", at=MONDAY)


def test_an_extension_adds_to_the_due_date_and_is_kept() -> None:
    started()

    card = extended(TWO_HOURS, MONDAY)

    assert card.due_at == MONDAY + 5 * HOUR  # 11:00, and the break from 12 to 13
    assert card.extensions[0].due_before == MONDAY + 2 * HOUR
    assert (card.extensions[0].due_after, card.extensions[0].reason) == (card.due_at, "rain")


def test_an_extension_by_days_counts_from_the_day_it_was_due() -> None:
    started(TWO_DAYS)

    assert extended(TWO_DAYS, MONDAY).due_at == MONDAY + 4 * DAY + 8 * HOUR


def test_an_extension_of_a_clock_long_overdue_counts_from_now() -> None:
    started()
    told(MONDAY + 7 * DAY)

    card = extended(TWO_HOURS, MONDAY + 7 * DAY)

    assert (card.state, card.due_at) == (ClockState.RUNNING, MONDAY + 7 * DAY + 2 * HOUR)
    assert card.ran_out_at is None


def test_a_pause_after_an_extension_still_moves_the_date() -> None:
    started()
    extended(TWO_DAYS, MONDAY)
    before = queries.clock_of(CASE, KIND).due_at
    paused(MONDAY + DAY)

    assert resumed(MONDAY + 2 * DAY).due_at == before + DAY


def test_a_stopped_clock_ends_and_another_may_start() -> None:
    started()
    card = stopped(MONDAY + HOUR)

    again = started(at=MONDAY + DAY)

    assert (card.state, card.stopped_at) == (ClockState.STOPPED, MONDAY + HOUR)
    assert card.late_by == timedelta()
    assert queries.clock_of(CASE, KIND) == again
    assert [one.state for one in queries.clocks_of(CASE)] == [
        ClockState.STOPPED,
        ClockState.RUNNING,
    ]


def test_stopping_while_paused_ends_the_pause() -> None:
    started()
    paused(MONDAY + HOUR)

    card = stopped(MONDAY + DAY)

    assert card.pauses[0].until == MONDAY + DAY
    assert card.late_by == timedelta()


def test_a_late_stop_tells_by_how_much() -> None:
    started()
    told(MONDAY + 3 * HOUR)

    card = stopped(MONDAY + 5 * HOUR)

    assert card.late_by == 3 * HOUR
    assert card.ran_out_at == MONDAY + 3 * HOUR


def test_nothing_stops_where_nothing_runs() -> None:
    with pytest.raises(errors.NoSuchClock):
        stopped(MONDAY)
    with pytest.raises(errors.NoSuchClock):
        queries.clock_of(CASE, KIND)


def test_a_clock_that_ran_out_is_told_once_however_often_one_looks() -> None:
    started()
    moments = [MONDAY + 2 * HOUR - MINUTE, MONDAY + 2 * HOUR, MONDAY + 3 * HOUR, MONDAY + 9 * DAY]

    counts = [len(told(moment)) for moment in moments]

    assert counts == [0, 1, 1, 1]
    assert (heard[0].subject, heard[0].kind) == (CASE, KIND)
    assert (heard[0].at, heard[0].due_at) == (MONDAY + 2 * HOUR, MONDAY + 2 * HOUR)
    assert queries.clock_of(CASE, KIND).state == ClockState.RAN_OUT


def test_the_event_carries_the_number_of_the_subjects_newest_entry() -> None:
    given_entry(CASE)
    given_entry(CASE)
    started()

    assert [event.seq for event in told(MONDAY + DAY)] == [2]


def test_an_overdue_clock_that_waits_for_the_reporter_is_not_told_again() -> None:
    started()
    told(MONDAY + 3 * HOUR)
    paused(MONDAY + 3 * HOUR)

    card = resumed(MONDAY + DAY)

    assert card.state == ClockState.RAN_OUT
    assert len(told(MONDAY + 2 * DAY)) == 1


def test_a_new_due_date_may_run_out_again() -> None:
    started()
    told(MONDAY + 3 * HOUR)
    due_at = extended(TWO_HOURS, MONDAY + 4 * HOUR).due_at

    assert len(told(due_at)) == 2


def test_a_worker_killed_before_the_commit_has_told_nobody_and_the_next_tells_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    started()

    def killed(event: ClockRanOut) -> None:
        announce(event)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("commonweal.city.actions.clocks.announce", killed)
        with pytest.raises(KeyboardInterrupt):
            actions.run_out(at=MONDAY + DAY)

    assert not Job.objects.filter(name="city.ClockRanOut").exists()
    assert len(told(MONDAY + DAY)) == 1


def test_the_task_of_every_minute_tells_what_ran_out() -> None:
    started(at=MONDAY - 700 * DAY)
    now = clock()
    fire_due(at=now)
    Schedule.objects.filter(name="city.tasks.tell_what_ran_out").update(next_at=now)

    fire_due(at=now)
    run_waiting(clock=lambda: clock() + MINUTE)

    assert [event.subject for event in heard] == [CASE]


def test_a_long_queue_is_told_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "AT_ONCE", 2)
    for number in range(5):
        started(at=MONDAY - 700 * DAY, subject=f"case:{number:032x}")

    tasks.tell_what_ran_out()
    run_waiting(clock=lambda: clock() + MINUTE)

    assert len(heard) == 5


MINUTES = st.integers(0, 6000)


@given(st.lists(MINUTES, min_size=2, max_size=6, unique=True), st.integers(1, 40))
def test_pausing_step_by_step_gives_the_date_that_arithmetic_gives_at_once(
    moments: list[int], amount: int
) -> None:
    """An oracle: `methods.worktime` over all pauses, against one action after the other."""
    at = [MONDAY + minute * MINUTE for minute in sorted(moments)]
    steps = [pair for number, pair in enumerate(pairwise(at)) if number % 2 == 0]
    subject = f"case:{abs(hash((tuple(moments), amount))):032x}"[:37]
    term = Term(amount=amount, unit=TermUnit.WORKING_HOURS)
    card = started(term, subject=subject)
    for pause, resume in steps:
        actions.pause_clock(subject=subject, kind=KIND, reason="waiting", at=pause)
        card = actions.resume_clock(subject=subject, kind=KIND, at=resume)

    exact = worktime.due_after_pauses(queries.calendar(), MONDAY, amount * HOUR, steps)

    assert exact <= card.due_at < exact + HOUR
    assert (card.due_at.minute, card.due_at.second) == (0, 0)
    actions.stop_clock(subject=subject, kind=KIND, at=at[-1])


def test_a_term_in_hours_ends_with_a_full_hour() -> None:
    card = started(at=MONDAY + timedelta(minutes=12, seconds=36))

    assert card.due_at == MONDAY + 3 * HOUR
