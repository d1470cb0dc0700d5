"""Announce, enqueue, claim, run, release: the outbox in which no change and no message part."""

import hashlib
import json
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from croniter import croniter
from django.db import IntegrityError, transaction
from django.db.models import F

from commonweal.kernel import events
from commonweal.kernel.adapters import cache, full_text
from commonweal.kernel.errors import NoSuchJob, SameKeyOtherBody, told
from commonweal.kernel.events import Event, Reaction
from commonweal.kernel.models import Given, Job, Schedule, SearchText, Stamp
from commonweal.kernel.types import Findable
from commonweal.methods.search import index_text

__all__ = [
    "announce",
    "claim",
    "enqueue",
    "extend",
    "fire_due",
    "forget",
    "hand_back",
    "hold",
    "index",
    "once",
    "pass_over",
    "release",
    "renew",
    "run",
    "run_all",
    "run_waiting",
    "sweep",
    "worker_name",
]

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
MOST_ATTEMPTS = 5
LONGEST_WAIT_S = 3600
LAST_PRIORITY = 100
TOGETHER_S = 0.05  # SQLite has one writer: others wait that long


class LostLease(RuntimeError):
    """Another worker took the job over: whatever this one did in its transaction is undone."""


def announce(event: Event) -> None:
    """Write an event in the transaction of the change it tells of: one row per handler."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("announce() needs a transaction, or the change and its event may part")
    body, name = event.to_json(), event.full_name()
    rows = [
        Job(
            name=name,
            handler=reaction.name,
            is_event=True,
            payload=body,
            subject=event.subject,
            priority=1 if reaction.outside else 0,  # what waits for mail servers holds up nobody
            created_at=event.at,
            run_at=event.at,
        )
        for reaction in events.handlers_of(name)
        if reaction.when is None or reaction.when(event)
    ]
    if rows:
        Job.objects.bulk_create(rows)


def enqueue(
    task: Callable[..., None],
    *,
    at: datetime,
    run_at: datetime | None = None,
    dedupe: str = "",
    priority: int = 0,
    **payload: object,
) -> None:
    """Ask for a task in the transaction of the change that wants it; the same `dedupe` once."""
    name = events.name_of(task)
    if events.task_named(name) is None:
        raise RuntimeError(f"{name} is not a task: decorate it with @task")
    job = Job(
        name=name,
        handler=name,
        is_event=False,
        payload={key: events.plain(value) for key, value in payload.items()},
        dedupe=dedupe,
        priority=priority,
        created_at=at,
        run_at=run_at or at,
    )
    if dedupe:
        Job.objects.bulk_create([job], ignore_conflicts=True)
    else:
        job.save()


def worker_name() -> str:
    """Name this worker so that no other has the same name."""
    return f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}"


@transaction.atomic
def claim(*, worker: str, at: datetime, limit: int = 10, before: int = LAST_PRIORITY) -> list[int]:
    """Lease due rows by their mark, never by "id greater than last"; park what failed too often."""
    free = list(
        Job.objects.select_for_update(skip_locked=True, of=("self",))
        .filter(state=Job.State.WAITING, run_at__lte=at, priority__lt=before)
        .exclude(lease_until__gt=at)
        .order_by("priority", "id")
        .values_list("id", "attempts", "handler")[:limit]
    )
    for job_id, attempts, handler in free:
        if attempts >= MOST_ATTEMPTS:
            logger.error("job parked", extra={"job": job_id, "handler": handler})
            died = Job.objects.filter(pk=job_id)
            died.filter(error="").update(error="the worker died each time it tried this")
            died.update(state=Job.State.PARKED, worker="", lease_until=None)
    taken = [job_id for job_id, attempts, _handler in free if attempts < MOST_ATTEMPTS]
    Job.objects.filter(pk__in=taken).update(
        attempts=F("attempts") + 1, worker=worker, lease_until=at + LEASE
    )
    return taken


def extend(*, worker: str, at: datetime) -> int:
    """Say that this worker still lives: its leases run on."""
    held = Job.objects.filter(worker=worker, state=Job.State.WAITING)
    return held.update(lease_until=at + LEASE)


def hand_back(*, worker: str, begun: bool = False) -> int:
    """Give back what was claimed and not finished; what never began has not used up an attempt."""
    held = Job.objects.filter(worker=worker, state=Job.State.WAITING)
    back: dict[str, Any] = {"worker": "", "lease_until": None}
    return held.update(**back if begun else {**back, "attempts": F("attempts") - 1})


@cache.one_look()
def run_all(
    *,
    job_ids: Sequence[int],
    worker: str,
    clock: Callable[[], datetime],
    goes_on: Callable[[], bool] = lambda: True,
) -> int:
    """Do claimed work until told not to go on; return how many pieces are done.

    What stays in the house shares a transaction for a moment, since a commit is dear; if anything
    goes wrong in it, it is undone and each piece is done by itself, so that one fails alone.
    """
    waiting = Job.objects.in_bulk(job_ids)
    jobs = [waiting[job_id] for job_id in job_ids if job_id in waiting]
    inside = [job for job in jobs if not _is_outside(job)]
    alone = [job for job in jobs if _is_outside(job)]
    done = 0
    while inside and goes_on():
        try:
            taken = _do_together(inside, worker, clock, goes_on)
        except Exception:
            logger.warning("work is done piece by piece", exc_info=True)
            inside, alone = [], [*inside, *alone]
        else:
            done += taken
            inside = inside[taken:]
    for job in alone:
        if not goes_on():
            break
        done += run(job_id=job.pk, worker=worker, clock=clock)
    return done


def _is_outside(job: Job) -> bool:
    try:
        return _work_of(job)[0].outside
    except LookupError:
        return True  # fails by itself


@transaction.atomic
def _do_together(
    jobs: Sequence[Job],
    worker: str,
    clock: Callable[[], datetime],
    goes_on: Callable[[], bool],
) -> int:
    """Do the first of these in one transaction, for as long as nobody minds; say how many."""
    begun, taken = time.monotonic(), 0
    told_of: set[str] = set()
    for job in jobs:
        reaction, (values, named) = _work_of(job)
        if reaction.name not in told_of:
            reaction.function(*values, **named)
        if reaction.together:
            told_of.add(reaction.name)
        taken += 1
        if time.monotonic() - begun > TOGETHER_S or not goes_on():
            break
    _finish(jobs[:taken], worker, clock())
    return taken


@cache.one_look()
def run(*, job_id: int, worker: str, clock: Callable[[], datetime]) -> bool:
    """Do one claimed piece of work; return whether it is done. Mark and changes commit together."""
    job = Job.objects.get(pk=job_id)
    try:
        reaction, arguments = _work_of(job)
        if reaction.outside:
            reaction.function(*arguments[0], **arguments[1])
            with transaction.atomic():
                _finish([job], worker, clock())
        else:
            with transaction.atomic():
                reaction.function(*arguments[0], **arguments[1])
                _finish([job], worker, clock())
    except LostLease:
        logger.warning("lease lost", extra={"job": job.pk, "handler": job.handler})
        return False
    except Exception as error:
        logger.exception("work failed", extra={"job": job.pk, "handler": job.handler})
        _fail(job, worker, clock(), told(error))
        return False
    return True


def _work_of(job: Job) -> tuple[Reaction, tuple[list[Any], dict[str, Any]]]:
    if not job.is_event:
        task = events.task_named(job.handler)
        if task is None:
            raise LookupError(f"no task named {job.handler} in this release")
        return task, ([], dict(job.payload))
    for reaction in events.handlers_of(job.name):
        if reaction.name == job.handler:
            return reaction, ([Event.known[job.name].from_json(job.payload)], {})
    raise LookupError(f"no handler named {job.handler} in this release")


def _held(jobs: Sequence[Job], worker: str) -> Any:
    return Job.objects.filter(
        pk__in=[job.pk for job in jobs], worker=worker, state=Job.State.WAITING
    )


def _finish(jobs: Sequence[Job], worker: str, at: datetime) -> None:
    done = _held(jobs, worker).update(
        state=Job.State.DONE, done_at=at, lease_until=None, worker="", error=""
    )
    if done != len(jobs):
        raise LostLease("some of this belongs to another worker now")


def _fail(job: Job, worker: str, at: datetime, error: str) -> None:
    if job.attempts >= MOST_ATTEMPTS:
        _held([job], worker).update(
            state=Job.State.PARKED, error=error[:4000], lease_until=None, worker=""
        )
        return
    wait = min(LONGEST_WAIT_S, 2**job.attempts) * (0.75 + secrets.randbelow(500) / 1000)
    _held([job], worker).update(
        run_at=at + timedelta(seconds=wait), error=error[:4000], lease_until=None, worker=""
    )


@transaction.atomic
def release(*, job_id: int, at: datetime) -> None:
    """Let a parked piece of work try again."""
    parked = Job.objects.filter(pk=job_id, state=Job.State.PARKED)
    if not parked.update(state=Job.State.WAITING, attempts=0, run_at=at):
        raise NoSuchJob


@transaction.atomic
def pass_over(*, handlers: Collection[str], until: datetime, at: datetime) -> int:
    """Let some handlers miss what happened up to a time; the rows stay and say so.

    What the others still hear of it is due only now: nothing lags. For a made-up past, of which
    nobody must be told by mail; never for events of a real city.
    """
    past = Job.objects.filter(state=Job.State.WAITING, is_event=True, created_at__lte=until)
    past.exclude(handler__in=handlers).update(run_at=at)
    missed = past.filter(handler__in=handlers)
    return missed.update(state=Job.State.DONE, done_at=at, error="passed over: a made-up past")


def run_waiting(
    *,
    clock: Callable[[], datetime],
    worker: str | None = None,
    most: int = 10_000,
    before: int = LAST_PRIORITY,
) -> int:
    """Do what is due now and comes before a priority; for tests, imports and the demo's start."""
    worker, done = worker or worker_name(), 0
    while done < most and (claimed := claim(worker=worker, at=clock(), limit=50, before=before)):
        done += run_all(job_ids=claimed, worker=worker, clock=clock)
    return done


