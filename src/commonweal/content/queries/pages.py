"""Read the city's pages: what the city wrote, or what this software brings along."""

from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from commonweal.city import queries as city
from commonweal.city.types import LANGUAGES
from commonweal.content import errors, rules
from commonweal.content.adapters.markdown import html_of
from commonweal.content.models import PageVersion
from commonweal.content.types import PageCard, PageCode, PageSource
from commonweal.kernel.types import words_in

DEFAULTS = Path(__file__).resolve().parents[1] / "defaults"
PAGE_ADDRESS = "/pages/{code}/"
FALLBACK = "en"

_UNSAID = {
    "zh-Hant": "［尚未填寫］",
    "zh-Hans": "［尚未填写］",
    "en": "[not filled in yet]",
}


def page(code: str, language: str, *, page_address: str = PAGE_ADDRESS) -> PageCard:
    """Give a page as clean HTML, its placeholders filled in; links `page:CODE` get the address.

    Raises
    ------
    NoSuchPage
        When the code is not one of `PageCode`.

    """
    source = page_source(code, language)
    body = rules.filled(source.body, _values(source.language))
    return PageCard(
        code=source.code,
        language=source.language,
        title=source.title,
        html=html_of(body, page_address),
        updated_at=source.at,
        version=source.version,
    )


def page_preview(code: str, language: str, title: str, body: str) -> PageCard:
    """Show how a text would read that is not saved yet, or refuse what could not be saved."""
    known, spoken = rules.page_of(code), spelled(language)
    title, body = rules.clean_line(title), rules.clean_text(body)
    rules.check_page(title, body, "preview")
    filled = rules.filled(body, _values(spoken))
    return PageCard(
        code=known,
        language=spoken,
        title=title,
        html=html_of(filled, PAGE_ADDRESS),
        updated_at=None,
        version=0,
    )


def page_source(code: str, language: str, version: int | None = None) -> PageSource:
    """Give a page as it was written, for the form that edits it; the newest version by itself.

    Raises
    ------
    NoSuchPage
        When there is no such page, or no such version of it.

    """
    known, spoken = rules.page_of(code), spelled(language)
    if version == 0:
        return default_of(known, spoken)
    rows = PageVersion.objects.filter(page_id=rules.page_id(known, spoken)).order_by("-number")
    row = (rows if version is None else rows.filter(number=version)).first()
    if row is not None:
        return _source(row)
    if version is not None:
        raise errors.NoSuchPage
    return default_of(known, spoken)


def page_versions(code: str, language: str) -> list[PageSource]:
    """Tell a page's life, newest first; the last is what this software brings along."""
    known, spoken = rules.page_of(code), spelled(language)
    rows = PageVersion.objects.filter(page_id=rules.page_id(known, spoken)).order_by("-number")
    return [*(_source(row) for row in rows), default_of(known, spoken)]


def page_titles(language: str) -> dict[PageCode, str]:
    """Give the titles of all pages, for lists of links."""
    spoken = spelled(language)
    titles = {code: default_of(code, spoken).title for code in PageCode}
    rows = PageVersion.objects.filter(language=spoken).order_by("number")
    return titles | {PageCode(row.code): row.title for row in rows.only("code", "title")}


def spelled(language: str) -> str:
    """Spell a language as the city does: `zh-hant` becomes `zh-Hant`; an unknown one is English."""
    lowered = {known.lower(): known for known in LANGUAGES}
    return lowered.get(language.lower(), FALLBACK)


@lru_cache(maxsize=64)
def default_of(code: PageCode, language: str) -> PageSource:
    text = (DEFAULTS / f"{code}.{language}.md").read_text(encoding="utf-8")
    title, body = rules.split_page(text)
    return PageSource(
        code=code, language=language, title=title, body=body, reason="", at=None, version=0
    )


def _source(row: PageVersion) -> PageSource:
    return PageSource(
        code=PageCode(row.code),
        language=row.language,
        title=row.title,
        body=row.body,
        reason=row.reason,
        at=row.at,
        version=row.number,
    )


def _values(language: str) -> dict[str, str]:
    profile = city.profile()
    unsaid = rules.literal(_UNSAID[language])
    phone, mail = rules.literal(profile.phone), rules.literal(profile.email)
    digits = "".join(mark for mark in profile.phone if mark in "+0123456789")
    return {
        "city": rules.literal(words_in(profile.name, language)) or unsaid,
        "phone": f"[{phone}](tel:{digits})" if digits else phone or unsaid,
        "mail": f"[{mail}](mailto:{quote(profile.email, safe='@+')})" if mail else unsaid,
        "address": rules.literal(words_in(profile.address, language)) or unsaid,
        "hours": rules.literal(words_in(profile.hours, language)) or unsaid,
    }
