"""A copy of both stores and of the photos, made while the city runs, and the way back.

    FOLDER/20260302T090000Z/manifest.json   what, how large, which release, which digests
    FOLDER/20260302T090000Z/city.sqlite3    (PostgreSQL: city.dump)
    FOLDER/20260302T090000Z/people.sqlite3  kept 30 days at most: erased must be erased here too
    FOLDER/media/ab/abcd...                 photos by their digest, shared by all copies

Each part is whole in itself. The city is copied first: people's values are written before the act
that needs them, so what the city speaks of is there in the people's part. Photos come last.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

import commonweal

CITY, PEOPLE = "default", "people"
PARTS = {CITY: "city", PEOPLE: "people"}
SCHEMAS = {CITY: "public", PEOPLE: "people"}
MANIFEST = "manifest.json"
STAMP = "%Y%m%dT%H%M%SZ"
CHUNK = 1024 * 1024
KEEP_PEOPLE = timedelta(days=30)


class BackupProblem(Exception):
    """Something stands in the way; the message says what to do."""


@dataclass(frozen=True, kw_only=True)
class Copy:
    """One copy, as its manifest tells it."""

    folder: Path
    body: dict[str, Any]

    @property
    def made_at(self) -> datetime:
        return datetime.fromisoformat(self.body["made_at"])


def make(folder: Path, *, at: datetime) -> Copy:
    """Copy everything into a new folder below this one; a copy is there whole or not at all."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    target = folder / at.strftime(STAMP)
    if target.exists():
        raise BackupProblem(f"{target} is there already. Wait a second and do it again.")
    with tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as unfinished:
        draft = Path(unfinished) / target.name
        draft.mkdir(mode=0o700)
        body = {
            "made_at": at.isoformat(),
            "version": commonweal.__version__,
            "vendor": connections[CITY].vendor,
            "migrations": {alias: _migrations(alias) for alias in PARTS},
            "parts": {name: _copy_store(alias, draft) for alias, name in PARTS.items()},
            "media": _copy_media(folder),
        }
        _write(draft / MANIFEST, json.dumps(body, indent=1, sort_keys=True).encode())
        draft.rename(target)
    return Copy(folder=target, body=body)


def _migrations(alias: str) -> list[str]:
    applied = MigrationRecorder(connections[alias]).applied_migrations()
    return sorted(f"{app}.{name}" for app, name in applied)


def _copy_store(alias: str, draft: Path) -> dict[str, Any]:
    connection = connections[alias]
    if connection.vendor == "sqlite":
        path = draft / f"{PARTS[alias]}.sqlite3"
        _copy_sqlite(Path(connection.settings_dict["NAME"]), path)
    else:
        path = draft / f"{PARTS[alias]}.dump"
        _pg("pg_dump", alias, "--format=custom", f"--schema={SCHEMAS[alias]}", f"--file={path}")
    path.chmod(0o600)
    _sync(path)
    return {"file": path.name, "bytes": path.stat().st_size, "sha256": digest_of(path)}


def _copy_sqlite(source: Path, target: Path) -> None:
    """Copy in one step: stepwise copying begins again at every write and may never end."""
    with (
        contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True)) as old,
        contextlib.closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new, pages=-1)
        new.execute("PRAGMA journal_mode=DELETE")
        (found,) = new.execute("PRAGMA quick_check").fetchone()
    if found != "ok":
        raise BackupProblem(f"{source} is damaged ({found}). Restore the newest good copy.")