def fire_due(*, at: datetime) -> int:
    """Enqueue every task whose hour has come; among many workers each hour fires once."""
    fired = 0
    for name, line in events.schedules().items():
        upcoming = croniter(line, at).get_next(datetime).astimezone(UTC)
        known, is_new = Schedule.objects.get_or_create(
            name=name, defaults={"line": line, "next_at": upcoming}
        )
        if not is_new and known.line != line:
            Schedule.objects.filter(name=name).update(line=line, next_at=upcoming)
        elif not is_new and known.next_at <= at:
            fired += _fire(name, known.next_at, upcoming, at)
    return fired


@transaction.atomic
def _fire(name: str, due: datetime, upcoming: datetime, at: datetime) -> int:
    if not Schedule.objects.filter(name=name, next_at=due).update(next_at=upcoming):
        return 0
    task = events.task_named(name)
    assert task is not None
    enqueue(task.function, at=at, dedupe=f"{name}@{due.isoformat()}")
    return 1


@transaction.atomic
def sweep(*, done_before: datetime, given_before: datetime) -> None:
    """Forget finished work and old answers."""
    Job.objects.filter(state=Job.State.DONE, done_at__lt=done_before).delete()
    Given.objects.filter(at__lt=given_before).delete()


@transaction.atomic
def once(
    *, scope: str, key: str, body: object, at: datetime, act: Callable[[], dict[str, Any]]
) -> dict[str, Any]:
    """Do an act once per key: a repeat gets the stored answer, another body is a conflict.

    `scope` names actor and endpoint; the answer holds ids only. Two that arrive at once wait for
    each other at the unique row.
    """
    said = json.dumps(events.plain(body), sort_keys=True, ensure_ascii=False, default=str)
    body_hash = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()
    try:
        with transaction.atomic():
            row = Given.objects.create(scope=scope, key=key, body_hash=body_hash, at=at)
    except IntegrityError:
        row = Given.objects.get(scope=scope, key=key)
        if row.body_hash != body_hash:
            raise SameKeyOtherBody from None
        return dict(row.answer)
    row.answer = events.plain(act())
    row.save(update_fields=["answer"])
    return dict(row.answer)


