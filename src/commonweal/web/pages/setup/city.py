"""The city itself, its districts, and everything as files."""

import io
import zipfile
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.city import actions, queries
from commonweal.city.errors import ProfileHasProblems
from commonweal.city.types import DistrictCard, GeoJson
from commonweal.edge.requests import now_of
from commonweal.kernel.errors import ChangedSinceYouLooked, Refusal
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.methods.contrast import contrast_ratio
from commonweal.web.forms.setup.base import ChangeForm
from commonweal.web.forms.setup.city import BordersForm, CityForm, DistrictForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, trail
from commonweal.web.words import say

MOST_PROBLEMS = 20


@administrators_only
def city(request: HttpRequest) -> HttpResponse:
    """Set the city's name, languages, contact and colours."""

    def act(form: CityForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.save_profile(**form.values(), reason=reason, by=by, at=at)
        return {}

    profile = queries.profile()
    ratios = [
        f"{contrast_ratio(one, '#ffffff'):.1f}"
        for one in (profile.brand_colour, profile.link_colour)
    ]
    return change(
        request,
        title=_("The city"),
        steps=[],
        make=lambda data: CityForm(data, card=queries.profile()),
        act=act,
        then=lambda _answer: reverse("setup-city"),
        name="setup-city",
        about={
            "intro": _(
                "Contrast to white today: the city's colour %(brand)s, links %(link)s. "
                "People can read from 4.5 on."
            )
            % {"brand": ratios[0], "link": ratios[1]},
        },
    )


@administrators_only
def districts(request: HttpRequest) -> HttpResponse:
    """List the districts."""
    rows = [
        {
            "url": reverse("setup-district", args=[card.id]),
            "name": say(card.names),
            "code": card.code,
            "is_current": card.is_current,
        }
        for card in queries.all_districts()
    ]
    title = _("Districts")
    about = {"title": title, "trail": trail(("", title)), "rows": rows}
    return render(request, "setup/districts.html", about)


@administrators_only
def district(request: HttpRequest, district_id: UUID) -> HttpResponse:
    """Name a district, or say that it has ended."""
    card = queries.district(district_id)

    def make(data: QueryDict | None) -> DistrictForm:
        return DistrictForm(data, card=queries.district(district_id))

    def act(form: DistrictForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.save_district(
            district_id=district_id,
            code=card.code,
            names=form.words("name", card.names),
            geometry=_border(card),
            is_current=form.cleaned_data["is_current"],
            seen=form.cleaned_data["seen"],
            reason=reason,
            by=by,
            at=at,
        )
        return {}

    subject = subject_of("district", district_id)
    return change(
        request,
        title=say(card.names),
        steps=[(reverse("setup-districts"), _("Districts"))],
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-districts"),
        name="setup-district",
        subject=subject,
        about={"past": told.past(subject)},
    )


def _border(card: DistrictCard) -> GeoJson:
    features = queries.districts_geojson(everything=True)["features"]
    found: GeoJson = next(f["geometry"] for f in features if f["properties"]["code"] == card.code)
    return found


class _Borders(BordersForm):
    def refuse(self, refusal: Refusal) -> None:
        """Tell every problem of the file with its line and how to mend it."""
        if not isinstance(refusal, ProfileHasProblems):
            super().refuse(refusal)
            return
        for one in refusal.problems[:MOST_PROBLEMS]:
            self.add_error("borders", _told(one.line, one.what, one.remedy))
        if (more := len(refusal.problems) - MOST_PROBLEMS) > 0:
            self.add_error("borders", _("And %(count)s more.") % {"count": more})


def _told(line: int, what: str, remedy: str) -> str:
    said = {"line": line, "what": what, "remedy": remedy}
    if line:
        return _("Line %(line)s: %(what)s %(remedy)s") % said
    return _("%(what)s %(remedy)s") % said


def _stand() -> int:
    """Give one number for how all districts stand: it grows with each change of any."""
    return sum(card.version for card in queries.all_districts())


@administrators_only
def borders(request: HttpRequest) -> HttpResponse:
    """Take the borders of all districts from a GeoJSON file."""

    def make(data: QueryDict | None) -> _Borders:
        files = request.FILES if data is not None else None
        return _Borders(data, files, initial={"seen": _stand()})

    def act(form: ChangeForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        if form.cleaned_data["seen"] != _stand():
            raise ChangedSinceYouLooked
        data = form.cleaned_data["borders"].read()
        actions.load_borders(data=data, reason=reason, by=by, at=at)
        return {}

    return change(
        request,
        title=_("New borders"),
        steps=[(reverse("setup-districts"), _("Districts"))],
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-districts"),
        name="setup-borders",
        template="setup/borders.html",
        about={
            "intro": _(
                "Districts of the file get its borders and names; new codes become new districts; "
                "districts that are not in the file stay as they are."
            ),
        },
        files=True,
    )


@administrators_only
def export(request: HttpRequest) -> HttpResponseBase:
    """Give everything that is set up as one zip of files; nothing in it is about a person."""
    if request.method != "POST":
        title = _("Export")
        about = {"title": title, "trail": trail(("", title))}
        return render(request, "setup/export.html", about)
    name = f"commonweal-{timezone.localdate(now_of(request)).isoformat()}.zip"
    packed = io.BytesIO(packed_profile())
    return FileResponse(packed, as_attachment=True, filename=name, content_type="application/zip")


def packed_profile() -> bytes:
    """Save the profile folder and pack it."""
    packed = io.BytesIO()
    with TemporaryDirectory() as place, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        folder = Path(place)
        actions.save_folder(folder)
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            made.writestr(file.relative_to(folder).as_posix(), file.read_bytes())
    return packed.getvalue()


urlpatterns = [
    path("city/", city, name="setup-city"),
    path("districts/", districts, name="setup-districts"),
    path("districts/borders/", borders, name="setup-borders"),
    path("districts/<uuid:district_id>/", district, name="setup-district"),
    path("export/", export, name="setup-export"),
]
