"""Units, calendar, policy, the city itself and its districts."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.city import queries as the_city
from commonweal.city.types import (
    LANGUAGES,
    CityProfile,
    DayKind,
    DistrictCard,
    HolidayCard,
    Parameter,
    ParameterCard,
    ParameterType,
    Spans,
    UnitCard,
    WeekCard,
)
from commonweal.edge.refusals import sentence_of
from commonweal.kernel.errors import Refusal
from commonweal.web.forms.dates import DatePartsField
from commonweal.web.forms.setup.base import (
    LONGEST_NAME,
    LONGEST_TEXT,
    OWN_NAMES,
    ChangeForm,
    key_of,
)
from commonweal.web.words import say

DAYS = (
    lazy("Monday"),
    lazy("Tuesday"),
    lazy("Wednesday"),
    lazy("Thursday"),
    lazy("Friday"),
    lazy("Saturday"),
    lazy("Sunday"),
)
HOURS_HINT = lazy("As in 09:00-12:30, 13:30-17:00. Nothing means closed.")
CODE_HINT = lazy("Small letters a to z, digits and hyphens. It stands in exports, not on pages.")
LARGEST_BORDERS = 5 * 1024 * 1024
EARLIEST, LATEST = 1800, 2200


def _thinkable(value: date) -> None:
    if not EARLIEST <= value.year <= LATEST:
        raise forms.ValidationError(_("This day is very far away. Check the year."))


def a_day(**about: Any) -> DatePartsField:
    """Ask for a day that a calendar of this city can hold."""
    return DatePartsField(validators=[_thinkable], **about)


class UnitForm(ChangeForm):
    """A unit of the city."""

    code = forms.CharField(label=lazy("Code"), help_text=CODE_HINT, max_length=40)
    parent = forms.ChoiceField(label=lazy("Stands below"), required=False)
    phone = forms.CharField(label=lazy("Phone number"), required=False, max_length=40)
    email = forms.CharField(label=lazy("Mail address"), required=False, max_length=254)
    opened_on = a_day(label=lazy("Opened on"), required=False)
    closed_on = a_day(
        label=lazy("Closes on"),
        help_text=lazy("From this day on it gets no new cases. Empty again: it stays open."),
        required=False,
    )
    places: ClassVar[Mapping[str, str]] = {
        "city.bad-code": "code",
        "city.code-taken": "code",
        "city.bad-phone": "phone",
        "city.bad-mail": "email",
        "city.no-such-unit": "parent",
        "city.unit-below-itself": "parent",
        "city.parent-closed": "closed_on",
        "city.units-below-open": "closed_on",
        "city.closed-before-opened": "closed_on",
    }

    def __init__(self, *args: Any, card: UnitCard | None, **kwargs: Any) -> None:
        self.card = card
        start: dict[str, Any] = {"seen": 0}
        if card:
            start = {
                "seen": card.version,
                "code": card.code,
                "parent": str(card.parent_id or ""),
                "phone": card.phone,
                "email": card.email,
                "opened_on": card.opened_on,
                "closed_on": card.closed_on,
            }
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        below = the_city.units_below([card.id]) if card else frozenset()
        self.choose(
            parent=[
                ("", _("Nothing: it stands at the top")),
                *(
                    (str(one.id), f"{'– ' * one.depth}{say(one.names)}")
                    for one in the_city.units()
                    if one.id not in below
                ),
            ]
        )
        self.add_words("name", _("Name"), text=card.names if card else None)
        self.add_words(
            "duties",
            _("What it does"),
            text=card.duties if card else None,
            required=False,
            longest=LONGEST_TEXT,
            rows=3,
        )
        asked = the_city.profile().languages
        texts = [key_of(name, one) for name in ("name", "duties") for one in asked]
        self.order_fields([*texts, *self.fields])

    def values(self) -> dict[str, Any]:
        """Give the unit as it should be."""
        said, card = self.cleaned_data, self.card
        return {
            "unit_id": card.id if card else None,
            "code": said["code"],
            "names": self.words("name", card.names if card else None),
            "parent_id": UUID(said["parent"]) if said["parent"] else None,
            "duties": self.words("duties", card.duties if card else None),
            "phone": said["phone"],
            "email": said["email"],
            "opened_on": said["opened_on"],
            "closed_on": said["closed_on"],
            "seen": said["seen"],
        }


class HoursField(forms.CharField):
    """Opening hours as people write them."""

    def to_python(self, value: Any) -> Any:
        """Read hours, or say what cannot be read."""
        text = super().to_python(value)
        try:
            return the_city.hours_read(text or "")
        except Refusal as refusal:
            raise forms.ValidationError(sentence_of(refusal)) from None

    def run_validators(self, value: Any) -> None:
        """Leave it at what was read."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare as text."""
        return str(initial or "").strip() != str(data or "").strip()