@transaction.atomic(savepoint=False)
def index(things: Sequence[Findable], *, at: datetime, are_new: bool = False) -> None:
    """Make things findable by their words, replacing what was there (a new thing had none)."""
    if not are_new:
        for thing in things:
            forget(kind=thing.kind, ref=thing.ref)
    rows = SearchText.objects.bulk_create(
        [
            SearchText(kind=one.kind, ref=one.ref, at=at, tokens=index_text(one.text))
            for one in things
        ]
    )
    full_text.put(transaction.get_connection(), [(row.pk, row.tokens) for row in rows])


@transaction.atomic(savepoint=False)
def forget(*, kind: str, ref: UUID) -> None:
    """Take a thing out of the index, in the transaction that withdraws or erases it."""
    for row in SearchText.objects.filter(kind=kind, ref=ref):
        full_text.drop(transaction.get_connection(), row.pk, row.tokens)
        row.delete()


def hold(*names: str) -> None:
    """Hold the stamps of what is to be changed, so that two who change it wait in line."""
    for name in sorted(names):
        Stamp.objects.get_or_create(name=name, defaults={"mark": uuid4()})
        Stamp.objects.select_for_update().get(name=name)


def renew(*names: str) -> None:
    """Let every process read anew what it keeps of these things."""
    cache.look_again()
    for name in names:
        Stamp.objects.filter(name=name).update(mark=uuid4())
