"""Who may connect others, which addresses can be written, how often is tried, how it is signed."""

import base64
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from ipaddress import (
    IPv4Address,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)
from typing import Any
from urllib.parse import urlsplit

from commonweal.cases.types import State
from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.types import Actor, ActorKind, Role
from commonweal.partners.errors import (
    AddressUnreadable,
    BadJurisdiction,
    BadNeighbourKey,
    BadSource,
    FirstDayImpossible,
    NameMissing,
    NothingBetweenUs,
    NothingToTell,
    ReasonMissing,
)
from commonweal.partners.types import Does, Target, Tells, Trouble

LONGEST_NAME, LONGEST_URL, LONGEST_REASON, SHORTEST_REASON = 100, 500, 200, 3
PORTS = {"http": 80, "https": 443}
SECRET_MARK = "whsec_"  # noqa: S105  (how Standard Webhooks writes a secret)
SECRET_BYTES = 32
S, M, H = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
WAITS = (5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H, 20 * H, 24 * H)
GIVES_UP_AFTER = timedelta(days=3)
SHORTEST_REST, LONGEST_REST = 5 * S, 1 * H
KEPT = timedelta(days=30)
GONE = 410
ANSWERS = frozenset({"answered", "not-the-citys", "cannot-be-done"})
LONGEST_SOURCE, LONGEST_JURISDICTION, LONGEST_KEY = 40, 100, 500
WINDOW = timedelta(days=30)  # after each the place is kept from which a broken visit goes on
DAY_WINDOW, HOUR_WINDOW = timedelta(days=1), timedelta(hours=1)
OVERLAP = timedelta(days=1)  # servers show some reports a while after they received them
BUSY = timedelta(minutes=15)
LONGEST_NEIGHBOUR_REST = timedelta(hours=6)
PASS_WAITS = (5 * S, 5 * M, 30 * M, 2 * H, 5 * H, 10 * H, 14 * H)
SURE_FOR = timedelta(hours=46)  # a server that knows our key for 48 hours takes a report in once
SLACK = timedelta(hours=2)  # clocks differ, and acts of residents are told by the hour
NO_FOR_GOOD = frozenset({400, 404, 405, 409, 410, 413, 415, 422})  # the same again is no use
NEVER_LEFT = frozenset(
    {Trouble.NO_ADDRESS, Trouble.INSIDE, Trouble.UNREACHABLE, Trouble.CERTIFICATE, Trouble.OFF}
)
FIRST_DAY = date(1970, 1, 1)
STATES_TOLD: Mapping[str, State] = {  # what the words of the updates extension mean here
    "OPEN": State.RECEIVED,
    "REOPEN": State.RECEIVED,
    "INVESTIGATING": State.ACKNOWLEDGED,
    "INTERNAL_REFERRAL": State.ACKNOWLEDGED,
    "PLANNED": State.SCHEDULED,
    "ACTION_SCHEDULED": State.SCHEDULED,
    "IN_PROGRESS": State.IN_WORK,
    "FIXED": State.ANSWERED,
    "CLOSED": State.ANSWERED,
    "DUPLICATE": State.ANSWERED,
    "NOT_COUNCILS_RESPONSIBILITY": State.NOT_OURS,
    "NO_FURTHER_ACTION": State.CANNOT,
    "UNABLE_TO_FIX": State.CANNOT,
}
_SOURCE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
# What no city's server lives at: the special-purpose registries of IANA, whichever of them the
# interpreter knows, and where clouds keep their own.
_SPECIAL = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16"),
        *("172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24"),
        *("192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
        *("::/128", "::1/128", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23"),
        *("2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20", "5f00::/16"),
        *("fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8"),
    )
)
_NAT64 = IPv6Network("64:ff9b::/96")


def is_told_yes(said: object, *, if_silent: bool) -> bool:
    """Read a yes or no of another city, as JSON or as text."""
    return if_silent if said is None else str(said).strip().lower() in {"true", "yes", "1"}


def check_may_connect(by: Actor) -> None:
    """Let only the administrator, and the system itself, say whom the city tells."""
    if by.kind is not ActorKind.SYSTEM and not by.has(Role.ADMINISTRATOR):
        raise NotAllowed


def checked_name(name: str) -> str:
    """Read who it is, in one line."""
    kept = " ".join(name.split())
    if not kept or len(kept) > LONGEST_NAME:
        raise NameMissing(longest=LONGEST_NAME)
    return kept


def checked_reason(reason: str) -> str:
    """Read why, in one line."""
    kept = " ".join(reason.split())[:LONGEST_REASON]
    if len(kept) < SHORTEST_REASON:
        raise ReasonMissing
    return kept


def checked_tells(tells: frozenset[Tells]) -> list[str]:
    """Read what is told, in an order that does not depend on chance."""
    if not tells:
        raise NothingToTell
    return sorted(one.value for one in tells)


def checked_source(source: str) -> str:
    """Read the short name under which the reports of a neighbour are kept."""
    if not _SOURCE.fullmatch(source.strip()):
        raise BadSource(longest=LONGEST_SOURCE)
    return source.strip()


def checked_jurisdiction(said: str) -> str:
    """Read the jurisdiction that a server asks for, if it does."""
    kept = said.strip()
    if len(kept) > LONGEST_JURISDICTION or not kept.isprintable():
        raise BadJurisdiction(longest=LONGEST_JURISDICTION)
    return kept


