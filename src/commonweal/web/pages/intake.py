"""The clerk's page: a report taken in for somebody at the phone or the counter."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from commonweal.cases import actions, queries
from commonweal.cases.types import ContactDraft, Draft, Place
from commonweal.edge.access import staff_only
from commonweal.edge.once import send_once
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import NotAllowed, Refusal
from commonweal.kernel.types import Actor, Channel, Role
from commonweal.web.forms.staff import IntakeForm
from commonweal.web.receipts import shown

FORM = "intake"
TAKEN_IN = "taken-in"  # the report this clerk has just taken in; no other receipt opens


@require_http_methods(["GET", "POST"])
@staff_only(Role.CLERK, Role.DISPATCHER)
def intake(request: HttpRequest) -> HttpResponse:
    """Take a report in on one page; the receipt is printed at once."""
    form = IntakeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            told = send_once(
                request, FORM, body=request.POST.dict(), act=lambda: _report(request, form)
            )
        except Refusal as refusal:
            form.add_error(None, sentence_of(refusal))
        else:
            request.session[TAKEN_IN] = told["number"]
            return redirect("staff-intake-receipt", number=told["number"])
    status = 422 if form.is_bound else 200
    return render(request, "staff/intake.html", {"form": form}, status=status)


def _report(request: HttpRequest, form: IntakeForm) -> dict[str, Any]:
    said = form.cleaned_data
    by = actor_of(request)
    clerk = Actor(
        kind=by.kind,
        id=by.id,
        grants=by.grants,
        units=by.units,
        below=by.below,
        assurance=by.assurance,
        channel=Channel(said["channel"]),
    )
    district = UUID(said["district"]) if said["district"] else None
    draft = Draft(
        category_id=UUID(said["category"]),
        text=said["text"],
        language=said["language"],
        place=Place(words=said["place"], district_id=district),
        contact=ContactDraft(mail=said["mail"], phone=said["phone"]),
        happened_on=said["happened_on"],
    )
    return {"number": actions.report(draft=draft, by=clerk, at=now_of(request)).number}


@require_GET
@staff_only(Role.CLERK, Role.DISPATCHER)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Print the receipt of the report just taken in; its secret link is made for the paper."""
    at: datetime = now_of(request)
    if request.session.get(TAKEN_IN) != number:
        raise NotAllowed
    card = queries.by_number(number, at=at)
    key = actions.new_key(case_id=card.id, at=at)
    about = {**shown(card, key=key), "back": reverse("staff-intake")}
    return render(request, "report/sent.html", about)


urlpatterns = [
    path("staff/intake/", intake, name="staff-intake"),
    path("staff/intake/<str:number>/", receipt, name="staff-intake-receipt"),
]
