"""House rules that need neither a database nor a running city: `python -m tools.house`.

Each rule is one function from the root of the checkout to the breaches it finds. A new rule joins
RULES at the end of this file.
"""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import messages

DEEPEST = 4
LONGEST_README = 40
NOT_CONTEXTS = {"site", "__pycache__"}


@dataclass(frozen=True, kw_only=True)
class Breach:
    where: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}. {self.remedy}."


def no_addresses_in_locks(root: Path) -> Iterator[Breach]:
    """Any registry must do: a lock names packages and digests, never a place."""
    lock = root / "package-lock.json"
    for number, line in _lines(lock):
        if '"resolved"' in line:
            yield Breach(
                where=f"package-lock.json:{number}",
                what="names the address a package came from",
                remedy="Delete the member: npm finds packages by name and checks their integrity",
            )
    for path in sorted((root / "requirements").glob("*")):
        for number, line in _lines(path):
            if "://" in line:
                yield Breach(
                    where=f"requirements/{path.name}:{number}",
                    what="names an address",
                    remedy="Write `make lock` anew without an index address",
                )


def no_second_lock(root: Path) -> Iterator[Breach]:
    """One set of locks: requirements/*.txt."""
    listed = subprocess.run(
        ["git", "ls-files", "--", "*uv.lock", "*pylock.toml"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    for name in listed.stdout.split():
        yield Breach(
            where=name,
            what="is a second lock beside requirements/",
            remedy=f"Take it out: git rm --cached {name}",
        )


def no_deep_folders(root: Path) -> Iterator[Breach]:
    """Nobody walks more than four folders down to read a module."""
    source = root / "src"
    for folder in sorted({path.parent for path in source.rglob("*.py")}):
        inside = folder.relative_to(source)
        if len(inside.parts) > DEEPEST:
            yield Breach(
                where=f"src/{inside.as_posix()}",
                what=f"lies {len(inside.parts)} folders deep; {DEEPEST} are allowed",
                remedy="Move its modules up",
            )


def every_context_is_explained(root: Path) -> Iterator[Breach]:
    """Whoever opens a context that holds more than its `__init__` finds a short README."""
    for package in sorted((root / "src" / "commonweal").glob("*/")):
        begun = any(path.name != "__init__.py" for path in package.rglob("*.py"))
        if package.name in NOT_CONTEXTS or not begun:
            continue
        readme = package / "README.md"
        where = readme.relative_to(root).as_posix()
        length = sum(1 for _ in _lines(readme))
        if not length:
            yield Breach(
                where=where,
                what="is missing",
                remedy=f"Write its purpose, words and doors in at most {LONGEST_README} lines",
            )
        elif length > LONGEST_README:
            yield Breach(
                where=where,
                what=f"has {length} lines; {LONGEST_README} are allowed",
                remedy="Shorten it, or move a part to docs/",
            )


def every_method_is_documented(root: Path) -> Iterator[Breach]:
    """Public functions of methods tell parameters, result, refusals, cost and an example."""
    for path in sorted((root / "src" / "commonweal" / "methods").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
        refusing = _refusing(functions)
        for function in functions:
            if function.name.startswith("_"):
                continue
            missing = list(_missing(function, raises=function.name in refusing))
            if missing:
                yield Breach(
                    where=f"{path.relative_to(root).as_posix()}:{function.lineno}",
                    what=f"the docstring of {function.name} lacks {', '.join(missing)}",
                    remedy="Write it in NumPy form, as the other methods do",
                )


def _missing(function: ast.FunctionDef, *, raises: bool) -> Iterator[str]:
    text = ast.get_docstring(function) or ""
    given = function.args.posonlyargs + function.args.args + function.args.kwonlyargs
    nothing = isinstance(function.returns, ast.Constant) and function.returns.value is None
    wanted = {
        "Parameters": bool(given),
        "Returns": not nothing,
        "Raises": raises,
        "Notes": True,
        "Examples": True,
    }
    for section, needed in wanted.items():
        if needed and not re.search(rf"^{section}\n-{{{len(section)}}}$", text, re.MULTILINE):
            yield section
    for argument in given:
        if not re.search(rf"^(.+, )?{argument.arg}(, .+)? : ", text, re.MULTILINE):
            yield f"the parameter {argument.arg}"


def _refusing(functions: list[ast.FunctionDef]) -> set[str]:
    """Names of the functions that raise, or that call one of their module that raises."""
    calls: dict[str, set[str]] = {}
    found: set[str] = set()
    for function in functions:
        nodes = list(ast.walk(function))
        calls[function.name] = {node.id for node in nodes if isinstance(node, ast.Name)}
        if any(isinstance(node, ast.Raise) for node in nodes):
            found.add(function.name)
    while more := {name for name, used in calls.items() if used & found} - found:
        found |= more
    return found


def every_sentence_is_translated(root: Path) -> Iterator[Breach]:
    """Nobody meets a sentence in another language than the chosen one."""
    for flaw in messages.check(root):
        yield Breach(where=flaw.where, what=flaw.what, remedy=flaw.remedy)


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    if path.is_file():
        yield from enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)


RULES: tuple[Callable[[Path], Iterator[Breach]], ...] = (
    no_addresses_in_locks,
    no_second_lock,
    no_deep_folders,
    every_context_is_explained,
    every_method_is_documented,
    every_sentence_is_translated,
)


def main(root: Path) -> int:
    breaches = [breach for rule in RULES for breach in rule(root)]
    for breach in breaches:
        print(breach)
    print(f"house rules: {len(breaches) or 'no'} breaches")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
