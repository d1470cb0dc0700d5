"""What `commonweal doctor` looks at beside readiness: what an operator set up or missed."""

import http.client
import smtplib
import ssl
import time
from contextlib import closing
from datetime import datetime
from http import HTTPStatus
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend
from django.db import connections

from commonweal.city.queries import profile
from commonweal.content.actions import try_storage
from commonweal.kernel import actions, queries, tasks
from commonweal.site import health, keys, running
from commonweal.site.health import Finding

PATIENCE_S = 10.0
ASSET = "vendor/commonweal.css"


def soundness() -> Finding:
    """Let SQLite look over its own files, and whether an acknowledged act survives a power cut."""
    for alias in settings.DATABASES:
        if connections[alias].vendor != "sqlite":
            return Finding(name="soundness", ok=True, says="PostgreSQL looks after itself")
        with connections[alias].cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            (found,) = cursor.fetchone()
            cursor.execute("PRAGMA synchronous")
            (synchronous,) = cursor.fetchone()
        if found != "ok":
            return Finding(
                name="soundness",
                ok=False,
                says=f"the store '{alias}' is damaged: {found}",
                remedy="Stop the city and restore the newest copy: commonweal restore",
            )
        if int(synchronous) < 2 and not settings.DEMO:  # noqa: PLR2004  (FULL)
            return Finding(
                name="soundness",
                ok=False,
                says="a power cut may lose the last acts",
                remedy="Run with the settings of serve, which write every act to the disk.",
            )
    return Finding(name="soundness", ok=True, says="both files are sound")


def key_files() -> Finding:
    """Look whether the keys are for their owner only."""
    open_to_others = keys.readable_by_others(settings.HOME)
    return Finding(
        name="keys",
        ok=not open_to_others,
        says=f"{open_to_others[0]} can be read by others"
        if open_to_others
        else "there, and private",
        remedy=f"Type: chmod 600 {open_to_others[0]}" if open_to_others else "",
    )


def post() -> Finding:
    """Knock at the mail server."""
    connection = mail.get_connection()
    if not isinstance(connection, EmailBackend):
        return Finding(
            name="mail",
            ok=settings.DEMO,
            says="mail is written to a folder, and nobody gets it",
            remedy="" if settings.DEMO else "Set COMMONWEAL_MAIL_URL to your mail server.",
        )
    try:
        connection.open()
        connection.close()
    except (OSError, smtplib.SMTPException) as error:
        return Finding(
            name="mail",
            ok=False,
            says=f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT} refuses ({type(error).__name__})",
            remedy="Correct COMMONWEAL_MAIL_URL, or start the mail server.",
        )
    return Finding(name="mail", ok=True, says=f"{settings.EMAIL_HOST} answers")


def worker() -> Finding:
    """Ask for a piece of work that does nothing, and wait for it."""
    at = queries.clock()
    name = f"ping@{at.isoformat()}"
    actions.enqueue(tasks.ping, at=at, dedupe=name, priority=-100)
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        if queries.is_done(name):
            took = (queries.clock() - at).total_seconds()
            return Finding(name="worker", ok=True, says=f"answered in {took:.1f} s")
        time.sleep(0.1)
    return Finding(
        name="worker",
        ok=False,
        says=f"no answer in {PATIENCE_S:g} s",
        remedy="Start it: commonweal serve (or commonweal jobs)",
    )


def time_zones() -> Finding:
    """Look whether the city's time zone is known here."""
    zone = profile().zone
    try:
        offset = datetime.now(ZoneInfo(zone)).strftime("%z")
    except (ZoneInfoNotFoundError, ValueError):
        return Finding(
            name="time zone",
            ok=False,
            says=f"{zone!r} is not known",
            remedy="Correct the city's time zone, or install the package tzdata.",
        )
    return Finding(name="time zone", ok=True, says=f"{zone}, now UTC{offset}")


def assets() -> Finding:
    """Look whether stylesheets and scripts are where pages point to."""
    try:
        is_there = staticfiles_storage.exists(staticfiles_storage.stored_name(ASSET))  # type: ignore[attr-defined]  # of the manifest storage
    except (ValueError, AttributeError):
        is_there = False
    remedy = "" if is_there else "Run: commonweal collectstatic --no-input"
    if not is_there and not running.are_assets_built():
        remedy = f"{running.BUILD_THEM} {remedy}"
    return Finding(
        name="assets",
        ok=is_there,
        says="stylesheets and scripts are in place" if is_there else f"{ASSET} is missing",
        remedy=remedy,
    )


def _where_it_runs() -> str:
    """Give the address of the demo that runs in this home, whichever port it took."""
    try:
        return (settings.HOME / running.FILE).read_text(encoding="utf-8").split()[0]
    except (OSError, IndexError):
        return str(settings.ADDRESS)


def address() -> Finding:
    """Go in by the front door, as a resident does."""
    said = _where_it_runs() if settings.DEMO else settings.ADDRESS
    parts = urlsplit(said)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    try:
        with closing(kind(parts.hostname or "", parts.port, timeout=5)) as line:
            line.request("GET", "/livez")
            status = line.getresponse().status
        says = f"{said} answers {status}"
        is_open = status == HTTPStatus.OK
    except (OSError, http.client.HTTPException) as error:
        is_open = False
        is_certificate = isinstance(error, ssl.SSLCertVerificationError)
        says = f"{said}: " + (
            "the certificate is not valid" if is_certificate else "nobody answers"
        )
    return Finding(
        name="address",
        ok=is_open,
        says=says,
        remedy="" if is_open else "Start the city, and look at the proxy, its certificate and DNS.",
    )


def one_photo() -> Finding:
    """Keep something small where photos lie, and delete it again."""
    return health.photos_finding("one photo", try_storage())


LOOKS = (*health.LOOKS, one_photo, soundness, key_files, post, worker, time_zones, assets, address)
