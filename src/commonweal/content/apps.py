"""Registration with Django."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "commonweal.content"

    def ready(self) -> None:
        from commonweal.city.actions import register_parameter, register_part  # noqa: PLC0415
        from commonweal.content import actions, handlers, rules, tasks  # noqa: F401, PLC0415

        register_parameter(rules.LARGEST_PHOTO)
        register_part(actions.PAGES)