class WeekForm(ChangeForm):
    """When the city is open, Monday to Sunday."""

    def __init__(self, *args: Any, card: WeekCard, **kwargs: Any) -> None:
        start: dict[str, Any] = {"seen": card.version}
        for number, spans in enumerate(card.hours):
            start[f"day_{number}"] = the_city.hours_written(spans)
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for number, name in enumerate(DAYS):
            self.fields[f"day_{number}"] = HoursField(
                label=name,
                required=False,
                max_length=200,
                help_text=HOURS_HINT if not number else "",
            )
        self.order_fields([f"day_{number}" for number in range(7)])

    def hours(self) -> list[Spans]:
        """Give the hours of the week."""
        return [self.cleaned_data[f"day_{number}"] for number in range(7)]


class HolidayForm(ChangeForm):
    """A holiday, or a make-up working day with its hours."""

    on = a_day(label=lazy("Day"))
    kind = forms.ChoiceField(
        label=lazy("On this day the city is"),
        choices=[
            (DayKind.CLOSED.value, lazy("closed: a holiday")),
            (DayKind.OPEN.value, lazy("open, with hours of its own: a make-up working day")),
        ],
        widget=forms.RadioSelect,
    )
    hours = HoursField(
        label=lazy("Opening hours of a working day"),
        help_text=lazy("As in 09:00-12:30, 13:30-17:00. Leave it empty for a holiday."),
        required=False,
        max_length=200,
    )
    places: ClassVar[Mapping[str, str]] = {
        "city.day-taken": "on",
        "city.hours-missing": "hours",
        "city.hours-on-closed-day": "hours",
        "city.bad-hours": "hours",
    }

    def __init__(self, *args: Any, card: HolidayCard | None, **kwargs: Any) -> None:
        self.card = card
        start: dict[str, Any] = {"seen": 0, "kind": DayKind.CLOSED.value}
        if card:
            start = {
                "seen": card.version,
                "on": card.day,
                "kind": card.kind.value,
                "hours": the_city.hours_written(card.hours),
            }
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.add_words("name", _("Name"), text=card.names if card else None)
        texts = [key_of("name", one) for one in the_city.profile().languages]
        self.order_fields(["on", *texts, *self.fields])

    def values(self) -> dict[str, Any]:
        """Give the day as it should be."""
        said, card = self.cleaned_data, self.card
        return {
            "holiday_id": card.id if card else None,
            "day": said["on"],
            "kind": DayKind(said["kind"]),
            "names": self.words("name", card.names if card else None),
            "hours": said["hours"],
            "seen": said["seen"],
        }


class ParameterForm(ChangeForm):
    """A value of a policy parameter from a day on."""

    value = forms.CharField(label=lazy("New value"), max_length=40)
    valid_from = a_day(label=lazy("From this day on"))
    source = forms.CharField(
        label=lazy("Source"),
        help_text=lazy("The law, decision or minutes it rests on."),
        max_length=300,
    )
    places: ClassVar[Mapping[str, str]] = {
        "city.bad-parameter": "value",
        "city.source-missing": "source",
    }

    def __init__(
        self, *args: Any, parameter: Parameter, card: ParameterCard, today: Any, **kwargs: Any
    ) -> None:
        now = card.value
        if parameter.type is ParameterType.YES_NO:
            now = "yes" if card.value else "no"
        start = {"seen": card.version, "value": str(now), "valid_from": today}
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        label = self.fields["value"].label
        if parameter.type is ParameterType.YES_NO:
            options = [("yes", _("Yes")), ("no", _("No"))]
            self.fields["value"] = forms.ChoiceField(
                label=label, choices=options, widget=forms.RadioSelect
            )
        elif parameter.type is ParameterType.WORD:
            words = [(one, choice_name(one)) for one in parameter.choices]
            self.fields["value"] = forms.ChoiceField(
                label=label, choices=words, widget=forms.RadioSelect
            )
        else:
            self.fields["value"].help_text = allowed(parameter)
        self.order_fields(["value", *self.fields])

    def since(self, zone: str) -> datetime:
        """Give the moment from which the value counts: the day's beginning in the city."""
        return datetime.combine(self.cleaned_data["valid_from"], time(0), ZoneInfo(zone))


def choice_name(word: str) -> str:
    """Name a word that a parameter may hold."""
    known = {
        "after-review": _("after review"),
        "never": _("never"),
    }
    return known.get(word, word)


def allowed(parameter: Parameter) -> str:
    """Say what may be written."""
    if parameter.type is ParameterType.TIME:
        return _("A time, as in 07:30.")
    if parameter.low is not None and parameter.high is not None:
        return _("A whole number from %(low)s to %(high)s.") % {
            "low": parameter.low,
            "high": parameter.high,
        }
    return _("A whole number.")


