"""Settings of the tiny town: database files (or a database) of its own, shared with processes."""

from commonweal.site import databases, env
from commonweal.site.settings import test
from commonweal.site.settings.test import *  # noqa: F403  (how settings are stacked)

HOME = env.read("HOME", env.folder)
DATABASES = databases.settings_for(
    env.read("DATABASE_URL", str, default=""), HOME, synchronous="OFF"
)
INSTALLED_APPS = [*test.INSTALLED_APPS, "tests.kernel.town"]
