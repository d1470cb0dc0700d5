"""Registration with Django."""

from pathlib import Path

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "commonweal.cases"

    def ready(self) -> None:
        from commonweal.cases import (  # noqa: PLC0415
            handlers,  # noqa: F401
            profile,
            queries,
            rules,
            tasks,  # noqa: F401
        )
        from commonweal.city.actions import (  # noqa: PLC0415  (registration)
            register_parameter,
            register_part,
        )
        from commonweal.identity.actions import register_judge, register_keeper  # noqa: PLC0415
        from commonweal.messages.actions import register_folder  # noqa: PLC0415

        register_folder(Path(__file__).parent / "texts")
        register_parameter(rules.KEPT_DAYS)
        register_parameter(rules.CALL_TRIES)
        register_parameter(rules.UNDO_MINUTES)
        register_part(profile.PART)
        register_keeper(queries.needed_contacts)
        register_judge("case", queries.may_reveal)
