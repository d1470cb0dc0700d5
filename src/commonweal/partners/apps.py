"""Registration with Django."""

from pathlib import Path

from django.apps import AppConfig


class PartnersConfig(AppConfig):
    name = "commonweal.partners"

    def ready(self) -> None:
        from commonweal.messages.actions import register_folder  # noqa: PLC0415  (registration)
        from commonweal.partners import handlers, tasks  # noqa: F401, PLC0415

        register_folder(Path(__file__).parent / "texts")
