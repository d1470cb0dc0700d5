"""What everybody can see: list, map, case pages; and the form that says "not this"."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.cases import queries
from commonweal.cases.errors import NoSuchCase
from commonweal.cases.types import (
    ANSWERS,
    LEVELS,
    Box,
    Cell,
    Filter,
    Flaggable,
    Point,
    State,
)
from commonweal.city import queries as city
from commonweal.content import actions as content
from commonweal.content import queries as photos_of
from commonweal.edge import bots, limits, once
from commonweal.edge.access import public
from commonweal.edge.csp import allow_tiles
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import Refusal, UnsearchableText
from commonweal.kernel.types import Page
from commonweal.ledger.types import subject_of
from commonweal.web import words
from commonweal.web.forms.public import CasesFilter, FlagForm, MapView, is_countable
from commonweal.web.pages import passing
from commonweal.web.parquet import is_installed
from commonweal.web.rows import Names, public_rows
from commonweal.web.templatetags.commonweal import tone

SIZE = 25
FARTHEST_PAGE = 100_000
MOST_DOTS = 1_000


@public
@require_safe
def cases(request: HttpRequest) -> HttpResponse:
    """List cases, with filters in the address."""
    if number := _number_typed(request, request.GET.get("q", "")):
        return redirect("case", number=number)
    return _listed(request, "public/list.html", {"parquet": is_installed()})


@public
@require_safe
def cases_map(request: HttpRequest) -> HttpResponse:
    """Show the same on a map, with an equal table below."""
    points = f"{reverse('cases-points')}?{_without_page(request)}"
    return _listed(request, "public/map.html", {"points": points, "tiles": tiles(request)})


def _listed(request: HttpRequest, template: str, about: Mapping[str, Any]) -> HttpResponse:
    form = CasesFilter(request.GET)
    at = now_of(request)
    wanted = form.wanted()
    number = _page_number(request.GET.get("page", ""))
    try:
        page = queries.public_listing(wanted, at=at, number=number, size=SIZE)
    except UnsearchableText as refusal:
        form.add_error("q", sentence_of(refusal))
        page = Page(items=(), total=0, number=1, size=SIZE)
    more = {
        "form": form,
        "page": page,
        "rows": public_rows(page.items, wanted.text),
        "query": _without_page(request),
        "unplaced": sum(one.lat is None for one in page.items),
        **about,
    }
    return render(request, template, more, status=422 if form.errors else 200)


def _without_page(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


def _page_number(written: str) -> int:
    if written.isascii() and written.isdigit() and len(written) < 7:  # noqa: PLR2004
        return max(1, min(int(written), FARTHEST_PAGE))
    return 1


def _number_typed(request: HttpRequest, typed: str) -> str:
    """Give the receipt number if it is one that opens a case."""
    if len(typed) > 40:  # noqa: PLR2004  (no receipt is that long)
        return ""
    try:
        return queries.public_card(typed, at=now_of(request)).number
    except NoSuchCase:
        return ""


@public
@require_safe
def case(request: HttpRequest, number: str) -> HttpResponse:
    """Show one case as everybody sees it."""
    at = now_of(request)
    card = queries.public_card(number, at=at)
    if card.number != number:
        return redirect("case", number=card.number, permanent=True)
    said = queries.words(card.id)
    answer = next((word for word in reversed(said) if word.kind in ANSWERS), None)
    photos = photos_of.attachments(subject_of("case", card.id), public_only=True)
    about = {
        "card": card,
        "answer_id": answer.id if answer and answer.is_public else None,
        "answer_is_gone": answer is not None and not answer.is_public,
        "pledge": words.pledge(card),
        "kind": words.category_name(card.category_id),
        "parent": words.say(queries.category(card.category_id).parent_names),
        "unit": words.unit_name(card.unit_id),
        "unit_phone": words.unit_phone(card.unit_id),
        "district": words.district_name(card.district_id),
        "landmark": words.landmark_name(card.landmark_id),
        "history": words.history(queries.history(card.id), said)[::-1],
        "photos": photos,
        "may_be_flagged": bool(card.text or photos or any(word.is_public for word in said)),
        "points": reverse("case-point", args=[card.number]),
        "tiles": tiles(request),
        "is_open": card.closed_at is None,
        "around": "" if card.lat is None else f"lat={card.lat}&lng={card.lng}",
        "elsewhere": passing.elsewhere(card.id),
    }
    return render(request, "public/case.html", about)


# For maps


def tiles(request: HttpRequest) -> str:
    """Give the city's tile address, and let this one page load from there."""
    address = city.profile().tile_address
    if address:
        allow_tiles(request, address)
    return address


@public
@require_safe
def points(request: HttpRequest) -> HttpResponse:
    """Give the dots of the map for the filters and the view; where they are many, counted cells."""
    wanted, view = CasesFilter(request.GET).wanted(), MapView(request.GET)
    box = view.box() if view.is_valid() else None
    if box and is_countable(wanted) and (cells := _many_cells(wanted, box, view.level())):
        return _geojson(request, [_cell_feature(one) for one in cells], seconds=60)
    try:
        found = queries.public_points(wanted, at=now_of(request), box=box)
    except UnsearchableText:
        found = []
    names = Names.read()
    return _geojson(request, [_feature(one, names) for one in found], seconds=60)


