"""With which neighbouring cities the city speaks, how that goes, and what their words mean here."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.cases import queries as cases
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.partners import actions, queries
from commonweal.partners.types import Does, KindCard, NeighbourCard
from commonweal.web import words
from commonweal.web.forms.setup.base import ChangeForm
from commonweal.web.forms.setup.neighbours import (
    DOES,
    MEANS,
    KindsForm,
    KnownNeighbourForm,
    NewNeighbourForm,
)
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.connected import Card, Shelf, trouble_of
from commonweal.web.pages.setup.desk import administrators_only, change

SHELF = Shelf("setup-neighbours", "neighbour", lazy("Neighbouring cities"))
USUAL_SPAN = timedelta(days=90)


@administrators_only
def neighbours(request: HttpRequest) -> HttpResponse:
    """List the neighbouring cities, those that are on and those that are off."""
    rows = [
        {"card": card, "does": does_of(card), "url": _here(card.id), "state": state_of(card)}
        for card in queries.neighbours()
    ]
    return SHELF.listed(request, rows)


@administrators_only
def new(request: HttpRequest) -> HttpResponse:
    """Name a neighbouring city."""

    def make(data: QueryDict | None) -> NewNeighbourForm:
        begins = timezone.localdate(now_of(request)) - USUAL_SPAN
        return NewNeighbourForm(
            data, initial={"seen": 0, "begins": begins, "does": [Does.PULL.value]}
        )

    def act(form: NewNeighbourForm, *, by: Actor, at: Any, reason: str) -> dict[str, Any]:
        card = actions.make_neighbour(**form.values(), reason=reason, by=by, at=at)
        return {"id": card.id.hex}

    return change(
        request,
        title=_("Name a neighbouring city"),
        steps=[SHELF.step],
        make=make,
        act=act,
        then=lambda answer: _here(UUID(hex=answer["id"])),
        name="setup-neighbour-new",
        template="setup/neighbour_form.html",
        about=_means(),
        done=_("The neighbouring city is named. It is asked in a moment."),
    )


@administrators_only
def neighbour(request: HttpRequest, neighbour_id: UUID) -> HttpResponse:
    """Show how it goes with a neighbouring city, and what its kinds of reports are here."""
    card, kinds = queries.neighbour(neighbour_id), queries.kinds(neighbour_id)
    names = {one.code: words.say(one.names) for one in cases.categories()}
    return SHELF.shown(
        request,
        card,
        "setup/neighbour.html",
        does=does_of(card),
        state=state_of(card),
        trouble=trouble_in_words(card),
        kinds=[{"card": one, "meaning": _meaning(one, names)} for one in kinds],
        undecided=sum(one.meaning is None for one in kinds),
        past=told.past(subject_of("neighbour", neighbour_id)),
    )


@administrators_only
def changed(request: HttpRequest, neighbour_id: UUID) -> HttpResponse:
    """Change name, address, key, or what passes."""

    def make(data: QueryDict | None, _card: Card) -> ChangeForm:
        card = queries.neighbour(neighbour_id)
        stands = {
            "seen": card.version,
            "name": card.name,
            "url": card.url,
            "jurisdiction": card.jurisdiction,
            "does": [one.value for one in sorted(card.does)],
            "begins": card.begins,
        }
        return KnownNeighbourForm(data, has_key=card.has_key, initial=stands)

    def act(form: KnownNeighbourForm, **how: Any) -> Any:
        return actions.change_neighbour(neighbour_id=neighbour_id, **form.values(), **how)

    return SHELF.changed(
        request,
        lambda: queries.neighbour(neighbour_id),
        title=_("Change a neighbouring city"),
        make=make,
        act=act,
        name="setup-neighbour-change",
        template="setup/neighbour_form.html",
        here=_here(neighbour_id),
        about=_means(),
        done=_("Saved."),
    )


@administrators_only
def kinds(request: HttpRequest, neighbour_id: UUID) -> HttpResponse:
    """Say what the kinds of a neighbouring city are here."""
    cards = queries.kinds(neighbour_id)

    def act(form: KindsForm, **how: Any) -> Any:
        return actions.decide_kinds(neighbour_id=neighbour_id, meanings=form.meanings(), **how)

    return SHELF.changed(
        request,
        lambda: queries.neighbour(neighbour_id),
        title=_("What are these kinds of reports here?"),
        make=lambda data, card: KindsForm(data, kinds=cards, initial={"seen": card.version}),
        act=act,
        name="setup-neighbour-kinds",
        here=_here(neighbour_id),
        about={"intro": _("Reports of a kind that is not decided yet wait, and come in later.")},
        done=_("Saved. What waited comes in in a moment."),
    )


@administrators_only
def switch(request: HttpRequest, neighbour_id: UUID) -> HttpResponse:
    """Stop speaking with a neighbouring city, or begin again."""
    card = queries.neighbour(neighbour_id)
    said = {"name": card.name}
    return SHELF.switched(
        request,
        lambda: queries.neighbour(neighbour_id),
        is_on=card.is_on,
        titles=(_("Switch off this neighbouring city?"), _("Switch on this neighbouring city?")),
        intros=(
            _("%(name)s is not asked any more. What came in stays as it is.") % said,
            _("%(name)s is asked again, from where it was left.") % said,
        ),
        done=(_("The neighbouring city is off."), _("The neighbouring city is on.")),
        act=lambda **how: actions.switch_neighbour(neighbour_id=neighbour_id, **how),
        name="setup-neighbour-switch",
        here=_here(neighbour_id),
        sends=(_("Switch off"), _("Switch on")),
    )


@administrators_only
def ask(request: HttpRequest, neighbour_id: UUID) -> HttpResponse:
    """Have a neighbouring city asked now; whoever only looks is led to its page."""
    card = queries.neighbour(neighbour_id)
    if request.method == "POST":
        by, at = actor_of(request), now_of(request)
        actions.ask_neighbour(neighbour_id=card.id, by=by, at=at)
        messages.success(request, _("It is asked in a moment. Reload the page to see."))
    return redirect("setup-neighbour", card.id)


def _here(neighbour_id: UUID) -> str:
    return reverse("setup-neighbour", args=[neighbour_id])


def _means() -> dict[str, Any]:
    return {"means": {one.value: str(text) for one, text in MEANS.items()}}


def does_of(card: NeighbourCard) -> list[str]:
    """Say what passes between the cities."""
    return [str(label) for one, label in DOES.items() if one in card.does]


def state_of(card: NeighbourCard) -> str:
    """Say how it stands with a neighbouring city."""
    if not card.is_on:
        return _("off")
    if card.failing_since:
        return _("does not answer")
    return _("on") if card.succeeded_at else _("not asked yet")


def trouble_in_words(card: NeighbourCard) -> str:
    """Say what went wrong last, with what to do."""
    if card.status in {401, 403}:
        return _("The city refuses the key (%(status)s). Ask it for a new one.") % {
            "status": card.status
        }
    if card.status:
        return _("The city answered with an error (%(status)s).") % {"status": card.status}
    return trouble_of(card.trouble, None)


def _meaning(card: KindCard, names: dict[str, str]) -> str:
    if card.meaning is None:
        return _("not decided yet")
    return names.get(card.meaning, card.meaning) if card.meaning else _("left out")


ONE = "neighbours/<uuid:neighbour_id>/"
urlpatterns = [
    path("neighbours/", neighbours, name="setup-neighbours"),
    path("neighbours/new/", new, name="setup-neighbour-new"),
    path(ONE, neighbour, name="setup-neighbour"),
    path(f"{ONE}change/", changed, name="setup-neighbour-change"),
    path(f"{ONE}kinds/", kinds, name="setup-neighbour-kinds"),
    path(f"{ONE}switch/", switch, name="setup-neighbour-switch"),
    path(f"{ONE}ask/", ask, name="setup-neighbour-ask"),
]
