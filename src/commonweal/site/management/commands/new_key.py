"""`commonweal new_key`: a key for people's values; written before the old ones it takes over."""

from typing import Any

from django.core.management.base import BaseCommand

from commonweal.site import keys


class Command(BaseCommand):
    help = "Print a new field key. Put it before the old keys; never take away one still needed."
    requires_system_checks = ()

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(keys.new_field_key())
