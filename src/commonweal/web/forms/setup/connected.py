"""What the forms for keys, webhooks and neighbouring cities share."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as lazy

LONGEST_NAME, LONGEST_URL = 100, 500


def a_name(**about: Any) -> forms.CharField:
    """Ask who or what it is, in one line that no browser guesses."""
    widget = forms.TextInput({"autocomplete": "off"})
    return forms.CharField(max_length=LONGEST_NAME, widget=widget, **about)


def an_address(**about: Any) -> forms.CharField:
    """Ask for the address of somebody else's server."""
    attrs = {"autocomplete": "off", "inputmode": "url", "spellcheck": "false"}
    return forms.CharField(
        label=lazy("Address"), max_length=LONGEST_URL, widget=forms.TextInput(attrs), **about
    )
