"""Registration with Django."""

from django.apps import AppConfig


class TownConfig(AppConfig):
    name = "tests.kernel.town"

    def ready(self) -> None:
        from tests.kernel.town import work  # noqa: F401, PLC0415  (registration)
