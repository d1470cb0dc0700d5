"""What a resident and an officer do with the pages, without JavaScript, in any language."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.core import mail
from django.core.mail import EmailMultiAlternatives
from playwright.sync_api import Page

from tests.factories.content import telling

PASSWORD = "seven lanterns on the lake"


@dataclass(frozen=True)
class Receipt:
    number: str
    link: str


class Resident:
    """Somebody with a browser, a mailbox and a dark lamp."""

    def __init__(self, page: Page) -> None:
        self.page, self.mail = page, "mei@example.org"

    def reports(self, said: str, *, where: str, what: str) -> Receipt:
        """Go through the report: kind by own words, place, text, question, photo, mail, send."""
        self.page.goto("/report/")
        self.page.fill("#q", said)
        self.page.click(".cw-search button")
        self.page.locator("#found .cw-pick").first.click()
        self.page.fill("#id_place", where)
        self.page.locator("main form button.govuk-button").last.click()
        self.page.fill("#id_text", what)
        self.press()
        self.page.check("input[value='several']")
        self.press()  # which brings up another question
        self.page.fill("#id_q-which", "1, 2")
        self.press()
        photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": telling("JPEG")}
        self.page.set_input_files("#photo", photo)  # type: ignore[arg-type]  # a file in memory
        self.page.click("button[name='add']")
        self.page.click("button[name='next']")
        self.page.check("#id_how_0")
        self.page.fill("#id_mail", self.mail)
        self.press()
        self.page.wait_for_timeout(2100)  # nobody reads the last page in less
        self.press()
        number = self.page.inner_text(".cw-receipt__number")
        return Receipt(number=number, link=self.page.inner_text(".cw-receipt .cw-link >> nth=0"))

    def press(self) -> None:
        """Press the button with which a form ends."""
        self.page.locator("main form button").last.click()

    def letters(self) -> Sequence[EmailMultiAlternatives]:
        return [one for one in mail.outbox if one.to == [self.mail]]  # type: ignore[misc]

    def opens_the_newest_letter(self) -> None:
        self.page.goto(link_in(self.letters()[-1]))

    def replies(self, text: str) -> None:
        self.page.fill("#id_text", text)
        self.page.locator(".cw-card--ask button").click()

    def contests(self, reason: str) -> None:
        self.page.click(".cw-judge a[href$='contest/']")
        self.page.fill("#id_text", reason)
        self.press()

    def confirms(self) -> None:
        self.page.click(".cw-judge a[href$='confirm/']")
        self.press()


class Officer:
    """A member of staff who sets a password, signs in and works on a case."""

    def __init__(self, page: Page, mail_address: str) -> None:
        self.page, self.mail = page, mail_address

    def signs_in(self) -> None:
        """Take the link of the invitation, set a password, sign in with it."""
        [invitation] = [one for one in mail.outbox if one.to == [self.mail]]
        self.page.goto(link_in(invitation))
        for field in self.page.locator("main input[type='password']").all():
            field.fill(PASSWORD)
        self.page.locator("main form button").last.click()
        self.page.goto("/account/login/?next=/staff/")
        self.page.fill("input[name='login']", self.mail)
        self.page.fill("input[name='password']", PASSWORD)
        self.page.locator("main form button").first.click()

    def opens(self, number: str) -> None:
        """Find the case in the queue and open it."""
        self.page.goto("/staff/")
        self.page.click(f".cw-queue a:has-text('{number}')")

    def does(self, deed: str, text: str = "") -> None:
        """Unfold one of the things that can be done, fill it in, press its button."""
        part = self.page.locator(f"details#{deed}")
        part.locator("summary").click()
        if text:
            part.locator("textarea").fill(text)
        part.locator("button").click()

    def publishes_the_photo(self) -> None:
        self.page.locator(".cw-photos form[action$='/publish/'] button").click()


def link_in(letter: object) -> str:
    """Give the first address in a letter."""
    found = re.search(r"https?://\S+", str(getattr(letter, "body", "")))
    assert found, "no link in the letter"
    return found.group()
