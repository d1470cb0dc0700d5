"""Ask another city's Open311 server for its requests, whatever it makes of paging."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from urllib.parse import urlencode

from commonweal.kernel.types import Json
from commonweal.partners.adapters import outgoing
from commonweal.partners.errors import NotAnswered

SPAN = timedelta(days=89)  # at most 90 are allowed, and whole hours may be made of both ends
SHORTEST_SPAN = timedelta(hours=1)
SUSPICIOUS = 50  # servers that cut their answers do so at 50, 100, 200, 500 or 1000 rows
MOST_PAGES = 1000


def requests_of(
    url: str, *, since: datetime, until: datetime, key: str = "", jurisdiction: str = ""
) -> Iterator[dict[str, Json]]:
    """Give every request received in a span, each once, the oldest window first.

    Raises
    ------
    NotAnswered
        When the server does not answer as the specification says.

    """
    common = {"jurisdiction_id": jurisdiction, "api_key": key}
    server = _Server(url, {name: said for name, said in common.items() if said})
    begin = since
    while begin < until:
        end = min(begin + SPAN, until)
        yield from server.window(begin, end)
        begin = end


class _Server:
    def __init__(self, url: str, common: Mapping[str, str]) -> None:
        self._url, self._common = url.rstrip("/"), common
        self._seen: set[str] = set()

    def window(self, since: datetime, until: datetime) -> Iterator[dict[str, Json]]:
        """Give the requests of a window: page by page, or by halves where pages are not known."""
        first = self._page(since, until, 1)
        is_cut = len(first) > 0 and len(first) % SUSPICIOUS == 0
        second = self._page(since, until, 2) if is_cut else []
        if is_cut and _ids(second) == _ids(first) and until - since > SHORTEST_SPAN:
            middle = since + (until - since) / 2
            yield from self.window(since, middle)
            yield from self.window(middle, until)
            return
        yield from self._new(first)
        number, rows = 2, second
        while rows and (fresh := list(self._new(rows))):
            yield from fresh
            number += 1
            rows = self._page(since, until, number) if number <= MOST_PAGES else []

    def _new(self, rows: list[dict[str, Json]]) -> Iterator[dict[str, Json]]:
        for row in rows:
            id_ = _id(row)
            if id_ and id_ not in self._seen:
                self._seen.add(id_)
                yield row

    def _page(self, since: datetime, until: datetime, number: int) -> list[dict[str, Json]]:
        asked = {**self._common, "start_date": _said(since), "end_date": _said(until)}
        if number > 1:
            asked["page"] = str(number)
        try:
            answer = outgoing.send("GET", f"{self._url}/requests.json?{urlencode(asked)}")
        except outgoing.NothingCame as none:
            raise NotAnswered(problem=none.trouble.value) from None
        if number > 1 and answer.status in {HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND}:
            return []  # a page beyond the last, as some servers say it
        if answer.status != HTTPStatus.OK:
            raise NotAnswered(problem=f"HTTP {answer.status}")
        try:
            rows = json.loads(answer.body)
        except (ValueError, RecursionError):
            raise NotAnswered(problem="no JSON") from None
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise NotAnswered(problem="no list of requests")
        return rows


def _id(row: Mapping[str, Json]) -> str:
    """Give the number of a request; one that has only a token yet comes with a later pull."""
    said = row.get("service_request_id")
    return str(said) if isinstance(said, str | int) else ""


def _ids(rows: list[dict[str, Json]]) -> list[str]:
    return [_id(row) for row in rows]


def _said(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
