"""Calls that people without a mail address wait for, and what came of each."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from commonweal.cases import actions, queries
from commonweal.cases.types import CallBackCard, CallOutcome
from commonweal.edge.access import staff_only
from commonweal.edge.requests import actor_of, now_of
from commonweal.identity import queries as people
from commonweal.kernel.types import Role
from commonweal.web import words
from commonweal.web.forms.calls import CallForm

CALLERS = (Role.CLERK, Role.OFFICER, Role.LEAD, Role.DISPATCHER)


@require_GET
@staff_only(*CALLERS)
def calls(request: HttpRequest) -> HttpResponse:
    """List the calls that are due, oldest first, with what is to be told."""
    by, at = actor_of(request), now_of(request)
    rows = [shown(card) for card in queries.calls_due(by=by, at=at)]
    later = queries.calls_later(by=by, at=at)
    return render(request, "staff/calls.html", {"rows": rows, "later": later})


def shown(card: CallBackCard) -> dict[str, Any]:
    """Give a call as pages show it: the number masked, for whom the person speaks."""
    contact = people.contact(card.contact_id)
    return {
        "card": card,
        "url": reverse("staff-case", args=[card.case.number]),
        "category": words.category_name(card.case.category_id),
        "number": contact.masked if contact else "",
        "mandate": words.mandate_label(card.case.mandate) if card.case.mandate else "",
        "form": CallForm(initial={"seen": card.version}),
    }


@require_POST
@staff_only(*CALLERS)
def call(request: HttpRequest, number: str) -> HttpResponse:
    """Write down what came of a call."""
    case_id = queries.id_of_number(number)
    form = CallForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose what came of the call."))
        return redirect("staff-case", number=number)
    said = form.cleaned_data
    actions.call(
        case_id=case_id,
        outcome=CallOutcome(said["outcome"]),
        again_in=timedelta(hours=int(said["again"])),
        seen=said["seen"],
        by=actor_of(request),
        at=now_of(request),
    )
    messages.success(request, _("Written down what came of the call."))
    return redirect("staff-calls")


urlpatterns = [
    path("staff/calls/", calls, name="staff-calls"),
    path("staff/calls/<str:number>/", call, name="staff-call"),
]
