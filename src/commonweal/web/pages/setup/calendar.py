"""When the city is open: the week, holidays, make-up working days."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.city import actions, queries
from commonweal.city.types import DayKind, HolidayCard
from commonweal.edge.requests import now_of
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.web.forms.setup.base import ReasonForm
from commonweal.web.forms.setup.city import EARLIEST, LATEST, HolidayForm, WeekForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, trail
from commonweal.web.words import day, say


@administrators_only
def hours(request: HttpRequest) -> HttpResponse:
    """Say when the city is open, Monday to Sunday."""

    def act(form: WeekForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.save_week(
            hours=form.hours(), seen=form.cleaned_data["seen"], reason=reason, by=by, at=at
        )
        return {}

    return change(
        request,
        title=_("Opening hours"),
        steps=[],
        make=lambda data: WeekForm(data, card=queries.opening_week()),
        act=act,
        then=lambda _answer: reverse("setup-hours"),
        name="setup-hours",
        about={
            "intro": _("Promises count on these hours. What is already promised stays as it is."),
        },
    )


@administrators_only
def holidays(request: HttpRequest) -> HttpResponse:
    """List the named days of a year."""
    cards = queries.holidays()
    here = timezone.localtime(now_of(request)).year
    raw = request.GET.get("year", "")
    fits = raw.isascii() and raw.isdigit() and EARLIEST <= int(raw[:9]) <= LATEST
    year = int(raw) if fits else here
    years = sorted({card.day.year for card in cards} | {here, here + 1, year})
    title = _("Holidays")
    about = {
        "title": title,
        "trail": trail(("", title)),
        "year": year,
        "years": years,
        "rows": [_row(card) for card in cards if card.day.year == year],
    }
    return render(request, "setup/holidays.html", about)


def _row(card: HolidayCard) -> dict[str, Any]:
    return {
        "url": reverse("setup-holiday", args=[card.id]),
        "withdraw": reverse("setup-holiday-withdraw", args=[card.id]),
        "day": card.day,
        "name": say(card.names),
        "is_open": card.kind is DayKind.OPEN,
        "hours": queries.hours_written(card.hours),
    }


@administrators_only
def holiday_new(request: HttpRequest) -> HttpResponse:
    """Name a day."""
    return _holiday(request, None)


@administrators_only
def holiday(request: HttpRequest, holiday_id: UUID) -> HttpResponse:
    """Change a named day."""
    return _holiday(request, queries.holiday(holiday_id))


def _holiday(request: HttpRequest, card: HolidayCard | None) -> HttpResponse:
    def make(data: QueryDict | None) -> HolidayForm:
        return HolidayForm(data, card=queries.holiday(card.id) if card else None)

    def act(form: HolidayForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        saved = actions.save_holiday(**form.values(), reason=reason, by=by, at=at)
        return {"year": saved.day.year}

    subject = subject_of("holiday", card.id) if card else ""
    return change(
        request,
        title=say(card.names) if card else _("New day in the calendar"),
        steps=[(reverse("setup-holidays"), _("Holidays"))],
        make=make,
        act=act,
        then=lambda answer: f"{reverse('setup-holidays')}?year={answer['year']}",
        name="setup-holiday",
        subject=subject,
        about={"past": told.past(subject) if card else []},
    )


@administrators_only
def holiday_withdraw(request: HttpRequest, holiday_id: UUID) -> HttpResponse:
    """Take a day out of the calendar."""
    card = queries.holiday(holiday_id)

    def act(form: ReasonForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.withdraw_holiday(
            holiday_id=holiday_id, seen=form.cleaned_data["seen"], reason=reason, by=by, at=at
        )
        return {}

    return change(
        request,
        title=_("Take this day out of the calendar?"),
        steps=[(reverse("setup-holidays"), _("Holidays"))],
        make=lambda data: ReasonForm(data, initial={"seen": queries.holiday(holiday_id).version}),
        act=act,
        then=lambda _answer: f"{reverse('setup-holidays')}?year={card.day.year}",
        name="setup-holiday-withdraw",
        subject=subject_of("holiday", holiday_id),
        about={
            "intro": _("%(name)s, %(day)s") % {"name": say(card.names), "day": day(card.day)},
            "send": _("Take it out"),
            "kind": "warning",
        },
        done=_("Taken out."),
    )


urlpatterns = [
    path("hours/", hours, name="setup-hours"),
    path("holidays/", holidays, name="setup-holidays"),
    path("holidays/new/", holiday_new, name="setup-holiday-new"),
    path("holidays/<uuid:holiday_id>/", holiday, name="setup-holiday"),
    path("holidays/<uuid:holiday_id>/withdraw/", holiday_withdraw, name="setup-holiday-withdraw"),
]
