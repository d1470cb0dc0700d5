"""Registration with Django."""

from pathlib import Path

from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "commonweal.identity"

    def ready(self) -> None:
        from commonweal.city.actions import register_init_step  # noqa: PLC0415
        from commonweal.identity import actions, tasks  # noqa: F401, PLC0415  (registration)
        from commonweal.identity.actions.beginning import FirstAdministrator  # noqa: PLC0415
        from commonweal.messages.actions import (  # noqa: PLC0415
            register_folder,
            register_resolver,
        )

        register_resolver(actions.address_for_the_post)
        register_folder(Path(__file__).parent / "texts")
        register_init_step(800, FirstAdministrator())
