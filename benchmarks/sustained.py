"""Reports at a steady rate for minutes, with the worker of the product delivering their events.

python benchmarks/sustained.py [acts a second] [seconds]; DATABASE_URL for PostgreSQL.
Says the rate reached, how long an act took, and how old the oldest waiting event ever was.
"""

import os
import platform
import statistics
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime

import cases as bench

RATE = float(sys.argv[1]) if len(sys.argv) > 1 else 100.0
SECONDS = float(sys.argv[2]) if len(sys.argv) > 2 else 600.0
WATCH_S = 1.0


def measure() -> None:
    from django.db import connections
    from django.db.models import Min

    from commonweal.cases import actions
    from commonweal.cases.types import ContactDraft
    from commonweal.kernel.models import Job
    from commonweal.kernel.queries import clock
    from commonweal.kernel.types import ANONYMOUS
    from tests.factories.cases import draft, town

    here = town()
    ages: list[float] = []
    is_over = threading.Event()

    def watch() -> None:
        try:
            look()
        finally:
            connections.close_all()

    def look() -> None:
        while not is_over.wait(WATCH_S):
            first = Job.objects.filter(state="waiting", priority=0).aggregate(at=Min("run_at"))[
                "at"
            ]
            ages.append((datetime.now(UTC) - first).total_seconds() if first else 0.0)

    worker = subprocess.Popen([sys.executable, "-m", "commonweal", "jobs"], stdout=-3, stderr=-3)
    watcher = threading.Thread(target=watch)
    watcher.start()
    walls, begun, cpu = [], time.perf_counter(), time.process_time()
    for i in range(int(RATE * SECONDS)):
        early = begun + i / RATE - time.perf_counter()
        if early > 0:
            time.sleep(early)
        elif -early > SECONDS / 10:
            break
        at = time.perf_counter()
        actions.report(
            draft=draft(
                here.lamp, text=f"dark lamp {i}", contact=ContactDraft(mail="a@example.org")
            ),
            by=ANONYMOUS,
            at=clock(),
        )
        walls.append((time.perf_counter() - at) * 1000)
    whole = time.perf_counter() - begun
    used = time.process_time() - cpu
    is_over.set()
    watcher.join()
    mails = Job.objects.filter(state="waiting", priority=1).count()
    worker.terminate()
    worker.wait(30)
    print(
        f"{len(walls)} acts in {whole:.0f} s: {len(walls) / whole:.1f} a second "
        f"(asked {RATE:.0f}); CPU {used / len(walls) * 1000:.1f} ms an act; "
        f"median {statistics.median(walls):.1f} ms, "
        f"p95 {statistics.quantiles(walls, n=20)[18]:.1f}, longest {max(walls):.0f}"
    )
    print(
        f"oldest waiting event: {max(ages):.1f} s at most, median {statistics.median(ages):.1f} s; "
        f"mails not yet sent at the end: {mails}"
    )


def main() -> None:
    url = os.environ.get("DATABASE_URL", "")
    vendor, cores = bench.prepare(), os.cpu_count()
    print(f"{vendor}; {platform.machine()}, {cores} cores; fdatasync {bench.sync_ms():.2f} ms")
    os.environ["PYTHONPATH"] = str(bench.ROOT / "src")
    try:
        measure()
    finally:
        bench.tidy(url)


if __name__ == "__main__":
    main()
