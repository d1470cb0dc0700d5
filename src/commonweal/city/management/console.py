"""Where setting up a city asks: a terminal or a pipe, or a file of answers."""

import getpass
from collections.abc import Callable
from pathlib import Path
from typing import TextIO, TypeVar

from django.core.management.base import OutputWrapper
from django.utils.translation import gettext as _

from commonweal.city.actions import Findings, did_you_mean, read_yaml
from commonweal.city.errors import NotAnAnswer, ProfileHasProblems, ReadingInterrupted
from commonweal.city.types import LANGUAGES, Problem
from commonweal.kernel.errors import Refusal

T = TypeVar("T")


def explained(error: ValueError | Refusal) -> str:
    """Say in words why an answer was not taken."""
    if isinstance(error, ProfileHasProblems):
        return "\n".join(str(problem) for problem in error.problems)
    if isinstance(error, Refusal):
        return _(error.sentence).format(**error.facts)
    return str(error)


class Terminal:
    """Asks until the answer is good; reads a pipe in the same way."""

    def __init__(self, source: TextIO, target: OutputWrapper) -> None:
        self.languages: tuple[str, ...] = LANGUAGES
        self.zone = "UTC"
        self._source, self._target = source, target

    def say(self, line: str) -> None:
        self._target.write(line)

    def ask(
        self,
        key: str,  # noqa: ARG002  (only a file of answers needs it)
        question: str,
        parse: Callable[[str], T],
        *,
        default: str | None = None,
        secret: bool = False,
    ) -> T:
        shown = f" [{default}]" if default else ""
        while True:
            answer = self._read(f"{question}{shown}: ", secret=secret).strip()
            try:
                if not answer and default is None:
                    raise NotAnAnswer
                return parse(answer or default or "")
            except (ValueError, Refusal) as error:
                self._target.write(f"  ✗ {explained(error)}")

    def _read(self, prompt: str, *, secret: bool) -> str:
        if secret and self._source.isatty():
            return getpass.getpass(prompt)
        self._target.write(prompt, ending="")
        self._target.flush()
        line = self._source.readline()
        if not line:
            raise ReadingInterrupted
        if not self._source.isatty():
            self._target.write("")
        return line


class Answers:
    """Answers from a YAML file; the first that is wrong ends it with file, line and reason."""

    def __init__(self, path: Path, target: OutputWrapper) -> None:
        self.languages: tuple[str, ...] = LANGUAGES
        self.zone = "UTC"
        self._target, self._file = target, path.name
        findings = Findings()
        document = read_yaml(path.parent, path.name, findings)
        if document is not None and not isinstance(document.value, dict):
            findings.add(
                path.name,
                1,
                _("Names with answers are expected here."),
                _("Write lines such as “time_zone: Asia/Taipei”."),
            )
        if findings.problems or document is None:
            raise ProfileHasProblems(problems=tuple(findings.problems))
        self._said: dict[str, tuple[str, int]] = {}
        self._gather(document.value, (), document.line)
        self._asked: set[str] = set()

    def _gather(self, value: object, path: tuple[str, ...], line: Callable[..., int]) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                self._gather(inner, (*path, str(key)), line)
        elif value is not None:
            text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
            if isinstance(value, list):
                text = ", ".join(str(item) for item in value)
            self._said[".".join(path)] = (text, line(*path))

    def say(self, line: str) -> None:
        self._target.write(line)

    def ask(
        self,
        key: str,
        question: str,
        parse: Callable[[str], T],
        *,
        default: str | None = None,
        secret: bool = False,
    ) -> T:
        self._asked.add(key)
        answer, line = self._said.get(key, (default, 0))
        if answer is None:
            raise self._refusal(
                line,
                _("There is no answer to “{key}” ({question}).").format(key=key, question=question),
                _("Add a line “{key}: …”.").format(key=key),
            )
        if line and not secret:
            self._target.write(f"{question}: {answer}")
        try:
            if not answer and default is None:
                raise NotAnAnswer
            return parse(answer)
        except (ValueError, Refusal) as error:
            raise self._refusal(line, f"{key}:", explained(error)) from error

    def check_all_used(self) -> None:
        """Refuse answers that nobody asked for: they were meant for something."""
        unused = [
            Problem(
                file=self._file,
                line=line,
                what=_("Nobody asked for “{key}”.").format(key=key),
                remedy=did_you_mean(key, self._asked),
            )
            for key, (_answer, line) in self._said.items()
            if key not in self._asked
        ]
        if unused:
            raise ProfileHasProblems(problems=tuple(unused))

    def _refusal(self, line: int, what: str, remedy: str) -> ProfileHasProblems:
        problem = Problem(file=self._file, line=line, what=what, remedy=remedy)
        return ProfileHasProblems(problems=(problem,))
