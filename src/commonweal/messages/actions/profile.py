"""The city's own words for its messages as files of the profile folder: `messages/CODE.yaml`."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from commonweal.city.types import LANGUAGES, Changes, Problem, ProfilePart
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Actor
from commonweal.messages import queries, rules
from commonweal.messages.actions.words import save_template
from commonweal.messages.errors import NoSuchTemplate
from commonweal.messages.types import Shipped

FOLDER = "messages"
_LANGUAGES = ", ".join(LANGUAGES)
_SHAPE = "Write a language, and below it subject: and body:, as the saved files do."


def check(folder: Path) -> list[Problem]:
    """Find every problem of the message files; no folder at all is fine, there are defaults."""
    return [problem for path in _paths(folder) for problem in _problems(path)]


def load(folder: Path, *, by: Actor, at: datetime, reason: str) -> tuple[Changes, ...]:
    """Save the words that differ from those in force."""
    changes = Changes(part=FOLDER)
    for path in _paths(folder):
        told = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        for language, said in told.items():
            before = queries.template(path.stem, language)
            subject, body = rules.one_line(said["subject"]), _body(said["body"])
            is_same = (before.subject, before.body) == (subject, body)
            if not is_same:
                save_template(
                    code=path.stem,
                    language=language,
                    subject=subject,
                    body=body,
                    seen=before.version,
                    reason=reason,
                    by=by,
                    at=at,
                )
            changes = changes.counted(
                is_new=not is_same and not before.version, is_changed=not is_same
            )
    return (changes,)


def save(folder: Path) -> None:
    """Write the words the city has written; the others come with the software."""
    told: dict[str, dict[str, dict[str, str]]] = {}
    for card in queries.templates():
        if card.is_own:
            words = {"subject": card.subject, "body": card.body + "\n"}
            told.setdefault(card.code, {})[card.language] = words
    for code, languages in told.items():
        path = folder / FOLDER / f"{code}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        text = yaml.safe_dump(languages, allow_unicode=True, sort_keys=False, width=1000)
        path.write_text(text, encoding="utf-8")


def _body(text: str) -> str:
    return rules.plain_text(text).strip("\n")


def _paths(folder: Path) -> list[Path]:
    return sorted((folder / FOLDER).glob("*.yaml"))


def _problems(path: Path) -> Iterator[Problem]:
    file = f"{FOLDER}/{path.name}"
    try:
        kind = queries.shipped(path.stem)
    except NoSuchTemplate:
        known = ", ".join(queries.codes())
        yield Problem(
            file=file,
            line=0,
            what="The name says no message of the city.",
            remedy=f"Name it CODE.yaml with a code of: {known}.",
        )
        return
    try:
        text = path.read_text(encoding="utf-8-sig")
        told = yaml.safe_load(text)
    except UnicodeDecodeError:
        yield Problem(file=file, line=0, what="It is not in UTF-8.", remedy="Save it as UTF-8.")
        return
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        yield Problem(file=file, line=line, what="It cannot be read as YAML.", remedy=_SHAPE)
        return
    if not isinstance(told, dict):
        yield Problem(file=file, line=1, what="It holds no languages.", remedy=_SHAPE)
        return
    for language, said in told.items():
        yield from _of_language(file, _line_of(text, str(language)), kind, language, said)


def _of_language(
    file: str,
    line: int,
    kind: Shipped,
    language: Any,
    said: Any,
) -> Iterator[Problem]:
    if language not in kind.words:
        what = f"{str(language)[:20]} is no language of the pages."
        yield Problem(file=file, line=line, what=what, remedy=f"Use {_LANGUAGES}.")
        return
    is_shaped = isinstance(said, dict) and set(said) == {"subject", "body"}
    if not is_shaped or not all(isinstance(text, str) for text in said.values()):
        yield Problem(
            file=file, line=line, what="Subject or body is missing or no text.", remedy=_SHAPE
        )
        return
    try:
        rules.check_template(said["subject"], said["body"], kind.facts, kind.words[language][1])
    except Refusal as refusal:
        yield Problem(file=file, line=line, what=str(refusal), remedy="")


def _line_of(text: str, language: str) -> int:
    lines = text.splitlines()
    return next((n for n, line in enumerate(lines, 1) if line.startswith(f"{language}:")), 0)


WORDS = ProfilePart(name=FOLDER, files=("messages/CODE.yaml",), check=check, load=load, save=save)
