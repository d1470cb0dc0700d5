"""Who works for the city, and in which roles."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from commonweal.city import queries as the_city
from commonweal.edge.requests import actor_of, now_of
from commonweal.identity import actions, queries
from commonweal.identity.types import GrantCard, StaffCard
from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.web import words
from commonweal.web.forms.setup.base import ReasonForm
from commonweal.web.forms.setup.people import DOES, GrantForm, InviteForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, trail


def _all() -> tuple[str, str]:
    return reverse("setup-staff"), _("Staff")


@administrators_only
def staff(request: HttpRequest) -> HttpResponse:
    """List who works for the city with the roles that hold now or will."""
    rows = [
        {
            "url": reverse("setup-person", args=[card.person_id]),
            "name": name_of(card),
            "mail": card.mail,
            "is_active": card.is_active,
            "roles": [role_of(one) for one in card.grants],
        }
        for card in _cards(request)
    ]
    title = _("Staff")
    about = {"title": title, "trail": trail(("", title)), "rows": rows}
    return render(request, "setup/staff.html", about)


def _cards(request: HttpRequest) -> list[StaffCard]:
    return queries.staff(by=actor_of(request), at=now_of(request))


def name_of(card: StaffCard) -> str:
    """Name somebody; by the mail address where no name was written."""
    return card.name or card.mail


def role_of(card: GrantCard) -> str:
    """Name a role with its unit."""
    return told.role_in(card.role.value, card.unit_id.hex if card.unit_id else "")


def _found(request: HttpRequest, person_id: UUID) -> StaffCard:
    for card in _cards(request):
        if card.person_id == person_id:
            return card
    raise Http404


@administrators_only
def invite(request: HttpRequest) -> HttpResponse:
    """Invite somebody; the role is given on the person's page."""

    def make(data: QueryDict | None) -> InviteForm:
        return InviteForm(data, initial={"seen": 0, "language": words.reader_language()})

    def act(form: InviteForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        said = form.cleaned_data
        person_id = actions.make_staff(
            mail=said["mail"],
            name=said["name"],
            language=said["language"],
            reason=reason,
            by=by,
            at=at,
        )
        return {"id": str(person_id)}

    return change(
        request,
        title=_("Invite somebody"),
        steps=[_all()],
        make=make,
        act=act,
        then=lambda answer: reverse("setup-person", args=[answer["id"]]),
        name="setup-invite",
        about={"send": _("Invite")},
        done=_("Invited. Now give a role."),
    )


@administrators_only
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show somebody's roles, those of today and those of the past."""
    card, at = _found(request, person_id), now_of(request)
    rows = [
        {
            "name": role_of(one),
            "since": one.from_,
            "until": one.until,
            "is_over": one.until is not None and one.until <= at,
            "end": reverse("setup-grant-end", args=[person_id, one.id]),
        }
        for one in queries.grants_of(person_id)
    ]
    about = {
        "title": name_of(card),
        "trail": trail(_all(), ("", name_of(card))),
        "card": card,
        "rows": rows,
        "past": told.past(subject_of("person", person_id)),
    }
    return render(request, "setup/person.html", about)


@administrators_only
def grant(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Give somebody a role."""
    card = _found(request, person_id)
    here = reverse("setup-person", args=[person_id])

    def make(data: QueryDict | None) -> GrantForm:
        return GrantForm(data, at=now_of(request), initial={"seen": 0})

    def act(form: GrantForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        values = form.values(zone=the_city.profile().zone)
        actions.grant(person_id=person_id, reason=reason, by=by, at=at, **values)
        return {}

    return change(
        request,
        title=_("Give a role"),
        steps=[_all(), (here, name_of(card))],
        make=make,
        act=act,
        then=lambda _answer: here,
        name="setup-grant",
        template="setup/grant.html",
        about={"does": {role.value: str(text) for role, text in DOES.items()}},
        done=_("The role is given."),
    )


@administrators_only
def grant_end(request: HttpRequest, person_id: UUID, grant_id: UUID) -> HttpResponse:
    """End a role now."""
    card = _found(request, person_id)
    here = reverse("setup-person", args=[person_id])
    held = _held(person_id, grant_id)

    def act(form: ReasonForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.end_grant(
            grant_id=grant_id, seen=form.cleaned_data["seen"], reason=reason, by=by, at=at
        )
        return {}

    return change(
        request,
        title=_("End this role?"),
        steps=[_all(), (here, name_of(card))],
        make=lambda data: ReasonForm(data, initial={"seen": _held(person_id, grant_id).version}),
        act=act,
        then=lambda _answer: here,
        name="setup-grant-end",
        subject=subject_of("grant", grant_id),
        about={
            "intro": _("%(name)s: %(role)s") % {"name": name_of(card), "role": role_of(held)},
            "send": _("End it"),
            "kind": "warning",
        },
        done=_("The role has ended."),
    )


def _held(person_id: UUID, grant_id: UUID) -> GrantCard:
    for one in queries.grants_of(person_id):
        if one.id == grant_id:
            return one
    raise Http404


@administrators_only
def close(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Close an account and end all its roles."""
    card = _found(request, person_id)
    here = reverse("setup-person", args=[person_id])

    def act(_form: ReasonForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.close_account(person_id=person_id, reason=reason, by=by, at=at)
        return {}

    return change(
        request,
        title=_("Close this account?"),
        steps=[_all(), (here, name_of(card))],
        make=lambda data: ReasonForm(data, initial={"seen": 0}),
        act=act,
        then=lambda _answer: reverse("setup-staff"),
        name="setup-person-close",
        about={
            "intro": _("All roles of %(name)s end now, and the account opens nothing any more.")
            % {"name": name_of(card)},
            "send": _("Close the account"),
            "kind": "warning",
        },
        done=_("The account is closed."),
    )


urlpatterns = [
    path("staff/", staff, name="setup-staff"),
    path("staff/invite/", invite, name="setup-invite"),
    path("staff/<uuid:person_id>/", person, name="setup-person"),
    path("staff/<uuid:person_id>/role/", grant, name="setup-grant"),
    path("staff/<uuid:person_id>/role/<uuid:grant_id>/end/", grant_end, name="setup-grant-end"),
    path("staff/<uuid:person_id>/close/", close, name="setup-person-close"),
]
