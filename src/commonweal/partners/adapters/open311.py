"""Speak with another city's Open311 server, whatever it makes of paging, JSON and XML."""

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import monotonic
from typing import TypeAlias
from urllib.parse import quote, urlencode

from commonweal.partners.adapters import outgoing
from commonweal.partners.adapters.reading import Row, Unreadable, asked_in, rows_of
from commonweal.partners.errors import NotAnswered
from commonweal.partners.types import Answer, Trouble

SPAN = timedelta(days=89)  # at most 90 are allowed, and whole hours may be made of both ends
SHORTEST_SPAN = timedelta(hours=1)
SUSPICIOUS = 50  # servers that cut their answers do so at 50, 100, 200, 500 or 1000 rows
MOST_PAGES = 1000
MOST_NUMBERS, LONGEST_ASKED = 50, 1500  # of one question; servers refuse long addresses
BEYOND = frozenset({HTTPStatus.BAD_REQUEST, HTTPStatus.NOT_FOUND})
OTHER_FORM = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.NOT_ACCEPTABLE})
NUMBER = "service_request_id"
MORE = {"extensions": "true"}  # a server that does not know it leaves it unread
Asked: TypeAlias = Mapping[str, str]


class OutOfTime(RuntimeError):
    """The time for a server is over; it was not asked any more."""


class Server:
    """One server; it remembers in which form it is answered, and until when it may be asked."""

    def __init__(self, url: str, *, key: str = "", jurisdiction: str = "") -> None:
        self._ends = math.inf
        common = {"jurisdiction_id": jurisdiction, "api_key": key}
        self._common = {name: said for name, said in common.items() if said}
        self._url = url.rstrip("/")
        self._forms = ["json", "xml"]

    def take_at_most(self, seconds: float) -> None:
        """Ask nothing any more after so many seconds from now: then OutOfTime is raised."""
        self._ends = monotonic() + seconds

    def received(self, since: datetime, until: datetime) -> Iterator[Row]:
        """Give every request received in a span, each once, the oldest window first."""
        yield from self._spans("requests", NUMBER, since, until)

    def updates(self, since: datetime, until: datetime) -> Iterator[Row]:
        """Give every update told in a span, each once; where updates are not told, none."""
        try:
            yield from self._spans("servicerequestupdates", "update_id", since, until)
        except NotAnswered as none:
            if none.facts.get("status") != HTTPStatus.NOT_FOUND:
                raise

    def changed(self, since: datetime) -> Iterator[Row]:
        """Give what changed since a time; a server that does not know that tells its newest."""
        seen = _Once(NUMBER)
        asked = {"updated_after": _said(since), **MORE}
        yield from self._pages("requests", asked, seen, self._page("requests", asked, 1))

    def numbered(self, numbers: Sequence[str]) -> Iterator[tuple[list[str], list[Row]]]:
        """Give the requests of these numbers, some at a time."""
        for some in self._at_once(numbers):
            asked = {NUMBER: ",".join(some), **MORE}
            yield some, list(_Once(NUMBER).new(self._page("requests", asked, 1)))

    def _at_once(self, numbers: Sequence[str]) -> Iterator[list[str]]:
        """Cut numbers into as many as fit one address, at least one."""
        some: list[str] = []
        for number in numbers:
            asked = {NUMBER: ",".join([*some, number]), **MORE}
            is_long = len(self._address("requests", asked)) > LONGEST_ASKED
            if some and (is_long or len(some) == MOST_NUMBERS):
                yield some
                some = []
            some.append(number)
        if some:
            yield some

    def report(self, said: Asked, *, once: str) -> Row:
        """Send a request; `once` is the key by which a server that knows such takes it in once.

        The answer names the number, or a token for it.
        """
        body = urlencode({**self._common, **said}).encode()
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Idempotency-Key": once}
        answer = asked_of(
            lambda: outgoing.send(
                "POST", f"{self._url}/requests.{self._forms[0]}", headers=headers, body=body
            )
        )
        if answer.status in OTHER_FORM and len(self._forms) > 1:
            self._forms.pop(0)
            return self.report(said, once=once)
        if not answer.is_yes:
            raise said_no(answer)
        named = [row for row in read(answer) if id_of(row) or id_of(row, "token")]
        if not named:
            word = Trouble.NONSENSE.value
            raise NotAnswered(problem="no number", trouble=word, status=None)
        return named[0]

    def number_of(self, token: str) -> str:
        """Exchange a token for the number; empty while there is none yet."""
        rows = self._page(f"tokens/{quote(token, safe='')}", {}, 1)
        return next((number for row in rows if (number := id_of(row))), "")

    def kinds(self) -> list[Row]:
        """Give the kinds of requests it takes."""
        return self._page("services", {}, 1)

    def asked(self, code: str) -> list[Row]:
        """Give what it asks about a kind; where no definition can be had, nothing."""
        path = f"services/{quote(code, safe='')}"
        said = urlencode(self._common)
        for form in self._forms:
            answer = self._answer(f"{self._url}/{path}.{form}?{said}")
            if answer.status == HTTPStatus.OK:
                with suppress(Unreadable):
                    return asked_in(answer.body)
            if answer.status not in OTHER_FORM:
                break
        return []

    def _spans(self, what: str, id_: str, since: datetime, until: datetime) -> Iterator[Row]:
        seen, begin = _Once(id_), since
        while begin < until:
            end = min(begin + SPAN, until)
            yield from self._window(what, seen, begin, end)
            begin = end

    def _window(self, what: str, seen: "_Once", since: datetime, until: datetime) -> Iterator[Row]:
        """Give what falls into a window: page by page, or by halves where pages are not known."""
        asked = {"start_date": _said(since), "end_date": _said(until), **MORE}
        first = self._page(what, asked, 1)
        is_cut = len(first) > 0 and len(first) % SUSPICIOUS == 0
        if is_cut and until - since > SHORTEST_SPAN:
            second = self._page(what, asked, 2)
            if seen.ids(second) == seen.ids(first):
                middle = since + (until - since) / 2
                yield from self._window(what, seen, since, middle)
                yield from self._window(what, seen, middle, until)
                return
            yield from seen.new(first)
            yield from self._pages(what, asked, seen, second, number=2)
            return
        yield from self._pages(what, asked, seen, first)

    def _pages(
        self, what: str, asked: Asked, seen: "_Once", rows: list[Row], number: int = 1
    ) -> Iterator[Row]:
        """Give a page and those after it, until one brings nothing new."""
        while rows and (fresh := list(seen.new(rows))):
            yield from fresh
            is_cut = len(rows) % SUSPICIOUS == 0
            number += 1
            rows = self._page(what, asked, number) if is_cut and number <= MOST_PAGES else []

    def _page(self, what: str, asked: Asked, number: int) -> list[Row]:
        page = {"page": str(number)} if number > 1 else {}
        answer = self._answer(self._address(what, {**asked, **page}))
        if number > 1 and answer.status in BEYOND:
            return []  # a page beyond the last, as some servers say it
        if answer.status in OTHER_FORM and len(self._forms) > 1:
            self._forms.pop(0)  # XML is what every server has to speak
            return self._page(what, asked, number)
        if answer.status != HTTPStatus.OK:
            raise said_no(answer)
        rows = read(answer)
        self._forms = self._forms[:1]
        return rows

    def _address(self, what: str, asked: Asked) -> str:
        return f"{self._url}/{what}.{self._forms[0]}?{urlencode({**self._common, **asked})}"

    def _answer(self, url: str) -> Answer:
        if monotonic() >= self._ends:
            raise OutOfTime
        return asked_of(lambda: outgoing.send("GET", url))


