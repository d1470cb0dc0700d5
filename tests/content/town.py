"""Settings of the tiny town, with one media folder for all of its processes."""

from tests.kernel.town.settings import *  # noqa: F403  (how settings are stacked)
from tests.kernel.town.settings import HOME, STORAGES

STORAGES = {
    **STORAGES,
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": HOME / "media"},
    },
}