class CityForm(ChangeForm):
    """The city itself."""

    languages = forms.MultipleChoiceField(
        label=lazy("Languages of the city"),
        help_text=lazy("Every name and text is written in each of them."),
        choices=[(one, OWN_NAMES[one]) for one in LANGUAGES],
        widget=forms.CheckboxSelectMultiple,
    )
    zone = forms.CharField(
        label=lazy("Time zone"), help_text=lazy("As in Asia/Taipei."), max_length=60
    )
    phone = forms.CharField(label=lazy("Phone number"), required=False, max_length=40)
    email = forms.CharField(label=lazy("Mail address"), required=False, max_length=254)
    brand_colour = forms.CharField(
        label=lazy("Colour of the city"),
        help_text=lazy("As # and six digits. White text stands on it: it must be dark."),
        max_length=20,
    )
    link_colour = forms.CharField(
        label=lazy("Colour of links"),
        help_text=lazy("As # and six digits. It stands on white: it must be dark."),
        max_length=20,
    )
    tile_address = forms.CharField(
        label=lazy("Address of map pictures"),
        help_text=lazy(
            "As in https://tiles.example/{z}/{x}/{y}.png. Empty: a plain map of the districts."
        ),
        required=False,
        max_length=300,
    )
    places: ClassVar[Mapping[str, str]] = {
        "city.no-languages": "languages",
        "city.unknown-language": "languages",
        "city.bad-zone": "zone",
        "city.bad-phone": "phone",
        "city.bad-mail": "email",
        "city.bad-tiles": "tile_address",
    }

    def __init__(self, *args: Any, card: CityProfile, **kwargs: Any) -> None:
        self.card = card
        names = (
            "languages",
            "zone",
            "phone",
            "email",
            "brand_colour",
            "link_colour",
            "tile_address",
        )
        start = {name: getattr(card, name) for name in names}
        start |= {"seen": card.version, "languages": list(card.languages)}
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        for name, label, text, longest in (
            ("name", _("Name of the city"), card.name, LONGEST_NAME),
            ("address", _("Address of the counter"), card.address, LONGEST_TEXT),
            ("hours", _("Opening hours, in words"), card.hours, LONGEST_TEXT),
        ):
            self._add_every_language(name, label, text, longest)
        texts = [key_of(name, one) for name in ("name", "address", "hours") for one in LANGUAGES]
        self.order_fields([*texts, *self.fields])

    def _add_every_language(
        self, name: str, label: str, text: Mapping[str, str], longest: int
    ) -> None:
        for one in LANGUAGES:  # also those the city does not speak yet, so that it can begin to
            key = key_of(name, one)
            widget = forms.Textarea({"lang": one, "rows": 3})
            self.fields[key] = forms.CharField(
                label=_("%(what)s (%(language)s)") % {"what": label, "language": OWN_NAMES[one]},
                required=name == "name" and one in self.card.languages,
                max_length=longest,
                widget=forms.TextInput({"lang": one}) if name == "name" else widget,
            )
            self.initial.setdefault(key, text.get(one, ""))

    def place_of(self, refusal: Refusal) -> str | None:
        """Find which of the two colours is meant."""
        if refusal.code in {"city.bad-colour", "city.weak-contrast"}:
            wrong = str(refusal.facts["value"])
            for name in ("brand_colour", "link_colour"):
                typed = str(self.cleaned_data.get(name, "")).strip().lower()
                if typed[:20] == wrong or (wrong == "-" and not typed):
                    return name
        return super().place_of(refusal)

    def values(self) -> dict[str, Any]:
        """Give the city as it should be."""
        said = self.cleaned_data
        names = ("languages", "zone", "phone", "email", "brand_colour", "link_colour")
        texts = {
            name: {one: said[key_of(name, one)] for one in LANGUAGES if said[key_of(name, one)]}
            for name in ("name", "address", "hours")
        }
        return {
            **{name: said[name] for name in names},
            **texts,
            "tile_address": said["tile_address"],
            "seen": said["seen"],
        }


class DistrictForm(ChangeForm):
    """The names of a district; its border comes from a file."""

    is_current = forms.BooleanField(
        label=lazy("It exists today"),
        help_text=lazy("One that ended stays with its old cases."),
        required=False,
    )

    def __init__(self, *args: Any, card: DistrictCard, **kwargs: Any) -> None:
        self.card = card
        start = {"seen": card.version, "is_current": card.is_current}
        kwargs["initial"] = start | kwargs.get("initial", {})
        super().__init__(*args, **kwargs)
        self.add_words("name", _("Name"), text=card.names)
        texts = [key_of("name", one) for one in the_city.profile().languages]
        self.order_fields([*texts, *self.fields])


class BordersForm(ChangeForm):
    """New borders of all districts, from a GeoJSON file."""

    borders = forms.FileField(
        label=lazy("GeoJSON file"),
        help_text=lazy(
            "A FeatureCollection in WGS 84. Each feature has a border, and as properties a code "
            "and a name in each language, as in the file you can download here."
        ),
        max_length=200,
    )
    field_order = ("borders", "reason")

    def clean_borders(self) -> Any:
        """Refuse a file that is far too large before anybody reads it."""
        file = self.cleaned_data["borders"]
        if file.size > LARGEST_BORDERS:
            raise forms.ValidationError(
                _("This file is larger than 5 MB. Simplify the borders in your map software.")
            )
        return file
