"""Whoever walks through the pages in one language meets no other one."""

import re
from collections import Counter, deque
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit
from uuid import UUID

import pytest
from django.test import Client
from django.urls import Resolver404, resolve

from commonweal.cases import actions
from commonweal.identity import actions as identity
from commonweal.identity.models import Account
from commonweal.kernel.types import Role, Words
from tests.factories import cases as factory
from tests.factories.cases import ADMINISTRATOR, NOW, Town, card, reported, reporter
from tools.messages import foreign

pytestmark = [pytest.mark.django_db]

NAMES = {"zh-Hant": "東區路燈", "zh-Hans": "东区路灯", "en": "Street lamp"}
SAID = {"zh-hant": "橋邊的燈不亮。", "zh-hans": "桥边的灯不亮。", "en": "The lamp is dark."}
LANGUAGES = ("繁體中文", "简体中文", "English")  # called by their own names everywhere
WRITTEN = ("a town to test in", "set up")  # reasons that the factory gives
HAN = re.compile(r"[\u3400-\u9fff]")
LATIN = re.compile(r"[A-Za-z]{3,}")
# Addresses, places to be filled in, receipt numbers and keys are the same in every language.
NO_WORDS = re.compile(r"https?://\S+|\S+@\S+|\{\w+\}|[0-9A-Z]{5}(?:-[0-9A-Z]{1,5})+")
# Names that people know by no other word, and what administrators must type as it is.
AT_HOME = {
    *("JPEG", "PNG", "WebP", "HEIC", "JavaScript", "Cookie", "Enter", "Alt"),
    "Shift",
    *("GeoJSON", "Parquet", "FeatureCollection", "WGS", "Asia", "Taipei", "UTC"),
    *("CSV", "JSON", "Atom", "Open311", "Open", "Prometheus", "API", "Webhook", "webhook", "https"),
    *("WCAG", "Commonweal", "commonweal", "Apache", "License", "doctor", "migrate"),
    *("page", "privacy", "north", "town", "jurisdiction", "Parquet"),
}
SHOWN = {"alt", "title", "placeholder", "aria-label", "summary", "content", "label"}
NOT_SHOWN = {"data-key", "data-draft", "data-module", "data-ready", "data-url", "data-districts"}
MOST_OF_A_VIEW = 2
LEFT_ALONE = {"account_logout", "language", "text-size", "city-style", "setup-export"}
LEFT_ALONE |= {"setup-page", "setup-template", "setup-template-reset"}  # of any language each


class Reading(HTMLParser):
    """What a reader sees or hears of a page, its links and its forms."""

    def __init__(self, language: str) -> None:
        super().__init__()
        self._language = language
        self._elsewhere: list[bool] = []
        self.texts: list[str] = []
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self._tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a":
            self.links.append(said.get("href", ""))
        if tag == "form" and said.get("method", "").lower() == "post":
            self.forms.append((said.get("action", ""), {}))
        if tag == "input" and said.get("type") == "hidden" and self.forms:
            self.forms[-1][1][said.get("name", "")] = said.get("value", "")
        other = said.get("lang", self._language).lower() != self._language
        quiet = tag in {"script", "style", "textarea"} or said.get("translate") == "no" or other
        if not (quiet or any(self._elsewhere)):
            self.texts += [said[name] for name in SHOWN & said.keys() if tag != "meta"]
            self.texts += [
                value
                for name, value in said.items()
                if name.startswith("data-") and name not in NOT_SHOWN and " " in value
            ]
        if tag not in {"input", "br", "img", "link", "meta", "hr", "source", "path", "circle"}:
            self._tags.append(tag)
            self._elsewhere.append(quiet)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._tags:
            while self._tags.pop() != tag:
                self._elsewhere.pop()
            self._elsewhere.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(self._elsewhere):
            self.texts.append(data.strip())


def strange(texts: list[str], language: str) -> Iterator[str]:
    """Find what is not in the reader's language."""
    for text in texts:
        plain = NO_WORDS.sub("", text)
        for known in (*LANGUAGES, *WRITTEN):
            plain = plain.replace(known, "")
        if language == "en":
            if HAN.search(plain):
                yield text
        elif (set(LATIN.findall(plain)) - AT_HOME) or set(plain) & foreign(
            {"zh-hant": "zh_Hant", "zh-hans": "zh_Hans"}[language]
        ):
            yield text


def view_of(path: str) -> str:
    """Name the view behind an address; none where it leads away."""
    try:
        return resolve(path).view_name
    except Resolver404:
        return ""


