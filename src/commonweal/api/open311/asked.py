"""What a program asks for: key, jurisdiction, arguments; each read or refused with a sentence."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import wraps
from math import isfinite
from typing import Any, TypeAlias
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.utils import translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from commonweal.api import errors
from commonweal.api.open311.answers import Format
from commonweal.cases import queries as cases
from commonweal.cases.types import CategoryCard, Near, Sought
from commonweal.city import queries as the_city
from commonweal.edge import keys, limits
from commonweal.edge.access import public
from commonweal.edge.keys import KeyCard
from commonweal.edge.languages import language_of_program
from commonweal.edge.requests import now_of

LONGEST_SPAN = timedelta(days=90)
MOST_ROWS = 1000
MOST_NUMBERS = 1000
FARTHEST_PAGE = 100_000
FARTHEST_M = 50_000.0
LONGEST_SHOWN = 40
HOUR = timedelta(hours=1)
LISTS = limits.Limit(form="open311", burst=60, per_hour=1800)  # without a key, for each network
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
_LOST_PLUS = re.compile(r"(T[0-9:.]+) ([0-9]{2}:?[0-9]{2})$")
EARLIEST, LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One request of a program, with what every resource reads of it."""

    request: HttpRequest
    format: Format
    arguments: QueryDict
    key: KeyCard | None
    at: datetime

    def said(self, name: str) -> str:
        """Give an argument; empty is as good as not sent."""
        return self.arguments.get(name, "").strip()

    def needed(self, name: str) -> str:
        """Give an argument that must be there."""
        if not (said := self.said(name)):
            raise errors.Unsaid(name=name)
        return said

    def listed(self, name: str) -> list[str]:
        """Give the parts of a list with commas."""
        return [part.strip() for part in self.said(name).split(",") if part.strip()]

    def number(self, name: str, *, example: str) -> float | None:
        """Give a number, if one was sent."""
        said = self.said(name)
        try:
            value = float(said) if said else None
        except ValueError:
            value = float("nan")
        if value is not None and not isfinite(value):
            raise _unreadable(name, said, example)
        return value

    def whole(self, name: str, *, otherwise: int, most: int) -> int:
        """Give a whole number from 1 on; a larger one than there can be is as large as can be."""
        said = self.said(name)
        if not said:
            return otherwise
        if not (said.isascii() and said.isdigit()) or not said.strip("0"):
            raise _unreadable(name, said, "1")
        return most if len(said) > len(str(most)) else min(int(said), most)

    def moment(self, name: str) -> datetime | None:
        """Give a time with its zone; a bare day begins with the city's midnight."""
        said = self.said(name)
        if not said:
            return None
        try:
            found = datetime.fromisoformat(_LOST_PLUS.sub(r"\1+\2", said))
        except ValueError:
            raise _unreadable(name, said, "2026-01-31T08:30:00Z") from None
        if found.tzinfo is None:
            if found.time() != time.min or "T" in said:
                raise _unreadable(name, said, "2026-01-31T08:30:00Z")
            found = found.replace(tzinfo=ZoneInfo(the_city.profile().zone))
        if not EARLIEST <= found <= LATEST:
            raise _unreadable(name, said, "2026-01-31T08:30:00Z")
        return found

    def span(self, first: str, last: str) -> tuple[datetime, datetime]:
        """Give a span of at most 90 days, as wide as can be where only one end is said.

        Acts of residents are told by the hour, so a span is made of whole hours: what happened in
        the hour in which it begins or ends is in it, and nobody asks for a single minute.
        """
        since, until = self.moment(first), self.moment(last)
        if since is None:
            until = until or self.at
            since = until - LONGEST_SPAN
        elif until is None:
            until = min(since + LONGEST_SPAN, max(self.at, since))
        if until < since:
            raise errors.SpanBackwards
        if until - since > LONGEST_SPAN:
            raise errors.SpanTooLong(days=LONGEST_SPAN.days)
        return by_the_hour(since, until)

    @property
    def page(self) -> dict[str, int]:
        """Give which page of how many rows is asked for."""
        return {
            "number": self.whole("page", otherwise=1, most=FARTHEST_PAGE),
            "size": self.whole("page_size", otherwise=MOST_ROWS, most=MOST_ROWS),
        }

    def spend(self) -> None:
        """Count a long list of somebody without a key."""
        if self.key is None:
            limits.take(self.request, LISTS)


