"""Webhooks: whom the city tells, where, of what."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext_lazy as lazy

from commonweal.partners.types import Tells
from commonweal.web.forms.setup.base import ChangeForm
from commonweal.web.forms.setup.connected import a_name, an_address

TELLS = {
    Tells.RECEIVED: lazy("A report came in"),
    Tells.MOVED: lazy("A case moved"),
    Tells.ANSWERED: lazy("A case was answered"),
}
MEANS = {
    Tells.MOVED: lazy("Every step that is not an answer, such as: in work, on hold, confirmed."),
    Tells.ANSWERED: lazy("Also: it is not the city's, or it cannot be done."),
}


class HookForm(ChangeForm):
    """Somebody who is to be told."""

    name = a_name(
        label=lazy("Who is told?"),
        help_text=lazy("The program and who runs it, as in “Street works, of the contractor”."),
    )
    url = an_address(
        help_text=lazy("Where the program listens, as in https://partner.example/notices")
    )
    tells = forms.MultipleChoiceField(
        label=lazy("What is it told?"),
        choices=[(one.value, label) for one, label in TELLS.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    places: ClassVar[Mapping[str, str]] = {
        "partners.name-missing": "name",
        "partners.address-unreadable": "url",
        "partners.address-inside": "url",
        "partners.nothing-to-tell": "tells",
        "partners.reason-missing": "reason",
    }

    def values(self) -> dict[str, Any]:
        """Give the webhook as it should be."""
        said = self.cleaned_data
        return {
            "name": said["name"],
            "url": said["url"],
            "tells": frozenset(Tells(one) for one in said["tells"]),
        }
