"""Registration with Django."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "commonweal.content"

    def ready(self) -> None:
        from commonweal.content import handlers, tasks  # noqa: F401, PLC0415  (registration)
