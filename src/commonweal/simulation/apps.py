"""Registration with Django."""

from django.apps import AppConfig


class SimulationConfig(AppConfig):
    name = "commonweal.simulation"
