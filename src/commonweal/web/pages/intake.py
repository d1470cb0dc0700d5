"""The clerk's page: a report taken in for somebody at the phone or the counter."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from commonweal.cases import actions, queries
from commonweal.cases.errors import WrongKey
from commonweal.cases.types import CaseCard, ContactDraft, Draft, Place
from commonweal.city import queries as the_city
from commonweal.edge.access import staff_only
from commonweal.edge.once import send_once, sent_before
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import NotAllowed, Refusal
from commonweal.kernel.types import Actor, Channel, Role
from commonweal.web import receipts
from commonweal.web.forms.intake import IntakeForm
from commonweal.web.forms.report import field_name
from commonweal.web.words import say, state_label

FORM = "intake"
TAKEN_IN = "taken-in"  # the report this clerk has just taken in; no other receipt opens
TAKEN_IN_LINK = "taken-in-link"
LINK_SHOWN = timedelta(minutes=15)


@require_http_methods(["GET", "POST"])
@staff_only(Role.CLERK, Role.DISPATCHER)
def intake(request: HttpRequest) -> HttpResponse:
    """Take a report in on one page, what is unclear asked in between; then the receipt.

    An empty form is for the next person: from then on nothing of the one before can be had here,
    neither the receipt nor, by going back, what was typed.
    """
    if request.method != "POST":
        for name in (TAKEN_IN, TAKEN_IN_LINK):
            request.session.pop(name, None)
        form = IntakeForm()
        form.focus_on("kind")
        return _page(request, form)
    sent = sent_before(request, FORM)
    if sent is not None and receipts.stored_now(request).get(TAKEN_IN) != sent.get("number"):
        return redirect("staff-intake")
    form = IntakeForm(request.POST)
    alike, seen = _alike(form, now_of(request)), set(request.POST.getlist("shown"))
    unseen = [one for one in form.questions if form.mark(one) not in seen]
    is_new = bool({card.number for card in alike} - seen)
    asks = _asks(form, unseen=bool(unseen), is_new=is_new)
    is_complete = form.is_valid() and not asks
    form.without_faults_in(unseen)
    if is_complete:
        try:
            number = _taken_in(request, form)
        except Refusal as refusal:
            form.add_error(None, sentence_of(refusal))
        else:
            if request.POST.get("then") == "next":
                messages.success(request, _("Sent. This form is empty, for the next person."))
                return redirect("staff-intake")
            return redirect("staff-intake-receipt", number=number)
    return _page(request, form, alike=alike, asks=asks)


def _asks(form: IntakeForm, *, unseen: bool, is_new: bool) -> list[tuple[str, str]]:
    """Say what has to be looked at before it can be sent, and where on the page it stands."""
    asks = []
    if form.found_kinds.is_unclear:
        asks.append(("id_category_0", _("Which kind is meant?")))
    if form.found_spots.is_unclear:
        asks.append(("id_spot_0", _("Which place is meant?")))
    if unseen:
        asks.append(("questions", _("Some questions about it")))
    if is_new:
        asks.append(("alike", _("Open reports of this kind close by")))
    return asks


def _alike(form: IntakeForm, at: datetime) -> list[CaseCard]:
    """Call to mind what was reported here already, as far as the place has a point."""
    _district, landmark_id = form.spot_ids()
    if form.kind_card is None or landmark_id is None:
        return []
    spot = the_city.landmark(landmark_id)
    return queries.open_near(form.kind_card.id, lat=spot.lat, lng=spot.lng, at=at)


def _page(
    request: HttpRequest,
    form: IntakeForm,
    *,
    alike: list[CaseCard] | None = None,
    asks: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    alike, asks = alike or [], asks or []
    if asks and not form.errors:
        _lead_to(form, asks[0][0])
    about = {
        "form": form,
        "shown": [*map(form.mark, form.questions), *(card.number for card in alike)],
        "asks": [] if form.errors else asks,
        "is_ready": not form.errors and [target for target, _text in asks] == ["alike"],
        "alike": [{"card": card, "state": state_label(card.state)} for card in alike],
        "codes": _codes(),
    }
    return render(request, "staff/intake.html", about, status=422 if form.errors else 200)


def _lead_to(form: IntakeForm, target: str) -> None:
    names = {"id_category_0": "category", "id_spot_0": "spot"}
    if target == "questions":
        form.focus_on(field_name(form.questions[0]))
    elif target in names:
        form.focus_on(names[target])


def _codes() -> list[tuple[str, str]]:
    """List what can be typed as a code."""
    kinds = [card for card in queries.categories(only_open=True) if card.parent_id]
    return [
        *((card.code, say(card.names)) for card in kinds),
        *((district.code, say(district.names)) for district in the_city.districts()),
    ]


def _taken_in(request: HttpRequest, form: IntakeForm) -> str:
    """Report once; the secret link stays in the session that made it, for the paper."""
    at = now_of(request)

    def act() -> dict[str, Any]:
        made = actions.report(draft=_draft(form), by=_clerk(request, form), at=at)
        receipts.keep(
            request,
            case_id=made.case_id,
            key=made.key,
            key_of_form=made.number,
            at=at,
            name=TAKEN_IN_LINK,
        )
        request.session[TAKEN_IN] = made.number
        request.session.save()  # now: a second press may be waiting for this one
        return {"number": made.number}

    body = {name: request.POST.getlist(name) for name in request.POST}
    number: str = send_once(request, FORM, body=body, act=act)["number"]
    return number


def _clerk(request: HttpRequest, form: IntakeForm) -> Actor:
    return replace(actor_of(request), channel=Channel(form.cleaned_data["channel"]))


def _draft(form: IntakeForm) -> Draft:
    said = form.cleaned_data
    district_id, landmark_id = form.spot_ids()
    return Draft(
        category_id=UUID(form.found_kinds.meant),
        text=said["text"],
        language=said["language"],
        place=Place(words=said["place"], district_id=district_id, landmark_id=landmark_id),
        answers=form.answers(),
        contact=ContactDraft(mail=said["mail"], phone=said["phone"]),
        happened_on=said["happened_on"],
        mandate=form.mandate(),
        wants_call=said["wants_call"],
    )


@require_GET
@staff_only(Role.CLERK, Role.DISPATCHER)
def receipt(request: HttpRequest, number: str) -> HttpResponse:
    """Print the receipt of the report just taken in; its secret link is shown for a short while."""
    at = now_of(request)
    if request.session.get(TAKEN_IN) != number:
        raise NotAllowed
    card = queries.by_number(number, at=at)
    about = {**receipts.shown(card, key=_key(request, card, at)), "back": reverse("staff-intake")}
    return render(request, "staff/intake_receipt.html", about)


def _key(request: HttpRequest, card: CaseCard, at: datetime) -> str:
    """Give the secret this session was given, while it opens the case; none is ever made."""
    kept = receipts.kept(request, at=at, within=LINK_SHOWN, name=TAKEN_IN_LINK)
    if kept is None or kept["case"] != card.id:
        return ""
    try:
        queries.reporter_by_key(kept["key"])
    except WrongKey:  # replaced since
        return ""
    return str(kept["key"])


urlpatterns = [
    path("staff/intake/", intake, name="staff-intake"),
    path("staff/intake/<str:number>/", receipt, name="staff-intake-receipt"),
]
