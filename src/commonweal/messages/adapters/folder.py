"""A mail backend for demo and trial: every letter becomes a file that mail programs open."""

import re
from collections.abc import Sequence
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.core.mail.message import EmailMessage


class EmailBackend(BaseEmailBackend):
    """Writes to the folder of the setting EMAIL_FILE_PATH, one file per Message-ID."""

    def __init__(self, fail_silently: bool = False, **kwargs: Any) -> None:
        super().__init__(fail_silently=fail_silently, **kwargs)
        self.folder = Path(settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        self.folder.mkdir(parents=True, exist_ok=True)
        for message in email_messages:
            parts = message.message()
            at = parsedate_to_datetime(str(parts["Date"]))
            name = re.sub(r"[^a-z0-9]", "", str(parts["Message-ID"]).split("@")[0].lower())
            target = self.folder / f"{at:%Y%m%dT%H%M%S}-{name[:40]}.eml"
            half = target.with_suffix(".part")
            half.write_bytes(parts.as_bytes())
            half.replace(target)
        return len(email_messages)
