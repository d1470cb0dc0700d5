"""Two stores for one city: the city file, and the people file with its own short-lived backup."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.db.models import Model

PEOPLE = "people"
_PEOPLE_APPS = frozenset({"account", "sessions", "django_cache"})


def settings_for(url: str, home: Path, *, synchronous: str = "FULL") -> dict[str, dict[str, Any]]:
    """Build Django's DATABASES: SQLite files in the home folder, or one PostgreSQL database."""
    if not url:
        return {
            "default": _sqlite(home / "city.sqlite3", synchronous),
            PEOPLE: _sqlite(home / "people.sqlite3", synchronous),
        }
    parts = urlsplit(url)
    if parts.scheme in {"postgres", "postgresql"}:
        return {"default": _postgresql(url, "public"), PEOPLE: _postgresql(url, PEOPLE)}
    raise ValueError(
        "write postgresql://user:password@host:5432/name, or leave it empty for SQLite"
    )


def checked_url(raw: str) -> str:
    """Read an address of a database, or say how one is written."""
    settings_for(raw, Path())
    return raw


def may_be_overheard(url: str) -> bool:
    """Say whether the way to the database may be unencrypted without anybody having said so."""
    parts = urlsplit(url)
    is_here = not parts.hostname or parts.hostname in {"localhost", "127.0.0.1", "::1"}
    mode = dict(parse_qsl(parts.query)).get("sslmode", "prefer")
    return not is_here and mode in {"prefer", "allow"}


def _sqlite(path: Path, synchronous: str) -> dict[str, Any]:
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous};",
        },
    }


def _postgresql(url: str, schema: str) -> dict[str, Any]:
    parts = urlsplit(url)
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    options["options"] = f"-c search_path={schema}"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


class PeopleRouter:
    """Sends tables of personal values to the people store, everything else to the city store."""

    def _store(self, app_label: str, model: object) -> str:
        is_people = app_label in _PEOPLE_APPS or bool(getattr(model, "people", False))
        return PEOPLE if is_people else "default"

    def db_for_read(self, model: type[Model], **_hints: object) -> str:
        return self._store(model._meta.app_label, model)

    def db_for_write(self, model: type[Model], **_hints: object) -> str:
        return self._store(model._meta.app_label, model)

    def allow_relation(self, left: Model, right: Model, **_hints: object) -> bool:
        return self.db_for_read(type(left)) == self.db_for_read(type(right))

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: object
    ) -> bool | None:
        if app_label == "django_cache":
            return db == PEOPLE
        if model_name is None:
            if app_label in _PEOPLE_APPS:
                return db == PEOPLE
            return None if "store" not in hints else db == hints["store"]
        from django.apps import apps  # noqa: PLC0415  (the registry is not ready at import)

        try:
            model: object = apps.get_model(app_label, model_name)  # noqa: TID251  (a router is asked by name)
        except LookupError:
            model = hints.get("model")
        return db == self._store(app_label, model)
