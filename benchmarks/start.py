"""The demo from the command to the first page, a second start, and the memory of what then runs.

Linux only: memory is read as PSS, so that pages shared between processes count once.
"""

import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOOKS = 200
LONGEST = 300.0
PAGES = ("/", "/cases/", "/map/", "/report/", "/search/?text=lamp", "/livez")


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def start(home: str, port: int) -> tuple["subprocess.Popen[bytes]", float]:
    """Start the demo; give it and the seconds until its first page was whole."""
    begun = time.perf_counter()
    demo = subprocess.Popen(
        [sys.executable, "-m", "commonweal", "demo", "--port", str(port)],
        cwd=ROOT,
        env=os.environ | {"COMMONWEAL_HOME": home, "PYTHONPATH": str(ROOT / "src")},
        stdout=subprocess.DEVNULL,
    )
    while time.perf_counter() - begun < LONGEST:
        if demo.poll() is not None:
            sys.exit(f"the demo ended by itself with code {demo.returncode}")
        if look(port, "/") == 200:
            return demo, time.perf_counter() - begun
        time.sleep(0.1)
    demo.kill()
    sys.exit(f"no page within {LONGEST:.0f} s")


def look(port: int, path: str) -> int:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=20) as page:
            page.read()
            return int(page.status)
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def stop(demo: "subprocess.Popen[bytes]") -> float:
    begun = time.perf_counter()
    demo.send_signal(signal.SIGINT)
    demo.wait(60)
    return time.perf_counter() - begun


def family(top: int) -> list[int]:
    """Give a process and all below it."""
    below = defaultdict(list)
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        below[parent].append(int(path.parent.name))
    found, waiting = [], [top]
    while waiting:
        one = waiting.pop()
        found.append(one)
        waiting += below[one]
    return found


def pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def called(pid: int) -> str:
    words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    return " ".join(word for word in words[1:6] if word)[:60] or words[0]


def main() -> None:
    print(f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    with tempfile.TemporaryDirectory(prefix="commonweal-start-") as home:
        port = free_port()
        demo, first = start(home, port)
        print(f"first page of a new demo city: {first:.1f} s")
        print(f"Ctrl-C to the end: {stop(demo):.1f} s")
        demo, second = start(home, port)
        print(f"first page of the second start: {second:.1f} s")
        for i in range(LOOKS):
            look(port, PAGES[i % len(PAGES)])
        parts = {pid: pss_mb(pid) for pid in family(demo.pid)}
        for pid, size in parts.items():
            print(f"  {size:6.1f} MB  {called(pid)}")
        print(f"memory after {LOOKS} pages: {sum(parts.values()):.0f} MB (PSS)")
        stop(demo)


if __name__ == "__main__":
    main()
