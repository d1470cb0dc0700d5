"""No orphans: a process of the tree ends by itself when the one that started it has ended."""

import os
import signal
import threading
import time

from commonweal.site import env

LOOK_S = 0.5
PATIENCE_S = 12.0


def hold() -> None:
    """End with the supervisor, if one started this process."""
    supervisor = env.read(
        "SUPERVISOR", int, default=0, says="Set by `serve` and `demo` for their children."
    )
    if supervisor:
        end_with(supervisor)


def end_with(parent: int) -> None:
    """Watch the parent from now on; when it is gone, stop in order, and then without."""
    threading.Thread(target=_watch, args=(parent,), name="lifeline", daemon=True).start()


def _watch(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_S)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE_S)
    os._exit(1)
