"""Passing a case on to a neighbouring city: to which, as what, with which words."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.cases.types import LONGEST_TEXT
from commonweal.partners.types import KindCard, NeighbourCard
from commonweal.web.forms.staff import ActForm

Receivers = Sequence[tuple[NeighbourCard, list[KindCard]]]


class PassForm(ActForm):
    """What an officer decides before a case leaves."""

    to = forms.ChoiceField(label=_("To which city, as what kind of report?"))
    text = forms.CharField(
        label=_("What the other city reads"),
        help_text=_("Say in your own words what is to be done and where, without naming anybody."),
        widget=forms.Textarea,
        max_length=LONGEST_TEXT - 200,
    )
    answer = forms.CharField(
        label=_("What the reporter and everybody reads"),
        help_text=_("It is told when the report has arrived, with its number there."),
        widget=forms.Textarea,
        max_length=LONGEST_TEXT - 300,
    )
    nobody = forms.BooleanField(
        label=_("I have read it: nothing in it points to a person"),
        error_messages={"required": _("Read it once more, then tick the box.")},
    )

    def __init__(self, *args: Any, receivers: Receivers, kind: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["to"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "–")] + [
            (city.name, [(f"{city.id.hex}/{one.code}", one.name) for one in kinds])
            for city, kinds in receivers
        ]
        same = [
            f"{city.id.hex}/{one.code}"
            for city, kinds in receivers
            for one in kinds
            if one.meaning == kind
        ]
        if len(same) == 1:
            self.initial.setdefault("to", same[0])

    def values(self) -> dict[str, Any]:
        """Give what is to be done."""
        said = self.cleaned_data
        city, _sep, code = said["to"].partition("/")
        about = {name: said[name] for name in ("text", "answer", "seen")}
        return {"neighbour_id": UUID(hex=city), "service_code": code, **about}
