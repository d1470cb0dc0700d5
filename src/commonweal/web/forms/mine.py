"""What a reporter can say on the own page."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

from commonweal.kernel.errors import Refusal
from commonweal.messages.queries import address_as_sent
from commonweal.web.forms.plain import PlainForm
from commonweal.web.forms.report import LONGEST_TEXT, refuse

SOME_WORDS = {"required": lazy("Please write a few words.")}


class ReplyForm(PlainForm):
    """A reply to the unit's question, or something more to know."""

    text = forms.CharField(
        label=lazy("Your reply"),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": "5"}),
        error_messages=SOME_WORDS,
    )


class CorrectForm(PlainForm):
    """Better words for the report."""

    text = forms.CharField(
        label=lazy("What happened?"),
        help_text=lazy("Change what is wrong. The first text stays in the case's history."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": "8"}),
        error_messages=SOME_WORDS,
    )


class ContestForm(PlainForm):
    """Why the answer does not settle it."""

    text = forms.CharField(
        label=lazy("What is not settled yet?"),
        help_text=lazy("Your words go to the unit. It must look again and answer anew."),
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": "5"}),
        error_messages=SOME_WORDS,
    )


class WithdrawForm(PlainForm):
    """Why the report is taken back, if the reporter wants to say."""

    text = forms.CharField(
        label=lazy("Would you like to say why?"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


class MailForm(PlainForm):
    """The address to which the link to "my reports" goes."""

    mail = forms.CharField(
        label=lazy("Your mail address"),
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "spellcheck": "false"}),
        error_messages={"required": lazy("Please write your mail address.")},
    )

    def clean_mail(self) -> str:
        """Refuse what cannot be an address."""
        mail: str = self.cleaned_data["mail"]
        try:
            return address_as_sent(mail)
        except Refusal as refusal:
            refuse(self, "mail", refusal)
            return mail


class NumberForm(PlainForm):
    """A receipt number as people type it."""

    q = forms.CharField(
        label=lazy("Receipt number, or words"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}
        ),
    )

    def words(self) -> str:
        """Give what was typed."""
        return str(self.cleaned_data.get("q", "")).strip() if self.is_valid() else ""


def texts_of(form: forms.Form) -> dict[str, Any]:
    """Give the checked values of a form, for the hash of what was sent."""
    return dict(form.cleaned_data)
