"""Full addresses of pages to which mails lead."""

from uuid import UUID

from allauth.account.forms import default_token_generator
from django.conf import settings
from django.contrib.auth import get_user_model
from django.urls import reverse


def set_password(account_hex: str) -> str:
    """Give the page where the owner of a new account sets a password; works for three days."""
    user = get_user_model()._default_manager.get(pk=UUID(account_hex))  # noqa: SLF001  (Django's own)
    key = default_token_generator.make_token(user)
    return full("account_reset_password_from_key", uidb36=account_hex, key=key)


def my_cases(token: str) -> str:
    """Give the page that opens the list of one's own cases, once."""
    return full("my-cases-open", token=token)


def stop(token: str) -> str:
    """Give the page that stops messages to whoever reads them."""
    return full("stop-messages", token=token)


def confirm_follow(token: str) -> str:
    """Give the page on which somebody confirms what to follow."""
    return full("follow-confirm", token=token)


def stop_following(token: str) -> str:
    """Give the page that ends what a mail to a follower tells of."""
    return full("follow-stop", token=token)


def full(name: str, **parts: str) -> str:
    """Give a page's address with the city's own host, never the one a request names."""
    return f"{settings.ADDRESS}{reverse(name, kwargs=parts)}"
