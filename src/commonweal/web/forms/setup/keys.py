"""Keys for programs: which program, what for, how often, until when."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.edge.keys import FASTEST, SLOWEST, USUAL, Scope
from commonweal.web.forms.setup.base import ChangeForm, unit_choices
from commonweal.web.forms.setup.city import a_day
from commonweal.web.forms.setup.connected import a_name

SCOPES = {
    Scope.REPORT: lazy("Send reports"),
    Scope.UPDATE: lazy("Work on the reports of a unit"),
    Scope.READ: lazy("Read the reports of a unit, whole"),
    Scope.WORK: lazy("Do the work of a unit, review included"),
    Scope.ASSIGN: lazy("Give reports to other units and kinds"),
    Scope.INTAKE: lazy("Take reports in for others"),
    Scope.METRICS: lazy("Watch how the system fares"),
}
DOES = {
    Scope.REPORT: lazy("For apps and sites through which residents report (Open311 and JSON)."),
    Scope.UPDATE: lazy(
        "For a partner who does the work: it may do what an officer of the unit may (Open311)."
    ),
    Scope.READ: lazy(
        "For a system of the unit: it reads words and photos that are not public, and notes, but "
        "never how to reach a reporter (JSON)."
    ),
    Scope.WORK: lazy(
        "It does what an officer of the unit does: answers, asks, plans, publishes words and "
        "photos, takes them down (JSON)."
    ),
    Scope.ASSIGN: lazy("It does what a lead of the unit does: passes reports on (JSON)."),
    Scope.INTAKE: lazy(
        "It does what a clerk does, for a telephone system or a kiosk: the channel and for whom "
        "somebody speaks are recorded (JSON)."
    ),
    Scope.METRICS: lazy("For monitoring: numbers of waiting work and open cases (Prometheus)."),
}


class KeyForm(ChangeForm):
    """A program that is to act here."""

    name = a_name(
        label=lazy("Which program is it for?"),
        help_text=lazy("The program and who runs it, as in “Fix my city, of the library”."),
    )
    scopes = forms.MultipleChoiceField(
        label=lazy("What may it do?"),
        choices=[(scope.value, label) for scope, label in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    unit = forms.ChoiceField(
        label=lazy("Unit"),
        help_text=lazy(
            "For a key that reads reports whole or works on them. Units below it are included."
        ),
        required=False,
    )
    per_hour = forms.IntegerField(
        label=lazy("Requests an hour, at most"),
        help_text=lazy("How often the program may come in the long run."),
        min_value=SLOWEST,
        max_value=FASTEST,
        initial=USUAL,
    )
    until = a_day(label=lazy("Last day"), help_text=lazy("Empty: without an end."), required=False)
    places: ClassVar[Mapping[str, str]] = {
        "edge.key-name-missing": "name",
        "edge.key-without-scope": "scopes",
        "edge.key-needs-unit": "unit",
        "edge.key-needs-no-unit": "unit",
        "edge.key-rate-out-of-range": "per_hour",
        "edge.key-ends-before-it-begins": "until",
        "edge.key-reason-missing": "reason",
    }

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose(unit=[("", _("No unit")), *unit_choices(at=at)])

    def values(self, *, zone: str) -> dict[str, Any]:
        """Give the key as it should be; the last day is included."""
        said = self.cleaned_data
        until = said["until"]
        return {
            "name": said["name"],
            "scopes": frozenset(Scope(one) for one in said["scopes"]),
            "unit_id": UUID(said["unit"]) if said["unit"] else None,
            "per_hour": said["per_hour"],
            "until": datetime.combine(until, time(23, 59, 59), ZoneInfo(zone)) if until else None,
        }
