"""What `serve` refuses beside settings that cannot be read: all of it at once, with remedies.

A city whose address is this machine is a trial: what would harm only residents is allowed there.
"""

import os
import stat
from collections.abc import Iterator
from ipaddress import ip_address, ip_network
from urllib.parse import urlsplit

from django.conf import settings
from django.db import DatabaseError, connections

from commonweal.site import disks, keys

OTHERS = stat.S_IRWXO
STORES = ("city.sqlite3", "people.sqlite3", "media")


def troubles(host: str) -> list[str]:
    """Name everything that is not safe, each with what to do about it; `host` is listened at."""
    found = [*_files_for_all(), *_database(), *_network_disk()]
    if not settings.IS_LOCAL:
        found += [*_passing_home(), *_post(), *_photos(), *_root(), *_listens_wide(host)]
    return found


def _files_for_all() -> Iterator[str]:
    for path in keys.readable_by_others(settings.HOME):
        yield f"{path} can be read by others on this machine. Type: chmod 600 {path}"
    if settings.HOME.exists() and settings.HOME.stat().st_mode & stat.S_IWOTH:
        yield f"{settings.HOME} can be written by everybody. Type: chmod o= {settings.HOME}"
    if settings.HOME.exists() and not settings.HOME.stat().st_mode & stat.S_IXOTH:
        return  # nobody else comes as far as the files
    for path in (settings.HOME / name for name in STORES):
        if path.exists() and path.stat().st_mode & OTHERS:
            yield f"{path} can be read by others on this machine. Type: chmod -R o= {path}"


def _database() -> Iterator[str]:
    if connections["default"].vendor != "postgresql":
        return
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone()
    except DatabaseError as error:
        yield f"The database does not answer: {error}. Start it, or correct DATABASE_URL."
        return
    if encoding != "UTF8":
        yield (
            f"The database keeps text as {encoding}, which cannot hold every name. Make it anew: "
            "createdb --encoding UTF8 --template template0"
        )


def _network_disk() -> Iterator[str]:
    is_here = connections["default"].vendor == "sqlite"
    if is_here and disks.is_over_a_network(settings.HOME):
        yield (
            f"{settings.HOME} lies on another machine ({disks.kind_of(settings.HOME)}), and SQLite "
            "is damaged there sooner or later. Set COMMONWEAL_HOME to a disk of this machine, or "
            "DATABASE_URL to a PostgreSQL database."
        )


def _passing_home() -> Iterator[str]:
    if disks.is_passing(settings.HOME):
        yield (
            f"{settings.HOME} is a place that the system empties. Set COMMONWEAL_HOME to a folder "
            "that lasts, such as /srv/commonweal/home."
        )


def _post() -> Iterator[str]:
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        yield (
            "COMMONWEAL_MAIL_URL=console: would write people's mail and codes into the log. "
            "Set it to your mail server: smtp://user:password@host:587?starttls=yes"
        )
    elif str(settings.HOME / "outbox") == settings.EMAIL_FILE_PATH:
        yield (
            "COMMONWEAL_MAIL_URL is not set: codes and answers would reach nobody. Set it to your "
            "mail server, such as smtp://user:password@host:587?starttls=yes; for a trial without "
            "mail to a folder: file:///srv/commonweal/mail"
        )
    if not settings.EMAIL_HOST:
        return
    if settings.MAIL_FROM.endswith("localhost.localdomain"):
        yield (
            "COMMONWEAL_MAIL_FROM is not set, and mail without a real sender is refused "
            "everywhere. Set it to an address of the city's own domain: reports@city.example"
        )
    is_clear = not (settings.EMAIL_USE_SSL or settings.EMAIL_USE_TLS)
    if settings.EMAIL_HOST_PASSWORD and is_clear and not _is_loopback(settings.EMAIL_HOST):
        yield (
            "COMMONWEAL_MAIL_URL would send its password unencrypted. Add ?starttls=yes to it, or "
            "begin it with smtps://"
        )


def _photos() -> Iterator[str]:
    endpoint = settings.STORAGES["default"].get("OPTIONS", {}).get("endpoint", "")
    parts = urlsplit(endpoint)
    if parts.scheme == "http" and not _is_loopback(parts.hostname or ""):
        yield (
            "COMMONWEAL_S3_ENDPOINT would send people's photos unencrypted to another machine. "
            "Begin it with https://"
        )


def _root() -> Iterator[str]:
    if os.geteuid() == 0:
        yield (
            "The city would run as root, and a flaw in it would open the whole machine. Start it "
            "as a user of its own: sudo -u commonweal commonweal serve, or User= in its unit"
        )


def _listens_wide(host: str) -> Iterator[str]:
    if not settings.IS_SECURE or settings.TLS_CERT or _is_loopback(host):
        return
    if all(ip_network(line).is_loopback for line in settings.PROXIES):
        yield (
            f"--host {host} lets others past your proxy, over http. Leave it out, or, if the proxy "
            "stands elsewhere, set COMMONWEAL_PROXIES to its address."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def said(found: list[str]) -> str:
    """Write the refusal."""
    return "\n".join(["This city does not start:", *(f"  - {line}" for line in found)])
