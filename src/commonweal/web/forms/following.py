"""What somebody wants to follow by mail, and where the mails go."""

from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.cases import queries as cases
from commonweal.city import queries as city
from commonweal.kernel.errors import Refusal
from commonweal.ledger.types import subject_of
from commonweal.messages.types import FollowKind, Rhythm, Target
from commonweal.web import words
from commonweal.web.forms.mine import MailForm
from commonweal.web.forms.plain import PlainForm
from commonweal.web.forms.public import categories_offered
from commonweal.web.forms.report import NOT_IN_LIST, landmark_choices, point_of, refuse
from commonweal.web.words import metres, say

RADII = (250, 500, 1000, 2000)
RHYTHMS = tuple((one, words.RHYTHMS[one]) for one in (Rhythm.DAILY, Rhythm.WEEKLY))


class FollowCaseForm(MailForm):
    """Where the news of one report go."""


class FollowAreaForm(MailForm):
    """A district, or a circle around a place; perhaps only one kind of report."""

    district = forms.ChoiceField(label=lazy("District"), required=False, error_messages=NOT_IN_LIST)
    landmark = forms.ChoiceField(
        label=lazy("Or: around a place that everybody knows"),
        required=False,
        error_messages=NOT_IN_LIST,
    )
    lat = forms.CharField(required=False, widget=forms.HiddenInput)
    lng = forms.CharField(required=False, widget=forms.HiddenInput)
    metres = forms.ChoiceField(
        label=lazy("How far around the place"),
        help_text=lazy("Counts for a place or a point on the map, not for a district."),
        initial="500",
        error_messages=NOT_IN_LIST,
    )
    category = forms.ChoiceField(
        label=lazy("What it is about"), required=False, error_messages=NOT_IN_LIST
    )
    rhythm = forms.ChoiceField(
        label=lazy("How often"),
        choices=RHYTHMS,
        initial=Rhythm.DAILY,
        widget=forms.RadioSelect,
        error_messages=NOT_IN_LIST,
    )
    field_order = ("district", "landmark", "lat", "lng", "metres", "category", "rhythm", "mail")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = str(self["landmark"].value() or "")
        self._offer(
            "district",
            [("", _("No district")), *((one.code, say(one.names)) for one in city.districts())],
        )
        self._offer("landmark", [("", _("None of these")), *landmark_choices("", chosen)])
        self._offer("metres", [(str(far), metres(far)) for far in RADII])
        self._offer("category", [("", _("Everything")), *categories_offered()])

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def clean(self) -> dict[str, Any]:
        """See that one area is meant; what was chosen by name counts more than the pin."""
        said: dict[str, Any] = super().clean() or {}
        try:
            said["lat"], said["lng"] = point_of(said.get("lat", ""), said.get("lng", ""))
        except Refusal as refusal:
            said["lat"] = said["lng"] = None
            refuse(self, None, refusal)
            return said
        named = [name for name in ("district", "landmark") if said.get(name)]
        is_wrong = bool(self.errors.keys() & {"district", "landmark"})
        if len(named) > 1:
            self.add_error("district", _("Choose a district or a known place, not both."))
        elif not named and said["lat"] is None and not is_wrong:
            none = _("Choose a district, a known place, or a point on the map.")
            self.add_error("district", none)
        return said

    def target(self) -> Target:
        """Give the area that was chosen."""
        said = self.cleaned_data
        kind = cases.category_by_code(said["category"]) if said["category"] else None
        category_id = kind.id if kind else None
        if said["district"]:
            found = next(one for one in city.districts() if one.code == said["district"])
            subject = subject_of("district", found.id)
            return Target(kind=FollowKind.DISTRICT, subject=subject, category_id=category_id)
        lat, lng, subject = said["lat"], said["lng"], ""
        if said["landmark"]:
            place = city.landmark(UUID(said["landmark"]))
            lat, lng, subject = place.lat, place.lng, subject_of("landmark", place.id)
        return Target(
            kind=FollowKind.CIRCLE,
            subject=subject,
            lat=lat,
            lng=lng,
            metres=int(said["metres"]),
            category_id=category_id,
        )


class RhythmForm(PlainForm):
    """How often to hear of an area."""

    rhythm = forms.ChoiceField(label=lazy("How often"), choices=RHYTHMS)


class QuietForm(PlainForm):
    """Between which hours no mail is wanted."""

    quiet_from = forms.TimeField(
        label=lazy("No mail from"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": lazy("Please write a time like 22:00.")},
    )
    quiet_until = forms.TimeField(
        label=lazy("No mail until"),
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        error_messages={"invalid": lazy("Please write a time like 07:00.")},
    )

    def clean(self) -> dict[str, Any]:
        """See that both ends are said, or none."""
        said: dict[str, Any] = super().clean() or {}
        if not self.errors and bool(said.get("quiet_from")) != bool(said.get("quiet_until")):
            self.add_error("quiet_until", _("Please write both times, or leave both empty."))
        return said