def walk(client: Client, language: str, *starts: str) -> tuple[list[str], set[str]]:
    """Follow every link and send every form empty; say what is strange, and what was seen."""
    waiting = deque(starts)
    seen: set[str] = set()
    visits: Counter[str] = Counter()
    found: list[str] = []
    while waiting:
        path = urldefrag(waiting.popleft()).url
        view = view_of(urlsplit(path).path)
        if not view or path in seen or view in LEFT_ALONE or visits[view] >= MOST_OF_A_VIEW:
            continue
        seen.add(path)
        visits[view] += 1
        page = client.get(path, follow=True)
        forms = _read(page, path, language, found, waiting)
        for action, hidden in forms if visits[view] == 1 else ():
            target = action or path
            if not target.startswith("/") or view_of(urlsplit(target).path) in LEFT_ALONE:
                continue
            _read(client.post(target, hidden), f"POST {target}", language, found, waiting)
    return found, set(visits)


def _read(
    page: Any, path: str, language: str, found: list[str], waiting: deque[str]
) -> list[tuple[str, dict[str, str]]]:
    assert page.status_code < 500, path
    if not page.headers.get("Content-Type", "").startswith("text/html"):
        return []
    reading = Reading(language)
    reading.feed(page.content.decode())
    found += [f"{path}: {text}" for text in strange(reading.texts, language)]
    here = page.redirect_chain[-1][0] if getattr(page, "redirect_chain", None) else path
    for link in reading.links:
        if link.startswith("?"):
            waiting.append(urlsplit(here).path + link)
        elif link.startswith("/"):
            waiting.append(link)
    return reading.forms


@pytest.fixture(scope="module", autouse=True)
def compiled() -> None:
    """Say what to type where the catalogues are not compiled."""
    for source in Path("src/commonweal/web/locale").glob("*/LC_MESSAGES/*.po"):
        target = source.with_suffix(".mo")
        if not target.exists() or target.stat().st_mtime < source.stat().st_mtime:
            pytest.fail("Translations are not compiled. Type: python hatch_build.py")


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> Town:
    """Found the town with names in every language."""

    def named(_text: str) -> Words:
        return dict(NAMES)

    monkeypatch.setattr(factory, "named", named)
    return factory.town()


def lived_in(here: Town, language: str) -> str:
    """Let some cases happen, in the reader's language; give the key of the last one."""
    said = SAID[language]
    kept, answered, last = (
        reported(here.lamp, text=said, language=language, answers={"how-many": "one"})
        for _ in range(3)
    )
    reported(here.private, text=said)
    actions.publish(
        case_id=answered.case_id,
        text=said,
        seen=card(answered).version,
        by=here.officer,
        at=NOW,
    )
    for receipt in (answered, last):
        actions.answer(
            case_id=receipt.case_id,
            text=said,
            seen=card(receipt).version,
            by=here.officer,
            at=NOW,
        )
    actions.contest(reporter=reporter(answered), text=said, at=NOW)
    actions.ask(case_id=kept.case_id, text=said, seen=card(kept).version, by=here.officer, at=NOW)
    return last.key


def signed_in(role: Role, language: str, unit_id: UUID | None = None) -> Client:
    """Sign somebody in who holds a role and reads a language."""
    person_id = identity.make_staff(
        mail=f"{role.value}@example.org", name="7", by=ADMINISTRATOR, at=NOW, language=language
    )
    identity.grant(
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        until=None,
        reason=SAID[language],
        by=ADMINISTRATOR,
        at=NOW,
    )
    client = Client(headers={"accept-language": language})
    client.force_login(Account.objects.get(person_id=person_id))
    return client


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans", "en"])
class TestNoOtherLanguage:
    def test_for_a_resident(self, here: Town, language: str) -> None:
        key = lived_in(here, language)
        client = Client(headers={"accept-language": language})

        found, seen = walk(client, language, "/", f"/mine/{key}/", "/nowhere/", "/account/login/")

        assert found == [], chr(10).join(found)
        assert {"home", "report", "mine", "cases", "case", "help", "page"} <= seen

    def test_for_an_officer(self, here: Town, language: str) -> None:
        lived_in(here, language)
        client = signed_in(Role.OFFICER, language, here.roads.id)

        found, seen = walk(client, language, "/staff/")

        assert found == [], chr(10).join(found)
        assert {"staff", "staff-case", "staff-review"} <= seen

    def test_for_a_dispatcher(self, here: Town, language: str) -> None:
        lived_in(here, language)

        found, seen = walk(signed_in(Role.DISPATCHER, language), language, "/staff/")

        assert found == [], chr(10).join(found)
        assert {"staff", "staff-intake", "staff-case"} <= seen

    def test_for_an_administrator(self, here: Town, language: str) -> None:
        lived_in(here, language)

        found, seen = walk(signed_in(Role.ADMINISTRATOR, language), language, "/setup/")

        assert found == [], chr(10).join(found)
        assert {"setup", "setup-units", "setup-parameters", "operator"} <= seen
