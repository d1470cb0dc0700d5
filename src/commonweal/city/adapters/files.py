"""Read YAML, CSV and JSON of a folder so that every problem can name its file and line."""

import csv
import difflib
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

import yaml
from django.utils.translation import gettext as _

from commonweal.city.types import Problem
from commonweal.kernel.errors import Refusal

P = ParamSpec("P")
T = TypeVar("T")

LARGEST = 64 * 1024 * 1024
DEEPEST = 20
Key = str | int


@dataclass
class Findings:
    """Every problem found so far; reading goes on after each, so that all are told at once."""

    problems: list[Problem] = field(default_factory=list)

    def add(self, file: str, line: int, what: str, remedy: str) -> None:
        """Note one problem."""
        self.problems.append(Problem(file=file, line=line, what=what, remedy=remedy))

    def refused(self, file: str, line: int, refusal: Refusal) -> None:
        """Note a refusal: its first sentence says what is the case, the rest how to mend it."""
        self.problems.append(problem_of(refusal, file, line))

    def tried(
        self, file: str, line: int, check: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T | None:
        """Do a check and note what it refuses."""
        try:
            return check(*args, **kwargs)
        except Refusal as refusal:
            self.refused(file, line, refusal)
            return None

    def unknown(self, file: str, line: int, key: str, known: Iterable[str]) -> None:
        """Note a name that nobody asked for, with what was probably meant."""
        self.add(
            file,
            line,
            _("The name “{key}” is not known here.").format(key=key[:60]),
            did_you_mean(key, known),
        )


def problem_of(refusal: Refusal, file: str, line: int) -> Problem:
    """Turn a refusal into a problem at a place."""
    sentence = _(refusal.sentence)
    end = re.search(r"\. |。", sentence)
    cut = end.end() if end else len(sentence)
    what, remedy = (
        part.strip().format(**refusal.facts) for part in (sentence[:cut], sentence[cut:])
    )
    return Problem(file=file, line=line, what=what, remedy=remedy)


def did_you_mean(value: str, known: Iterable[str]) -> str:
    """Say which known name is near, or list them."""
    names = sorted(known)
    near = difflib.get_close_matches(value.lower(), names, n=1, cutoff=0.6)
    if near:
        return _("Did you mean “{name}”?").format(name=near[0])
    return _("Known are: {names}.").format(names=", ".join(names[:30]))


def read_text(folder: Path, name: str, findings: Findings, *, needed: bool = True) -> str | None:
    """Read a file as UTF-8; a byte order mark is no harm."""
    path = folder / name
    if not path.is_file():
        if needed:
            findings.add(name, 0, _("The file is missing."), _near_file(folder, name))
        return None
    try:
        if path.stat().st_size > LARGEST:
            findings.add(
                name,
                0,
                _("The file is larger than 64 MB."),
                _("Simplify it, for example the borders in your map software."),
            )
            return None
        raw = path.read_bytes()
    except OSError as error:
        findings.add(
            name,
            0,
            _("The file cannot be read ({why}).").format(why=error.strerror),
            _("Check who may read it."),
        )
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        findings.add(
            name, line, _("The text is not UTF-8."), _("Save the file with the encoding UTF-8.")
        )
        return None


def _near_file(folder: Path, name: str) -> str:
    there = [path.name for path in folder.iterdir()] if folder.is_dir() else []
    near = difflib.get_close_matches(name, there, n=1, cutoff=0.6)
    if near:
        return _("There is a file “{there}”: rename it to “{name}”.").format(
            there=near[0], name=name
        )
    return _("Write it; “commonweal city save FOLDER” shows the form.")


@dataclass(frozen=True)
class Document:
    """What a YAML file says, and on which line each part of it stands."""

    file: str
    value: Any  # what YAML can say; checked by the reader of each key
    lines: dict[tuple[Key, ...], int]

    def line(self, *path: Key) -> int:
        """Give the line of a part, or of the nearest part around it that is written."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


_Fast = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml where PyYAML was built with it


class _Loader(_Fast):  # type: ignore[misc, valid-type]  # either is a safe loader
    """YAML as people expect it: 10:30 is no number, `no` is a word, a date stays as written."""

    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012  (PyYAML's own shape)


for _tag, _form, _first in (
    ("null", r"(?:~|null|)$", ["~", "n", ""]),
    ("bool", r"(?:true|false)$", list("tf")),
    ("int", r"-?(?:0|[1-9][0-9]{0,17})$", list("-0123456789")),
    ("float", r"-?[0-9]+\.[0-9]+(?:[eE][-+][0-9]+)?$", list("-0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_form), _first)


class _Alias(yaml.YAMLError):
    """A value that stands for another: a few of them can grow into millions."""


def _check_events(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, _Fast):
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > DEEPEST:
            raise yaml.YAMLError
        if isinstance(event, yaml.AliasEvent):
            raise _Alias


def read_yaml(
    folder: Path, name: str, findings: Findings, *, needed: bool = True
) -> Document | None:
    """Read a YAML file with the line of each of its parts."""
    text = read_text(folder, name, findings, needed=needed)
    if text is None:
        return None
    try:
        _check_events(text)
        node = yaml.compose(text, _Loader)
        lines: dict[tuple[Key, ...], int] = {}
        value = _value(node, (), lines, name, findings) if node else None
    except _Alias:
        findings.add(
            name, 0, _("The file uses aliases (*name)."), _("Write each value where it is used.")
        )
        return None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        findings.add(
            name,
            line,
            _("This is not YAML ({why}).").format(why=error.problem or error.context),
            _("Look for a missing colon, quote or indent here or on the line above."),
        )
        return None
    except (yaml.YAMLError, RecursionError, ValueError):
        findings.add(
            name,
            0,
            _("This is not YAML (it holds forbidden characters or is nested too deeply)."),
            _("Write it anew in a plain text editor."),
        )
        return None
    return Document(file=name, value=value, lines=lines)


def _value(
    node: yaml.Node,
    path: tuple[Key, ...],
    lines: dict[tuple[Key, ...], int],
    name: str,
    findings: Findings,
) -> Any:
    lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            if key in found:
                findings.add(
                    name,
                    key_node.start_mark.line + 1,
                    _("“{key}” is written twice.").format(key=key[:60]),
                    _("Keep one of the two."),
                )
            lines[(*path, key)] = key_node.start_mark.line + 1
            found[key] = _value(value_node, (*path, key), lines, name, findings)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [
            _value(item, (*path, number), lines, name, findings)
            for number, item in enumerate(node.value)
        ]
    return _scalar(node)


def _scalar(node: yaml.Node) -> Any:
    text = str(node.value)
    match node.tag.rpartition(":")[2]:
        case "null":
            return None
        case "bool":
            return text == "true"
        case "int":
            return int(text)
        case "float":
            return float(text)
    return text


def read_json(folder: Path, name: str, findings: Findings, *, needed: bool = True) -> Any:
    """Read a JSON file."""
    text = read_text(folder, name, findings, needed=needed)
    if text is None:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        findings.add(
            name,
            error.lineno,
            _("This is not JSON ({why}).").format(why=error.msg),
            _("Look for a missing comma, quote or bracket here or on the line above."),
        )
    except RecursionError:
        findings.add(
            name, 0, _("This is not JSON (nested too deeply)."), _("Export the file again.")
        )
    except ValueError:
        findings.add(
            name,
            0,
            _("A number has more digits than can be read."),
            _("Export the file again, with fewer digits."),
        )
    return None


def lines_of_features(text: str) -> Iterator[int]:
    """Give the line on which each feature of a GeoJSON text begins."""
    decoder = json.JSONDecoder()
    begin = re.search(r'"features"\s*:\s*\[', text)
    at, line, counted = (begin.end() if begin else len(text)), 1, 0
    while (piece := re.compile(r"[\s,]*(?=[{\[\"\w-])").match(text, at)) is not None:
        line += text.count("\n", counted, piece.end())
        counted = piece.end()
        yield line
        try:
            _feature, at = decoder.raw_decode(text, piece.end())
        except ValueError:
            return


@dataclass(frozen=True)
class Row:
    """One row of a CSV file."""

    line: int
    values: dict[str, str]

    def words(self, column: str) -> dict[str, str]:
        """Gather a text in several languages: the columns name.en, name.zh-Hant."""
        start = f"{column}."
        return {
            key.removeprefix(start): text
            for key, text in self.values.items()
            if key.startswith(start) and text
        }


def read_csv(
    folder: Path,
    name: str,
    findings: Findings,
    *,
    needed_columns: Iterable[str],
    other_columns: Iterable[str] = (),
    needed: bool = True,
) -> list[Row]:
    """Read a CSV file with a row of names on top; commas, semicolons and tabs are understood."""
    text = read_text(folder, name, findings, needed=needed)
    if text is None:
        return []
    if not text.strip():
        findings.add(name, 0, _("The file is empty."), _("Write the names of the columns on top."))
        return []
    top = text.split("\n", 1)[0]
    mark = max(",;\t", key=top.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
    rows: list[Row] = []
    header: list[str] = []
    end = 0
    try:
        for cells in reader:
            line, end = end + 1, reader.line_num
            trimmed = [cell.strip() for cell in cells]
            if not any(trimmed):
                continue
            if not header:
                header = trimmed
                if not _check_header(
                    name, line, header, tuple(needed_columns), tuple(other_columns), findings
                ):
                    return []
            elif len(cells) != len(header):
                findings.add(
                    name,
                    line,
                    _("This row has {have} cells and the top row has {want}.").format(
                        have=len(cells), want=len(header)
                    ),
                    _("Put quotes around a text that holds a comma, or fill in empty cells."),
                )
            else:
                rows.append(Row(line, dict(zip(header, trimmed, strict=True))))
    except csv.Error as error:
        findings.add(
            name,
            reader.line_num,
            _("This is not CSV ({why}).").format(why=error),
            _("Look for a quote that is not closed."),
        )
    return rows


def _check_header(
    name: str,
    line: int,
    header: list[str],
    needed: tuple[str, ...],
    others: tuple[str, ...],
    findings: Findings,
) -> bool:
    fits = True
    known = (*needed, *others)
    for column in header:
        if column not in known:
            findings.unknown(name, line, column, known)
    for column in sorted({column for column in header if header.count(column) > 1}):
        fits = False
        findings.add(
            name,
            line,
            _("The column “{column}” is there twice.").format(column=column[:60]),
            _("Keep one of the two."),
        )
    for column in needed:
        if column not in header:
            fits = False
            findings.add(
                name,
                line,
                _("The column “{column}” is missing.").format(column=column),
                _("Add it to the top row."),
            )
    return fits
