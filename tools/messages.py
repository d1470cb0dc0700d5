"""Every sentence people see, in every language: `python -m tools.messages update|check`.

Gathers the English sentences from code and templates and keeps one catalogue per language beside
the pages. It needs nothing but Python, Django's template lexer and polib. Sentences are found

- in calls of Django's gettext functions, under whatever name they are imported;
- in the `sentence` of every refusal, and in the `words` of every parameter of policy;
- in `{% translate %}`, `{% blocktranslate %}` and `_("…")` of templates.
"""

import ast
import csv
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path

import polib
import yaml
from django.template.base import Lexer, Token, TokenType
from django.utils.text import smart_split
from django.utils.translation import trim_whitespace

LANGUAGES = ("zh_Hant", "zh_Hans")
SOURCE = Path("src/commonweal")
CATALOGUE = "web/locale/{language}/LC_MESSAGES/django.po"
TABLES = {"zh_Hant": "STCharacters.txt", "zh_Hans": "TSCharacters.txt"}  # who does not belong there
OTHER = {"zh_Hant": "Simplified", "zh_Hans": "Traditional"}
# Characters that the tables call foreign and that are at home all the same, and the other way
# round; sentences that may stand as they are because they hold no word, or only names; sentences
# whose translation need not use what is filled in, because it is always the same English word.
AT_HOME: dict[str, frozenset[str]] = {
    "zh_Hant": frozenset("台里床群峰秘晒"),
    "zh_Hans": frozenset(),
}
NOT_AT_HOME: dict[str, frozenset[str]] = {
    "zh_Hant": frozenset(),
    "zh_Hans": frozenset("於著乾"),
}
AS_THEY_ARE: frozenset[str] = frozenset()
WITHOUT_PLACES = frozenset({"The password is too similar to the %(verbose_name)s."})

# Function of Django -> the places of context, sentence and plural among its arguments.
CALLS: dict[str, tuple[int | None, int, int | None]] = {
    "gettext": (None, 0, None),
    "gettext_lazy": (None, 0, None),
    "gettext_noop": (None, 0, None),
    "ngettext": (None, 0, 1),
    "ngettext_lazy": (None, 0, 1),
    "pgettext": (0, 1, None),
    "pgettext_lazy": (0, 1, None),
    "npgettext": (0, 1, 2),
    "npgettext_lazy": (0, 1, 2),
}
REGISTRIES = {"Parameter": "words"}  # a call, and the keyword that holds a sentence
ROOT_REFUSAL = "Refusal"
# What forms of Django and allauth say on our pages, with the plural if there is one: their own
# catalogues have gaps, say "you" in two ways, and use words that ours do not.
BORROWED: tuple[tuple[str, str], ...] = (
    ("Enter a whole number.", ""),
    ("Enter a number.", ""),
    ("Enter a valid date.", ""),
    ("Enter a valid time.", ""),
    ("Enter a valid date/time.", ""),
    ("Enter a valid value.", ""),
    ("Enter a list of values.", ""),
    ("Enter a complete value.", ""),
    ("Enter a valid URL.", ""),
    ("Enter a valid UUID.", ""),
    ("Enter a valid email address.", ""),
    ("Null characters are not allowed.", ""),
    ("No file was submitted.", ""),
    ("No file was submitted. Check the encoding type on the form.", ""),
    ("The submitted file is empty.", ""),
    ("Select a valid choice. %(value)s is not one of the available choices.", ""),
    ("Select a valid choice. That choice is not one of the available choices.", ""),
    ("Ensure this value is less than or equal to %(limit_value)s.", ""),
    ("Ensure this value is greater than or equal to %(limit_value)s.", ""),
    ("Ensure this value is a multiple of step size %(limit_value)s.", ""),
    (
        "Ensure this value has at least %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at least %(limit_value)d characters (it has %(show_value)d).",
    ),
    (
        "Ensure this value has at most %(limit_value)d character (it has %(show_value)d).",
        "Ensure this value has at most %(limit_value)d characters (it has %(show_value)d).",
    ),
    (
        "Ensure this filename has at most %(max)d character (it has %(length)d).",
        "Ensure this filename has at most %(max)d characters (it has %(length)d).",
    ),
    ("The password is too similar to the %(verbose_name)s.", ""),
    ("This password is too common.", ""),
    ("This password is entirely numeric.", ""),
    (
        "This password is too short. It must contain at least %d character.",
        "This password is too short. It must contain at least %d characters.",
    ),
    ("This email address is already associated with this account.", ""),
    ("A user is already registered with this email address.", ""),
    ("The email address is not assigned to any user account.", ""),
    ("The new value must be different from the current one.", ""),
    ("You must type the same password each time.", ""),
    ("Invalid login.", ""),
    ("Invalid or expired key.", ""),
    ("Be patient, you are sending too many requests.", ""),
    ("You have signed out.", ""),
    ("Successfully signed in as %(name)s.", ""),
    ("Confirmation email sent to %(email)s.", ""),
    ("A sign-in code has been sent to %(recipient)s.", ""),
    ("You have confirmed %(email)s.", ""),
    ("Password successfully set.", ""),
    ("Password successfully changed.", ""),
)

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w*(?:![rsa])?(?::[^{}]*)?\}|%%|%[sd]")
TAG = re.compile(r"</?[a-zA-Z][^<>]*>")
WIDE = "，、。；：？！（）「」“”"  # they bring their own space
HAN = re.compile(r"[\u3400-\u9fff]")
BESIDE_HAN = re.compile(r"[\u3400-\u9fff][,;:?!]|[,;?!](?=[\u3400-\u9fff])")
QUOTED = re.compile(r"""^(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>(?:[^'\\]|\\.)*)')""")
MARKED = re.compile(r"""\b_\((?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\)""")


