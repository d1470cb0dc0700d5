"""The only way out by HTTP: to public addresses, within a time, up to a size.

A name is resolved once, every address it leads to is checked, and exactly that address is connected
to, so that a name that changes its mind between check and use leads nowhere. Proxies named in the
environment are not asked.
"""

import http.client
import socket
import ssl
from collections.abc import Mapping
from contextlib import suppress
from threading import Timer
from time import monotonic
from urllib.parse import urljoin

from django.conf import settings

from commonweal.partners import rules
from commonweal.partners.errors import AddressInside, AddressUnreadable
from commonweal.partners.types import Answer, Target, Trouble

CONNECT_S = 5.0
WITHIN_S = 10.0
LARGEST = 10 * 1024 * 1024
MOST_REDIRECTS = 3
REDIRECTS = frozenset({301, 302, 303, 307, 308})
AGENT = "Commonweal"


class NothingCame(RuntimeError):
    """No answer that could be used; `trouble` says why in a word of a list."""

    def __init__(self, trouble: Trouble) -> None:
        self.trouble = trouble
        super().__init__(trouble.value)


def check(url: str) -> None:
    """Refuse an address that cannot be written, or that plainly lies inside; names wait for use.

    Raises
    ------
    AddressUnreadable, AddressInside
        With the next step.

    """
    if len(url.strip()) > rules.LONGEST_URL:
        raise AddressUnreadable
    target = rules.target_of(url)
    is_number = ":" in target.host or target.host.replace(".", "").isdigit()
    is_here = target.host == "localhost" or target.host.endswith(".localhost")
    address = "127.0.0.1" if is_here else target.host
    if (is_number or is_here) and not rules.is_public(address, settings.OUTGOING_INSIDE):
        raise AddressInside


def send(
    method: str,
    url: str,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    within_s: float = WITHIN_S,
    largest: int = LARGEST,
) -> Answer:
    """Send a request to somebody else; only a GET follows redirects, and only to the same host.

    Raises
    ------
    NothingCame
        Whatever the reason.

    """
    deadline = monotonic() + within_s
    target = _target(url)
    for _hop in range(MOST_REDIRECTS + 1):
        answer = _once(method, target, dict(headers or {}), body, deadline, largest)
        if method != "GET" or answer.status not in REDIRECTS:
            return answer
        url = _led_to(url, answer)
        following = _target(url)
        if not rules.may_lead_on(target, following):
            raise NothingCame(Trouble.REDIRECTED)
        target = following
    raise NothingCame(Trouble.REDIRECTED)


def _led_to(url: str, answer: Answer) -> str:
    try:
        return urljoin(url, answer.headers.get("location", ""))
    except ValueError:
        raise NothingCame(Trouble.REDIRECTED) from None


def _target(url: str) -> Target:
    try:
        return rules.target_of(url)
    except AddressUnreadable:
        raise NothingCame(Trouble.NO_ADDRESS) from None


def _once(
    method: str,
    target: Target,
    headers: dict[str, str],
    body: bytes | None,
    deadline: float,
    largest: int,
) -> Answer:
    sock = _connected(target, deadline)
    # A per-read timeout does not stop somebody who sends one byte a second; this does.
    watch = Timer(max(0.0, deadline - monotonic()), _cut, [sock])
    watch.daemon = True
    watch.start()
    try:
        sock = _secured(sock, target) if not target.is_plain else sock
        watch.args = [sock]
        answer = _asked(sock, method, target, headers, body, largest)
    except ssl.SSLCertVerificationError:
        raise NothingCame(Trouble.CERTIFICATE) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        if isinstance(error, TimeoutError) or monotonic() >= deadline:
            raise NothingCame(Trouble.TOO_SLOW) from None
        is_nonsense = isinstance(error, http.client.HTTPException | ValueError)
        raise NothingCame(Trouble.NONSENSE if is_nonsense else Trouble.UNREACHABLE) from None
    finally:
        watch.cancel()
        sock.close()
    if monotonic() >= deadline:
        raise NothingCame(Trouble.TOO_SLOW)
    return answer


def _cut(sock: socket.socket) -> None:
    """End a connection under the hands of whoever reads from it."""
    with suppress(OSError):
        socket.socket.shutdown(sock, socket.SHUT_RDWR)


def _connected(target: Target, deadline: float) -> socket.socket:
    try:
        found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise NothingCame(Trouble.NO_ADDRESS) from None
    inside = settings.OUTGOING_INSIDE
    if not all(rules.is_public(str(address[0]), inside) for *_kind, address in found):
        raise NothingCame(Trouble.INSIDE)
    trouble = Trouble.UNREACHABLE
    for family, kind, protocol, _name, address in found:
        left = min(CONNECT_S, deadline - monotonic())
        if left <= 0:
            raise NothingCame(Trouble.TOO_SLOW)
        sock = socket.socket(family, kind, protocol)
        sock.settimeout(left)
        try:
            sock.connect(address)
            if rules.is_public(str(sock.getpeername()[0]), inside):
                sock.settimeout(max(0.1, deadline - monotonic()))
                return sock
            trouble = Trouble.INSIDE
        except TimeoutError:
            trouble = Trouble.TOO_SLOW
        except OSError:
            pass
        sock.close()
    raise NothingCame(trouble)


def _secured(sock: socket.socket, target: Target) -> socket.socket:
    return ssl.create_default_context().wrap_socket(sock, server_hostname=target.host)


def _asked(
    sock: socket.socket,
    method: str,
    target: Target,
    headers: dict[str, str],
    body: bytes | None,
    largest: int,
) -> Answer:
    kind = http.client.HTTPConnection if target.is_plain else http.client.HTTPSConnection
    line = kind(target.host, target.port)
    line.sock, line.auto_open = sock, 0
    sent = {"User-Agent": AGENT, "Accept-Encoding": "identity", "Connection": "close", **headers}
    line.request(method, target.path, body=body, headers=sent)
    with line.getresponse() as response:
        read = response.read(largest + 1)
    if len(read) > largest:
        raise NothingCame(Trouble.TOO_LARGE)
    named = {name.lower(): value for name, value in response.getheaders()}
    return Answer(status=response.status, headers=named, body=read)
