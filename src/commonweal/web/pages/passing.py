"""What is a neighbouring city's is passed on to it; how it stands there is shown with the case."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_http_methods, require_POST

from commonweal.cases import queries as cases
from commonweal.cases.errors import NotNow
from commonweal.cases.types import MOST_HEARD, Act, CaseCard, State, WordKind
from commonweal.edge.access import staff_only
from commonweal.edge.once import send_once
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import ChangedSinceYouLooked, Refusal
from commonweal.kernel.types import Actor, Role
from commonweal.partners import actions, queries
from commonweal.partners.types import PassingCard, PassingState, Trouble
from commonweal.web import words
from commonweal.web.forms.passing import PassForm
from commonweal.web.pages.setup.connected import trouble_of

FORM = "pass-on"
STATES = {
    PassingState.WAITING: lazy("On its way."),
    PassingState.FAILED: lazy("Given up: it did not arrive. Your unit still answers for it."),
    PassingState.DROPPED: lazy("Not sent: the case had ended before."),
    PassingState.ARRIVED: lazy("Arrived."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_only(Role.OFFICER, Role.LEAD)
def pass_on(request: HttpRequest, number: str) -> HttpResponse:
    """Show exactly what leaves, and hand the case over when the officer has decided."""
    card = cases.by_number(number, at=now_of(request))
    cases.check_may(actor_of(request), Act.REFER, card.unit_id)
    if State.NOT_OURS not in cases.moves(card.state) or not queries.receivers():
        raise NotNow
    if request.method != "POST":
        return _shown(request, card, _form(card, None))
    form = _form(card, request.POST)
    if not form.is_valid():
        return _shown(request, card, form, status=422)
    try:
        values = form.values()
        _check_takes(request, card, values)
        send_once(request, FORM, body=[card.number, values], act=lambda: _do(request, card, values))
    except ChangedSinceYouLooked as refusal:
        data = request.POST.copy()
        data["seen"] = str(card.version)
        again = _form(card, data)
        return _shown(request, card, again, late=sentence_of(refusal), status=409)
    except Refusal as refusal:
        form.add_error(None, sentence_of(refusal))
        return _shown(request, card, form, status=422)
    messages.success(request, _("It is handed over in a moment. Reload the page to see."))
    return redirect("staff-case", number=card.number)


def _check_takes(request: HttpRequest, card: CaseCard, values: dict[str, Any]) -> None:
    where = {name: values[name] for name in ("neighbour_id", "service_code")}
    actions.check_takes(case_id=card.id, **where, by=actor_of(request), at=now_of(request))


def _do(request: HttpRequest, card: CaseCard, values: dict[str, Any]) -> dict[str, str]:
    by, at = actor_of(request), now_of(request)
    return {"id": actions.pass_on(case_id=card.id, **values, by=by, at=at).id.hex}


def _form(card: CaseCard, data: Any) -> PassForm:
    with translation.override(card.language):
        answer = _(
            "It is the task of a neighbouring city. We have passed the report on to it, and tell "
            "you what it answers."
        )
    return PassForm(
        data,
        receivers=queries.receivers(),
        kind=cases.category(card.category_id).code,
        initial={"seen": card.version, "text": card.public_text, "answer": answer},
    )


def _shown(
    request: HttpRequest, card: CaseCard, form: PassForm, *, late: str = "", status: int = 200
) -> HttpResponse:
    about = {
        "card": card,
        "form": form,
        "guard": FORM,
        "late": late,
        "leaves": queries.leaving(card.id, text="", at=now_of(request)),
        "kind": words.category_name(card.category_id),
    }
    return render(request, "staff/pass_on.html", about, status=status)


@require_POST
@staff_only(Role.OFFICER, Role.LEAD)
def again(request: HttpRequest, passing_id: UUID) -> HttpResponse:
    """Try once more to hand a case over."""
    passing = queries.passing(passing_id)
    card = cases.card(passing.case_id, at=now_of(request))
    actions.pass_again(passing_id=passing_id, by=actor_of(request), at=now_of(request))
    messages.success(request, _("It is handed over in a moment. Reload the page to see."))
    return redirect("staff-case", number=card.number)


def elsewhere(case_id: UUID) -> list[dict[str, Any]]:
    """Say for everybody how a case stands in other cities."""
    found = queries.twins(case_id)
    heard = [one for one in cases.words(case_id) if one.kind is WordKind.TOLD] if found else []
    says_more = len(heard) >= MOST_HEARD
    return [
        {"card": one, "state": words.state_label(one.state), "says_more": says_more}
        for one in found
    ]


def for_staff(card: CaseCard, by: Actor) -> dict[str, Any]:
    """Say for staff what is on its way, and whether the case can be passed on."""
    may = cases.may(by, Act.REFER, card.unit_id) and State.NOT_OURS in cases.moves(card.state)
    passings = queries.passings(card.id)
    is_waiting = any(one.state is PassingState.WAITING for one in passings)
    return {
        "elsewhere": elsewhere(card.id),
        "passings": [_told(one, may=may) for one in passings],
        "may_pass_on": may and not is_waiting and bool(queries.receivers()),
    }


def _told(one: PassingCard, *, may: bool) -> dict[str, Any]:
    trouble = trouble_of(one.trouble, one.status)
    if one.trouble == Trouble.OFF:
        trouble = _("the city takes nothing over now")
    return {
        "card": one,
        "state": STATES[one.state],
        "trouble": trouble if one.state in {PassingState.WAITING, PassingState.FAILED} else "",
        "again": reverse("staff-pass-again", args=[one.id])
        if may and one.state is PassingState.FAILED
        else "",
    }


urlpatterns = [
    path("staff/cases/<str:number>/pass-on/", pass_on, name="staff-pass-on"),
    path("staff/passings/<uuid:passing_id>/again/", again, name="staff-pass-again"),
]