def checked_key(key: str) -> str:
    """Read the key to somebody else's server, if one is needed."""
    kept = key.strip()
    if len(kept) > LONGEST_KEY or not kept.isprintable():
        raise BadNeighbourKey(longest=LONGEST_KEY)
    return kept


def checked_does(does: frozenset[Does]) -> list[str]:
    """Read what is done for each other, in an order that does not depend on chance."""
    if not does:
        raise NothingBetweenUs
    return sorted(one.value for one in does)


def checked_first_day(day: date, *, today: date) -> date:
    """Read from which day on reports are taken in."""
    if not FIRST_DAY <= day <= today + timedelta(days=1):
        raise FirstDayImpossible
    return day


def neighbour_rest(failing: timedelta) -> timedelta:
    """Say how long a neighbour is left alone that has failed for so long."""
    return min(max(failing / 4, SHORTEST_REST), LONGEST_NEIGHBOUR_REST)


def asked_from(place: datetime | None, first: datetime) -> datetime:
    """Say from when on a neighbour is asked that has told all before a place: a little again."""
    return max(first, max(first, place) - OVERLAP) if place else first


def window(failing: timedelta) -> timedelta:
    """Say how much is asked at once of who is too slow: the less, the longer it has been so."""
    return DAY_WINDOW if failing < LONGEST_NEIGHBOUR_REST else HOUR_WINDOW


def pass_wait_after(tries: int) -> timedelta | None:
    """Say how long a case waits after so many tries to hand it over; nothing after the last."""
    return PASS_WAITS[tries - 1] if tries <= len(PASS_WAITS) else None


def may_have_arrived(trouble: Trouble, status: int | None) -> bool:
    """Say whether a report may have been taken in although no yes came back."""
    return trouble not in NEVER_LEFT and (status is None or status >= 500)  # noqa: PLR2004  (HTTP)


def state_told(status: str, before: State, *, is_open: Callable[[State], bool]) -> State:
    """Say where a case stands of which is told no more than open or closed.

    A finer word that was told before stays, as long as it agrees.
    """
    closed = status.strip().lower() == "closed"
    if closed:
        return State.ANSWERED if is_open(before) else before
    return before if is_open(before) else State.RECEIVED


def target_of(url: str) -> Target:
    """Read an address of somebody else: http or https, a host, no name and password.

    Raises
    ------
    AddressUnreadable
        When it is anything else.

    """
    written = url.strip()
    if any(sign.isspace() or not sign.isprintable() for sign in written):
        raise AddressUnreadable
    try:
        parts = urlsplit(written)
        host = (parts.hostname or "").rstrip(".")
        port = PORTS[parts.scheme] if parts.port is None else parts.port
        if ":" not in host:
            host = host.encode("idna").decode("ascii")
    except (KeyError, ValueError):
        raise AddressUnreadable from None
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not host or not port or "@" in parts.netloc or "%" in host or not path.isascii():
        raise AddressUnreadable
    return Target(scheme=parts.scheme, host=host, port=port, path=path)


def may_lead_on(target: Target, following: Target) -> bool:
    """Say whether a redirect may be followed: same host, same port or that of https."""
    is_same_port = following.port == target.port
    is_https = not following.is_plain and following.port == PORTS["https"]
    is_lesser = following.is_plain and not target.is_plain
    return following.host == target.host and (is_same_port or is_https) and not is_lesser


def is_public(address: str, inside: list[str]) -> bool:
    """Say whether a network address may be connected to: public, or allowed by the operator."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    meant = _unwrapped(found)
    if any(one in ip_network(network) for network in inside for one in (found, meant)):
        return True
    if any(one in network for network in _SPECIAL for one in (found, meant)):
        return False
    return meant.is_global and not (meant.is_multicast or meant.is_reserved)


def _unwrapped(found: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """Give the address that is really meant by one that carries another inside."""
    if isinstance(found, IPv4Address):
        return found
    if found in _NAT64:
        return IPv4Address(int(found) & 0xFFFFFFFF)
    return found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1] or found


def wait_after(tries: int) -> timedelta | None:
    """Say how long to wait after so many tries; nothing after the last."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None


def rest_after(failing: timedelta) -> timedelta:
    """Say how long a webhook is left alone that has failed for so long."""
    return min(max(failing / 4, SHORTEST_REST), LONGEST_REST)


def tells_of_move(after: str) -> Tells:
    """Say under which name a step is told."""
    return Tells.ANSWERED if after in ANSWERS else Tells.MOVED


def hour(at: datetime) -> str:
    """Write a time as everybody may know it: by the hour."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:00:00Z")


def body_of(payload: Mapping[str, Any]) -> bytes:
    """Write what is told; the same telling is the same bytes at each try."""
    said = json.dumps(payload, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return said.encode()


def secret_from(chance: bytes) -> str:
    """Write a secret as Standard Webhooks does."""
    return SECRET_MARK + base64.b64encode(chance).decode()


def signature(secret: str, *, id_: str, timestamp: int, body: bytes) -> str:
    """Sign a delivery as Standard Webhooks does: HMAC-SHA256 over id, time and body."""
    key = base64.b64decode(secret.removeprefix(SECRET_MARK))
    signed = hmac.new(key, f"{id_}.{timestamp}.".encode() + body, hashlib.sha256)
    return "v1," + base64.b64encode(signed.digest()).decode()
