"""Calls that people without a mail address wait for, and what came of each."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_GET

from commonweal.cases import queries
from commonweal.cases.types import CallBackCard
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


def shown(card: CallBackCard, form: CallForm | None = None) -> dict[str, Any]:
    """Give a call as pages show it: the number masked, for whom the person speaks."""
    contact = people.contact(card.contact_id)
    return {
        "card": card,
        "url": reverse("staff-case", args=[card.case.number]),
        "category": words.category_name(card.case.category_id),
        "number": contact.masked if contact else "",
        "mandate": words.mandate_label(card.case.mandate) if card.case.mandate else "",
        "form": form or CallForm(initial={"seen": card.version}),
    }


urlpatterns = [
    path("staff/calls/", calls, name="staff-calls"),
]