@dataclass(frozen=True)
class Key:
    """What makes a sentence the same sentence."""

    text: str
    context: str = ""


@dataclass(kw_only=True)
class Message:
    """One English sentence and where it stands."""

    plural: str = ""
    places: set[str] = field(default_factory=set)


@dataclass(frozen=True, kw_only=True)
class Flaw:
    """One thing that is wrong with a catalogue, or with a sentence in the source."""

    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}."


class Unreadable(Exception):
    """A sentence that cannot be known before the program runs."""


class Gathered:
    """All sentences, by key; one sentence with two plurals is refused."""

    def __init__(self) -> None:
        self.messages: dict[Key, Message] = {}
        self.flaws: list[Flaw] = []

    def add(self, key: Key, plural: str, place: str) -> None:
        if not key.text:
            return
        found = self.messages.setdefault(key, Message(plural=plural))
        if plural and found.plural and plural != found.plural:
            self.complain(place, f"“{key.text}” has two different plurals", "Give both the same")
        found.plural = found.plural or plural
        found.places.add(place)

    def complain(self, where: str, what: str, remedy: str) -> None:
        self.flaws.append(Flaw(where=where, what=what, remedy=remedy))


# Gathering


def gather(root: Path) -> Gathered:
    """Read every module and every template of the city."""
    gathered = Gathered()
    source = root / SOURCE
    trees = {path: ast.parse(path.read_bytes()) for path in _modules(source)}
    refusals = _refusals(trees.values())
    for path, tree in trees.items():
        _read_module(tree, refusals, path.relative_to(source).as_posix(), gathered)
    for path in sorted(source.rglob("templates/**/*.*")):
        if path.suffix in {".html", ".txt", ".css"}:
            place = path.relative_to(source).as_posix()
            _read_template(path.read_text(encoding="utf-8"), place, gathered)
    for text, plural in BORROWED if gathered.messages else ():
        gathered.add(Key(text), plural, "(packages)")
    return gathered


def _modules(source: Path) -> list[Path]:
    return [path for path in sorted(source.rglob("*.py")) if "migrations" not in path.parts]


