"""Registration with Django."""

from pathlib import Path

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "commonweal.messages"
    label = "messages"

    def ready(self) -> None:
        from commonweal.messages import actions, handlers, tasks  # noqa: F401, PLC0415  (registration)

        actions.register_folder(Path(__file__).parent / "texts")
