"""What Prometheus reads at `/metrics`: how far work lags, and what the city has before it.

Everything is read from the databases, so that the numbers are those of the whole city, however
many processes answer. Needs a key with the scope `metrics.read`, sent as a bearer token.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from commonweal import __version__
from commonweal.cases import queries as cases
from commonweal.cases.types import Filter, Period
from commonweal.edge import keys
from commonweal.edge.access import public
from commonweal.edge.requests import bearer_of, now_of
from commonweal.kernel import queries as kernel
from commonweal.messages import queries as messages
from commonweal.site import health

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@dataclass(frozen=True, kw_only=True)
class Metric:
    """One number under one name."""

    name: str
    help: str
    value: float
    kind: str = "gauge"
    labels: str = ""


@public
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Tell the numbers to whoever holds a key for them."""
    keys.needed(keys.of_request(request, bearer_of(request)), keys.Scope.METRICS)
    response = HttpResponse("".join(_written(_read(request))), content_type=CONTENT_TYPE)
    response["Cache-Control"] = "no-store"
    return response


def _written(found: Iterator[Metric]) -> Iterator[str]:
    for one in found:
        name = f"commonweal_{one.name}"
        yield f"# HELP {name} {one.help}\n# TYPE {name} {one.kind}\n"
        yield f"{name}{one.labels} {one.value:.16g}\n"


def _read(request: HttpRequest) -> Iterator[Metric]:
    at = now_of(request)
    yield Metric(
        name="build_info",
        help="The release that answers.",
        value=1,
        labels=f'{{version="{__version__}"}}',
    )
    ready = all(one.ok for one in health.findings() if one.stops)
    yield Metric(name="ready", help="Whether pages can be served (1) or not (0).", value=ready)
    behind = kernel.backlog(at=at)
    yield Metric(name="jobs_waiting", help="Events and jobs that are due.", value=behind.waiting)
    yield Metric(
        name="jobs_oldest_seconds",
        help="How long the oldest due event or job has waited.",
        value=behind.oldest_s,
    )
    yield Metric(
        name="jobs_parked", help="Events and jobs that failed too often.", value=behind.parked
    )
    yield Metric(
        name="messages_queued", help="Mails that have not left yet.", value=messages.queued()
    )
    counts = cases.counts(Filter(), at=at)
    yield Metric(name="cases_open", help="Open cases.", value=counts["open"])
    yield Metric(
        name="cases_overdue", help="Open cases past their promise.", value=counts["overdue"]
    )
    yield Metric(
        name="cases_unreviewed",
        help="Cases whose words or photos nobody has looked at.",
        value=counts["unreviewed"],
    )
    yield Metric(
        name="cases_received_total",
        help="Cases ever received.",
        value=cases.total(Period()).received,
        kind="counter",
    )
    yield Metric(
        name="disk_free_bytes",
        help="Room left for the home folder.",
        value=shutil.disk_usage(settings.HOME if settings.HOME.exists() else "/").free,
    )
