"""How many reports there are, where, about what, and whether promises were kept."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.cases import queries
from commonweal.cases.types import NOWHERE, Period, Tally
from commonweal.edge.access import public
from commonweal.web import words
from commonweal.web.forms.statistics import StatisticsForm
from commonweal.web.rows import Names
from commonweal.web.tables import csv_response

FEWEST = 10  # ended reports with a promise; a share of fewer says nothing
MOST_YEARS = 30


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of a table, with the length of its bar."""

    label: str
    tally: Tally
    width: int  # of a hundred
    share: str
    days: str
    is_part: bool = False


@public
@require_safe
def statistics(request: HttpRequest) -> HttpResponse:
    """Show the numbers with a chart beside each table."""
    form, period = _asked(request)
    names = Names.read()
    months = _months(period)
    about = {
        "form": form,
        "query": request.GET.urlencode(),
        "total": _line("", queries.total(period), 1),
        "months": months,
        "bars": _bars(months),
        "kinds": _kinds(period),
        "districts": _named(period, "district_id", names.districts),
        "units": _named(period, "unit_id", names.units),
        "fewest": FEWEST,
    }
    return render(request, "public/statistics.html", about, status=422 if form.errors else 200)


def _asked(request: HttpRequest) -> tuple[StatisticsForm, Period]:
    today = timezone.localdate()
    first = queries.first_month()
    years = list(range(today.year, (first or today).year - 1, -1))[:MOST_YEARS]
    form = StatisticsForm(request.GET, today=today, years=years)
    return form, form.period()


def _months(period: Period) -> list[Line]:
    """Give every month of the period, those without a report too."""
    tallies = {one.key: one for one in queries.tallies(period, "month")}
    if not tallies:
        return []
    first, last = period.first or min(tallies), period.last or max(tallies)
    nothing = Tally(key=None, received=0, still_open=0, promised=0, in_time=0, days=0)
    spelled = [(month, tallies.get(month, nothing)) for month in _every_month(first, last)]
    most = max(one.received for _month, one in spelled)
    return [_line(words.month(month), one, most) for month, one in spelled]


def _every_month(first: date, last: date) -> Iterator[date]:
    month = first
    while month <= last:
        yield month
        month = date(month.year + month.month // 12, month.month % 12 + 1, 1)


def _kinds(period: Period) -> list[Line]:
    """Give the main categories and what stands below each, in the city's order."""
    tallies = {one.key: one for one in queries.tallies(period, "category_id")}
    every = queries.categories()
    sums = {
        top.id: _sum(
            tallies[one.id]
            for one in every
            if one.id in tallies and top.id in {one.id, one.parent_id}
        )
        for top in every
        if top.parent_id is None
    }
    most = max((one.received for one in sums.values()), default=1)
    found = {**tallies, **sums}
    return [
        _line(words.say(one.names), found[one.id], most, is_part=one.parent_id is not None)
        for one in every
        if one.id in found and found[one.id].received
    ]


def _sum(tallies: Iterable[Tally]) -> Tally:
    listed = list(tallies)
    return Tally(
        key=None,
        received=sum(one.received for one in listed),
        still_open=sum(one.still_open for one in listed),
        promised=sum(one.promised for one in listed),
        in_time=sum(one.in_time for one in listed),
        days=sum(one.days for one in listed),
    )


def _named(period: Period, by: str, names: Mapping[UUID, str]) -> list[Line]:
    """Give districts or units in the city's order; nobody is ranked."""
    tallies = {one.key: one for one in queries.tallies(period, by)}
    most = max((one.received for one in tallies.values()), default=1)
    order = [*names, *(key for key in tallies if key not in names)]
    return [
        _line(names.get(key) or _nameless(key), tallies[key], most)
        for key in order
        if key in tallies
    ]


def _nameless(key: UUID) -> str:
    return _("No district given") if key == NOWHERE else _("No longer there")


def _line(label: str, tally: Tally, most: int, *, is_part: bool = False) -> Line:
    share = tally.share_in_time if tally.promised >= FEWEST else None
    days = tally.mean_days if tally.ended >= FEWEST else None
    return Line(
        label=label,
        tally=tally,
        width=round(100 * tally.received / max(1, most)),
        share="–" if share is None else f"{share:.0%}",
        days="–" if days is None else f"{days:.0f}",
        is_part=is_part,
    )


@dataclass(frozen=True, kw_only=True)
class Bar:
    """A bar of the chart, in units of its box."""

    x: float
    width: float
    y: float
    height: float
    label: str


def _bars(lines: list[Line]) -> list[Bar]:
    step = 100 / max(1, len(lines))
    return [
        Bar(
            x=round(i * step + step * 0.1, 2),
            width=round(step * 0.8, 2),
            y=100 - line.width,
            height=line.width,
            label=f"{line.label}: {line.tally.received}",
        )
        for i, line in enumerate(lines)
    ]


@public
@require_safe
def table(request: HttpRequest, by: str) -> HttpResponseBase:
    """Give one of the tables as a file."""
    form, period = _asked(request)
    if form.errors:
        raise Http404
    names = Names.read()
    lines: dict[str, Any] = {
        "months": lambda: _months(period),
        "kinds": lambda: _kinds(period),
        "districts": lambda: _named(period, "district_id", names.districts),
        "units": lambda: _named(period, "unit_id", names.units),
    }
    head = [
        "",
        _("Reported"),
        _("Still open"),
        _("Ended"),
        _("Ended under a promise"),
        _("Of these in time"),
        _("Days from report to end, together"),
    ]
    rows = [
        [
            line.label,
            line.tally.received,
            line.tally.still_open,
            line.tally.ended,
            line.tally.promised,
            line.tally.in_time,
            line.tally.days,
        ]
        for line in lines[by]()
    ]
    return csv_response([head, *rows], f"{by}.csv")


BY = ("months", "kinds", "districts", "units")
urlpatterns = [
    path("statistics/", statistics, name="statistics"),
    *(path(f"statistics/{by}.csv", table, {"by": by}, name=f"statistics-{by}") for by in BY),
]
