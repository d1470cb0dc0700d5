"""The form every page's form is made from: plain words when something is missing."""

from typing import Any

from django import forms
from django.forms.widgets import ChoiceWidget
from django.utils.translation import gettext_lazy as _

MISSING = _("Please fill this in.")
UNCHOSEN = _("Please choose.")
UNTICKED = _("Please tick this to go on.")
NO_FILE = _("Please choose a file.")


class PlainForm(forms.Form):
    """A form without browser bubbles: the server says what is wrong, in the page."""

    use_required_attribute = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            plain_words(field)


def plain_words(field: forms.Field) -> None:
    """Say what is missing in words that fit the kind of field, unless the form has its own."""
    generic = forms.Field.default_error_messages["required"]
    if field.error_messages.get("required") != generic:
        return
    if isinstance(field, forms.FileField):
        words = NO_FILE
    elif isinstance(field.widget, forms.CheckboxInput):
        words = UNTICKED
    elif isinstance(field.widget, ChoiceWidget):
        words = UNCHOSEN
    else:
        words = MISSING
    field.error_messages["required"] = words
