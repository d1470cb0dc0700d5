"""The report act, inbox, list, case page and search over many cases, beside bare ceilings.

python benchmarks/cases.py [cases], one in ten of them open. Runs on SQLite (synchronous=FULL) or,
with DATABASE_URL, on a PostgreSQL database of its own. With BENCH_KEEP=name the city is kept
under that name (in BENCH_DIR) and filled up the next time, not made anew.
"""

import logging
import os
import platform
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CASES = int(sys.argv[1]) if sys.argv[1:2] and sys.argv[1].isdigit() else 10_000
ACTS = 500
LOOKS = 100
BATCH = 200
VIEW = "west=114&south=22&east=114.1&north=22.1&zoom=13"
OPEN_IN = 10  # one case in so many is open
KEPT = os.environ.get("BENCH_KEEP", "")
ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]


def prepare() -> str:
    """Point the product at an empty home (and database) and load it; return the engine's name."""
    url = os.environ.get("DATABASE_URL", "")
    if KEPT:
        home = str(Path(os.environ.get("BENCH_DIR", tempfile.gettempdir())) / f"bench-{KEPT}")
        Path(home).mkdir(exist_ok=True)
    else:
        home = tempfile.mkdtemp(prefix="commonweal-bench-", dir=os.environ.get("BENCH_DIR"))
    os.environ |= {
        "COMMONWEAL_HOME": home,
        "COMMONWEAL_SECRET_KEY": "only-for-measuring-only-for-measuring-only",
        "COMMONWEAL_FIELD_KEYS": "dGhpcyBrZXkgaXMgb25seSBmb3IgdGhlIHRlc3RzISE=",
        "DJANGO_SETTINGS_MODULE": "commonweal.site.settings.serve",
    }
    if url:
        import psycopg

        name = f"commonweal_bench_{KEPT or os.getpid()}"
        with psycopg.connect(url, autocommit=True) as connection:
            known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
            if not known.fetchone():
                connection.execute(f"CREATE DATABASE {name}")
        os.environ["DATABASE_URL"] = f"{url.rsplit('/', 1)[0]}/{name}"
    import django

    django.setup()
    logging.disable(logging.INFO)
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    return str(connection.vendor)


def tidy(url: str) -> None:
    """Drop the database of this run."""
    if url and not KEPT:
        import psycopg
        from django.db import connections

        name = connections["default"].settings_dict["NAME"]
        connections.close_all()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name}")


def timed(count: int, act: Callable[[int], Any]) -> dict[str, float]:
    """Do something many times: median, p95 and rate by the wall clock, CPU of this process."""
    act(-1)
    walls, cpu = [], time.process_time()
    begun = time.perf_counter()
    for i in range(count):
        at = time.perf_counter()
        act(i)
        walls.append((time.perf_counter() - at) * 1000)
    whole = time.perf_counter() - begun
    return {
        "median ms": statistics.median(walls),
        "p95 ms": statistics.quantiles(walls, n=20)[18],
        "per s": count / whole,
        "cpu ms": (time.process_time() - cpu) / count * 1000,
    }


def told(name: str, figures: dict[str, float], note: str = "") -> None:
    said = "  ".join(f"{key} {value:8.2f}" for key, value in figures.items())
    print(f"{name:34} {said}  {note}")


def sync_ms() -> float:
    """Median of one small write made durable: what the disk allows."""
    with tempfile.NamedTemporaryFile(dir=os.environ["COMMONWEAL_HOME"]) as file:
        walls = []
        for _ in range(100):
            file.write(b"x" * 4096)
            file.flush()
            at = time.perf_counter()
            os.fdatasync(file.fileno())
            walls.append((time.perf_counter() - at) * 1000)
    return statistics.median(walls)


def main() -> None:
    url = os.environ.get("DATABASE_URL", "")
    vendor = prepare()
    print(
        f"{vendor}, {CASES} cases; {platform.processor() or platform.machine()}, "
        f"{os.cpu_count()} cores, Python {platform.python_version()}"
    )
    print(f"fdatasync of 4 kB, median {sync_ms():.3f} ms")
    try:
        measure()
    finally:
        tidy(url)


