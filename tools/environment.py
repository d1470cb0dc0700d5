"""Write docs/environment.md from the calls of env.read: `python -m tools.environment [--check]`."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCE = Path("src/commonweal")
TARGET = Path("docs/environment.md")
FOREIGN = {"DATABASE_URL"}
HEAD = """# Environment

Every variable the product reads. City policy (deadlines, categories, texts) is data, not here.
Made by `python -m tools.environment` from the calls that read them.

| variable | what it is for | without it |
|---|---|---|
"""
PLAIN = {
    "''": "nothing",
    "[]": "nothing",
    "None": "nothing",
    "0": "0",
    "False": "no",
    "True": "yes",
    "Path.cwd() / 'var'": "var, in the current folder",
    "not sys.stderr.isatty()": "yes, but not at a terminal",
    "mail.settings_for(f\"file://{HOME / 'outbox'}\")": "HOME/outbox",
    "['127.0.0.1', 'localhost', '[::1]']": "this machine",
}


@dataclass(frozen=True)
class Variable:
    """One variable, as the call that reads it tells."""

    name: str
    says: str
    default: str


def main() -> int:
    """Write the page, or say that it is stale."""
    found: dict[str, Variable] = {}
    for variable in sorted(variables(), key=lambda one: (one.name, not one.says)):
        found.setdefault(variable.name, variable)
    silent = [name for name, variable in found.items() if not variable.says]
    if silent:
        print(f"Say what they are for, with says=...: {', '.join(silent)}")
        return 1
    text = HEAD + "".join(
        f"| `{one.name}` | {one.says} | {one.default} |\n" for one in found.values()
    )
    if "--check" in sys.argv:
        if not TARGET.exists() or TARGET.read_text(encoding="utf-8") != text:
            print(f"{TARGET} is stale. Write it anew: python -m tools.environment")
            return 1
        print("environment: documented")
        return 0
    TARGET.write_text(text, encoding="utf-8")
    return 0


def variables() -> Iterator[Variable]:
    """Find every call of env.read."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _is_read(node.func, path):
                yield _variable(node)


def _is_read(function: ast.expr, path: Path) -> bool:
    match function:
        case ast.Attribute(value=ast.Name(id="env"), attr="read"):
            return True
        case ast.Name(id="read"):
            return path.name == "env.py"
    return False


def _variable(call: ast.Call) -> Variable:
    name = ast.literal_eval(call.args[0])
    given = {keyword.arg: keyword.value for keyword in call.keywords}
    says = ast.literal_eval(given["says"]) if "says" in given else ""
    default = ast.unparse(given["default"]) if "default" in given else "the start is refused"
    full = name if name in FOREIGN else f"COMMONWEAL_{name}"
    return Variable(full, says.replace("|", "\\|"), PLAIN.get(default, _quoted(default)))


def _quoted(default: str) -> str:
    return default if default.startswith("the ") else f"`{default}`".replace("'", "")


if __name__ == "__main__":
    sys.exit(main())
