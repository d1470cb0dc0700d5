"""Whom the city tells what happens to cases: webhooks, and what became of each delivery."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.edge.requests import actor_of, now_of
from commonweal.ledger.types import subject_of
from commonweal.partners import actions, queries
from commonweal.partners.types import DeliveryCard, DeliveryState, HookCard
from commonweal.web.forms.setup.webhooks import MEANS, TELLS, HookForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.connected import Card, Shelf, trouble_of
from commonweal.web.pages.setup.desk import administrators_only

STATES = {
    DeliveryState.WAITING: lazy("waiting"),
    DeliveryState.ARRIVED: lazy("arrived"),
    DeliveryState.FAILED: lazy("failed"),
    DeliveryState.DROPPED: lazy("not sent: the webhook was off"),
}
SHELF = Shelf("setup-webhooks", "webhook", lazy("Webhooks"))


@administrators_only
def webhooks(request: HttpRequest) -> HttpResponse:
    """List the webhooks, those that are on and those that are off."""
    rows = [
        {
            "card": card,
            "tells": _tells(card),
            "url": reverse("setup-webhook", args=[card.id]),
            "state": state_of(card),
        }
        for card in queries.hooks()
    ]
    return SHELF.listed(request, rows)


@administrators_only
def new(request: HttpRequest) -> HttpResponse:
    """Make a webhook, and show its secret once."""

    def act(form: HookForm, **how: Any) -> tuple[HookCard, str]:
        return actions.make_hook(**form.values(), **how)

    return SHELF.made(
        request,
        title=_("Make a webhook"),
        secret_title=_("The secret"),
        make=lambda data: HookForm(data, initial={"seen": 0}),
        act=act,
        then=lambda answer: reverse("setup-webhook", args=[UUID(hex=answer["id"])]),
        name="setup-webhook-new",
        templates=("setup/webhook_new.html", "setup/webhook_made.html"),
        about={"means": {one.value: str(text) for one, text in MEANS.items()}},
        done=_("The webhook is made."),
    )


@administrators_only
def webhook(request: HttpRequest, hook_id: UUID) -> HttpResponse:
    """Show a webhook and what was delivered lately."""
    card = queries.hook(hook_id)
    raw = request.GET.get("page", "")
    fits = raw.isascii() and raw.isdigit() and len(raw) < 7  # noqa: PLR2004  (pages)
    page = queries.deliveries(hook_id, number=int(raw) if fits else 1)
    return SHELF.shown(
        request,
        card,
        "setup/webhook.html",
        state=state_of(card),
        tells=_tells(card),
        page=page,
        rows=[_row(one, card) for one in page.items],
        past=told.past(subject_of("webhook", hook_id)),
    )


@administrators_only
def changed(request: HttpRequest, hook_id: UUID) -> HttpResponse:
    """Change who is told, where, of what."""

    def make(data: QueryDict | None, _card: Card) -> HookForm:
        card = queries.hook(hook_id)
        stands = {"seen": card.version, "name": card.name, "url": card.url}
        stands |= {"tells": [one.value for one in sorted(card.tells)]}
        return HookForm(data, initial=stands)

    def act(form: HookForm, **how: Any) -> Any:
        return actions.change_hook(hook_id=hook_id, **form.values(), **how)

    return SHELF.changed(
        request,
        lambda: queries.hook(hook_id),
        title=_("Change this webhook"),
        make=make,
        act=act,
        name="setup-webhook-change",
        template="setup/webhook_new.html",
        here=reverse("setup-webhook", args=[hook_id]),
        about={"means": {one.value: str(text) for one, text in MEANS.items()}},
        done=_("Saved."),
    )


@administrators_only
def switch(request: HttpRequest, hook_id: UUID) -> HttpResponse:
    """Switch a webhook off, or on again."""
    card = queries.hook(hook_id)
    said = {"name": card.name}
    return SHELF.switched(
        request,
        lambda: queries.hook(hook_id),
        is_on=card.is_on,
        titles=(_("Switch off this webhook?"), _("Switch on this webhook?")),
        intros=(
            _("%(name)s is told nothing any more. What happens meanwhile is not told later.")
            % said,
            _("%(name)s is told again, from now on.") % said,
        ),
        done=(_("The webhook is off."), _("The webhook is on.")),
        act=lambda **how: actions.switch_hook(hook_id=hook_id, **how),
        name="setup-webhook-switch",
        here=reverse("setup-webhook", args=[hook_id]),
        sends=(_("Switch off"), _("Switch on")),
    )


@administrators_only
def again(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    """Let a delivery be sent once more; whoever only looks is led to its webhook."""
    card = queries.delivery(delivery_id)
    if request.method == "POST":
        actions.send_again(delivery_id=delivery_id, by=actor_of(request), at=now_of(request))
        messages.success(request, _("It will be sent again in a moment. Reload the page to see."))
    return redirect("setup-webhook", card.hook_id)


def state_of(card: HookCard) -> str:
    """Say how it stands with a webhook."""
    if card.is_given_up:
        return _("switched off: nothing could be delivered")
    if not card.is_on:
        return _("off")
    return _("fails") if card.failing_since else _("on")


def _tells(card: HookCard) -> list[str]:
    return [str(label) for one, label in TELLS.items() if one in card.tells]


def _row(one: DeliveryCard, card: HookCard) -> dict[str, Any]:
    return {
        "card": one,
        "tells": TELLS[one.tells],
        "case": reverse("case", args=[one.number]),
        "state": STATES[one.state],
        "answer": trouble_of(one.trouble, one.status) or "–",
        "again": reverse("setup-webhook-again", args=[one.id]) if card.is_on else "",
    }


urlpatterns = [
    path("webhooks/", webhooks, name="setup-webhooks"),
    path("webhooks/new/", new, name="setup-webhook-new"),
    path("webhooks/<uuid:hook_id>/", webhook, name="setup-webhook"),
    path("webhooks/<uuid:hook_id>/change/", changed, name="setup-webhook-change"),
    path("webhooks/<uuid:hook_id>/switch/", switch, name="setup-webhook-switch"),
    path("webhooks/deliveries/<uuid:delivery_id>/again/", again, name="setup-webhook-again"),
]