def _refusals(trees: Iterable[ast.Module]) -> set[str]:
    """Name every class that comes from Refusal, however far."""
    bases: dict[str, set[str]] = {}
    for tree in trees:
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(_last(base) for base in node.bases)
    known = {ROOT_REFUSAL}
    while more := {name for name, above in bases.items() if above & known} - known:
        known |= more
    return known


def _last(node: ast.expr) -> str:
    return ast.unparse(node).rpartition(".")[2]


def _read_module(tree: ast.Module, refusals: set[str], place: str, into: Gathered) -> None:
    names = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and node.name in refusals:
            for text in _sentences(node):
                into.add(Key(text), "", place)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else _last(node.func)
            if called in REGISTRIES:
                for keyword in node.keywords:
                    if keyword.arg == REGISTRIES[called]:
                        into.add(Key(_text(keyword.value) or ""), "", place)
            if isinstance(node.func, ast.Name) and called in names:
                _read_call(node, CALLS[names[called]], place, into)
            elif isinstance(node.func, ast.Attribute) and called in CALLS:
                _read_call(node, CALLS[called], place, into)


def _imported(tree: ast.Module) -> dict[str, str]:
    """Say under which name each function of Django stands in a module."""
    return {
        alias.asname or alias.name: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in CALLS
    }


def _sentences(node: ast.ClassDef) -> Iterator[str]:
    for line in node.body:
        targets = line.targets if isinstance(line, ast.Assign) else []
        if isinstance(line, ast.AnnAssign):
            targets = [line.target]
        if any(isinstance(one, ast.Name) and one.id == "sentence" for one in targets):
            assert isinstance(line, ast.Assign | ast.AnnAssign)
            if line.value is not None and (text := _text(line.value)) is not None:
                yield text


def _read_call(
    node: ast.Call, places: tuple[int | None, int, int | None], place: str, into: Gathered
) -> None:
    try:
        context, text, plural = (_argument(node, position) for position in places)
    except Unreadable:
        into.complain(
            f"{place}:{node.lineno}",
            "a sentence is glued from parts and cannot be translated",
            "Write it whole, with named places: gettext('… %(name)s …') % {'name': …}",
        )
        return
    if text is not None:
        into.add(Key(text, context or ""), plural or "", place)


def _argument(node: ast.Call, position: int | None) -> str | None:
    if position is None or position >= len(node.args):
        return None
    return _text(node.args[position])


