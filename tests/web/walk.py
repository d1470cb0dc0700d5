"""How a resident walks through the pages, form by form, without JavaScript."""

import html
import io
import re
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpResponse
from django.test import Client
from PIL import Image

from commonweal.cases.types import CategoryCard
from commonweal.edge import bots, once


def photo(name: str = "lamp.jpg") -> io.BytesIO:
    """Take a small photo."""
    file = io.BytesIO()
    Image.new("RGB", (32, 24), "orange").save(file, "JPEG")
    file.seek(0)
    file.name = name
    return file


def hidden(page: str) -> dict[str, str]:
    """Read the hidden fields of a page, as a browser sends them back."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page)
    return {name: html.unescape(value) for name, value in found}


def worked(stamp: str) -> str:
    """Do the little work that shows a slow hand, or a browser."""
    return next(str(n) for n in range(10**7) if bots.proven(stamp, str(n)))


def guard(page: str) -> dict[str, str]:
    """Give the fields by which a form acts once, with the work done."""
    found = {name: value for name, value in hidden(page).items() if name != "csrfmiddlewaretoken"}
    if once.FIELD in found:
        found[bots.PROOF] = worked(found[once.FIELD])
    return found


@dataclass
class Resident:
    """Somebody with a browser."""

    client: Client = field(default_factory=Client)

    def get(self, address: str, **headers: str) -> HttpResponse:
        """Open a page."""
        answer = self.client.get(address, headers=headers)
        if answer.streaming:
            answer.bytes = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
            answer.close()
        return answer  # type: ignore[return-value]

    def read(self, address: str) -> str:
        """Open a page that is there, and read it."""
        answer = self.get(address)
        assert answer.status_code == 200, (address, answer.status_code, answer.get("Location"))
        return answer.getvalue().decode()

    def send(self, address: str, **said: Any) -> HttpResponse:
        """Fill in a form and send it, with its hidden fields."""
        data = guard(self.read(address)) | said
        return self.client.post(address, data)  # type: ignore[return-value]

    def begin(self, category: CategoryCard, **said: str) -> HttpResponse:
        """Choose what the report is about."""
        return self.client.post("/report/", {"category": str(category.id), **said})  # type: ignore[return-value]

    def fill_in(self, category: CategoryCard, **instead: Any) -> None:
        """Answer every question up to "check before you send"."""
        said: dict[str, Any] = {
            "place": {"place": "At the bridge", "lat": "22.05", "lng": "114.05"},
            "details": {"text": "The lamp at the bridge is dark."},
            "questions": {"q-how-many": "one", "shown": "how-many"},
            "photos": {},
            "contact": {"how": "mail", "mail": "ada@example.org"},
            **instead,
        }
        assert self.begin(category).status_code == 302
        for step in ("place", "details", "questions", "photos", "contact"):
            if step == "questions" and not category.questions:
                continue
            answer = self.client.post(f"/report/{step}/", said[step])
            assert answer.status_code == 302, (step, answer.content.decode())

    def press_send(self) -> HttpResponse:
        """Send the report."""
        return self.send("/report/check/")


def receipt_in(page: str) -> tuple[str, str]:
    """Read number and key off a receipt."""
    number = re.search(r'cw-receipt__number" translate="no">([^<]+)<', page)
    key = re.search(r"/mine/([^/]+)/", page)
    assert number is not None
    return number[1], key[1] if key else ""