View: TypeAlias = Callable[..., HttpResponse]


def by_the_hour(since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """Widen a span to whole hours, the end excluded."""
    return _hour(since), _hour(until) + HOUR


def _hour(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def _unreadable(name: str, said: str, example: str) -> errors.Unreadable:
    return errors.Unreadable(name=name, given=said[:LONGEST_SHOWN], example=example)


def resource(*methods: str) -> Callable[[View], Callable[..., HttpResponseBase]]:
    """Make a view a resource of Open311: open to all, without cookies, in the language asked for.

    No token of a form is asked for, because nothing here acts by a session: who writes has a key.
    """

    def made(view: View) -> Callable[..., HttpResponseBase]:
        @csrf_exempt
        @public
        @require_http_methods([*methods])
        @wraps(view)
        def answered(request: HttpRequest, *, form: Format, **places: Any) -> HttpResponse:
            with translation.override(language_of_program(request)):
                return view(_read(request, form), **places)

        return answered

    return made


def _read(request: HttpRequest, form: Format) -> Asked:
    arguments = request.GET
    if request.method == "POST":
        if request.content_type not in FORMS:
            raise errors.NotAForm
        arguments = request.POST
    secret = arguments.get("api_key", "") or request.GET.get("api_key", "")
    key = keys.of_request(request, secret.strip())
    given = (arguments.get("jurisdiction_id", "") or request.GET.get("jurisdiction_id", "")).strip()
    if given and given.lower() != jurisdiction():
        raise errors.UnknownJurisdiction(given=given[:LONGEST_SHOWN], ours=jurisdiction())
    return Asked(request=request, format=form, arguments=arguments, key=key, at=now_of(request))


def jurisdiction() -> str:
    """Name the city as Open311 does: the name of its site, without the www."""
    return (urlsplit(settings.ADDRESS).hostname or "localhost").removeprefix("www.")


def category_of(code: str) -> CategoryCard:
    """Find the kind of report that a service_code means."""
    found = cases.category_by_code(code)
    if found is None:
        raise errors.NoSuchService(given=code[:LONGEST_SHOWN])
    return found


def service_of(code: str) -> CategoryCard:
    """Find a kind of which reports can be sent now."""
    found = category_of(code)
    if found.parent_id is None or not found.is_open:
        raise errors.NoSuchService(given=code[:LONGEST_SHOWN])
    return found


def sought(asked: Asked) -> Sought:
    """Read every filter of GET requests; numbers override all others, as the specification says."""
    if numbers := asked.listed("service_request_id"):
        return Sought(numbers=tuple(numbers[:MOST_NUMBERS]))
    wanted = Sought(
        categories=tuple(category_of(code).id for code in asked.listed("service_code")),
        is_open=_is_open(asked),
        near=_near(asked),
    )
    return replace(wanted, **_times(asked))


def _times(asked: Asked) -> dict[str, Any]:
    """Read the spans: by reception, unless only changes are asked for."""
    times: dict[str, Any] = {}
    since, until = asked.moment("updated_after"), asked.moment("updated_before")
    if since and until and until < since:
        raise errors.SpanBackwards
    if since:
        times["changed_from"] = _hour(since)
    if until:
        times["changed_until"] = _hour(until) + HOUR
    if not since or asked.said("start_date") or asked.said("end_date"):
        first, last = asked.span("start_date", "end_date")
        times |= {"received_from": first, "received_until": last}
    return times


def _is_open(asked: Asked) -> bool | None:
    wanted = {word.lower() for word in asked.listed("status")}
    if unknown := sorted(wanted - {"open", "closed"}):
        raise _unreadable("status", unknown[0], "open,closed")
    return "open" in wanted if len(wanted) == 1 else None


def _near(asked: Asked) -> Near | None:
    names = ("lat", "long", "radius")
    if not any(asked.said(name) for name in names):
        return None
    for name in names:
        asked.needed(name)
    lat, lng, metres = (asked.number(name, example="22.05") or 0.0 for name in names)
    if not -90 <= lat <= 90:  # noqa: PLR2004
        raise _unreadable("lat", asked.said("lat"), "22.05")
    if not -180 <= lng <= 180:  # noqa: PLR2004
        raise _unreadable("long", asked.said("long"), "114.05")
    if not 0 < metres <= FARTHEST_M:
        raise _unreadable("radius", asked.said("radius"), "500")
    return Near(lat=lat, lng=lng, metres=metres)
