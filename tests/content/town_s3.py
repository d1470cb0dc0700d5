"""Settings of the tiny town with its photos in a bucket, as the environment says."""

from commonweal.site import photos
from tests.kernel.town.settings import *  # noqa: F403  (how settings are stacked)
from tests.kernel.town.settings import HOME, STORAGES

STORAGES = {**STORAGES, "default": photos.storage(HOME)}
