"""Staff: who is invited, which role is given, until when."""

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext_lazy

from commonweal.city import queries as the_city
from commonweal.kernel.types import Role
from commonweal.web.forms.setup.base import OWN_NAMES, ChangeForm, unit_choices
from commonweal.web.forms.setup.city import a_day
from commonweal.web.words import ROLES

GIVEN = (Role.CLERK, Role.OFFICER, Role.LEAD, Role.DISPATCHER, Role.ADMINISTRATOR)
DOES = {
    Role.CLERK: lazy("Takes reports in for others, at the counter or by phone, for a unit."),
    Role.OFFICER: lazy("Works on the cases of a unit and answers them."),
    Role.LEAD: lazy("Leads a unit: as an officer, and gives roles in it."),
    Role.DISPATCHER: lazy("Sees all cases and gives them to units."),
    Role.ADMINISTRATOR: lazy("Sets the city up. Does not see how to reach reporters."),
}


class InviteForm(ChangeForm):
    """Somebody who is to work here."""

    name = forms.CharField(
        label=pgettext_lazy("of a person", "Name"),
        help_text=lazy("Colleagues see it. It is never public."),
        max_length=100,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    mail = forms.CharField(
        label=lazy("Mail address"),
        help_text=lazy("A mail goes there that says how to set a password."),
        max_length=254,
        widget=forms.TextInput({"autocomplete": "off", "inputmode": "email"}),
    )
    language = forms.ChoiceField(label=lazy("Language of the mail"))
    places: ClassVar[Mapping[str, str]] = {
        "messages.bad-address": "mail",
        "identity.no-name": "name",
    }
    field_order = ("name", "mail", "language")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose(language=[(one, OWN_NAMES[one]) for one in the_city.profile().languages])


class GrantForm(ChangeForm):
    """A role for somebody."""

    role = forms.ChoiceField(
        label=lazy("Role"),
        choices=[(role.value, ROLES[role]) for role in GIVEN],
        widget=forms.RadioSelect,
    )
    unit = forms.ChoiceField(
        label=lazy("Unit"),
        help_text=lazy("For clerks, officers and unit leads. Units below it are included."),
        required=False,
    )
    since = a_day(
        label=lazy("From this day on"), help_text=lazy("Empty: from now on."), required=False
    )
    until = a_day(label=lazy("Last day"), help_text=lazy("Empty: without an end."), required=False)
    places: ClassVar[Mapping[str, str]] = {
        "identity.role-needs-unit": "unit",
        "identity.role-needs-no-unit": "unit",
        "cases.unit-closed": "unit",
        "city.no-such-unit": "unit",
        "identity.ends-before-it-begins": "until",
        "identity.not-given": "role",
        "identity.already-holds": "role",
        "identity.begins-in-the-past": "since",
    }

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choose(unit=[("", _("The whole city")), *unit_choices(at=at)])

    def values(self, *, zone: str) -> dict[str, Any]:
        """Give the role as it should be: days are the city's days, the last one included."""
        said = self.cleaned_data
        place = ZoneInfo(zone)
        since, until = said["since"], said["until"]
        return {
            "role": Role(said["role"]),
            "unit_id": UUID(said["unit"]) if said["unit"] else None,
            "since": datetime.combine(since, time(0), place) if since else None,
            "until": datetime.combine(until, time(23, 59, 59), place) if until else None,
        }
