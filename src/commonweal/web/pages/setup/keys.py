"""Which programs may act here: their keys are made and ended, and shown once."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.city import queries as the_city
from commonweal.edge import keys as the_keys
from commonweal.edge.keys import KeyCard
from commonweal.edge.requests import now_of
from commonweal.web import words
from commonweal.web.forms.setup.keys import DOES, SCOPES, KeyForm
from commonweal.web.pages.setup.connected import Shelf
from commonweal.web.pages.setup.desk import administrators_only

SHELF = Shelf("setup-keys", "api-key", lazy("Keys for programs"))


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
    return SHELF.listed(request, rows)


def scopes_of(card: KeyCard) -> list[str]:
    """Say what a key may be used for, and for which unit."""
    said = [str(SCOPES[scope]) for scope in sorted(card.scopes)]
    return [*said, words.unit_name(card.unit_id)] if card.unit_id else said


@administrators_only
def new(request: HttpRequest) -> HttpResponse:
    """Make a key, and show its secret once."""

    def act(form: KeyForm, **how: Any) -> tuple[KeyCard, str]:
        return the_keys.make(**form.values(zone=the_city.profile().zone), **how)

    return SHELF.made(
        request,
        title=_("Make a key"),
        secret_title=_("The key"),
        make=lambda data: KeyForm(data, at=now_of(request), initial={"seen": 0}),
        act=act,
        then=lambda _answer: reverse("setup-keys"),
        name="setup-key-new",
        templates=("setup/key.html", "setup/key_made.html"),
        about={"does": {scope.value: str(text) for scope, text in DOES.items()}},
        done=_("The key is made."),
    )


@administrators_only
def end(request: HttpRequest, key_id: UUID) -> HttpResponse:
    """End a key now."""
    card = the_keys.key(key_id)
    intro = _("%(name)s can do nothing here with it any more, from now on.") % {"name": card.name}
    return SHELF.changed(
        request,
        lambda: the_keys.key(key_id),
        title=_("End this key?"),
        act=lambda _form, **how: the_keys.end(key_id=key_id, **how),
        name="setup-key-end",
        about={"intro": intro, "send": _("End it"), "kind": "warning"},
        done=_("The key has ended."),
    )


urlpatterns = [
    path("keys/", keys, name="setup-keys"),
    path("keys/new/", new, name="setup-key-new"),
    path("keys/<uuid:key_id>/end/", end, name="setup-key-end"),
]
