"""Registration with Django: how refusals are told to programs."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "commonweal.api"

    def ready(self) -> None:
        from commonweal.api.open311.answers import PREFIX, speak  # noqa: PLC0415  (apps first)
        from commonweal.edge.refusals import speak_below  # noqa: PLC0415

        speak_below(PREFIX, speak)
