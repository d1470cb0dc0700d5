"""What django-allauth asks the city: persons, mails, words, who may come in."""

from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.base_user import AbstractBaseUser
from django.forms import BaseForm, ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from commonweal.edge.requests import address_of
from commonweal.identity import actions, queries
from commonweal.kernel.queries import clock
from commonweal.messages.actions import send
from commonweal.messages.errors import BadAddress
from commonweal.messages.queries import address_as_sent
from commonweal.messages.types import Recipient
from commonweal.web.sign_in import links

# Mail of allauth -> our words, and the fact that each carries.
CODE, LINK, NOTHING = "code", "link", ""
MAILS = {
    "account/email/login_code": ("identity.login_code", CODE),
    "account/email/email_confirmation": ("identity.sign_up_code", CODE),
    "account/email/email_confirmation_signup": ("identity.sign_up_code", CODE),
    "account/email/account_already_exists": ("identity.account_exists", "account_login"),
    "account/email/unknown_account": ("identity.unknown_account", "account_signup"),
    "account/email/password_reset_key": ("identity.password_reset", LINK),
    "account/email/password_reset": ("identity.password_changed", NOTHING),
    "account/email/password_changed": ("identity.password_changed", NOTHING),
    "account/email/password_set": ("identity.password_changed", NOTHING),
}


class SignInAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth has no types
    """The city's answers."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": _("This account is closed. Please call us if this is a mistake."),
        "email_password_mismatch": _(
            "Address and password do not belong together. "
            "Try again, or let us mail you a code instead."
        ),
        "enter_current_password": _("This is not your present password. Type it again."),
        "incorrect_code": _("This is not the code we sent. Look at the newest mail from us."),
        "incorrect_password": _("This is not your password. Type it again."),
        "invalid_password_reset": _("This link does not work any more. Ask for a new one."),
        "too_many_login_attempts": _(
            "Too many attempts. Please wait five minutes and try again, or call us."
        ),
        "rate_limited": _("Too many attempts. Please wait a minute and try again."),
    }

    def clean_email(self, email: str) -> str:
        """Take only addresses that the post takes."""
        try:
            return address_as_sent(email).lower()
        except BadAddress as refusal:
            raise ValidationError(_(refusal.sentence)) from None

    def save_user(
        self,
        request: HttpRequest,  # noqa: ARG002
        user: Any,
        form: BaseForm,
        commit: bool = True,
    ) -> AbstractBaseUser:
        """Make the person behind a new account; nothing but an address and a language is asked."""
        at = clock()
        user.email, user.created_at = form.cleaned_data["email"], at
        user.person_id = actions.make_person(language=get_language() or "en", at=at)
        user.set_unusable_password()
        if commit:
            user.save()
        kept: AbstractBaseUser = user
        return kept

    def pre_login(
        self, request: HttpRequest, user: AbstractBaseUser, **others: object
    ) -> HttpResponse | None:
        """Turn away closed accounts, and accounts of the demo outside it."""
        if not queries.account_opens(user.pk):
            user.is_active = False
        answer: HttpResponse | None = super().pre_login(request, user, **others)
        return answer

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send by the city's post, in the city's words and the person's language."""
        template, fact = MAILS[template_prefix]
        facts = {}
        if fact == CODE:
            facts["code"] = str(context["code"])
        elif fact == LINK:
            facts["link"] = links.full(
                "account_reset_password_from_key", uidb36=context["uid"], key=context["key"]
            )
        elif fact:
            facts["link"] = links.full(fact)
        send(
            template=template,
            to=Recipient(
                address=email, language=queries.language_of_mail(email) or get_language() or "en"
            ),
            facts=facts,
            subject="",
            key=f"{template}:{uuid4().hex}",
            at=clock(),
        )

    def get_client_ip(self, request: HttpRequest) -> str:
        """Count limits by the network that the edge sees, never by what a stranger claims."""
        return address_of(request)
