"""What came of a call."""

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.cases.types import CallOutcome
from commonweal.web.forms.plain import PlainForm


class CallForm(PlainForm):
    """The outcome of a call, and when to try again if nobody was reached."""

    outcome = forms.ChoiceField(
        label=_("What came of the call?"),
        choices=[
            (CallOutcome.REACHED.value, _("Reached, and told")),
            (CallOutcome.NOT_REACHED.value, _("Not reached: try again")),
            (CallOutcome.GAVE_UP.value, _("Not reached: give up")),
        ],
        widget=forms.RadioSelect,
    )
    again = forms.ChoiceField(
        label=_("When to try again"),
        choices=[
            ("1", _("In an hour")),
            ("4", _("In four hours")),
            ("24", _("Tomorrow at this time")),
            ("72", _("In three days")),
        ],
    )
    seen = forms.IntegerField(widget=forms.HiddenInput)