class _Once:
    """Lets each record pass once; one without an id of its own yet comes another time."""

    def __init__(self, id_: str) -> None:
        self._id, self._seen = id_, set[str]()

    def new(self, rows: list[Row]) -> Iterator[Row]:
        for row in rows:
            id_ = id_of(row, self._id)
            if id_ and id_ not in self._seen:
                self._seen.add(id_)
                yield row

    def ids(self, rows: list[Row]) -> list[str]:
        return [id_of(row, self._id) for row in rows]


def asked_of(act: Callable[[], Answer]) -> Answer:
    """Ask, and say as a refusal why nothing came.

    Raises
    ------
    NotAnswered
        When there is no answer at all.

    """
    try:
        return act()
    except outgoing.NothingCame as none:
        word = none.trouble.value
        raise NotAnswered(problem=word, trouble=word, status=None) from None


def said_no(answer: Answer) -> NotAnswered:
    """Make a refusal of an answer that is no yes."""
    problem, reason = f"HTTP {answer.status}", ""
    with suppress(Unreadable):
        reason = next((text_of(row, "description") for row in rows_of(answer.body)), "")
    word = Trouble.STATUS.value
    return NotAnswered(problem=problem, trouble=word, status=answer.status, reason=reason)


def read(answer: Answer) -> list[Row]:
    """Read the records of an answer.

    Raises
    ------
    NotAnswered
        When it holds none that can be read.

    """
    try:
        return rows_of(answer.body)
    except Unreadable as error:
        word = Trouble.NONSENSE.value
        raise NotAnswered(problem=str(error), trouble=word, status=None) from None


def id_of(row: Mapping[str, object], name: str = NUMBER) -> str:
    """Give the id in a record, as text; empty where it has none that can be kept."""
    said = row.get(name)
    text = str(said).strip() if isinstance(said, str | int) else ""
    return text if text == storable(text) else ""


def text_of(row: Mapping[str, object], name: str) -> str:
    """Give a text in a record, without what cannot be kept; empty where it has none."""
    return storable(str(row.get(name) or ""))


def storable(text: str) -> str:
    """Leave out what no store holds: half characters and the empty one."""
    return "".join(c for c in text if c != "\x00" and not "\ud800" <= c <= "\udfff")


def _said(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
