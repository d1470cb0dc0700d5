"""`commonweal jobs`: the worker that tells events to their handlers and does the waiting work."""

import argparse
import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections, connection, connections

from commonweal.kernel import actions, queries

logger = logging.getLogger(__name__)

POLL_S = 0.25
CLAIMED = 20  # at a time; mails among them hold up what comes meanwhile
LIMIT_S = 20.0
LOOK_ROUND_S = 5.0
LONGEST_PAUSE_S = 5.0


class StopNow(BaseException):
    """The time to finish is over: what runs is undone and goes back to the others."""


class Heartbeat(threading.Thread):
    """Says at every third of a lease that the worker lives, over a connection of its own."""

    def __init__(self, worker: str) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._worker, self._over = worker, threading.Event()

    def run(self) -> None:
        try:
            while not self._over.wait(actions.LEASE.total_seconds() / 3):
                try:
                    actions.extend(worker=self._worker, at=queries.clock())
                except DatabaseError:
                    logger.warning("heartbeat missed", exc_info=True)
                    connection.close()
        finally:
            connections.close_all()

    def end(self) -> None:
        """Stop saying so."""
        self._over.set()
        self.join(timeout=5)


class Worker:
    """One process that claims work, does it, and leaves it in order when told to stop."""

    def __init__(self, *, poll_s: float = POLL_S, limit_s: float = LIMIT_S) -> None:
        self.name = actions.worker_name()
        self._poll_s, self._limit_s = poll_s, limit_s
        self._stop = threading.Event()
        self._looked_round = float("-inf")

    def listen(self) -> None:
        """Stop at SIGTERM or SIGINT: claim no more, finish what runs, hand the rest back."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._asked_to_stop)
        signal.signal(signal.SIGALRM, self._out_of_time)

    def _asked_to_stop(self, _number: int, _frame: FrameType | None) -> None:
        if not self._stop.is_set():
            self._stop.set()
            signal.setitimer(signal.ITIMER_REAL, self._limit_s)

    def _out_of_time(self, _number: int, _frame: FrameType | None) -> None:
        raise StopNow

    def work(self, *, once: bool = False) -> int:
        """Work until told to stop, or until nothing is due; return how much was done."""
        heartbeat = Heartbeat(self.name)
        heartbeat.start()
        logger.info("worker started", extra={"worker": self.name})
        try:
            return self._work(once=once)
        except StopNow:
            logger.warning("stopped in the middle of work", extra={"worker": self.name})
            return 0
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            heartbeat.end()
            self._leave()

    def _work(self, *, once: bool) -> int:
        done, failures = 0, 0
        while not self._stop.is_set():
            try:
                self._look_round()
                did = self._round()
                failures = 0
            except DatabaseError:
                logger.exception("the database does not answer", extra={"worker": self.name})
                connections.close_all()
                failures += 1
                self._stop.wait(min(LONGEST_PAUSE_S, self._poll_s * 2**failures))
                continue
            done += did
            if did == 0:
                if once:
                    break
                close_old_connections()
                self._stop.wait(self._poll_s)
        return done

    def _look_round(self) -> None:
        if time.monotonic() - self._looked_round < LOOK_ROUND_S:
            return
        at = queries.clock()
        actions.fire_due(at=at)
        behind = queries.backlog(at=at)
        if behind.alarm:
            logger.error(
                "work lags",
                extra={"waiting": behind.waiting, "oldest_s": behind.oldest_s},
            )
        self._looked_round = time.monotonic()

    def _round(self) -> int:
        at = queries.clock()
        if not queries.work_is_due(at=at):
            return 0
        claimed = actions.claim(worker=self.name, at=at, limit=CLAIMED)
        try:
            actions.run_all(
                job_ids=claimed,
                worker=self.name,
                clock=queries.clock,
                goes_on=lambda: not self._stop.is_set(),
            )
        except DatabaseError:
            connections.close_all()
            actions.hand_back(worker=self.name, begun=True)
            raise
        return len(claimed)

    def _leave(self) -> None:
        try:
            back = actions.hand_back(worker=self.name)
        except DatabaseError:
            logger.warning("leases run out by themselves", exc_info=True)
        else:
            logger.info("worker stopped", extra={"worker": self.name, "handed_back": back})
        connections.close_all()


def positive(raw: str) -> float:
    """Read a number of seconds above zero."""
    value = float(raw)
    if value <= 0:
        raise argparse.ArgumentTypeError("write a number of seconds above zero")
    return value


class Command(BaseCommand):
    help = "Tell events to their handlers and do the waiting work, until told to stop."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due, then end")
        parser.add_argument("--poll", type=positive, default=POLL_S, help="seconds between looks")
        parser.add_argument(
            "--limit", type=positive, default=LIMIT_S, help="seconds to finish in at a stop"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        worker = Worker(poll_s=options["poll"], limit_s=options["limit"])
        worker.listen()
        done = worker.work(once=options["once"])
        if options["once"]:
            self.stdout.write(f"{done} pieces of work done")
