"""A mail server of our own that can refuse, stumble and dawdle."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from django.test import override_settings


@dataclass
class MailServer:
    """What the server was given, and how it behaves."""

    letters: list[EmailMessage] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    to_recipient: str = "250 OK"
    to_data: str = "250 OK"
    hangs_up: bool = False
    keeps_and_hangs_up: bool = False
    waits_s: float = 0.0

    async def handle_RCPT(  # noqa: N802  (the library's name)
        self,
        server: Any,  # noqa: ARG002
        session: Any,  # noqa: ARG002
        envelope: Any,
        address: str,
        rcpt_options: list[str],  # noqa: ARG002
    ) -> str:
        if self.to_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.to_recipient

    async def handle_DATA(  # noqa: N802
        self,
        server: Any,
        session: Any,  # noqa: ARG002
        envelope: Any,
    ) -> str:
        if self.waits_s:
            await asyncio.sleep(self.waits_s)
        if self.hangs_up:
            server.transport.abort()
            return self.to_data
        if self.to_data.startswith("250"):
            self.raw.append(envelope.content)
            parsed = message_from_bytes(envelope.content, policy=policy.default)
            assert isinstance(parsed, EmailMessage)
            self.letters.append(parsed)
            self.recipients.append(list(envelope.rcpt_tos))
        if self.keeps_and_hangs_up:
            server.transport.abort()
        return self.to_data


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    """Run a mail server and point the city at it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    behaviour = MailServer()
    controller = Controller(behaviour, hostname="127.0.0.1", port=port)
    controller.start()
    with override_settings(
        EMAIL_BACKEND="django.core.mail.backends.smtp.EmailBackend",
        EMAIL_HOST="127.0.0.1",
        EMAIL_PORT=port,
        EMAIL_TIMEOUT=1,
        MAIL_FROM="city@example.org",
    ):
        yield behaviour
    controller.stop()
