"""Registration with Django."""

from django.apps import AppConfig


class ContentConfig(AppConfig):
    name = "commonweal.content"

    def ready(self) -> None:
        from commonweal.city.actions import register_parameter  # noqa: PLC0415  (registration)
        from commonweal.content import handlers, rules, tasks  # noqa: F401, PLC0415

        register_parameter(rules.LARGEST_PHOTO)
