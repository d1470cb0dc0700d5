"""Registration with Django."""

from pathlib import Path

from django.apps import AppConfig


class CasesConfig(AppConfig):
    name = "commonweal.cases"

    def ready(self) -> None:
        from commonweal.cases import handlers, queries, rules, tasks  # noqa: F401, PLC0415
        from commonweal.city.actions import register_parameter  # noqa: PLC0415  (registration)
        from commonweal.identity.actions import register_judge, register_keeper  # noqa: PLC0415
        from commonweal.messages.actions import register_folder  # noqa: PLC0415

        register_folder(Path(__file__).parent / "texts")
        register_parameter(rules.KEPT_DAYS)
        register_keeper(queries.needed_contacts)
        register_judge("case", queries.may_reveal)
