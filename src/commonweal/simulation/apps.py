"""Registration with Django."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "commonweal.simulation"

    def ready(self) -> None:
        from commonweal.simulation import handlers  # noqa: F401, PLC0415  (registration)
