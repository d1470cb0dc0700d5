"""Whether the city can work: asked by a load balancer (`/readyz`), a supervisor, and `doctor`."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from commonweal.content import queries as content
from commonweal.content.types import StorageProblem
from commonweal.edge.access import public
from commonweal.edge.requests import GetResponse
from commonweal.kernel import queries
from commonweal.ledger.queries import missing_triggers

LEAST_FREE_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Finding:
    """What one look found; without a problem `remedy` is empty."""

    name: str
    ok: bool
    says: str
    remedy: str = ""
    stops: bool = True  # whether pages must not be served until it is mended


def databases() -> Finding:
    """Ask both stores."""
    for alias in settings.DATABASES:
        try:
            with connections[alias].cursor() as cursor:
                cursor.execute("SELECT 1")
        except DatabaseError as error:
            return Finding(
                name="databases",
                ok=False,
                says=f"the store '{alias}' does not answer ({type(error).__name__})",
                remedy="Start the database, or correct DATABASE_URL or COMMONWEAL_HOME.",
            )
    return Finding(name="databases", ok=True, says="both stores answer")


def migrations() -> Finding:
    """Compare tables and release."""
    waiting = 0
    for alias in settings.DATABASES:
        executor = MigrationExecutor(connections[alias])
        waiting += len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    return Finding(
        name="migrations",
        ok=waiting == 0,
        says=f"{waiting} changes of tables wait" if waiting else "all tables are up to date",
        remedy="Run: commonweal migrate" if waiting else "",
    )


def triggers() -> Finding:
    """Look whether every tracked table is guarded."""
    missing = missing_triggers()
    return Finding(
        name="triggers",
        ok=not missing,
        says=f"{len(missing)} missing: {missing[0]}" if missing else "every table is guarded",
        remedy="Run: commonweal migrate (it makes the triggers anew)" if missing else "",
    )


def backlog() -> Finding:
    """Look how long the oldest work has waited."""
    behind = queries.backlog(at=queries.clock())
    return Finding(
        name="work",
        ok=not behind.alarm,
        says=f"{behind.waiting} waiting, the oldest for {behind.oldest_s:.0f} s",
        remedy="Look whether the worker runs: commonweal jobs" if behind.alarm else "",
        stops=False,
    )


def parked() -> Finding:
    """Look for work that failed too often."""
    count = queries.backlog(at=queries.clock()).parked
    return Finding(
        name="parked work",
        ok=count == 0,
        says=f"{count} parked",
        remedy="See why, then let it try again: commonweal parked" if count else "",
        stops=False,
    )


def disk() -> Finding:
    """Look how much room is left in the home folder."""
    free = shutil.disk_usage(settings.HOME if settings.HOME.exists() else "/").free
    is_enough = free >= LEAST_FREE_BYTES
    return Finding(
        name="disk",
        ok=is_enough,
        says=f"{free // 1024**2} MB free",
        remedy="" if is_enough else f"Make room on the disk of {settings.HOME}.",
    )


REMEDIES = {
    StorageProblem.NO_ANSWER: "Start the S3 server, or correct COMMONWEAL_S3_ENDPOINT.",
    StorageProblem.NO_BUCKET: "Make the bucket, or correct COMMONWEAL_S3_BUCKET.",
    StorageProblem.REFUSED: (
        "Correct COMMONWEAL_S3_KEY and COMMONWEAL_S3_SECRET, and let this key read, write and "
        "delete in the bucket."
    ),
    StorageProblem.ODD: (
        "Correct COMMONWEAL_S3_REGION, COMMONWEAL_S3_PATH_STYLE or COMMONWEAL_S3_ENDPOINT."
    ),
}


def photos() -> Finding:
    """Look whether the place of photos lets us in; without it only photos are missing."""
    return photos_finding("photos", content.photos_problem())


def photos_finding(name: str, problem: StorageProblem | None) -> Finding:
    """Say what stands in the way of photos, and what to do."""
    place = content.photos_place() or "a folder of this machine"
    return Finding(
        name=name,
        ok=problem is None,
        says=f"{place}: {problem}" if problem else place,
        remedy=REMEDIES[problem] if problem else "",
        stops=False,
    )


LOOKS: tuple[Callable[[], Finding], ...] = (
    databases,
    migrations,
    triggers,
    disk,
    photos,
    backlog,
    parked,
)


def findings(looks: tuple[Callable[[], Finding], ...] = LOOKS) -> list[Finding]:
    """Look at everything; what cannot be looked at is a problem too."""
    return [_safely(look) for look in looks]


def _safely(look: Callable[[], Finding]) -> Finding:
    try:
        return look()
    except (DatabaseError, OSError) as error:
        return Finding(
            name=look.__name__,
            ok=False,
            says=f"could not be looked at ({type(error).__name__})",
            remedy="Mend the databases first.",
        )


@require_safe
@public
def livez(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Say that this process lives; asks nothing else."""
    return _never_stored(JsonResponse({"alive": True}))


@require_safe
@public
def readyz(request: HttpRequest) -> JsonResponse:  # noqa: ARG001
    """Say whether pages can be served, and what an operator should look at."""
    found = findings()
    is_ready = all(one.ok for one in found if one.stops)
    body = {
        "ready": is_ready,
        "checks": {one.name: {"ok": one.ok, "says": one.says} for one in found},
    }
    status = HTTPStatus.OK if is_ready else HTTPStatus.SERVICE_UNAVAILABLE
    return _never_stored(JsonResponse(body, status=status))


def _never_stored(response: JsonResponse) -> JsonResponse:
    response.headers["Cache-Control"] = "no-store"
    return response


class Knocks:
    """Middleware, the outermost: health is told even when the rest of the house cannot answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        match request.path_info:
            case "/livez":
                return livez(request)
            case "/readyz":
                return readyz(request)
        return self._get_response(request)
