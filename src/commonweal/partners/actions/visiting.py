"""Visit a neighbouring city: take in what is new there, from where the last visit stopped.

Every step of a visit may be broken off and done again: what came in stays, nothing comes twice.
"""

import csv
import json
import logging
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from commonweal.cases import actions as cases
from commonweal.cases import queries as the_cases
from commonweal.cases.types import FileReport, State
from commonweal.partners import rules
from commonweal.partners.actions.following import (
    IMPORTER,
    compare,
    hear,
    is_ours,
    look,
    moment,
    pair,
    walked,
)
from commonweal.partners.actions.neighbours import beginning
from commonweal.partners.adapters.open311 import OutOfTime, Server, id_of, text_of
from commonweal.partners.adapters.reading import Row
from commonweal.partners.errors import NotAnswered
from commonweal.partners.models import ForeignKind, Neighbour, Twin
from commonweal.partners.types import Does, Trouble, Visit

logger = logging.getLogger(__name__)
BATCH = 200
# Seconds for each part of a visit; then other work has its turn, and this one goes on after it.
HEARING_S, CHANGES_S, BUDGET_S, LOOKING_S = 15.0, 10.0, 20.0, 10.0
LONGEST_CODE, LONGEST_NAME, LONGEST_REASON = 100, 200, 300


def visit(*, neighbour_id: UUID, at: datetime) -> Visit:
    """Ask a neighbour what is new, outside any transaction; keep why nothing came, if it did not.

    One visit at a time: whoever comes while another is under way has nothing to do.
    """
    row = _begun(neighbour_id, at)
    if row is None:
        return Visit()
    try:
        found = _visited(row, at)
    except NotAnswered as none:
        _failed(row, at, str(none.facts["trouble"]), none.facts["status"])
        return Visit()
    except Exception:
        # What others say may break us where nobody thought of it; it must not do so for ever.
        logger.exception("visit broke", extra={"neighbour": str(row.pk)})
        _failed(row, at, Trouble.UNFORESEEN.value, None)
        return Visit()
    except BaseException:
        _ended(row)
        raise
    nothing: dict[str, Any] = {"failing_since": None, "rests_until": None, "status": None}
    _ended(row, succeeded_at=at, trouble="", **nothing)
    return found


def _begun(neighbour_id: UUID, at: datetime) -> Neighbour | None:
    free = Q(busy_until=None) | Q(busy_until__lte=at)
    mine = Neighbour.objects.filter(free, pk=neighbour_id, is_on=True)
    if not mine.update(busy_until=at + rules.BUSY, asked_at=at):
        return None
    return Neighbour.objects.get(pk=neighbour_id)


def _failed(row: Neighbour, at: datetime, trouble: str, status: object) -> None:
    since = row.failing_since or at
    rest = rules.neighbour_rest(at - since)
    _ended(row, failing_since=since, rests_until=at + rest, trouble=trouble, status=status)


def _ended(row: Neighbour, **seen: Any) -> None:
    Neighbour.objects.filter(pk=row.pk).update(busy_until=None, **seen)


def _visited(row: Neighbour, at: datetime) -> Visit:
    server = Server(row.url, key=row.key, jurisdiction=row.jurisdiction)
    _learn(row, server.kinds())
    is_heard = _in_time(server, HEARING_S, lambda: hear(row, server, _first(row), at))
    found = _pulled(row, server, at) if Does.PULL.value in row.does else Visit()
    if is_heard and found.is_done:
        _in_time(server, LOOKING_S, lambda: look(row, server, at))
        return found
    if not _has_moved(row):
        word = Trouble.TOO_SLOW.value
        raise NotAnswered(problem=word, trouble=word, status=None)
    return replace(found, is_done=False)


def _in_time(server: Server, seconds: float, act: Callable[[], object]) -> bool:
    """Do a part of a visit, and say whether its time was enough."""
    server.take_at_most(seconds)
    try:
        act()
    except OutOfTime:
        return False
    return True


def _has_moved(row: Neighbour) -> bool:
    """Say whether a visit finished a window at least, so that to go on leads somewhere."""
    now = Neighbour.objects.get(pk=row.pk)
    places = [(now.heard_until, row.heard_until), (now.pulled_until, row.pulled_until)]
    return any(after is not None and (not old or after > old) for after, old in places)


def _first(row: Neighbour) -> datetime:
    """Say from when on its updates can be about a twin."""
    return min(beginning(row), row.since) if Does.PULL.value in row.does else row.since


def _pulled(row: Neighbour, server: Server, at: datetime) -> Visit:
    Neighbour.objects.filter(pk=row.pk).update(rejected=0, reason="")
    found, first = [Visit()], beginning(row)
    if row.pulled_until:
        changes = server.changed(rules.asked_from(row.pulled_until, first))
        _in_time(server, CHANGES_S, lambda: _taken_in(row, changes, found, at))
    is_done = _in_time(server, BUDGET_S, lambda: _windows_in(row, server, first, found, at))
    return replace(found[0], is_done=is_done)


def _windows_in(
    row: Neighbour, server: Server, first: datetime, found: list[Visit], at: datetime
) -> None:
    for begin, end in walked(row, "pulled_until", first, at):
        _taken_in(row, server.received(begin, end), found, at)


