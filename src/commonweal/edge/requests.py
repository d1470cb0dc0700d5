"""Who acts in a request, from where, and when; each read once, and only if asked."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import TypeAlias, cast
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject

from commonweal.identity.queries import actor_of_account
from commonweal.kernel import queries
from commonweal.kernel.types import ANONYMOUS, Actor, Channel

GetResponse: TypeAlias = Callable[[HttpRequest], HttpResponseBase]

UNKNOWN = "unknown"
BEARER = "bearer "
HOME_PREFIX = 64  # one home or office gets a whole /64 of IPv6


class CityRequest(HttpRequest):
    """A request as views see it behind `Actors`; `actor_of` gives the plain value for actions."""

    actor: Actor


def now_of(request: HttpRequest) -> datetime:
    """Give the time of record of this request: the database's, read once."""
    known: datetime | None = getattr(request, "_read_at", None)
    if known is None:
        known = queries.clock()
        request._read_at = known  # type: ignore[attr-defined]  # noqa: SLF001  (ours)
    return known


def actor_of(request: HttpRequest) -> Actor:
    """Give who acts in this request: the owner of the session, or somebody unknown."""
    known: Actor | None = getattr(request, "_read_actor", None)
    if known is None:
        known = _read_actor(request)
        request._read_actor = known  # type: ignore[attr-defined]  # noqa: SLF001  (ours)
    return known


def _read_actor(request: HttpRequest) -> Actor:
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return ANONYMOUS
    return actor_of_account(cast("UUID", user.pk), at=now_of(request), channel=Channel.WEB)


class Actors:
    """Middleware: `request.actor` for views and templates, when asked; one look at the city."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = SimpleLazyObject(partial(actor_of, request))  # type: ignore[attr-defined]
        with queries.one_look():
            return self._get_response(request)


def address_of(request: HttpRequest) -> str:
    """Give the network a request comes from; a proxy's word counts only if the proxy is ours."""
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop]
    address = str(request.META.get("REMOTE_ADDR", ""))
    while hops and _is_ours(address):
        address = hops.pop()
    return _network_of(address)


def bearer_of(request: HttpRequest) -> str:
    """Give the secret that came in the header `Authorization: Bearer`; empty without one."""
    said = request.headers.get("Authorization", "")
    return said[len(BEARER) :].strip() if said.lower().startswith(BEARER) else ""


def _is_ours(address: str) -> bool:
    try:
        found = ip_address(_bare(address))
    except ValueError:
        return address == "" and bool(settings.PROXIES)  # a unix socket has no address
    return any(found in network for network in _proxies())


def _proxies() -> list[IPv4Network | IPv6Network]:
    return [ip_network(line) for line in settings.PROXIES]


def _bare(address: str) -> str:
    if address.startswith("["):
        return address[1:].partition("]")[0]
    return address.partition(":")[0] if address.count(":") == 1 else address


def _network_of(address: str) -> str:
    try:
        found = ip_address(_bare(address))
    except ValueError:
        return UNKNOWN
    if not isinstance(found, IPv6Address):
        return str(found)
    if found.ipv4_mapped:
        return str(found.ipv4_mapped)
    return str(ip_network((found.packed, HOME_PREFIX), strict=False))
