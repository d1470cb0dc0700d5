"""Settings of the test suite: fast, local, nothing left behind."""

import hashlib
import tempfile
from pathlib import Path

from commonweal.site import databases, env
from commonweal.site.settings.base import *

SECRET_KEY = "only-for-tests"
GALLERY = True
HOME = Path(tempfile.mkdtemp(prefix="commonweal-test-"))
DATABASES = databases.settings_for(
    env.read("DATABASE_URL", str, default=""), HOME, synchronous="OFF"
)
_checkout = hashlib.sha256(str(SOURCE).encode()).hexdigest()[:8]
for _alias, _database in DATABASES.items():
    if _database["ENGINE"].endswith("postgresql"):
        _database["TEST"] = {"NAME": f"commonweal_{_alias}_{_checkout}"}
        _database["OPTIONS"].pop("options")
        _database["CONN_MAX_AGE"] = 0
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "media"},
    },
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
FIELD_KEYS = ["dGhpcyBrZXkgaXMgb25seSBmb3IgdGhlIHRlc3RzISE="]
WHITENOISE_AUTOREFRESH = True
WHITENOISE_USE_FINDERS = True
