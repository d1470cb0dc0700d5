"""Whom the city tells what happens to cases: webhooks, and what became of each delivery."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.partners import actions, queries
from commonweal.partners.types import DeliveryCard, DeliveryState, HookCard, Trouble
from commonweal.web.forms.setup.base import ReasonForm
from commonweal.web.forms.setup.webhooks import MEANS, TELLS, HookForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, trail

STATES = {
    DeliveryState.WAITING: lazy("waiting"),
    DeliveryState.ARRIVED: lazy("arrived"),
    DeliveryState.FAILED: lazy("failed"),
    DeliveryState.DROPPED: lazy("not sent: the webhook was off"),
}
TROUBLES = {
    Trouble.NO_ADDRESS: lazy("the name leads nowhere"),
    Trouble.INSIDE: lazy("the name leads into a network that is not public"),
    Trouble.UNREACHABLE: lazy("nobody answers there"),
    Trouble.CERTIFICATE: lazy("the certificate is not valid"),
    Trouble.TOO_SLOW: lazy("too slow"),
    Trouble.TOO_LARGE: lazy("the answer is too large"),
    Trouble.REDIRECTED: lazy("redirected elsewhere"),
    Trouble.NONSENSE: lazy("the answer cannot be read"),
}


def _all() -> tuple[str, str]:
    return reverse("setup-webhooks"), _("Webhooks")


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
    title = _("Webhooks")
    about = {"title": title, "trail": trail(("", title)), "rows": rows}
    return render(request, "setup/webhooks.html", about)


@administrators_only
def new(request: HttpRequest) -> HttpResponse:
    """Make a webhook, and show its secret on the answer itself: it is shown nowhere else."""
    made: list[tuple[HookCard, str]] = []

    def make(data: QueryDict | None) -> HookForm:
        return HookForm(data, initial={"seen": 0})

    def act(form: HookForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        made.append(actions.make_hook(reason=reason, by=by, at=at, **form.values()))
        return {"id": made[0][0].id.hex}

    title = _("Make a webhook")
    response = change(
        request,
        title=title,
        steps=[_all()],
        make=make,
        act=act,
        then=lambda answer: reverse("setup-webhook", args=[UUID(hex=answer["id"])]),
        name="setup-webhook-new",
        template="setup/webhook_new.html",
        about={"means": {one.value: str(text) for one, text in MEANS.items()}, "send": title},
        done=_("The webhook is made."),
    )
    if not made:
        return response
    card, secret = made[0]
    about = {"title": _("The secret"), "trail": trail(_all(), ("", card.name))}
    return render(request, "setup/webhook_made.html", {**about, "card": card, "secret": secret})


@administrators_only
def webhook(request: HttpRequest, hook_id: UUID) -> HttpResponse:
    """Show a webhook and what was delivered lately."""
    card = queries.hook(hook_id)
    raw = request.GET.get("page", "")
    fits = raw.isascii() and raw.isdigit() and len(raw) < 7  # noqa: PLR2004  (pages)
    page = queries.deliveries(hook_id, number=int(raw) if fits else 1)
    about = {
        "title": card.name,
        "trail": trail(_all(), ("", card.name)),
        "card": card,
        "state": state_of(card),
        "tells": _tells(card),
        "page": page,
        "rows": [_row(one, card) for one in page.items],
        "past": told.past(subject_of("webhook", hook_id)),
    }
    return render(request, "setup/webhook.html", about)


@administrators_only
def switch(request: HttpRequest, hook_id: UUID) -> HttpResponse:
    """Switch a webhook off, or on again."""
    card = queries.hook(hook_id)

    def act(form: ReasonForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        seen = form.cleaned_data["seen"]
        actions.switch_hook(
            hook_id=hook_id, is_on=not card.is_on, seen=seen, reason=reason, by=by, at=at
        )
        return {}

    said = {"name": card.name}
    off = _("%(name)s is told nothing any more. What happens meanwhile is not told later.") % said
    on = _("%(name)s is told again, from now on.") % said
    here = reverse("setup-webhook", args=[hook_id])
    return change(
        request,
        title=_("Switch off this webhook?") if card.is_on else _("Switch on this webhook?"),
        steps=[_all(), (here, card.name)],
        make=lambda data: ReasonForm(data, initial={"seen": queries.hook(hook_id).version}),
        act=act,
        then=lambda _answer: here,
        name="setup-webhook-switch",
        subject=subject_of("webhook", hook_id),
        about={
            "intro": off if card.is_on else on,
            "send": _("Switch off") if card.is_on else _("Switch on"),
            "kind": "warning" if card.is_on else "",
        },
        done=_("The webhook is off.") if card.is_on else _("The webhook is on."),
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
        "answer": _answer(one),
        "again": reverse("setup-webhook-again", args=[one.id]) if card.is_on else "",
    }


def _answer(one: DeliveryCard) -> str:
    if one.status:
        return str(one.status)
    return str(TROUBLES[Trouble(one.trouble)]) if one.trouble else "–"


urlpatterns = [
    path("webhooks/", webhooks, name="setup-webhooks"),
    path("webhooks/new/", new, name="setup-webhook-new"),
    path("webhooks/<uuid:hook_id>/", webhook, name="setup-webhook"),
    path("webhooks/<uuid:hook_id>/switch/", switch, name="setup-webhook-switch"),
    path("webhooks/deliveries/<uuid:delivery_id>/again/", again, name="setup-webhook-again"),
]
