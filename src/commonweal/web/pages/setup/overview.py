"""What is set up, what is missing, what changed last; and all changes."""

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.cases import queries as cases
from commonweal.city import queries as the_city
from commonweal.edge.requests import actor_of, now_of
from commonweal.identity import queries as people
from commonweal.ledger import queries as ledger
from commonweal.partners import queries as partners
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, trail
from commonweal.web.words import say

LAST = 8
PER_PAGE = 50
SILENT = timedelta(days=1)


@administrators_only
def overview(request: HttpRequest) -> HttpResponse:
    """Show where everything is set up and what still stands in the way."""
    about = {
        "title": _("Setup"),
        "missing": missing(request),
        "areas": areas(request),
        "past": told.tell_all(ledger.newest(told.TYPES, size=LAST).items),
    }
    return render(request, "setup/overview.html", about)


def missing(request: HttpRequest) -> list[dict[str, str]]:
    """Say what the city still has to do before everything works."""
    at = now_of(request)
    kinds = [card for card in cases.categories(only_open=True) if card.parent_id]
    profile, found = the_city.profile(), []

    def add(name: str, text: str) -> None:
        found.append({"url": reverse(name), "text": text})

    if not profile.version:
        add("setup-city", _("The city has no name yet."))
    elif not (profile.phone or profile.email):
        add("setup-city", _("Nobody can call or write: there is no phone number and no address."))
    if not the_city.units(at=at):
        add("setup-units", _("There is no open unit."))
    if not kinds:
        add("setup-categories", _("Residents have no kind of report to choose from."))
    if not the_city.districts():
        add("setup-districts", _("The city has no districts, and so no map."))
    if not the_city.opening_week().version:
        add("setup-hours", _("Nobody has said when the city is open; promises count on it."))
    if not any(day.day.year == at.year for day in the_city.holidays()):
        add("setup-holidays", _("No holiday of this year is named."))
    for later, earlier in cases.shadowed_rules():
        said = {"later": say(later.names), "earlier": say(earlier.names)}
        add(
            "setup-rules",
            _("The rule “%(later)s” never decides, because of “%(earlier)s” before it.") % said,
        )
    open_ids = {unit.id for unit in the_city.units(at=at)}
    for one in cases.rules_in_order():
        if one.is_active and one.unit_id not in open_ids:
            said = {"rule": say(one.names)}
            add("setup-rules", _("The rule “%(rule)s” leads to a unit that is closed.") % said)
    for hook in partners.given_up():
        add(
            "setup-webhooks",
            _("The webhook “%(name)s” was switched off, because nothing could be delivered.")
            % {"name": hook.name},
        )
    found += _of_neighbours(at)
    return found


def _of_neighbours(at: datetime) -> list[dict[str, str]]:
    found = []
    for one in partners.neighbours():
        url, said = reverse("setup-neighbour", args=[one.id]), {"name": one.name}
        if one.is_on and one.failing_since and at - one.failing_since > SILENT:
            text = _("The neighbouring city “%(name)s” has not answered for a day.")
            found.append({"url": url, "text": text % said})
        if one.is_on and any(kind.waiting for kind in partners.kinds(one.id)):
            text = _("Reports of “%(name)s” wait: nobody has said what their kinds are here.")
            found.append({"url": url, "text": text % said})
    return found


def areas(request: HttpRequest) -> list[dict[str, str]]:
    """List every part of Setup with what is there."""
    at = now_of(request)
    kinds, rules = cases.categories(), cases.rules_in_order()
    units, districts = the_city.units(at=at), the_city.districts()
    staff = [one for one in people.staff(by=actor_of(request), at=at) if one.is_active]

    def area(name: str, title: str, text: str) -> dict[str, str]:
        return {"url": reverse(name), "title": title, "text": text}

    def counted(text: str, number: int) -> str:
        return text % {"n": number}

    return [
        area(
            "setup-categories",
            _("Kinds of reports"),
            counted(
                ngettext(
                    "%(n)d kind, with its questions", "%(n)d kinds, with questions", len(kinds)
                ),
                len(kinds),
            ),
        ),
        area(
            "setup-rules",
            _("Routing rules"),
            counted(ngettext("%(n)d rule", "%(n)d rules", len(rules)), len(rules)),
        ),
        area(
            "setup-units",
            _("Units"),
            counted(ngettext("%(n)d open unit", "%(n)d open units", len(units)), len(units)),
        ),
        area(
            "setup-staff",
            _("Staff"),
            counted(ngettext("%(n)d open account", "%(n)d open accounts", len(staff)), len(staff)),
        ),
        area(
            "setup-keys",
            _("Keys for programs"),
            _("Which apps and partners may send reports or work on them"),
        ),
        area("setup-webhooks", _("Webhooks"), _("Whom the city tells what happens to cases")),
        area(
            "setup-neighbours",
            _("Neighbouring cities"),
            _("Whose reports come in here, and how that goes"),
        ),
        area("setup-city", _("The city"), _("Name, languages, contact, colours")),
        area(
            "setup-districts",
            _("Districts"),
            counted(ngettext("%(n)d district", "%(n)d districts", len(districts)), len(districts)),
        ),
        area("setup-hours", _("Opening hours"), _("When the city is open; promises count on it")),
        area("setup-holidays", _("Holidays"), _("Holidays and make-up working days")),
        area("setup-parameters", _("Policy"), _("Ages, limits and hours the city decides on")),
        area("setup-templates", _("Messages"), _("What the city's mails say")),
        area("setup-pages", _("City texts"), _("Privacy, imprint, help and the like")),
        area("setup-export", _("Export"), _("All of this as files")),
        area("setup-history", _("All changes"), _("Who changed what, when and why")),
    ]


@administrators_only
def history(request: HttpRequest) -> HttpResponse:
    """Tell every change of the city's own affairs, newest first."""
    raw = request.GET.get("page", "")
    fits = raw.isascii() and raw.isdigit() and len(raw) < 7  # noqa: PLR2004  (pages)
    page = ledger.newest(told.TYPES, number=int(raw) if fits else 1, size=PER_PAGE)
    title = _("All changes")
    about: dict[str, Any] = {
        "title": title,
        "trail": trail(("", title)),
        "page": page,
        "items": told.tell_all(page.items),
    }
    return render(request, "setup/history.html", about)


urlpatterns = [
    path("", overview, name="setup"),
    path("history/", history, name="setup-history"),
]