def _known_town() -> Any:
    """Find the town of an earlier run."""
    from commonweal.cases import queries
    from commonweal.city import queries as city
    from tests.factories.cases import Town

    units = {unit.code: unit for unit in city.units()}
    categories = {card.code: card for card in queries.categories()}
    return Town(
        units["centre"],
        units["roads"],
        units["other"],
        city.districts()[0],
        categories["lamp"],
        categories["neighbour"],
    )


def fill(here: Any, by: Any, now: datetime) -> None:
    """Import cases until there are as many as asked for; the same number makes the same case."""
    from django.db import connection

    from commonweal.cases import actions
    from commonweal.cases.models import Case
    from commonweal.cases.types import Foreign, Place, State
    from commonweal.kernel.types import Channel

    streets = ["Mill Lane", "海旁道", "北街", "Station Road", "大學路", "Harbour View"]
    whats = [
        "lamp is dark",
        "路燈壞了",
        "垃圾沒有收",
        "pothole in the road",
        "水管漏水",
        "noise at night",
    ]

    def one(i: int) -> Foreign:
        chance = random.Random(i)
        is_open = chance.random() < 1 / OPEN_IN
        return Foreign(
            source="bench",
            source_id=str(i),
            row_digest="0" * 64,
            category_id=(here.lamp if i % 2 else here.private).id,
            unit_id=None,
            state=chance.choice([State.RECEIVED, State.IN_WORK]) if is_open else State.ANSWERED,
            received=now - timedelta(minutes=chance.randrange(60 * 24 * 365)),
            text=f"{chance.choice(whats)} at number {i}, {chance.choice(streets)}",
            place=Place(
                lat=22 + chance.random() / 10,
                lng=114 + chance.random() / 10,
                words=chance.choice(streets),
            ),
            channel=Channel.WEB,
        )

    begun, first = time.perf_counter(), Case.objects.filter(source="bench").count()
    for start in range(first, CASES, BATCH):
        actions.import_cases(
            foreign=[one(i) for i in range(start, min(start + BATCH, CASES))],
            file_digest="0" * 64,
            by=by,
            at=now,
        )
        if connection.vendor == "postgresql" and start % 100_000 == 0:
            with connection.cursor() as cursor:
                cursor.execute("ANALYZE")
    if first < CASES:
        print(f"bulk import: {(CASES - first) / (time.perf_counter() - begun):.0f} cases/s")


