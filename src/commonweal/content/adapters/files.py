"""Raw files in quarantine, and finished pictures in the storage that Django's settings name."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from commonweal.content import rules
from commonweal.content.types import ImageKind, Size

_PART = ".part"


class NotWritten(OSError):
    """The storage does not give back what it was given."""


def quarantine() -> Path:
    """Give the folder of raw files: beside static and media files, served by nobody."""
    folder = Path(settings.HOME) / "quarantine"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def raw(attachment_id: UUID) -> Path:
    return quarantine() / attachment_id.hex


def put_raw(attachment_id: UUID, data: bytes) -> None:
    """Write a raw file whole or not at all, and only return when it is on the disk."""
    final = raw(attachment_id)
    part = final.with_suffix(_PART)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(final)
    _sync_folder(final.parent)


def drop_raw(attachment_id: UUID) -> None:
    raw(attachment_id).unlink(missing_ok=True)


def raw_before(at: datetime) -> Iterator[tuple[UUID | None, Path]]:
    """List raw files older than a time; the id is None for a half-written one."""
    for path in sorted(quarantine().iterdir()):
        with suppress(FileNotFoundError):
            if datetime.fromtimestamp(path.stat().st_mtime, UTC) < at:
                yield _id(path.name), path


def _id(name: str) -> UUID | None:
    try:
        return UUID(hex=name)
    except ValueError:
        return None


def keep(attachment_id: UUID, kind: ImageKind, pictures: dict[Size, bytes]) -> None:
    """Store finished pictures under their one name, and read them back before believing it."""
    for size, data in pictures.items():
        name = rules.stored_name(attachment_id, size, kind)
        default_storage.delete(name)
        written = default_storage.save(name, ContentFile(data))
        if written != name:
            default_storage.delete(written)
        _sync(name)
        with default_storage.open(name) as file:
            if digest(file.read()) != digest(data):
                raise NotWritten(f"{name} does not hold what was written")


def drop(attachment_id: UUID) -> None:
    """Delete every picture of an attachment; nothing there is fine."""
    for kind in (ImageKind.JPEG, ImageKind.PNG):
        for size in Size:
            default_storage.delete(rules.stored_name(attachment_id, size, kind))


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _sync(name: str) -> None:
    try:
        path = Path(default_storage.path(name))
    except NotImplementedError:
        return  # not a folder of this machine
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
