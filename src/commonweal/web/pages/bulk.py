"""One act for many cases: choose them in the queue, look at what will happen, do it, undo it."""

from collections import Counter
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from commonweal.cases import actions, queries
from commonweal.cases.errors import NothingChosen, NotInBulk
from commonweal.cases.types import BulkCard, BulkDraft, BulkItemCard, BulkState, Deed, Outcome
from commonweal.edge.access import staff_only
from commonweal.edge.refusals import sentence_of, status_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import Refusal
from commonweal.kernel.queries import clock
from commonweal.kernel.types import Actor
from commonweal.web import words
from commonweal.web.forms.staff import ActForm, QueueForm, TextForm, as_typed
from commonweal.web.pages.staff import BY_SLUG, Offer
from commonweal.web.rows import EXCERPT, Names

ALL, OF = "all", "of"  # OF stands before what was chosen above the queue
AS_THEY_STAND = lazy(
    "The words of each report become public as they stand. Read each one on the next page; "
    "what names a person is to be published by itself, shortened."
)


@require_http_methods(["GET", "POST"])
@staff_only()
def new(request: HttpRequest) -> HttpResponse:
    """Ask what the chosen act needs; what is sent is kept, and looked at before it is done."""
    by, at = actor_of(request), now_of(request)
    posted = request.method == "POST"
    said = request.POST if posted else request.GET
    numbers, takes_all = said.getlist("case"), said.get("which") == ALL
    chosen = QueueForm(said, by=by, prefix=OF)
    try:
        offer = _offer(said.get("act", ""), by)
        if not (numbers or takes_all) or (takes_all and not chosen.is_valid()):
            raise NothingChosen
    except Refusal as refusal:
        if posted:
            raise
        messages.error(request, sentence_of(refusal))
        return redirect(f"{reverse('staff')}?{urlencode(as_typed(chosen.choice()))}")
    form = _form(offer, request.POST if posted else None)
    if not posted or not form.is_valid():
        return _asking(request, offer, form, chosen, status=422 if posted else 200)
    try:
        bulk_id = actions.prepare_bulk(
            draft=_draft(offer.slug, form.cleaned_data),
            numbers=() if takes_all else numbers,
            choice=chosen.choice() if takes_all else None,
            by=by,
            at=at,
        )
    except Refusal as refusal:
        form.add_error(None, sentence_of(refusal))
        return _asking(request, offer, form, chosen, status=status_of(refusal))
    return redirect("staff-bulk", bulk_id=bulk_id)


def _offer(named: str, by: Actor) -> Offer:
    if named not in {deed.value for deed in queries.bulk_deeds(by)}:
        raise NotInBulk
    return BY_SLUG[named]


def _form(offer: Offer, data: Any) -> ActForm:
    """Give the form of an act without the version of one case."""
    kind = ActForm if offer.slug is Deed.PUBLISH else offer.form
    if issubclass(kind, TextForm):
        form: ActForm = kind(data, label=offer.text_label, hint=offer.hint)
    else:
        form = kind(data)
    del form.fields["seen"]
    return form


def _draft(deed: Deed, said: dict[str, Any]) -> BulkDraft:
    """Read what is to be done from a form that is in order."""
    return BulkDraft(
        deed=deed,
        text=said.get("text", ""),
        on=said.get("on"),
        unit_id=UUID(said["unit"]) if said.get("unit") else None,
        category_id=UUID(said["category"]) if said.get("category") else None,
        reason=said.get("reason", ""),
    )


def _asking(
    request: HttpRequest, offer: Offer, form: ActForm, chosen: QueueForm, *, status: int
) -> HttpResponse:
    said = request.POST if request.method == "POST" else request.GET
    takes_all = said.get("which") == ALL
    numbers = [] if takes_all else said.getlist("case")
    about = {
        "deed": offer,
        "form": form,
        "numbers": numbers,
        "chosen": as_typed(chosen.choice()),
        "which": ALL if takes_all else "ticked",
        "hint": AS_THEY_STAND if offer.slug is Deed.PUBLISH else "",
    }
    return render(request, "staff/bulk_new.html", about, status=status)


