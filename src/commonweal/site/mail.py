"""One variable for the post: where mail goes, written as an address."""

from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from commonweal.site import env

TIMEOUT_S = 10


@dataclass(frozen=True, kw_only=True)
class Post:
    """How mail leaves."""

    backend: str
    host: str = ""
    port: int = 25
    user: str = ""
    password: str = ""
    ssl: bool = False
    starttls: bool = False
    folder: str = ""


def settings_for(url: str) -> Post:
    """Read `smtp://user:password@host:port` and its like."""
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise ValueError("the port must be a number") from None
    match parts.scheme:
        case "console":
            return Post(backend="django.core.mail.backends.console.EmailBackend")
        case "file" if parts.path:
            return Post(
                backend="commonweal.messages.adapters.folder.EmailBackend",
                folder=unquote(parts.netloc + parts.path),
            )
        case "smtp" | "smtps" if parts.hostname:
            wants = dict(parse_qsl(parts.query))
            return Post(
                backend="django.core.mail.backends.smtp.EmailBackend",
                host=parts.hostname,
                port=port or (465 if parts.scheme == "smtps" else 25),
                user=unquote(parts.username or ""),
                password=unquote(parts.password or ""),
                ssl=parts.scheme == "smtps",
                starttls=env.boolean(wants.get("starttls", "no")),
            )
    raise ValueError(
        "write smtp://user:password@host:25?starttls=yes, smtps://user:password@host:465, "
        "file:///a/folder or console:"
    )
