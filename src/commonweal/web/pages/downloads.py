"""The public list to take away: CSV, GeoJSON, Parquet, a feed; nothing in them names a person."""

import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils import timezone
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from commonweal.cases import queries
from commonweal.cases.types import Filter, PublicCard
from commonweal.city import queries as city
from commonweal.edge import limits
from commonweal.edge.access import public
from commonweal.edge.requests import now_of
from commonweal.kernel.errors import UnsearchableText
from commonweal.web import words
from commonweal.web.forms.public import CasesFilter
from commonweal.web.parquet import is_installed, parquet_response
from commonweal.web.rows import Names, public_rows
from commonweal.web.tables import csv_response

DOWNLOAD = limits.Limit(form="download", burst=10, per_hour=60)
NEWEST = 50
COLUMNS: dict[str, type] = {
    "number": str,
    "state": str,
    "category": str,
    "category_name": str,
    "district": str,
    "district_name": str,
    "unit": str,
    "reported": date,
    "promised": date,
    "ended": date,
    "late": bool,
    "latitude": float,
    "longitude": float,
    "published_words": str,
    "published_answer": str,
    "address": str,
}


def _wanted(request: HttpRequest) -> Filter:
    """Read the filters of the list; words that find nothing find nothing here too."""
    wanted = CasesFilter(request.GET).wanted()
    if wanted.text:
        queries.public_listing(wanted, at=now_of(request), size=1)  # refuses what cannot be sought
    return wanted


class _Names:
    """Names and codes, looked up once; and the city's time, which a stream would outlive."""

    def __init__(self, request: HttpRequest) -> None:
        self.address = request.build_absolute_uri("/").rstrip("/")
        self.zone = ZoneInfo(city.profile().zone)
        self.named = Names.read()
        self.categories = {one.id: one.code for one in queries.categories()}
        self.districts = {one.id: one.code for one in city.all_districts()}

    def day(self, moment: datetime) -> date:
        """Give the day only: nobody need know at which minute somebody reported."""
        return moment.astimezone(self.zone).date()


def _values(card: PublicCard, names: _Names) -> list[Any]:
    """Give what stands in each column, as its type says; nothing where there is nothing."""
    district = card.district_id
    return [
        card.number,
        card.state.value,
        names.categories.get(card.category_id, ""),
        names.named.kinds.get(card.category_id, ""),
        names.districts.get(district, "") if district else "",
        names.named.districts.get(district, "") if district else "",
        names.named.units.get(card.unit_id, ""),
        names.day(card.received_at),
        names.day(card.due_at) if card.is_promised else None,
        names.day(card.closed_at) if card.closed_at else None,
        card.is_overdue,
        card.lat,
        card.lng,
        card.text,
        card.answer,
        names.address + reverse("case", args=[card.number]),
    ]


def _cells(card: PublicCard, names: _Names) -> list[Any]:
    """Write the values as tables of text do: days as ISO 8601, yes or no."""
    return [_cell(value) for value in _values(card, names)]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else value


@public
@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """Give every report that fits, as a table."""
    limits.take(request, DOWNLOAD)
    found = queries.public_export(_wanted(request), at=now_of(request))
    names = _Names(request)

    def rows() -> Iterator[list[Any]]:
        yield list(COLUMNS)
        for card in found:
            yield _cells(card, names)

    return csv_response(rows(), "reports.csv")


@public
@require_safe
def features(request: HttpRequest) -> HttpResponseBase:
    """Give every report that fits and has a point, as points of a map."""
    limits.take(request, DOWNLOAD)
    found = queries.public_export(_wanted(request), at=now_of(request))
    names = _Names(request)

    def lines() -> Iterator[str]:
        yield '{"type":"FeatureCollection","features":['
        between = ""
        for card in found:
            if card.lat is None or card.lng is None:
                continue
            about = dict(zip(COLUMNS, _cells(card, names), strict=True))
            del about["latitude"], about["longitude"]
            feature = {
                "type": "Feature",
                "geometry": {"type": "Point", "coordinates": [card.lng, card.lat]},
                "properties": about,
            }
            yield between + json.dumps(feature, ensure_ascii=False)
            between = ",\n"
        yield "]}"

    response = StreamingHttpResponse(lines(), content_type="application/geo+json")
    response["Content-Disposition"] = 'attachment; filename="reports.geojson"'
    return response


@public
@require_safe
def columns(request: HttpRequest) -> HttpResponseBase:
    """Give every report that fits, as typed columns; where the extra is installed."""
    if not is_installed():
        raise Http404
    limits.take(request, DOWNLOAD)
    found = queries.public_export(_wanted(request), at=now_of(request))
    names = _Names(request)
    rows = (_values(card, names) for card in found)
    return parquet_response(COLUMNS, rows, "reports.parquet")


@public
@require_safe
def feed(request: HttpRequest) -> HttpResponse:
    """Give the newest reports that fit, for feed readers."""
    at = now_of(request)
    try:
        page = queries.public_listing(_wanted(request), at=at, size=NEWEST)
        rows = public_rows(page.items)
    except UnsearchableText:
        rows = []
    here = request.build_absolute_uri
    atom = Atom1Feed(
        title=_("Reports: %(city)s") % {"city": words.say(city.profile().name)},
        link=here(reverse("cases")),
        feed_url=here(),
        description="",
        language=words.reader_language(),
    )
    for row in rows:
        day = timezone.localtime(row.received).date()
        said = " · ".join(part for part in (row.label, row.text, row.answer) if part)
        atom.add_item(
            title=" · ".join(part for part in (row.kind, row.district, row.number) if part),
            link=here(row.url),
            description=said,
            unique_id=here(row.url),
            pubdate=datetime.combine(day, time(), UTC),
            updateddate=datetime.combine(day, time(), UTC),
        )
    return HttpResponse(
        atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8"
    )


urlpatterns = [
    path("cases.csv", table, name="cases-csv"),
    path("cases.geojson", features, name="cases-geojson"),
    path("cases.parquet", columns, name="cases-parquet"),
    path("cases.atom", feed, name="cases-atom"),
]
