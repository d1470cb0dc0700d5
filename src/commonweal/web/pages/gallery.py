"""Every piece of the pages in its states, with how it is called: for who builds pages, in the demo.

A file of `templates/gallery/pieces` shows one piece; an empty line parts its states. What is told
and what is rendered are the same words, so that the gallery cannot tell what does not work.
"""

from datetime import date
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, RequestContext, Template
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from commonweal.cases.types import State
from commonweal.city import queries as the_city
from commonweal.edge.access import public
from commonweal.methods.search import Piece
from commonweal.web import words
from commonweal.web.forms.dates import DatePartsField
from commonweal.web.forms.plain import PlainForm

PIECES = (
    "back_link", "banner", "breadcrumbs", "button", "choice", "details", "elsewhere", "empty",
    "error_summary", "field", "filter", "icon", "inset", "map_head", "map_pick", "map_show",
    "marked", "pagination", "summary_list", "table", "tag", "timeline", "warning",
)  # fmt: skip
IN_THE_HEAD = frozenset({"map_head"})
ICONS = ("city", "report", "follow", "map", "list", "phone", "person", "done", "clock", "eye")
SHOWN = Path(__file__).parents[1] / "templates" / "gallery" / "pieces"
LOAD = "{% load i18n commonweal %}"
DAY = date(2026, 3, 2)


class Example(PlainForm):
    """One field of every kind."""

    place = forms.CharField(
        label=gettext_lazy("Address, or a few words"),
        help_text=gettext_lazy("For example: lamp dark, rubbish, noise at night"),
    )
    text = forms.CharField(label=gettext_lazy("Text"), widget=forms.Textarea, max_length=40)
    mail = forms.EmailField(label=gettext_lazy("Mail address"), required=False)
    district = forms.ChoiceField(
        label=gettext_lazy("District"),
        choices=[("", gettext_lazy("No district")), ("1", gettext_lazy("Outside the city"))],
    )
    how = forms.ChoiceField(
        label=gettext_lazy("How to reach you"),
        choices=[("mail", gettext_lazy("By mail")), ("phone", gettext_lazy("By phone"))],
        widget=forms.RadioSelect,
    )
    tell = forms.MultipleChoiceField(
        label=gettext_lazy("How often"),
        choices=[("day", gettext_lazy("Every day")), ("week", gettext_lazy("Only once a week"))],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("Nothing chosen means: everywhere."),
        required=False,
    )
    agree = forms.BooleanField(label=gettext_lazy("Say that it has been read"))
    seen = DatePartsField(label=gettext_lazy("Noticed on"), required=False)
    photo = forms.FileField(label=gettext_lazy("Choose photos"))


class Search(forms.Form):
    """What a list is filtered by."""

    kind = forms.CharField(widget=forms.HiddenInput, required=False)
    words = forms.CharField(label=gettext_lazy("Receipt number, or words"), required=False)


class Point(forms.Form):
    """Where the map writes the chosen point."""

    lat = forms.FloatField(widget=forms.HiddenInput, required=False)
    lng = forms.FloatField(widget=forms.HiddenInput, required=False)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def gallery(request: HttpRequest) -> HttpResponse:
    """Show every piece; sent without words, the form comes back with its errors."""
    if not settings.GALLERY:
        raise Http404
    form = Example(request.POST, request.FILES) if request.method == "POST" else Example()
    examples = {"form": form, **_examples()}
    pieces = [{"name": name, "states": _states(name, request, examples)} for name in PIECES]
    return render(request, "gallery/gallery.html", {"form": form, "pieces": pieces})


def calls(name: str) -> list[str]:
    """Give the calls that show a piece, one for each state."""
    source = (SHOWN / f"{name}.html").read_text(encoding="utf-8")
    return [call.strip() for call in source.split("\n\n")]


def _states(name: str, request: HttpRequest, examples: dict[str, Any]) -> list[dict[str, str]]:
    return [
        {
            "call": call,
            "html": "" if name in IN_THE_HEAD else _rendered(call, request, examples),
        }
        for call in calls(name)
    ]


def _rendered(call: str, request: HttpRequest, examples: dict[str, Any]) -> str:
    context: Context = RequestContext(request, examples)
    return Template(LOAD + call).render(context)


def _examples() -> dict[str, Any]:
    """Give the values that the calls name."""
    profile = the_city.profile()
    day = words.day(DAY)
    return {
        "city": {"tile_address": profile.tile_address},
        "cities": [
            {"card": {"name": "Linhai", "number": "1042", "link": "#elsewhere", "told_at": DAY},
             "state": _("In work")},
            {"card": {"name": "Tinglan", "is_copy": True}, "state": _("Received")},
        ],
        "crumbs": [{"label": _("Setup"), "url": "#breadcrumbs"}, {"label": _("Districts")}],
        "districts": reverse("districts"),
        "points": reverse("cases-points"),
        "hints": {"mail": _("Look into your mailbox")},
        "icons": ICONS,
        "items": [
            {"title": _("Received"), "at": DAY, "when": day, "who": _("Resident"),
             "text": _("Somebody at the city has read the report."), "anchor": "received"},
            {"title": _("Given to a unit"), "when": day, "tone": "quiet"},
            {"title": _("Answered"), "at": DAY, "tone": "now", "note": _("In time")},
            {"title": _("Answer confirmed"), "when": day, "tone": "expected"},
        ],
        "found": [Piece(_("Answered"), is_found=True), Piece(" · "), Piece(_("In time"))],
        "rows": [
            {"key": _("Mail"), "value": "city@example.org", "url": "#summary_list",
             "action": _("Change")},
            {"key": _("District"), "value": _("No district")},
        ],
        "head": [_("District"), _("Reports")],
        "cells": [[_("Outside the city"), 12], [_("No district"), 3]],
        "search": Search(auto_id="search_%s"),
        "point": Point(),
        "states": [*((state, words.state_label(state)) for state in State),
                   ("overdue", _("Overdue"))],
    }  # fmt: skip


urlpatterns = [path("style/", gallery, name="gallery")]
