"""Which programs may act here: their keys are made and ended, and shown once."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from commonweal.city import queries as the_city
from commonweal.edge import keys as the_keys
from commonweal.edge.keys import KeyCard
from commonweal.edge.requests import now_of
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.web import words
from commonweal.web.forms.setup.base import ReasonForm
from commonweal.web.forms.setup.keys import DOES, SCOPES, KeyForm
from commonweal.web.pages.setup.desk import administrators_only, change, trail


def _all() -> tuple[str, str]:
    return reverse("setup-keys"), _("Keys for programs")


@administrators_only
def keys(request: HttpRequest) -> HttpResponse:
    """List the keys, those that open something and those of the past."""
    at = now_of(request)
    rows = [
        {
            "name": card.name,
            "begins": card.begins,
            "does": scopes_of(card),
            "since": card.since,
            "until": card.until,
            "holds": card.holds(at),
            "end": reverse("setup-key-end", args=[card.id]),
        }
        for card in the_keys.all_keys()
    ]
    title = _("Keys for programs")
    about = {"title": title, "trail": trail(("", title)), "rows": rows}
    return render(request, "setup/keys.html", about)


def scopes_of(card: KeyCard) -> list[str]:
    """Say what a key may be used for, and for which unit."""
    said = [str(SCOPES[scope]) for scope in sorted(card.scopes)]
    return [*said, words.unit_name(card.unit_id)] if card.unit_id else said


@administrators_only
def new(request: HttpRequest) -> HttpResponse:
    """Make a key, and show its secret on the answer itself: it is written nowhere else."""
    made: list[tuple[KeyCard, str]] = []

    def make(data: QueryDict | None) -> KeyForm:
        return KeyForm(data, at=now_of(request), initial={"seen": 0})

    def act(form: KeyForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        values = form.values(zone=the_city.profile().zone)
        made.append(the_keys.make(reason=reason, by=by, at=at, **values))
        return {"id": made[0][0].id.hex}

    title = _("Make a key")
    response = change(
        request,
        title=title,
        steps=[_all()],
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-keys"),
        name="setup-key-new",
        template="setup/key.html",
        about={"does": {scope.value: str(text) for scope, text in DOES.items()}, "send": title},
        done=_("The key is made."),
    )
    if not made:
        return response
    card, secret = made[0]
    about = {"title": _("The key"), "trail": trail(_all(), ("", card.name))}
    return render(request, "setup/key_made.html", {**about, "card": card, "secret": secret})


@administrators_only
def end(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End a key now."""
    card = the_keys.key(key_id)

    def act(form: ReasonForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        seen = form.cleaned_data["seen"]
        the_keys.end(key_id=key_id, seen=seen, reason=reason, by=by, at=at)
        return {}

    return change(
        request,
        title=_("End this key?"),
        steps=[_all()],
        make=lambda data: ReasonForm(data, initial={"seen": the_keys.key(key_id).version}),
        act=act,
        then=lambda _answer: reverse("setup-keys"),
        name="setup-key-end",
        subject=subject_of("api-key", key_id),
        about={
            "intro": _("%(name)s can do nothing here with it any more, from now on.")
            % {"name": card.name},
            "send": _("End it"),
            "kind": "warning",
        },
        done=_("The key has ended."),
    )


urlpatterns = [
    path("keys/", keys, name="setup-keys"),
    path("keys/new/", new, name="setup-key-new"),
    path("keys/<uuid:key_id>/end/", end, name="setup-key-end"),
]
