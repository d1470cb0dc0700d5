"""A partner who listens: a small server, what it heard, and what it answers."""

import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

from commonweal.kernel.models import Job
from commonweal.kernel.queries import clock
from commonweal.ledger.types import subject_of
from commonweal.partners import actions
from commonweal.partners.events import DeliveryWanted, NeighbourWanted
from commonweal.partners.models import Delivery, ForeignKind, Neighbour, Passing, Twin
from commonweal.partners.types import Does, HookCard, NeighbourCard, PassingState, Tells
from tests.factories.cases import ADMINISTRATOR, NOW

NEXT = "https://next.example/v2"
PUBLIC = "https://partner.example/notices"


def webhook(url: str = PUBLIC, *tells: Tells, **values: Any) -> tuple[HookCard, str]:
    """Make a webhook as the administrator does; without more it is told everything."""
    said: dict[str, Any] = {
        "name": "Street works",
        "reason": "a test",
        "by": ADMINISTRATOR,
        "at": NOW,
        **values,
    }
    return actions.make_hook(url=url, tells=frozenset(tells or Tells), **said)


def neighbour(url: str = NEXT, **values: Any) -> NeighbourCard:
    """Name a neighbouring city as the administrator does; its lamps are lamps here."""
    said: dict[str, Any] = {
        "name": "Next Town",
        "source": "next-town",
        "jurisdiction": "",
        "key": "",
        "does": frozenset(Does),
        "begins": date(2026, 1, 1),
        "reason": "a test",
        "by": ADMINISTRATOR,
        "at": NOW,
        **values,
    }
    return actions.make_neighbour(url=url, **said)


def known_neighbour(name: str) -> NeighbourCard:
    """Name a neighbour that told its kinds, did not answer lately, and left reports waiting."""
    card = neighbour(name=name, key="a-key", jurisdiction="next.example", at=clock())
    Job.objects.filter(name=NeighbourWanted.full_name()).delete()
    kinds = [ForeignKind(neighbour_id=card.id, code=code, name=name) for code in ("lamp", "bins")]
    ForeignKind.objects.bulk_create(kinds)
    ForeignKind.objects.filter(code="bins").update(waiting=3, waits_since=clock())
    seen = {"asked_at": clock(), "failing_since": clock(), "trouble": "status", "status": 503}
    Neighbour.objects.update(**seen, rejected=1, reason=name)
    return card


def elsewhere(neighbour_id: UUID, passed: UUID, failed: UUID, said: str) -> UUID:
    """Let one case stand at a neighbour, and another not have arrived there."""
    about: dict[str, Any] = {"neighbour_id": neighbour_id, "is_copy": False, "state": "in-work"}
    times = {"told_at": clock(), "looked_at": clock()}
    Twin.objects.create(case_id=passed, number=said[:100], **about, **times)
    row = Passing.objects.create(
        neighbour_id=neighbour_id,
        case_id=failed,
        unit_id=failed,
        service_code="lamp",
        text=said,
        state=PassingState.FAILED,
        tries=8,
        trouble="status",
        status=503,
        reason=said[:300],
        created_at=clock(),
        tried_at=clock(),
    )
    return row.pk


def meaning(card: NeighbourCard, **values: Any) -> NeighbourCard:
    """Say what kinds of a neighbour are here."""
    return actions.decide_kinds(
        neighbour_id=card.id,
        meanings=values,
        seen=card.version,
        reason="a test",
        by=ADMINISTRATOR,
        at=NOW,
    )


def told_webhook(case_id: UUID, name: str) -> HookCard:
    """Make a webhook that was told of a case and did not take it; nothing is sent."""
    card, _secret = webhook(name=name[:60], at=clock())
    actions.tell(
        tells=Tells.MOVED,
        case_id=case_id,
        state="in-work",
        before="received",
        subject=subject_of("case", case_id),
        seq=2,
        at=clock(),
    )
    Job.objects.filter(name=DeliveryWanted.full_name()).delete()
    seen = {"tries": 2, "status": 503, "trouble": "status", "took_ms": 41, "tried_at": clock()}
    Delivery.objects.filter(hook_id=card.id).update(**seen)
    return card


@dataclass(frozen=True)
class Heard:
    """One request as it came."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Listener:
    """A server of somebody else. `answers` are given in turn, then the last one for ever."""

    answers: list[tuple[int, dict[str, str], bytes]] = field(
        default_factory=lambda: [(204, {}, b"")]
    )
    heard: list[Heard] = field(default_factory=list)
    drip_s: float = 0  # how long to wait between the bytes of an answer
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/notices"


@contextmanager
def listening(listener: Listener) -> Iterator[Listener]:
    """Let a partner listen on this machine."""

    class Handler(BaseHTTPRequestHandler):
        def answer(self) -> None:
            size = int(self.headers.get("Content-Length") or 0)
            names = {name.lower(): value for name, value in self.headers.items()}
            listener.heard.append(Heard(self.command, self.path, names, self.rfile.read(size)))
            at = min(len(listener.heard), len(listener.answers)) - 1
            status, headers, body = listener.answers[at]
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for sign in body if listener.drip_s else ():
                    self.wfile.write(bytes([sign]))
                    self.wfile.flush()
                    time.sleep(listener.drip_s)
                if not listener.drip_s:
                    self.wfile.write(body)
            except OSError:
                pass  # whoever asked has hung up

        do_GET = do_POST = answer  # noqa: N815  (as http.server calls them)

        def log_message(self, *_args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listener.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield listener
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
