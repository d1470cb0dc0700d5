"""The units of the city, as a tree."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from commonweal.cases import queries as cases
from commonweal.city import actions, queries
from commonweal.city.types import UnitCard
from commonweal.edge.requests import now_of
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.web.forms.setup.city import UnitForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, trail
from commonweal.web.words import in_turn, say


@administrators_only
def units(request: HttpRequest) -> HttpResponse:
    """List the units as a tree, the closed ones marked."""
    open_ids = {card.id for card in queries.units(at=now_of(request))}
    rows = [
        {
            "url": reverse("setup-unit", args=[card.id]),
            "name": say(card.names),
            "dashes": "– " * card.depth,
            "phone": card.phone,
            "email": card.email,
            "is_open": card.id in open_ids,
            "closed_on": card.closed_on,
        }
        for card in queries.units()
    ]
    title = _("Units")
    about = {"title": title, "trail": trail(("", title)), "rows": rows}
    return render(request, "setup/units.html", about)


@administrators_only
def unit_new(request: HttpRequest) -> HttpResponse:
    """Add a unit."""
    return _unit(request, None)


@administrators_only
def unit(request: HttpRequest, unit_id: UUID) -> HttpResponse:
    """Change a unit, move it in the tree, close it, or leave it open again."""
    return _unit(request, queries.unit(unit_id))


def _unit(request: HttpRequest, card: UnitCard | None) -> HttpResponse:
    def make(data: QueryDict | None) -> UnitForm:
        return UnitForm(data, card=queries.unit(card.id) if card else None)

    def act(form: UnitForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        saved = actions.save_unit(**form.values(), reason=reason, by=by, at=at)
        return {"id": str(saved.id)}

    subject = subject_of("unit", card.id) if card else ""
    ruled = [
        say(one.names)
        for one in cases.rules_in_order()
        if card and one.unit_id == card.id and one.is_active
    ]
    intro = ""
    if ruled:
        intro = _("These rules send reports to it: %(rules)s.") % {"rules": in_turn(ruled)}
    return change(
        request,
        title=say(card.names) if card else _("New unit"),
        steps=[(reverse("setup-units"), _("Units"))],
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-units"),
        name="setup-unit",
        subject=subject,
        about={"past": told.past(subject) if card else [], "intro": intro},
    )


urlpatterns = [
    path("units/", units, name="setup-units"),
    path("units/new/", unit_new, name="setup-unit-new"),
    path("units/<uuid:unit_id>/", unit, name="setup-unit"),
]
