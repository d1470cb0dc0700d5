"""Registration with Django."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "commonweal.kernel"

    def ready(self) -> None:
        from commonweal.kernel import tasks  # noqa: F401, PLC0415  (registration)
