"""Settings of the demo: on this machine only, with accounts that everybody may know."""

from pathlib import Path

from commonweal.site import databases, env, keys

env.prefer("HOME", str(Path.cwd() / "var" / "demo"))
from commonweal.site.settings.base import *  # noqa: E402  (base reads HOME)

keys.make_missing(HOME)
_keys = keys.read(HOME)
SECRET_KEY, FIELD_KEYS = _keys.signing, _keys.fields

DEMO = GALLERY = True
DEMO_PASSWORD = "harbour-lantern-2026"
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
DATABASES = databases.settings_for(DATABASE_URL, HOME, synchronous="NORMAL")
EMAIL_BACKEND = "commonweal.messages.adapters.folder.EmailBackend"
EMAIL_FILE_PATH = str(HOME / "outbox")
TLS_CERT = TLS_KEY = None