def _learn(row: Neighbour, kinds: Iterable[Row]) -> None:
    """Keep which kinds of requests the neighbour takes."""
    told = {
        code: (text_of(kind, "service_name") or code)[:LONGEST_NAME]
        for kind in kinds
        if (code := id_of(kind, "service_code")) and len(code) <= LONGEST_CODE
    }
    _keep_kinds(row, told)


def _keep_kinds(row: Neighbour, told: Mapping[str, str]) -> None:
    ForeignKind.objects.bulk_create(
        [ForeignKind(neighbour=row, code=code, name=name) for code, name in told.items()],
        update_conflicts=True,
        unique_fields=["neighbour", "code"],
        update_fields=["name"],
    )


def _taken_in(row: Neighbour, requests: Iterable[Row], found: list[Visit], at: datetime) -> None:
    for batch in _batches(requests):
        found[0] = _added(found[0], _batch_in(row, batch, at))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    coming = iter(rows)
    while batch := list(islice(coming, BATCH)):
        yield batch


def _added(one: Visit, other: Visit) -> Visit:
    return Visit(
        new=one.new + other.new,
        known=one.known + other.known,
        rejected=one.rejected + other.rejected,
        waiting=one.waiting + other.waiting,
    )


@transaction.atomic
def _batch_in(row: Neighbour, batch: list[Row], at: datetime) -> Visit:
    """Take in what is new of a batch and of a kind that somebody has given a meaning."""
    told = {id_of(one): one for one in batch if not is_ours(one)}
    passed = Twin.objects.filter(neighbour=row, is_copy=False, number__in=told)
    known = set(the_cases.of_source(row.source, list(told)))
    known |= set(passed.values_list("number", flat=True))
    fresh = [one for number, one in told.items() if number not in known]
    nameless = [one for one in fresh if not _kind(one)]  # the import says what is wrong with it
    decided = [one for one in fresh if row.meanings.get(_kind(one))] + nameless
    waiting = [one for one in fresh if _kind(one) and _kind(one) not in row.meanings]
    _wait(row, waiting, at)
    report = _imported(row, decided, at) if decided else None
    pair(row, told, at)
    compare(row, told, at)
    return Visit(
        new=report.new if report else 0,
        known=len(known),
        rejected=report.rejected if report else 0,
        waiting=len(waiting),
    )


def _kind(request: Row) -> str:
    return (id_of(request, "service_code") or id_of(request, "service_name"))[:LONGEST_CODE]


def _wait(row: Neighbour, requests: list[Row], at: datetime) -> None:
    """Note of which kinds requests wait, and since when, so that they come in later."""
    counted = Counter(_kind(one) for one in requests)
    named = {
        _kind(one): (text_of(one, "service_name") or _kind(one))[:LONGEST_NAME] for one in requests
    }
    _keep_kinds(row, named)
    for kind in ForeignKind.objects.select_for_update().filter(neighbour=row, code__in=named):
        oldest = min(_received(row, one, at) for one in requests if _kind(one) == kind.code)
        kind.waits_since = min(kind.waits_since or oldest, oldest)
        kind.waiting = max(kind.waiting, counted[kind.code])
        kind.save(update_fields=["waits_since", "waiting"])


def _received(row: Neighbour, request: Row, at: datetime) -> datetime:
    said = moment(request.get("requested_datetime"), at)
    return min(at, max(said, beginning(row)))


def _imported(row: Neighbour, requests: list[Row], at: datetime) -> FileReport:
    """Bring requests in as a file of the neighbour, by the import's own path and rules."""
    with tempfile.TemporaryDirectory(prefix="commonweal-visit-") as folder:
        path, plan, rejected = (Path(folder) / name for name in ("in.json", "plan.yaml", "no.csv"))
        path.write_text(json.dumps([_told(one) for one in requests]), encoding="utf-8")
        plan.write_text(json.dumps(_plan(row)), encoding="utf-8")  # JSON is YAML
        report = cases.import_file(
            path=path,
            kind="open311",
            plan_file=plan,
            rejected=rejected,
            by=IMPORTER,
            at=at,
        )
        if report.rejected:
            _rejected(row, rejected, report.rejected)
    return report


def _told(request: Row) -> Row:
    """Give a request with the words that its place and kind are read from."""
    place = request.get("address") or request.get("address_string") or ""
    return {
        "id": id_of(request),
        "received": request.get("requested_datetime"),
        "closed": request.get("updated_datetime"),
        "kind": _kind(request),
        "text": request.get("description") or "",
        "place": place,
        "state": str(request.get("status") or "open").lower(),
        "lat": request.get("lat"),
        "lng": request.get("long"),
    }


def _plan(row: Neighbour) -> dict[str, Any]:
    return {
        "source": row.source,
        "columns": {
            "id": "id",
            "received": "received",
            "closed": "closed",
            "category": "kind",
            "text": "text",
            "place": "place",
            "state": "state",
            "lat": "lat",
            "lng": "lng",
        },
        "states": {"open": State.RECEIVED.value, "closed": State.ANSWERED.value},
        "categories": {code: said for code, said in row.meanings.items() if said},
    }


def _rejected(row: Neighbour, path: Path, number: int) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file)
        next(rows)
        reason = next(rows)[1]
    kept = Neighbour.objects.select_for_update().get(pk=row.pk)
    kept.rejected += number
    kept.reason = kept.reason or reason[:LONGEST_REASON]
    kept.save(update_fields=["rejected", "reason"])
