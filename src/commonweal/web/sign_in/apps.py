"""Registration with Django, and with the contexts whose mails lead to these pages."""

from django.apps import AppConfig


class SignInConfig(AppConfig):
    name = "commonweal.web.sign_in"
    label = "sign_in"

    def ready(self) -> None:
        from commonweal.identity.actions import register_link  # noqa: PLC0415  (apps are ready)
        from commonweal.identity.types import LinkKind  # noqa: PLC0415
        from commonweal.messages.actions import (  # noqa: PLC0415
            register_follow_links,
            register_stop_link,
        )
        from commonweal.web.sign_in import links  # noqa: PLC0415

        register_link(LinkKind.MY_CASES, links.my_cases)
        register_link(LinkKind.SET_PASSWORD, links.set_password)
        register_stop_link(links.stop)
        register_follow_links(confirm=links.confirm_follow, stop=links.stop_following)