def _pg(program: str, alias: str, *options: str) -> str:
    wanted = connections[alias].settings_dict
    where = {
        "PGHOST": wanted["HOST"],
        "PGPORT": wanted["PORT"],
        "PGUSER": wanted["USER"],
        "PGPASSWORD": wanted["PASSWORD"],
        "PGDATABASE": wanted["NAME"],
    }
    env = os.environ | {name: str(value) for name, value in where.items() if value}
    try:
        done = subprocess.run(  # noqa: S603  (a program of PostgreSQL, options of our own)
            [program, "--no-password", *options],
            env=env,
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        raise BackupProblem(
            f"{program} is missing. Install PostgreSQL's client (Debian: postgresql-client)."
        ) from None
    if done.returncode:
        raise BackupProblem(f"{program} failed: {done.stderr.strip()[-500:]}")
    return done.stdout


def _media() -> Path:
    return Path(settings.HOME) / "media"


def _copy_media(folder: Path) -> dict[str, str]:
    listed = {}
    for path in sorted(_media().rglob("*")):
        if path.is_file():
            with contextlib.suppress(FileNotFoundError):  # taken down in this very moment
                listed[path.relative_to(_media()).as_posix()] = _into_pool(path, folder)
    return listed


def _pooled(folder: Path, digest: str) -> Path:
    return folder / "media" / digest[:2] / digest


def _into_pool(path: Path, folder: Path) -> str:
    digest = digest_of(path)
    kept = _pooled(folder, digest)
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        draft = kept.with_suffix(".unfinished")
        shutil.copyfile(path, draft)
        _sync(draft)
        draft.rename(kept)
    return digest


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _write(path: Path, data: bytes) -> None:
    draft = path.with_suffix(".unfinished")
    draft.write_bytes(data)
    _sync(draft)
    draft.rename(path)


def _sync(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


def copies_in(folder: Path) -> list[Copy]:
    """List the copies in a folder, oldest first."""
    found = [_read(manifest.parent) for manifest in folder.glob(f"*/{MANIFEST}")]
    return sorted(found, key=lambda copy: copy.made_at)


def newest(folder: Path) -> Path:
    """Give this copy; of the folder that copies are made into, the newest one."""
    copies = [] if (folder / MANIFEST).exists() else copies_in(folder)
    return copies[-1].folder if copies else folder


def _read(folder: Path) -> Copy:
    try:
        body = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BackupProblem(
            f"{folder} is no copy: it has no {MANIFEST}. Name the folder of one copy, "
            "such as FOLDER/20260302T090000Z."
        ) from None
    except ValueError:
        raise BackupProblem(f"{folder / MANIFEST} cannot be read. Take another copy.") from None
    return Copy(folder=folder, body=body)


def prune(folder: Path, *, at: datetime, keep_city: timedelta | None = None) -> list[str]:
    """Remove people's parts after 30 days (whole copies after `keep_city`), then unused photos."""
    removed = []
    for copy in copies_in(folder):
        age = at - copy.made_at
        if keep_city and age > keep_city:
            shutil.rmtree(copy.folder)
            removed.append(copy.folder.name)
        elif age > KEEP_PEOPLE and copy.body["parts"].get("people"):
            part = copy.folder / copy.body["parts"]["people"]["file"]
            part.unlink(missing_ok=True)
            copy.body["parts"]["people"] = None
            _write(copy.folder / MANIFEST, json.dumps(copy.body, indent=1).encode())
            removed.append(f"{copy.folder.name}/{part.name}")
    used = {digest for copy in copies_in(folder) for digest in copy.body["media"].values()}
    for path in (folder / "media").glob("*/*"):
        if path.name not in used:
            path.unlink()
    return removed


def check(folder: Path) -> Copy:
    """Read a copy and prove that every file is as it was written.

    Raises
    ------
    BackupProblem
        With a file that is missing or differs, or with a copy of a newer release.

    """
    copy = _read(folder)
    for part in filter(None, copy.body["parts"].values()):
        _check_file(folder / part["file"], part["sha256"])
    for digest in set(copy.body["media"].values()):
        _check_file(_pooled(folder.parent, digest), digest)
    return copy


def _check_file(path: Path, digest: str) -> None:
    if not path.is_file():
        raise BackupProblem(f"{path} is missing from the copy. Take another copy.")
    if digest_of(path) != digest:
        raise BackupProblem(f"{path} is not as it was written. Take another copy.")


def is_empty() -> bool:
    """Say whether this home holds no city yet."""
    tables = (connections[alias].introspection.table_names() for alias in PARTS)
    return not any("django_migrations" in names for names in tables)


def restore(folder: Path) -> Copy:
    """Put a copy in the place of what is here. Migrate afterwards: that also makes the triggers."""
    copy = check(folder)
    vendor = connections[CITY].vendor
    if copy.body["vendor"] != vendor:
        raise BackupProblem(
            f"This copy is of {copy.body['vendor']}, and this city runs on {vendor}. "
            "Set or unset DATABASE_URL to fit the copy."
        )
    for alias, name in PARTS.items():
        part = copy.body["parts"][name]
        path = folder / part["file"] if part else None
        connections[alias].close()
        (_restore_sqlite if vendor == "sqlite" else _restore_postgresql)(alias, path)
    _restore_media(copy)
    return copy


def _restore_sqlite(alias: str, path: Path | None) -> None:
    target = Path(connections[alias].settings_dict["NAME"])
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".restored")
    if path:
        shutil.copyfile(path, draft)
        draft.chmod(0o600)
        _sync(draft)
    for ending in ("-wal", "-shm", "" if path is None else "-journal"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    if path:
        draft.rename(target)


def _restore_postgresql(alias: str, path: Path | None) -> None:
    schema = SCHEMAS[alias]
    with connections[alias].cursor() as cursor:
        cursor.execute(f'DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        cursor.execute(f'CREATE SCHEMA "{schema}"')
    connections[alias].close()
    if path:
        with _list_without_schema(alias, path) as listed:
            name = connections[alias].settings_dict["NAME"]
            options = ["--no-owner", "--exit-on-error", "--single-transaction"]
            _pg(
                "pg_restore", alias, *options, f"--use-list={listed}", f"--dbname={name}", str(path)
            )


@contextlib.contextmanager
def _list_without_schema(alias: str, path: Path) -> Iterator[str]:
    lines = _pg("pg_restore", alias, "--list", str(path)).splitlines()
    with tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as file:
        file.write("\n".join(line for line in lines if " SCHEMA - " not in line))
        file.flush()
        yield file.name


def _restore_media(copy: Copy) -> None:
    media = _media()
    fresh = media.with_name("media.restored")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(parents=True)
    for name, digest in copy.body["media"].items():
        target = (fresh / name).resolve()
        if not target.is_relative_to(fresh.resolve()):
            raise BackupProblem(f"The copy names a file outside its folder: {name}.")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_pooled(copy.folder.parent, digest), target)
    shutil.rmtree(media, ignore_errors=True)
    fresh.rename(media)
