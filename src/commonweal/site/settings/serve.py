"""Settings of a real city. What is not safe is refused, with what to do instead."""

from urllib.parse import urlsplit

from commonweal.site import env, keys
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
_is_local = _address.hostname in {"127.0.0.1", "localhost", "::1"}
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
IS_SECURE = _address.scheme == "https"
if not IS_SECURE and not PLAIN_HTTP and not _is_local:
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
