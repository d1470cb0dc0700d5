"""The forms of sign-in, in plain words."""

from typing import Any, ClassVar

from allauth.account import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from commonweal.web.forms.plain import plain_words

MAIL = (_("E-mail address"), "")
PASSWORD = (_("Password"), "")
NEW_PASSWORD = (
    _("New password"),
    _("At least 10 characters. Several words that you remember make a good one."),
)
AGAIN = (_("The new password again"), "")
CODE = (pgettext_lazy("from a mail", "Code"), _("You find it in the mail we just sent you."))
Said = tuple[str | Promise, str | Promise]


class PlainWords:
    """Gives every field our label and hint, and no grey words that vanish while typing."""

    said: ClassVar[dict[str, Said]] = {}
    use_required_attribute = False
    fields: dict[str, Any]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            label, hint = self.said.get(name, (field.label, ""))
            field.label, field.help_text = label, hint
            plain_words(field)


class SignIn(PlainWords, forms.LoginForm):  # type: ignore[misc]  # allauth has no types
    said: ClassVar = {"login": MAIL, "password": PASSWORD}


class AskForCode(PlainWords, forms.RequestLoginCodeForm):  # type: ignore[misc]
    said: ClassVar = {"email": MAIL}


class TypeCode(PlainWords, forms.ConfirmLoginCodeForm):  # type: ignore[misc]
    said: ClassVar = {"code": CODE}


class TypeSignUpCode(PlainWords, forms.ConfirmEmailVerificationCodeForm):  # type: ignore[misc]
    said: ClassVar = {"code": CODE}


class SignUp(PlainWords, forms.SignupForm):  # type: ignore[misc]
    """Asks for an address only; a password can be set later."""

    said: ClassVar = {"email": (MAIL[0], _("We send a code to it, so that only you can sign in."))}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("password1", None)


class ForgotPassword(PlainWords, forms.ResetPasswordForm):  # type: ignore[misc]
    said: ClassVar = {"email": MAIL}


class NewPassword(PlainWords, forms.ResetPasswordKeyForm):  # type: ignore[misc]
    said: ClassVar = {"password1": NEW_PASSWORD, "password2": AGAIN}


class FirstPassword(PlainWords, forms.SetPasswordForm):  # type: ignore[misc]
    said: ClassVar = {"password1": NEW_PASSWORD, "password2": AGAIN}


class ChangePassword(PlainWords, forms.ChangePasswordForm):  # type: ignore[misc]
    said: ClassVar = {
        "oldpassword": (_("Your present password"), ""),
        "password1": NEW_PASSWORD,
        "password2": AGAIN,
    }


class PasswordAgain(PlainWords, forms.ReauthenticateForm):  # type: ignore[misc]
    said: ClassVar = {"password": PASSWORD}
