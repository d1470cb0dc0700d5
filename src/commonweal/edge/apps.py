"""Registration with Django."""

from django.apps import AppConfig


class EdgeConfig(AppConfig):
    name = "commonweal.edge"

    def ready(self) -> None:
        from commonweal.edge import tasks  # noqa: F401, PLC0415  (registration)
