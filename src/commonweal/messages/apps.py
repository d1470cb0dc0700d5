"""Registration with Django."""

from pathlib import Path

from django.apps import AppConfig


class MessagesConfig(AppConfig):
    name = "commonweal.messages"
    label = "messages"

    def ready(self) -> None:
        from commonweal.city.actions import register_init_step, register_part  # noqa: PLC0415
        from commonweal.messages import actions, handlers, tasks  # noqa: F401, PLC0415  (registration)
        from commonweal.messages.actions import profile, trying  # noqa: PLC0415

        actions.register_folder(Path(__file__).parent / "texts")
        register_part(profile.WORDS)
        register_init_step(900, trying.TestMail())
