"""Settings of a real city. What is not safe is refused, with what to do instead."""

from urllib.parse import urlsplit

from commonweal.site import databases, env, keys
from commonweal.site.settings.base import *

if env.read("DEBUG", env.boolean, default=False, says="Refused: shows the inside to everybody."):
    raise env.BadEnvironment(
        "COMMONWEAL_DEBUG would show the inside of the program to everybody: take it out."
    )
if (HOME / "demo").exists():
    raise env.BadEnvironment(
        f"{HOME} is the home of a demo, and its accounts are known to everybody. "
        "Set COMMONWEAL_HOME to a folder of your city's own; to look at the demo, add --demo."
    )

_keys = keys.read(HOME)
SECRET_KEY, FIELD_KEYS = _keys.signing, _keys.fields

_address = urlsplit(ADDRESS)
IS_LOCAL = _address.hostname in {"127.0.0.1", "localhost", "::1"}
TLS_CERT = env.read(
    "TLS_CERT", env.file, default=None, says="A certificate (PEM), where no proxy speaks TLS."
)
TLS_KEY = env.read("TLS_KEY", env.file, default=None, says="The key of that certificate (PEM).")
PLAIN_HTTP = env.read(
    "PLAIN_HTTP",
    env.boolean,
    default=False,
    says="Allows an http address that is not this machine: for a trial inside your own network.",
)
if _address.scheme not in {"http", "https"} or not _address.hostname:
    raise env.BadEnvironment(
        f"COMMONWEAL_ADDRESS={ADDRESS} is no address: write https://city.example"
    )
if _address.path or _address.query or _address.username:
    raise env.BadEnvironment(
        f"COMMONWEAL_ADDRESS={ADDRESS} says more than a name: the city needs a name of its own. "
        f"Write {_address.scheme}://{_address.hostname}"
    )
IS_SECURE = _address.scheme == "https"
if not IS_SECURE and not PLAIN_HTTP and not IS_LOCAL:
    raise env.BadEnvironment(
        f"COMMONWEAL_ADDRESS={ADDRESS} would send what residents write unencrypted. "
        "Write https://..., or for a trial inside your own network set COMMONWEAL_PLAIN_HTTP=yes."
    )
if IS_SECURE and not PROXIES and not (TLS_CERT and TLS_KEY):
    raise env.BadEnvironment(
        "COMMONWEAL_ADDRESS begins with https, but nothing here speaks it. Set COMMONWEAL_PROXIES "
        "to the address of your TLS proxy (often 127.0.0.1), or COMMONWEAL_TLS_CERT and "
        "COMMONWEAL_TLS_KEY to the files of a certificate."
    )
if bool(TLS_CERT) != bool(TLS_KEY):
    raise env.BadEnvironment(
        "COMMONWEAL_TLS_CERT and COMMONWEAL_TLS_KEY go together: set both, or neither."
    )
if TLS_CERT and TLS_KEY and (_flaw := keys.flaw_of_certificate(TLS_CERT, TLS_KEY)):
    raise env.BadEnvironment(_flaw)
for _name, _networks in (("PROXIES", PROXIES), ("OUTGOING_INSIDE", OUTGOING_INSIDE)):
    if _wide := env.widest(_networks):
        raise env.BadEnvironment(
            f"COMMONWEAL_{_name} holds {_wide}, which is half the world: nothing would be kept "
            "out any more. Name your own addresses, such as 10.1.2.0/24."
        )
if any(_name.startswith(("*", ".")) for _name in ALLOWED_HOSTS):
    raise env.BadEnvironment(
        "COMMONWEAL_HOSTS takes whole names only: with * or a beginning dot a stranger's name "
        "would be taken for yours. Name each, separated by commas."
    )
if databases.may_be_overheard(DATABASE_URL):
    raise env.BadEnvironment(
        "DATABASE_URL leads to another machine and does not say whether the way there is "
        "encrypted. Add ?sslmode=require (better: ?sslmode=verify-full&sslrootcert=FILE), or "
        "?sslmode=disable if that network is yours alone."
    )

ALLOWED_HOSTS = sorted({*ALLOWED_HOSTS, _address.hostname})
CSRF_TRUSTED_ORIGINS = [f"{_address.scheme}://{_address.netloc}"]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_SECURE
if IS_SECURE:
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-session", "__Host-csrf"
    SECURE_HSTS_SECONDS = (
        env.read(
            "HSTS_DAYS",
            env.whole,
            default=30,
            says="For how many days browsers insist on https; 0 to leave it out.",
        )
        * 24
        * 60
        * 60
    )
    SECURE_HSTS_INCLUDE_SUBDOMAINS = env.read(
        "HSTS_SUBDOMAINS", env.boolean, default=False, says="Whether that holds for subdomains too."
    )
    if PROXIES:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
        SECURE_SSL_REDIRECT = True
        SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$"]
