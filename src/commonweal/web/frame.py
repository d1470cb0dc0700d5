"""What every page's frame shows: the city, the way around, who is signed in."""

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.city import queries as the_city
from commonweal.edge.requests import actor_of
from commonweal.kernel.types import Actor, ActorKind, Role
from commonweal.web.words import say

CASE_STAFF = (Role.CLERK, Role.OFFICER, Role.LEAD, Role.DISPATCHER, Role.ADMINISTRATOR)
REVIEWERS = (Role.OFFICER, Role.LEAD, Role.DISPATCHER)
TAKERS = (Role.CLERK, Role.DISPATCHER)
CALLERS = (*REVIEWERS, Role.CLERK)


class CityTime:
    """Middleware: pages tell the time of the city, wherever the server stands."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with timezone.override(ZoneInfo(the_city.profile().zone)):
            return self._get_response(request)


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give the frame its context (a context processor)."""
    profile = the_city.profile()
    actor = actor_of(request)
    return {
        "city": {
            "name": say(profile.name),
            "phone": profile.phone,
            "email": profile.email,
            "hours": say(profile.hours),
            "address": say(profile.address),
            "brand_colour": profile.brand_colour,
            "link_colour": profile.link_colour,
            "tile_address": profile.tile_address,
        },
        "nav": _marked(request, _nav(actor)),
        "tools": _tools(actor),
        "legal": [
            {"label": label, "url": reverse("page", args=[code])} for code, label in _legal()
        ],
        "demo": settings.DEMO,
    }


def _nav(actor: Actor) -> list[tuple[str, str]]:
    items = [
        ("report", _("Report a problem")),
        ("cases", _("All reports")),
        ("cases-map", _("Map")),
        ("statistics", _("Statistics")),
        ("my-cases", _("My reports")),
    ]
    if actor.has(*CASE_STAFF):
        items = [("staff", _("Queue"))]
        if actor.has(*REVIEWERS):
            items += [("staff-review", _("Review")), ("staff-flags", _("Flags"))]
        if actor.has(*CALLERS):
            items.append(("staff-calls", _("Call-backs")))
        if actor.has(*TAKERS):
            items.append(("staff-intake", _("New report")))
        if actor.has(Role.ADMINISTRATOR):
            items += [("setup", _("Setup")), ("operator", _("Operation"))]
        items += [
            ("cases", _("Public list")),
            ("cases-map", _("Map")),
            ("statistics", _("Statistics")),
        ]
    return items


def _marked(request: HttpRequest, items: list[tuple[str, str]]) -> list[dict[str, Any]]:
    here = request.resolver_match.view_name if request.resolver_match else ""
    shown = [(name, label, _address(name)) for name, label in items]
    return [
        {"label": label, "url": url, "current": here == name} for name, label, url in shown if url
    ]


def _address(name: str) -> str:
    """Give the address of a page; what is not there is not in the menu."""
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


def _tools(actor: Actor) -> list[dict[str, str]]:
    if actor.kind is ActorKind.PERSON:
        return [{"label": _("Sign out"), "url": reverse("account_logout")}]
    return [{"label": _("Sign in"), "url": reverse("account_login")}]


def _legal() -> list[tuple[str, str]]:
    return [
        ("how-it-works", _("How it works")),
        ("what-is-public", _("What is public")),
        ("privacy", _("Privacy")),
        ("accessibility", _("Accessibility")),
        ("imprint", _("Imprint")),
        ("help-and-contact", _("Help and contact")),
    ]