def _text(node: ast.expr) -> str | None:
    """Read a text; something computed elsewhere is none; something glued here is refused."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr | ast.BinOp):
        raise Unreadable
    return None


def _read_template(text: str, place: str, into: Gathered) -> None:
    tokens = iter(Lexer(text).tokenize())
    for token in tokens:
        if token.token_type is TokenType.BLOCK:
            parts = list(smart_split(token.contents))
            if parts[0] in {"translate", "trans"}:
                _read_translate(parts, place, into)
            elif parts[0] in {"blocktranslate", "blocktrans"}:
                _read_block(parts, tokens, place, into)
                continue
        if token.token_type in {TokenType.BLOCK, TokenType.VAR}:
            for found in MARKED.finditer(token.contents):
                into.add(Key(_unquoted(found["text"]) or ""), "", place)


def _read_translate(parts: list[str], place: str, into: Gathered) -> None:
    text = _unquoted(parts[1])
    if text is not None:
        into.add(Key(text, _context(parts)), "", place)


def _read_block(parts: list[str], tokens: Iterator[Token], place: str, into: Gathered) -> None:
    singular: list[str] = []
    plural: list[str] = []
    current = singular
    for token in tokens:
        if token.token_type is TokenType.BLOCK:
            if token.contents.split()[0] == "plural":
                current = plural
                continue
            break
        if token.token_type is TokenType.TEXT:
            current.append(token.contents.replace("%", "%%"))
        elif token.token_type is TokenType.VAR:
            current.append(f"%({token.contents})s")
    one, many = "".join(singular), "".join(plural)
    if "trimmed" in parts:
        one, many = trim_whitespace(one), trim_whitespace(many)
    into.add(Key(one, _context(parts)), many, place)


def _context(parts: list[str]) -> str:
    if "context" in parts:
        return _unquoted(parts[parts.index("context") + 1]) or ""
    return ""


def _unquoted(part: str) -> str | None:
    found = QUOTED.match(part)
    if found is None:
        return None
    text = found["double"] if found["double"] is not None else found["single"]
    return re.sub(r"\\(.)", r"\1", text).replace("%", "%%")


# Catalogues


def path_of(root: Path, language: str) -> Path:
    """Say where the catalogue of a language lies."""
    return root / SOURCE / CATALOGUE.format(language=language)


def read(path: Path) -> dict[Key, polib.POEntry]:
    """Read a catalogue; none is an empty one."""
    if not path.exists():
        return {}
    catalogue = polib.pofile(str(path), encoding="utf-8")
    return {Key(entry.msgid, entry.msgctxt or ""): entry for entry in catalogue if entry.msgid}


def write(path: Path, language: str, entries: Iterable[polib.POEntry]) -> None:
    """Write a catalogue in one order, without anything that changes by itself."""
    catalogue = polib.POFile(encoding="utf-8")
    catalogue.metadata = {
        "Project-Id-Version": "commonweal",
        "Language": language,
        "MIME-Version": "1.0",
        "Content-Type": "text/plain; charset=UTF-8",
        "Content-Transfer-Encoding": "8bit",
        "Plural-Forms": "nplurals=1; plural=0;",
    }
    catalogue.extend(sorted(entries, key=lambda entry: (entry.msgid, entry.msgctxt or "")))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(str(catalogue).rstrip("\n") + "\n", encoding="utf-8")


def merged(messages: dict[Key, Message], old: dict[Key, polib.POEntry]) -> list[polib.POEntry]:
    """Keep what is translated, drop what nobody says any more, add what is new."""
    entries = []
    for key, message in messages.items():
        known = old.get(key)
        said = "" if known is None else known.msgstr or known.msgstr_plural.get(0, "")
        entry = polib.POEntry(
            msgid=key.text,
            msgctxt=key.context or None,
            occurrences=[(place, "") for place in sorted(message.places)],
            flags=[] if known is None else known.flags,
            tcomment="" if known is None else known.tcomment,
        )
        if message.plural:
            entry.msgid_plural, entry.msgstr_plural = message.plural, {0: said}
        else:
            entry.msgstr = said
        entries.append(entry)
    return entries


def update(root: Path) -> str:
    """Bring every catalogue up to the source; what is new waits there for its translation."""
    gathered = gather(root)
    told = [f"{len(gathered.messages)} sentences"]
    for language in LANGUAGES:
        path = path_of(root, language)
        entries = merged(gathered.messages, read(path))
        write(path, language, entries)
        missing = sum(not (entry.msgstr or entry.msgstr_plural.get(0)) for entry in entries)
        told.append(f"{language}: {missing} to translate")
    return "; ".join(told)


# Checking


def check(root: Path) -> Iterator[Flaw]:
    """Find every sentence that is not said well in every language."""
    gathered = gather(root)
    yield from gathered.flaws
    yield from _check_texts(root)
    for language in LANGUAGES:
        path = path_of(root, language)
        where = path.relative_to(root).as_posix()
        if not gathered.messages and not path.exists():
            continue
        yield from _check_catalogue(where, language, gathered.messages, read(path))


def _check_texts(root: Path) -> Iterator[Flaw]:
    """Look for the other script in what ships beside the catalogues: mails, pages, samples."""
    for path in sorted((root / SOURCE).rglob("*.*")):
        for language, text in _shipped(path):
            if strangers := sorted(set(text) & foreign(language)):
                yield Flaw(
                    where=path.relative_to(root).as_posix(),
                    what=f"{OTHER[language]} characters ({''.join(strangers)}) in “{text[:40]}”",
                    remedy="Write them as the language does",
                )


def _shipped(path: Path) -> Iterator[tuple[str, str]]:
    """Give the Chinese texts of a file, each with its language."""
    if path.suffix == ".md":
        language = path.stem.rpartition(".")[2].replace("-", "_")
        if language in LANGUAGES:
            yield from ((language, line) for line in path.read_text(encoding="utf-8").splitlines())
    elif path.suffix == ".yaml":
        yield from _under(yaml.safe_load(path.read_text(encoding="utf-8")), "")
    elif path.suffix == ".csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                for column, text in row.items():
                    language = str(column).rpartition(".")[2].replace("-", "_")
                    if language in LANGUAGES:
                        yield language, str(text)


def _under(what: object, language: str) -> Iterator[tuple[str, str]]:
    """Walk through YAML: below a key that is a language, every text is in it."""
    if isinstance(what, dict):
        for key, value in what.items():
            named = str(key).replace("-", "_")
            yield from _under(value, named if named in LANGUAGES else language)
    elif isinstance(what, list):
        for value in what:
            yield from _under(value, language)
    elif isinstance(what, str) and language:
        yield language, what


def _check_catalogue(
    where: str, language: str, messages: dict[Key, Message], entries: dict[Key, polib.POEntry]
) -> Iterator[Flaw]:
    remedy = "Run `python -m tools.messages update`"
    for key in messages:
        if key not in entries:
            yield Flaw(where=where, what=f"“{key.text}” is missing", remedy=remedy)
    for key, entry in entries.items():
        message = messages.get(key)
        if message is None:
            yield Flaw(where=where, what=f"nobody says “{key.text}” any more", remedy=remedy)
        elif message.plural != entry.msgid_plural:
            yield Flaw(where=where, what=f"the plural of “{key.text}” changed", remedy=remedy)
        else:
            for what in wrong(entry, language):
                yield Flaw(where=where, what=f"“{key.text}” {what}", remedy="Mend its translation")


def wrong(entry: polib.POEntry, language: str) -> Iterator[str]:
    said = entry.msgstr_plural.get(0, "") if entry.msgid_plural else entry.msgstr
    meant = entry.msgid_plural or entry.msgid
    if "fuzzy" in entry.flags:
        yield "is marked as fuzzy"
    if not said.strip() or not meant:
        yield "is not translated"
        return
    places = set(PLACEHOLDER.findall(meant)) if meant not in WITHOUT_PLACES else set()
    if places != set(PLACEHOLDER.findall(said)):
        yield f"has other places in its translation: {said}"
    if Counter(TAG.findall(meant)) != Counter(TAG.findall(said)):
        yield f"has other tags in its translation: {said}"
    if strangers := sorted(set(said) & foreign(language)):
        yield f"holds {OTHER[language]} characters ({''.join(strangers)}): {said}"
    bare = TAG.sub("", PLACEHOLDER.sub("", meant))
    if re.search(r"[a-zA-Z]{2}", bare) and not HAN.search(said) and meant not in AS_THEY_ARE:
        yield f"is still English: {said}"
    if found := BESIDE_HAN.search(TAG.sub("", said)):
        yield f"has a narrow “{found[0]}” beside Chinese: {said}"
    for edge in (0, -1):
        if said[edge] not in WIDE and said[edge].isspace() != meant[edge].isspace():
            yield "begins or ends with another space"


@cache
def foreign(language: str) -> frozenset[str]:
    """List the characters of the other script, which have no place in a catalogue."""
    table = files("opencc") / "dictionary" / TABLES[language]
    found = set()
    for line in table.read_text(encoding="utf-8").splitlines():
        one, _tab, others = line.partition("\t")
        if one not in others.split():
            found.add(one)
    return frozenset(found) - AT_HOME[language] | NOT_AT_HOME[language]


def main(arguments: list[str], root: Path) -> int:
    match arguments:
        case ["update"]:
            print(update(root))
            return 0
        case ["check"]:
            flaws = list(check(root))
            for flaw in flaws:
                print(flaw)
            print(f"translations: {len(flaws) or 'no'} flaws")
            return 1 if flaws else 0
    print("Usage: python -m tools.messages update|check", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], Path(__file__).resolve().parent.parent))
