"""What in a page could run, or reach somewhere else."""

from html.parser import HTMLParser

SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>{{7*7}}"
SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt;"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "script" and not said.get("src", "").startswith("/static/"):
            self.found.append("a script")
        if tag in {"iframe", "object", "embed", "base", "style"}:
            self.found.append(tag)
        if said.get("src") == "x":
            self.found.append("a picture from elsewhere")
        for name, value in said.items():
            if name.startswith("on") or name == "style":
                self.found.append(f"{tag} {name}")
            if name in {"href", "src", "action", "formaction"} and "script:" in value.lower():
                self.found.append(f"{tag} {name}={value[:40]}")


def alive(page: str) -> list[str]:
    """Name everything in a page that could run."""
    reader = _Reader()
    reader.feed(page)
    return [*reader.found, *["a sum was worked out"] * (SCRIPT.replace("{{7*7}}", "49") in page)]
