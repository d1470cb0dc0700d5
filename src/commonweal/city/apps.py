"""Registration with Django."""

from django.apps import AppConfig


class CityConfig(AppConfig):
    name = "commonweal.city"

    def ready(self) -> None:
        from commonweal.city import tasks  # noqa: F401, PLC0415  (registration)