@require_GET
@staff_only()
def bulk(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Show what will happen to each case, or what happened and how long it can be undone."""
    by, at = actor_of(request), now_of(request)
    card = queries.bulk(bulk_id, by=by, at=at)
    names = Names.read()
    counted = Counter(item.outcome for item in card.items)
    is_preview = card.state is BulkState.PREVIEW
    going = [item for item in card.items if item.because is None]
    about = {
        "card": card,
        "label": BY_SLUG[card.draft.deed].label,
        "told": _told(card),
        "rows": [_row(item, card, names) for item in card.items],
        "is_preview": is_preview,
        "going": len(going),
        "left_out": len(card.items) - len(going) if is_preview else counted[Outcome.LEFT_OUT],
        "for_good": sum(not item.can_undo for item in going),
        "done": counted[Outcome.DONE] + counted[Outcome.KEPT] + counted[Outcome.UNDONE],
        "undone": counted[Outcome.UNDONE],
        "kept": counted[Outcome.KEPT],
        "is_working": card.state in {BulkState.RUNNING, BulkState.UNDOING},
        "can_undo": _can_undo(card, at),
    }
    return render(request, "staff/bulk.html", about)


def _can_undo(card: BulkCard, at: Any) -> int:
    """Count what can be undone now."""
    if card.state is not BulkState.DONE or card.undo_until is None or at >= card.undo_until:
        return 0
    return sum(item.outcome is Outcome.DONE and item.can_undo for item in card.items)


def _told(card: BulkCard) -> list[tuple[str, str]]:
    """Say what is the same in every case."""
    draft = card.draft
    told = [
        (_("Text"), draft.text),
        (_("On which day"), words.day(draft.on) if draft.on else ""),
        (_("To which unit"), words.unit_name(draft.unit_id) if draft.unit_id else ""),
        (
            _("Kind of report"),
            words.category_name(draft.category_id) if draft.category_id else "",
        ),
        (_("Why"), draft.reason),
    ]
    return [(label, text) for label, text in told if text]


def _row(item: BulkItemCard, card: BulkCard, names: Names) -> dict[str, Any]:
    is_preview = card.state is BulkState.PREVIEW
    what = str(words.OUTCOMES[item.outcome])
    if is_preview:
        what = _("will be left out") if item.because else _("will be done")
    whole = card.draft.deed is Deed.PUBLISH and is_preview  # it is read here before it is public
    is_done = item.outcome is Outcome.DONE or (is_preview and item.because is None)
    return {
        "item": item,
        "url": reverse("staff-case", args=[item.number]),
        "category": names.kinds.get(item.category_id, ""),
        "unit": names.units.get(item.unit_id, ""),
        "state": words.state_label(item.state),
        "text": item.text if whole else Truncator(item.text).chars(EXCERPT),
        "what": what,
        "because": str(words.BECAUSE[item.because]) if item.because else "",
        "is_out": item.because is not None,
        "is_for_good": is_done and not item.can_undo,
    }


@require_POST
@staff_only()
def do(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Do what was looked at."""
    actions.do_bulk(bulk_id=bulk_id, by=actor_of(request), clock=clock)
    return redirect("staff-bulk", bulk_id=bulk_id)


@require_POST
@staff_only()
def undo(request: HttpRequest, bulk_id: UUID) -> HttpResponse:
    """Undo what was done, where nobody has touched it since."""
    actions.undo_bulk(bulk_id=bulk_id, by=actor_of(request), clock=clock)
    return redirect("staff-bulk", bulk_id=bulk_id)


urlpatterns = [
    path("staff/bulk/new/", new, name="staff-bulk-new"),
    path("staff/bulk/<uuid:bulk_id>/", bulk, name="staff-bulk"),
    path("staff/bulk/<uuid:bulk_id>/do/", do, name="staff-bulk-do"),
    path("staff/bulk/<uuid:bulk_id>/undo/", undo, name="staff-bulk-undo"),
]