def _many_cells(wanted: Filter, box: Box, level: int) -> list[Cell]:
    """Count the cells of the view, if it holds more than can be looked at one by one."""
    if level > LEVELS[-1]:
        return []
    kinds = queries.categories() if wanted.categories else []
    cells = queries.cells(
        box,
        level=level,
        categories=[one.id for one in kinds if {one.id, one.parent_id} & set(wanted.categories)],
        is_open=True if wanted.only_open else None,
    )
    return cells if sum(one.count for one in cells) > MOST_DOTS else []


def _cell_feature(one: Cell) -> dict[str, Any]:
    middle = [round(one.west + one.size / 2, 6), round(one.south + one.size / 2, 6)]
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": middle},
        "properties": {"count": one.count},
    }


@public
@require_safe
def point(request: HttpRequest, number: str) -> HttpResponse:
    """Give the one dot of a case's own small map."""
    card = queries.public_card(number, at=now_of(request))
    features = []
    if card.lat is not None and card.lng is not None:
        one = Point(
            number=card.number,
            lat=card.lat,
            lng=card.lng,
            state=card.state,
            category_id=card.category_id,
        )
        features.append(_feature(one, Names.read()))
    return _geojson(request, features, seconds=60)


def _feature(one: Point, names: Names) -> dict[str, Any]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [one.lng, one.lat]},
        "properties": {
            "title": names.kinds.get(one.category_id, "") or one.number,
            "state": words.state_label(one.state),
            "tone": tone(one.state),
            "url": reverse("case", args=[one.number]),
        },
    }


@public
@require_safe
def districts(request: HttpRequest) -> HttpResponse:
    """Give the borders of the districts."""
    return _tagged(request, city.districts_geojson(), seconds=3_600)


def _geojson(request: HttpRequest, features: list[dict[str, Any]], *, seconds: int) -> HttpResponse:
    response = _tagged(
        request, {"type": "FeatureCollection", "features": features}, seconds=seconds
    )
    patch_vary_headers(response, ["Accept-Language", "Cookie"])
    return response


def _tagged(request: HttpRequest, said: Mapping[str, Any], *, seconds: int) -> HttpResponse:
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    tag = quote_etag(hashlib.sha256(body).hexdigest()[:20])
    response: HttpResponse
    if request.headers.get("If-None-Match") == tag:
        response = HttpResponseNotModified()
    else:
        response = HttpResponse(body, content_type="application/geo+json")
    response["ETag"] = tag
    patch_cache_control(response, public=True, max_age=seconds)
    return response


# Not this


@public
@require_http_methods(["GET", "HEAD", "POST"])
def flag_case(request: HttpRequest, number: str) -> HttpResponse:
    """Take in that the published words of a report should not be public."""
    return _flag(request, queries.flaggable(number, at=now_of(request)))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def flag_word(request: HttpRequest, number: str, word_id: UUID) -> HttpResponse:
    """Take in that an answer or other words of the city should not be public."""
    return _flag(request, queries.flaggable(number, word_id=word_id, at=now_of(request)))


@public
@require_http_methods(["GET", "HEAD", "POST"])
def flag_photo(request: HttpRequest, photo_id: UUID) -> HttpResponse:
    """Take in that a published photo should not be public."""
    return _flag(request, queries.flaggable_photo(photo_id, at=now_of(request)))


def _flag(request: HttpRequest, found: Flaggable | None) -> HttpResponse:
    if found is None:
        raise Http404
    form = FlagForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and (doubt := bots.problem(request, "flag")):
        form.add_error(None, sentence_of(doubt))
    if request.method == "POST" and form.is_valid():
        limits.take(request, limits.FLAG)
        said = form.cleaned_data
        at = now_of(request)

        def act() -> dict[str, str]:
            made = content.flag(
                target=found.target,
                of=found.of,
                reason=said["reason"],
                words=said["words"],
                by=actor_of(request),
                at=at,
            )
            return {"flag": made.id.hex}

        try:
            once.send_once(
                request, "flag", body=[found.target, said["reason"], said["words"]], act=act
            )
        except Refusal as refusal:
            form.add_error(None, sentence_of(refusal))
        else:
            return redirect("flagged")
    card = queries.public_card(found.number, at=now_of(request))
    about = {
        "form": form,
        "card": card,
        "text": found.text,
        "photo": found.photo_id,
        "kind": words.category_name(card.category_id),
    }
    return render(request, "public/flag.html", about, status=422 if form.errors else 200)


@public
@require_safe
def flagged(request: HttpRequest) -> HttpResponse:
    """Say that somebody will look."""
    return render(request, "public/flagged.html")


def last_answered(request: HttpRequest, *, most: int) -> list[Any]:
    """Give the cases that were answered last, for the first page."""
    wanted = Filter(states=(State.ANSWERED, State.CONFIRMED))
    return public_rows(queries.public_listing(wanted, at=now_of(request), size=most).items)


urlpatterns = [
    path("cases/", cases, name="cases"),
    path("cases/map/", cases_map, name="cases-map"),
    path("cases/points.geojson", points, name="cases-points"),
    path("cases/<str:number>/", case, name="case"),
    path("cases/<str:number>/point.geojson", point, name="case-point"),
    path("districts.geojson", districts, name="districts"),
    path("flag/cases/<str:number>/", flag_case, name="flag-case"),
    path("flag/cases/<str:number>/words/<uuid:word_id>/", flag_word, name="flag-word"),
    path("flag/photos/<uuid:photo_id>/", flag_photo, name="flag-photo"),
    path("flag/thanks/", flagged, name="flagged"),
]
