"""Who may open a page, written at its view; a matrix test reads `access_of` for every route.

Rules decide what somebody may do; this only keeps people out of pages that are not theirs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import wraps
from typing import Any, TypeAlias

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from commonweal.edge.requests import actor_of
from commonweal.kernel.errors import NotAllowed, SignInFirst
from commonweal.kernel.types import ActorKind, Role

View: TypeAlias = Callable[..., HttpResponseBase]


class Open(StrEnum):
    """To whom a page is open."""

    ALL = "all"
    SIGNED_IN = "signed-in"
    STAFF = "staff"
    ROLES = "roles"


@dataclass(frozen=True, kw_only=True)
class Access:
    """Who may open a page, and whether it is about a person."""

    to: Open
    roles: frozenset[Role] = frozenset()
    personal: bool = False


def access_of(view: View) -> Access | None:
    """Say who may open a view, or nothing if it does not say."""
    return getattr(view, "access", None)


def public(view: View) -> View:
    """Open a page to everybody."""
    return _guarded(view, Access(to=Open.ALL))


def personal(view: View) -> View:
    """Mark a page that is about a person: never stored, never listed, never named to others."""
    before = access_of(view) or Access(to=Open.ALL)
    return _guarded(view, Access(to=before.to, roles=before.roles, personal=True))


def signed_in(view: View) -> View:
    """Open a page to whoever has signed in; it is about that person."""
    return _guarded(view, Access(to=Open.SIGNED_IN, personal=True))


def staff_only(*roles: Role) -> Callable[[View], View]:
    """Open a page to staff, or to these roles of staff; it may be about persons."""
    to = Open.ROLES if roles else Open.STAFF
    return lambda view: _guarded(view, Access(to=to, roles=frozenset(roles), personal=True))


def roles(*roles: Role) -> Callable[[View], View]:
    """Open a page to holders of one of these roles."""
    return lambda view: _guarded(view, Access(to=Open.ROLES, roles=frozenset(roles)))


def check_access(request: HttpRequest, access: Access) -> None:
    """Refuse whoever may not open the page.

    Raises
    ------
    SignInFirst
        When nobody has signed in.
    NotAllowed
        When the roles of whoever has do not open it.

    """
    if access.to is Open.ALL:
        return
    actor = actor_of(request)
    if actor.kind is not ActorKind.PERSON:
        raise SignInFirst
    if (access.to is Open.STAFF and not actor.is_staff) or (
        access.to is Open.ROLES and not actor.has(*access.roles)
    ):
        raise NotAllowed


def _guarded(view: View, access: Access) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        check_access(request, access)
        response = view(request, *args, **kwargs)
        return kept_private(response) if access.personal else response

    guarded.access = access  # type: ignore[attr-defined]  # read by access_of
    return guarded


def kept_private(response: HttpResponseBase) -> HttpResponseBase:
    """Mark an answer as somebody's own: no cache, no search engine, no referrer."""
    response.headers["Cache-Control"] = "no-store, private"
    response.headers["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
