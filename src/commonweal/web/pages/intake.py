"""The clerk's page: a report taken in for somebody at the phone or the counter."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.views.decorators.http import require_GET, require_http_methods

from commonweal.cases import actions, queries
from commonweal.cases.errors import NoSuchCategory, WrongKey
from commonweal.cases.types import CaseCard, CategoryCard, ContactDraft, Draft, Place, Question
from commonweal.edge.access import staff_only
from commonweal.edge.once import send_once
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import NotAllowed, Refusal
from commonweal.kernel.types import Actor, Channel, Role
from commonweal.web import receipts
from commonweal.web.forms.report import raw_answers
from commonweal.web.forms.staff import IntakeForm

FORM = "intake"
TAKEN_IN = "taken-in"  # the report this clerk has just taken in; no other receipt opens
TAKEN_IN_LINK = "taken-in-link"
LINK_SHOWN = timedelta(minutes=15)


@require_http_methods(["GET", "POST"])
@staff_only(Role.CLERK, Role.DISPATCHER)
def intake(request: HttpRequest) -> HttpResponse:
    """Take a report in on one page, and its questions once the kind is known; then the receipt."""
    if request.method != "POST":
        return _page(request, IntakeForm(), [])
    category = _category(request.POST.get("category", ""))
    every = category.questions if category else ()
    up = queries.asked(every, raw_answers(request.POST, every))
    seen = set(request.POST.getlist("shown"))
    unseen = [one for one in up if _mark(category, one) not in seen]
    form = IntakeForm(request.POST, questions=up)
    is_complete = form.is_valid() and not unseen
    form.without_faults_in(unseen)
    if is_complete:
        try:
            number = _taken_in(request, form)
        except Refusal as refusal:
            form.add_error(None, sentence_of(refusal))
        else:
            return redirect("staff-intake-receipt", number=number)
    return _page(request, form, [_mark(category, one) for one in up], is_new=bool(unseen))


def _page(
    request: HttpRequest, form: IntakeForm, shown: list[str], *, is_new: bool = False
) -> HttpResponse:
    about = {"form": form, "shown": shown, "is_new": is_new and not form.errors}
    return render(request, "staff/intake.html", about, status=422 if form.errors else 200)


def _category(chosen: str) -> CategoryCard | None:
    try:
        return queries.category(UUID(chosen))
    except (ValueError, NoSuchCategory):
        return None


def _mark(category: CategoryCard | None, question: Question) -> str:
    """Name a question of one kind of report: another kind may have one of the same code."""
    return f"{category.code if category else ''}:{question.code}"


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
    if receipts.stored_now(request).get(TAKEN_IN) != number:
        request.session[TAKEN_IN] = number
    return number


def _clerk(request: HttpRequest, form: IntakeForm) -> Actor:
    return replace(actor_of(request), channel=Channel(form.cleaned_data["channel"]))


def _draft(form: IntakeForm) -> Draft:
    said = form.cleaned_data
    district = UUID(said["district"]) if said["district"] else None
    return Draft(
        category_id=UUID(said["category"]),
        text=said["text"],
        language=said["language"],
        place=Place(words=said["place"], district_id=district),
        answers=form.answers(),
        contact=ContactDraft(mail=said["mail"], phone=said["phone"]),
        happened_on=said["happened_on"],
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
    return render(request, "report/sent.html", about)


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
