"""Take in the years of reports of real cities, each into an empty city; seconds and memory.

COMMONWEAL_DATA names the folder that holds them; DATABASE_URL for PostgreSQL.
"""

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cases as bench

FILES = {
    "stl-csb": "stl_csb/january_2018.csv",
    "chicago-311": "chicago_sanitation/requests_2011_2013.csv.gz",
    "zurich": "zurich/zueri_wie_neu_reports_cleaned.csv",
}


def one(name: str, file: Path) -> None:
    """Import one file in this process, and say what it took."""
    url = os.environ.get("DATABASE_URL", "")
    vendor = bench.prepare()
    try:
        from commonweal.cases import actions, queries
        from commonweal.cases.types import Period
        from commonweal.kernel.queries import clock
        from tests.factories.cases import ADMINISTRATOR, town

        town()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        begun, cpu = time.perf_counter(), time.process_time()
        report = actions.import_file(
            path=file,
            kind=name,
            plan_file=None,
            rejected=Path(tempfile.mkdtemp()) / "rejected.csv",
            by=ADMINISTRATOR,
            at=clock(),
        )
        seconds, used = time.perf_counter() - begun, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            f"{vendor} {name}: {report.new} of {report.rows} rows in {seconds:.1f} s "
            f"({report.rows / seconds:.0f} a second, CPU {used:.1f} s); "
            f"{report.rejected} rejected; memory {before / 1024:.0f} -> {peak / 1024:.0f} MB"
        )
        assert queries.total(Period()).received == report.new
    finally:
        bench.tidy(url)


def main() -> None:
    folder = os.environ.get("COMMONWEAL_DATA", "")
    if not folder:
        sys.exit("COMMONWEAL_DATA names no folder: nothing to take in")
    if len(sys.argv) > 1:
        one(sys.argv[1], Path(folder) / "cases" / FILES[sys.argv[1]])
        return
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    for name in FILES:
        subprocess.run([sys.executable, __file__, name], check=True)


if __name__ == "__main__":
    main()
