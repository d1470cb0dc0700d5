"""Keys outside the stores: one that signs, and those that encrypt fields. Losing them loses data.

They come from the environment, or from files in HOME/keys that only the owner can read; those are
made when a new home is prepared, and never beside a store that already holds values.
"""

import os
import secrets
import ssl
from dataclasses import dataclass
from pathlib import Path

from cryptography.fernet import Fernet

from commonweal.site import env

SIGNING, FIELDS = "signing", "fields"
SHORTEST, FEWEST = 32, 8
REMEDY = (
    "Put the folder 'keys' of this home back from where you keep it, or set "
    "COMMONWEAL_SECRET_KEY and COMMONWEAL_FIELD_KEYS. A new home gets new keys by: commonweal init"
)


@dataclass(frozen=True)
class Keys:
    """What signs, and what encrypts fields (newest first)."""

    signing: str
    fields: list[str]


def folder_of(home: Path) -> Path:
    """Say where the key files lie."""
    return home / "keys"


def read(home: Path) -> Keys:
    """Read the keys, or fail with the remedy."""
    signing = env.read(
        "SECRET_KEY",
        str,
        default="",
        says="Signs sessions and forms; 32 random signs or more. Else the file HOME/keys/signing.",
    )
    fields = env.read(
        "FIELD_KEYS",
        env.words,
        default=[],
        says="Encrypts people's values, newest first; `commonweal new_key` makes one. "
        "Else the file HOME/keys/fields.",
    )
    signing = signing or _file(home, SIGNING)
    fields = fields or _file(home, FIELDS).split()
    if not signing or not fields:
        raise env.BadEnvironment(f"There are no keys in {folder_of(home)}. {REMEDY}")
    if len(signing) < SHORTEST or len(set(signing)) < FEWEST:
        raise env.BadEnvironment(
            f"COMMONWEAL_SECRET_KEY can be guessed: use {SHORTEST} random signs. "
            "Make one by: commonweal new_key"
        )
    for number, key in enumerate(fields, start=1):
        try:
            Fernet(key)
        except ValueError:
            raise env.BadEnvironment(
                f"Field key {number} is not a key. Make one by: commonweal new_key"
            ) from None
    return Keys(signing, fields)


def flaw_of_certificate(certificate: Path, key: Path) -> str:
    """Say what is wrong with a certificate and its key, with the remedy, or nothing."""
    if key.stat().st_mode & 0o007:
        return f"{key} can be read by everybody on this machine. Type: chmod o= {key}"
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, password=b"")
    except (ssl.SSLError, OSError, ValueError):
        return (
            f"{certificate} and {key} do not fit together, or the key has a password. Set "
            "COMMONWEAL_TLS_CERT and COMMONWEAL_TLS_KEY to the two files of one certificate (PEM)."
        )
    return ""


def _file(home: Path, name: str) -> str:
    try:
        return (folder_of(home) / name).read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise env.BadEnvironment(f"{folder_of(home) / name} cannot be read: {error}.") from None


def make_missing(home: Path) -> bool:
    """Make the key files of a new home; beside stores that hold values nothing is made."""
    if any((home / name).exists() for name in ("city.sqlite3", "people.sqlite3")):
        return False
    home.mkdir(parents=True, exist_ok=True)
    folder_of(home).mkdir(mode=0o700, exist_ok=True)
    made = [
        _write_new(folder_of(home) / SIGNING, secrets.token_urlsafe(48)),
        _write_new(folder_of(home) / FIELDS, new_field_key()),
    ]
    return any(made)


def new_field_key() -> str:
    """Make a key for fields."""
    return Fernet.generate_key().decode()


def _write_new(path: Path, text: str) -> bool:
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    with os.fdopen(file, "w", encoding="ascii") as out:
        out.write(text + "\n")
    return True


def readable_by_others(home: Path) -> list[Path]:
    """Name key files that somebody else on this machine can read."""
    files = [folder_of(home) / name for name in (SIGNING, FIELDS)]
    return [path for path in files if path.exists() and path.stat().st_mode & 0o077]