def measure() -> None:
    from django.db import connection, transaction
    from django.test import Client

    from commonweal.cases import actions, queries
    from commonweal.cases.types import ContactDraft, Filter, Sort
    from commonweal.identity import actions as identity
    from commonweal.identity.models import Account
    from commonweal.kernel.queries import clock
    from commonweal.kernel.types import ANONYMOUS, Role
    from tests.factories.cases import ADMINISTRATOR, NOW, draft, town

    here = _known_town() if queries.categories() else town()
    fill(here, ADMINISTRATOR, NOW)

    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_bare (id INTEGER PRIMARY KEY, body TEXT)")
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")  # as the database does by itself after some minutes
        cursor.execute("DELETE FROM bench_bare")

    def bare_insert(i: int) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_bare VALUES (%s, %s)", [i, "x" * 500])

    def report(i: int) -> None:
        actions.report(
            draft=draft(
                here.lamp, text=f"dark lamp {i}", contact=ContactDraft(mail="a@example.org")
            ),
            by=ANONYMOUS,
            at=clock(),
        )

    bare = timed(ACTS, bare_insert)
    act = timed(ACTS, report)
    told("bare insert and commit", bare)
    told("full report act", act, f"ratio to bare {bare['per s'] / act['per s']:.1f}")

    inbox = Filter(units=frozenset({here.roads.id}), only_open=True, sort=Sort.PROMISE)
    at = clock()

    def bare_query(_i: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM cases_case WHERE unit_id = %s AND closed_at IS NULL "
                "ORDER BY due_at LIMIT 25",
                [here.roads.id.hex if connection.vendor == "sqlite" else here.roads.id],
            )
            cursor.fetchall()

    numbers = [card.number for card in queries.listing(Filter(), at=at, size=LOOKS + 1).items]
    told("bare query of 25 rows", timed(LOOKS, bare_query))
    told("inbox, query", timed(LOOKS, lambda _i: queries.listing(inbox, at=at)))
    told("public list, query", timed(LOOKS, lambda _i: queries.public_listing(Filter(), at=at)))
    for text in ("路灯", "pothole", "大学路 漏水", "number 77"):
        found = Filter(text=text)
        hits = queries.listing(found, at=at).total
        told(
            f"search {text}",
            timed(LOOKS, lambda _i, f=found: queries.listing(f, at=at)),
            f"{hits} hits",
        )

    person_id = identity.make_staff(
        mail=f"lin{os.getpid()}@example.org", name="Lin", by=ADMINISTRATOR, at=NOW, language="en"
    )
    identity.grant(
        person_id=person_id,
        role=Role.OFFICER,
        unit_id=here.roads.id,
        until=None,
        reason="to measure",
        by=ADMINISTRATOR,
        at=NOW,
    )
    staff, public = Client(HTTP_HOST="localhost"), Client(HTTP_HOST="localhost")
    staff.force_login(Account.objects.get(person_id=person_id))

    def page(client: Client, path: str) -> None:
        status = client.get(path).status_code
        assert status == 200, (path, status)

    own = [c.number for c in queries.listing(inbox, at=at, size=LOOKS + 1).items]
    told("page: inbox", timed(LOOKS, lambda _i: page(staff, "/staff/")))
    told("page: case for staff", timed(LOOKS, lambda i: page(staff, f"/staff/cases/{own[i]}/")))
    told("page: public list", timed(LOOKS, lambda _i: page(public, "/cases/")))
    told("page: public case", timed(LOOKS, lambda i: page(public, f"/cases/{numbers[i]}/")))
    told("page: public search", timed(LOOKS, lambda _i: page(public, "/cases/?q=pothole")))
    told("page: staff search", timed(LOOKS, lambda _i: page(staff, "/staff/?text=pothole")))
    told("page: statistics", timed(LOOKS, lambda _i: page(public, "/statistics/")))
    told(
        "map: cells of a view",
        timed(LOOKS, lambda _i: page(public, f"/cases/points.geojson?{VIEW}")),
    )
    told("page: home", timed(LOOKS, lambda _i: page(public, "/")))
    measure_intake(here)
    measure_exports()


def measure_intake(here: Any) -> None:
    """Take reports in through every door: the pages of residents, both interfaces of programs."""
    from django.test import Client

    from tests.factories.edge import api_key
    from tests.web.walk import Resident

    _card, secret = api_key(per_hour=100_000, name=f"measure {os.getpid()}")
    program = Client(HTTP_HOST="localhost", headers={"Authorization": f"Bearer {secret}"})

    def api(i: int) -> None:
        body = {"category": "lamp", "text": f"dark {i}", "place": {"lat": 22.05, "lng": 114.05}}
        answer = program.post("/api/v1/reports", body, content_type="application/json")
        assert answer.status_code == 201, answer.content

    def open311(i: int) -> None:
        told = {"service_code": "lamp", "lat": 22.05, "long": 114.05, "description": f"dark {i}"}
        answer = program.post("/open311/v2/requests.json", {**told, "api_key": secret})
        assert answer.status_code == 201, answer.content

    def pages(i: int) -> None:
        near = f"10.{os.getpid() % 250}.{(i + 1) // 250}.{(i + 1) % 250}"
        resident = Resident(Client(HTTP_HOST="localhost", REMOTE_ADDR=near))
        resident.fill_in(here.lamp)
        assert resident.press_send().status_code == 302

    told("intake: API v1", timed(LOOKS, api))
    told("intake: Open311", timed(LOOKS, open311))
    told("intake: a resident, seven pages", timed(LOOKS, pages), "and the work of a browser")


def measure_exports() -> None:
    """Write every public case in every form; the memory must not grow with their number."""
    import resource

    from django.test import Client

    client = Client(HTTP_HOST="localhost")
    for path in ("/cases.csv", "/cases.geojson", "/cases.parquet"):
        begun, size = time.perf_counter(), 0
        answer = client.get(path)
        if answer.status_code != 200:
            print(f"export {path}: not there ({answer.status_code})")
            continue
        for part in answer.streaming_content:
            size += len(part)
        took = time.perf_counter() - begun
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"export {path}: {size / 1e6:.0f} MB in {took:.0f} s, {CASES / took:.0f} cases a "
            f"second; most memory of the process until here {most:.0f} MB"
        )


if __name__ == "__main__":
    main()
