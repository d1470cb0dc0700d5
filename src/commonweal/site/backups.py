"""A copy of both stores and of the photos, made while the city runs, and the way back.

    FOLDER/20260302T090000Z/manifest.json   what, how large, which release, which digests
    FOLDER/20260302T090000Z/city.sqlite3    (PostgreSQL: city.dump)
    FOLDER/20260302T090000Z/people.sqlite3  kept 30 days at most: erased must be erased here too
    FOLDER/media/ab/abcd...                 photos by their digest, shared by all copies

Each part is whole in itself. The city is copied first: people's values are written before the act
that needs them, so what the city speaks of is there in the people's part. Photos come last.
"""

import contextlib
import fcntl
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
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

import commonweal
from commonweal.content.queries import photos_place

CITY, PEOPLE = "default", "people"
PARTS = {CITY: "city", PEOPLE: "people"}
SCHEMAS = {CITY: "public", PEOPLE: "people"}
MANIFEST = "manifest.json"
LOCK = ".lock"
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
    with (
        _alone_with(folder),
        tempfile.TemporaryDirectory(prefix=".unfinished-", dir=folder) as unfinished,
    ):
        draft = Path(unfinished) / target.name
        draft.mkdir(mode=0o700)
        body = {
            "made_at": at.isoformat(),
            "version": commonweal.__version__,
            "vendor": connections[CITY].vendor,
            "migrations": {alias: _migrations(alias) for alias in PARTS},
            "parts": {name: _copy_store(alias, draft) for alias, name in PARTS.items()},
            "media": {} if photos_place() else _copy_media(folder),
            "photos_in": photos_place(),  # a bucket has backups of its own
        }
        _write(draft / MANIFEST, json.dumps(body, indent=1, sort_keys=True).encode())
        draft.rename(target)
    return Copy(folder=target, body=body)


@contextlib.contextmanager
def _alone_with(folder: Path) -> Iterator[None]:
    """Wait for other backups: photos of a copy without its manifest yet look unused to them."""
    with (folder / LOCK).open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


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
    with _alone_with(folder):
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
    """Read a copy and prove that it can be brought back here, before anything is touched.

    Raises
    ------
    BackupProblem
        With a file that is missing, differs or cannot be read, with a copy of the other database,
        or without the programs that bring it back.

    """
    copy = _read(folder)
    vendor = connections[CITY].vendor
    if copy.body["vendor"] != vendor:
        raise BackupProblem(
            f"This copy is of {copy.body['vendor']}, and this city runs on {vendor}. "
            "Set or unset DATABASE_URL to fit the copy."
        )
    for part in filter(None, copy.body["parts"].values()):
        _check_file(folder / part["file"], part["sha256"])
    for digest in set(copy.body["media"].values()):
        _check_file(_pooled(folder.parent, digest), digest)
    for name in map(PurePosixPath, copy.body["media"]):
        if name.is_absolute() or ".." in name.parts:
            raise BackupProblem(f"The copy names a file outside its folder: {name}.")
    for path in _paths(copy).values():
        if path and vendor == "sqlite":
            _check_sqlite(path)
        elif path:
            _pg("psql", CITY, "--version")
            _pg("pg_restore", CITY, "--list", str(path))
    return copy


def _paths(copy: Copy) -> dict[str, Path | None]:
    """Give the file of each store; none for the people's after thirty days."""
    parts = {alias: copy.body["parts"][name] for alias, name in PARTS.items()}
    return {alias: copy.folder / part["file"] if part else None for alias, part in parts.items()}


def _check_sqlite(path: Path) -> None:
    address = f"{path.resolve().as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as file:
            (found,) = file.execute("PRAGMA quick_check").fetchone()
            file.execute("SELECT count(*) FROM django_migrations")  # nothing at all is sound, too
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BackupProblem(f"{path} is damaged ({found}). Take another copy.")


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
    """Put a copy in the place of what is here. Migrate afterwards: that also makes the triggers.

    Everything is written beside the old city first; only then the new one takes its place.
    """
    copy = check(folder)
    check_photos(copy)
    if not photos_place() and _media().is_mount():
        raise BackupProblem(
            f"{_media()} is a disk of its own, which cannot be replaced in one step. "
            "Unmount it, restore, and move what came back onto it."
        )
    bring_back = _from_sqlite if connections[CITY].vendor == "sqlite" else _from_postgresql
    for alias in PARTS:
        connections[alias].close()
    with tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.HOME) as beside:
        media = _media_of(copy, Path(beside) / "media")
        bring_back(_paths(copy), Path(beside))
        if not photos_place():
            if _media().exists():
                _media().rename(Path(beside) / "old")
            media.rename(_media())
    return copy


def check_photos(copy: Copy) -> None:
    """Refuse to bring back a city whose photos would then be looked for in the wrong place."""
    was_in, is_in = copy.body.get("photos_in", ""), photos_place()
    if was_in and not is_in:
        raise BackupProblem(
            f"The photos of this copy are in the {was_in}. Set COMMONWEAL_S3_BUCKET and what "
            "belongs to it, then restore."
        )
    if is_in and copy.body["media"]:
        raise BackupProblem(
            f"This copy holds {len(copy.body['media'])} files of photos, and this city keeps its "
            "photos in a bucket. Unset COMMONWEAL_S3_BUCKET, restore, and move HOME/media there."
        )


def _from_sqlite(paths: dict[str, Path | None], beside: Path) -> None:
    for alias, path in paths.items():
        if path:
            draft = beside / alias
            shutil.copyfile(path, draft)
            draft.chmod(0o600)
            _sync(draft)
    for alias, path in paths.items():
        target = Path(connections[alias].settings_dict["NAME"])
        for ending in ("-wal", "-shm", "" if path is None else "-journal"):
            target.with_name(target.name + ending).unlink(missing_ok=True)
        if path:
            (beside / alias).rename(target)


def _from_postgresql(paths: dict[str, Path | None], beside: Path) -> None:
    """Do it in one transaction of both schemas: whatever fails in it leaves the old city."""
    steps = []
    for alias, path in paths.items():
        schema = SCHEMAS[alias]
        steps.append(f'--command=DROP SCHEMA IF EXISTS "{schema}" CASCADE')
        steps.append(f'--command=CREATE SCHEMA "{schema}"')
        if path:
            script = beside / f"{schema}.sql"
            with _list_without_schema(alias, path) as listed:
                options = ["--no-owner", f"--use-list={listed}", f"--file={script}"]
                _pg("pg_restore", alias, *options, str(path))
            steps.append(f"--file={script}")
    options = ["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--single-transaction"]
    _pg("psql", CITY, *options, *steps)


@contextlib.contextmanager
def _list_without_schema(alias: str, path: Path) -> Iterator[str]:
    lines = _pg("pg_restore", alias, "--list", str(path)).splitlines()
    with tempfile.NamedTemporaryFile("w", suffix=".list", encoding="utf-8") as file:
        file.write("\n".join(line for line in lines if " SCHEMA - " not in line))
        file.flush()
        yield file.name


def _media_of(copy: Copy, fresh: Path) -> Path:
    fresh.mkdir()
    for name, digest in copy.body["media"].items():
        target = fresh / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(_pooled(copy.folder.parent, digest), target)
    return fresh
