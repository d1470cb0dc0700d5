"""Filters that staff keep above the queue: name one, share it, put them in order, delete one."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from commonweal.cases import actions, queries
from commonweal.cases.errors import FilterNameTaken, NoSuchFilter
from commonweal.cases.types import Gone, SavedFilter
from commonweal.edge.access import staff_only
from commonweal.edge.refusals import sentence_of, status_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import Refusal
from commonweal.web import words
from commonweal.web.forms.staff import FilterNameForm, KeepFilterForm, QueueForm, as_typed


def kept(request: HttpRequest) -> SavedFilter | None:
    """Give the kept filter that the address of the queue names, and note that it is used.

    Raises
    ------
    NoSuchFilter
        When it names one that is not there, or not for this reader.

    """
    named = request.GET.get("filter")
    if named is None:
        return None
    try:
        found = queries.saved_filter(UUID(named), by=actor_of(request))
    except ValueError:
        raise NoSuchFilter from None
    actions.filter_used(found, at=now_of(request))
    return found


def listed(request: HttpRequest, current: SavedFilter | None = None) -> list[dict[str, Any]]:
    """Give every filter one sees, with its count."""
    by, at = actor_of(request), now_of(request)
    cards = queries.saved_filters(by=by)
    counted = queries.filter_counts(cards, by=by, at=at)
    return [
        {
            "card": card,
            "url": f"{reverse('staff')}?filter={card.id}",
            "count": counted[card.id],
            "gone": gone_words(card),
            "unit": words.unit_name(card.shared_with) if card.shared_with else "",
            "is_current": current is not None and card.id == current.id,
        }
        for card in cards
    ]


def gone_words(card: SavedFilter) -> str:
    """Say what a filter names and the city no longer has; empty when all is there."""
    said = {
        Gone.CATEGORY: _("It names a kind of report that no longer exists."),
        Gone.DISTRICT: _("It names a district that no longer exists."),
        Gone.UNIT: _("It names a unit that no longer exists."),
    }
    return " ".join(said[what] for what in card.gone)


def keep_address(form: QueueForm) -> str:
    """Give the address of the page that keeps what is chosen now."""
    return f"{reverse('staff-filter-new')}?{urlencode(as_typed(form.choice()))}"


@require_GET
@staff_only()
def filters(request: HttpRequest) -> HttpResponse:
    """List the kept filters, to rename, order and delete them."""
    by = actor_of(request)
    rows = [{**row, "may_change": queries.may_change(row["card"], by)} for row in listed(request)]
    return render(request, "staff/filters.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@staff_only()
def new(request: HttpRequest) -> HttpResponse:
    """Keep what is chosen above the queue under a name."""
    by, posted = actor_of(request), request.method == "POST"
    chosen = QueueForm(request.POST if posted else request.GET, by=by)
    form = KeepFilterForm(request.POST if posted else None, by=by)
    if not chosen.is_valid():
        return _keeping(request, form, chosen, status=422)
    if not posted:
        return _keeping(request, form, chosen)
    if not form.is_valid():
        return _keeping(request, form, chosen, status=422)
    try:
        card = actions.keep_filter(
            name=form.cleaned_data["name"],
            choice=chosen.choice(),
            share_with=form.unit_id(),
            by=by,
            at=now_of(request),
        )
    except Refusal as refusal:
        form.add_error(
            "name" if isinstance(refusal, FilterNameTaken) else None, sentence_of(refusal)
        )
        return _keeping(request, form, chosen, status=status_of(refusal))
    messages.success(request, _("The filter is kept."))
    return redirect(f"{reverse('staff')}?filter={card.id}")


def _keeping(
    request: HttpRequest, form: KeepFilterForm, chosen: QueueForm, *, status: int = 200
) -> HttpResponse:
    said = as_typed(chosen.choice())
    about = {
        "form": form,
        "chosen": chosen,
        "told": _told(chosen, said),
        "hidden": said,
        "back": f"{reverse('staff')}?{urlencode(said)}",
    }
    return render(request, "staff/filter_new.html", about, status=status)


def _told(form: QueueForm, said: dict[str, str]) -> list[tuple[str, str]]:
    """Say a choice in words: what each field is called, and what was chosen in it."""
    told = []
    for name, value in said.items():
        field = form.fields[name]
        names = dict(_flat(field.choices)) if isinstance(field, forms.ChoiceField) else {}
        told.append((str(field.label), names.get(value, value).lstrip("– ")))
    return told


def _flat(choices: Any) -> Iterator[tuple[str, str]]:
    """Give the choices of a field, those in groups too."""
    for value, label in choices:
        if isinstance(label, list | tuple):
            yield from _flat(label)
        else:
            yield str(value), str(label)


@require_http_methods(["GET", "POST"])
@staff_only()
def one(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Rename a kept filter, or delete it."""
    by = actor_of(request)
    card = queries.saved_filter(filter_id, by=by)
    if request.method != "POST":
        form = FilterNameForm(initial={"name": card.name, "seen": card.version})
        return _renaming(request, card, form)
    form = FilterNameForm(request.POST)
    if not form.is_valid():
        return _renaming(request, card, form, status=422)
    said = form.cleaned_data
    try:
        actions.rename_filter(filter_id=filter_id, name=said["name"], seen=said["seen"], by=by)
    except FilterNameTaken as refusal:
        form.add_error("name", sentence_of(refusal))
        return _renaming(request, card, form, status=status_of(refusal))
    messages.success(request, _("The filter has its new name."))
    return redirect("staff-filters")


def _renaming(
    request: HttpRequest, card: SavedFilter, form: FilterNameForm, *, status: int = 200
) -> HttpResponse:
    about = {"card": card, "form": form, "may_change": queries.may_change(card, actor_of(request))}
    return render(request, "staff/filter.html", about, status=status)


@require_POST
@staff_only()
def move(request: HttpRequest, filter_id: UUID, way: str) -> HttpResponse:
    """Move a filter one place up or down in its list."""
    actions.move_filter(
        filter_id=filter_id, up=way == "up", seen=_seen(request), by=actor_of(request)
    )
    return redirect("staff-filters")


@require_POST
@staff_only()
def delete(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    """Delete a filter for everybody who sees it."""
    actions.drop_filter(filter_id=filter_id, seen=_seen(request), by=actor_of(request))
    messages.success(request, _("The filter is deleted."))
    return redirect("staff-filters")


def _seen(request: HttpRequest) -> int:
    raw = request.POST.get("seen", "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else 0  # noqa: PLR2004


urlpatterns = [
    path("staff/filters/", filters, name="staff-filters"),
    path("staff/filters/new/", new, name="staff-filter-new"),
    path("staff/filters/<uuid:filter_id>/", one, name="staff-filter"),
    path("staff/filters/<uuid:filter_id>/delete/", delete, name="staff-filter-delete"),
    path("staff/filters/<uuid:filter_id>/<slug:way>/", move, name="staff-filter-move"),
]
