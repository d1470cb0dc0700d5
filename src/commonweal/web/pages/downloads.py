"""The public list to take away: CSV, GeoJSON, and a feed; nothing in them names a person."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, time
from typing import Any

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
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
from commonweal.web.rows import Names, public_rows
from commonweal.web.tables import csv_response

DOWNLOAD = limits.Limit(form="download", burst=10, per_hour=60)
NEWEST = 50
COLUMNS = (
    "number",
    "state",
    "category",
    "category_name",
    "district",
    "district_name",
    "unit",
    "reported",
    "promised",
    "ended",
    "late",
    "latitude",
    "longitude",
    "published_words",
    "published_answer",
    "address",
)


def _wanted(request: HttpRequest) -> Filter:
    """Read the filters of the list; words that find nothing find nothing here too."""
    wanted = CasesFilter(request.GET).wanted()
    if wanted.text:
        queries.public_listing(wanted, at=now_of(request), size=1)  # refuses what cannot be sought
    return wanted


class _Names:
    """Names and codes, looked up once."""

    def __init__(self) -> None:
        self.named = Names.read()
        self.categories = {one.id: one.code for one in queries.categories()}
        self.districts = {one.id: one.code for one in city.all_districts()}


def _cells(card: PublicCard, names: _Names, address: str) -> list[Any]:
    district = card.district_id
    return [
        card.number,
        card.state.value,
        names.categories.get(card.category_id, ""),
        names.named.kinds.get(card.category_id, ""),
        names.districts.get(district, "") if district else "",
        names.named.districts.get(district, "") if district else "",
        names.named.units.get(card.unit_id, ""),
        _day(card.received_at),
        _day(card.due_at) if card.is_promised else "",
        _day(card.closed_at) if card.closed_at else "",
        "yes" if card.is_overdue else "no",
        card.lat,
        card.lng,
        card.text,
        card.answer,
        address + reverse("case", args=[card.number]),
    ]


def _day(moment: datetime) -> str:
    """Give the day only: nobody need know at which minute somebody reported."""
    return timezone.localtime(moment).date().isoformat()


@public
@require_safe
def table(request: HttpRequest) -> HttpResponseBase:
    """Give every report that fits, as a table."""
    limits.take(request, DOWNLOAD)
    found = queries.public_export(_wanted(request), at=now_of(request))
    names, address = _Names(), request.build_absolute_uri("/").rstrip("/")

    def rows() -> Iterator[list[Any]]:
        yield list(COLUMNS)
        for card in found:
            yield _cells(card, names, address)

    return csv_response(rows(), "reports.csv")


@public
@require_safe
def features(request: HttpRequest) -> HttpResponseBase:
    """Give every report that fits and has a point, as points of a map."""
    limits.take(request, DOWNLOAD)
    found = queries.public_export(_wanted(request), at=now_of(request))
    names, address = _Names(), request.build_absolute_uri("/").rstrip("/")

    def lines() -> Iterator[str]:
        yield '{"type":"FeatureCollection","features":['
        between = ""
        for card in found:
            if card.lat is None or card.lng is None:
                continue
            about = dict(zip(COLUMNS, _cells(card, names, address), strict=True))
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
    path("cases.atom", feed, name="cases-atom"),
]
