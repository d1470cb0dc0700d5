"""The city's pages as files of the profile folder: `pages/privacy.zh-Hant.md`."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from commonweal.city.types import LANGUAGES, Changes, Problem, ProfilePart
from commonweal.content import queries, rules
from commonweal.content.actions.pages import save_page
from commonweal.content.types import PageCode
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Actor

FOLDER = "pages"
_CODES = ", ".join(PageCode)
_LANGUAGES = ", ".join(LANGUAGES)


def check(folder: Path) -> list[Problem]:
    """Find every problem of the page files; no folder at all is fine, there are defaults."""
    return [problem for path in _paths(folder) for problem in _problems(path)]


def load(folder: Path, *, by: Actor, at: datetime, reason: str) -> tuple[Changes, ...]:
    """Save each page whose file differs from what stands."""
    changes = Changes(part=FOLDER)
    for path in _paths(folder):
        code, language = _named(path)
        title, body = rules.split_page(path.read_text(encoding="utf-8-sig"))
        before = queries.page_source(code, language)
        after = save_page(
            code=code,
            language=language,
            title=title,
            body=body,
            reason=reason,
            seen=before.version,
            by=by,
            at=at,
        )
        changes = changes.counted(
            is_new=after.version == 1 and before.version == 0,
            is_changed=after.version != before.version,
        )
    return (changes,)


def save(folder: Path) -> None:
    """Write the pages the city has written; the others come with the software."""
    written = [
        source
        for code in PageCode
        for language in LANGUAGES
        if (source := queries.page_source(code, language)).version
    ]
    for source in written:
        path = folder / FOLDER / f"{source.code}.{source.language}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"# {source.title}\n\n{source.body}\n", encoding="utf-8")


def _paths(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*.md"))


def _named(path: Path) -> tuple[str, str]:
    code, _, language = path.name.removesuffix(".md").partition(".")
    return code, language


def _problems(path: Path) -> Iterator[Problem]:
    file = f"{FOLDER}/{path.name}"
    code, language = _named(path)
    if code not in set(PageCode) or language not in LANGUAGES:
        remedy = f"Name it CODE.LANGUAGE.md with a code of {_CODES}; a language of {_LANGUAGES}."
        yield Problem(file=file, line=0, what="The name says no page of the city.", remedy=remedy)
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        remedy = "Save it as UTF-8."
        yield Problem(file=file, line=0, what="It is not in UTF-8.", remedy=remedy)
        return
    title, body = rules.split_page(text)
    if not title:
        remedy = "Begin the file with a line such as: # Privacy"
        yield Problem(file=file, line=1, what="The title is missing.", remedy=remedy)
        return
    known = ", ".join(f"{{{word}}}" for word in rules.PLACEHOLDERS)
    for number, line in enumerate(text.splitlines(), start=1):
        for word in rules.unknown_placeholders(line):
            what = f"{{{word}}} cannot be filled in."
            yield Problem(file=file, line=number, what=what, remedy=f"Use only: {known}.")
    if not rules.unknown_placeholders(text):
        try:
            rules.check_page(rules.clean_line(title), rules.clean_text(body), "checked")
        except Refusal as refusal:
            yield Problem(file=file, line=0, what=str(refusal), remedy="")


PAGES = ProfilePart(
    name=FOLDER,
    files=tuple(f"{FOLDER}/{code}.{language}.md" for code in PageCode for language in LANGUAGES),
    check=check,
    load=load,
    save=save,
)
