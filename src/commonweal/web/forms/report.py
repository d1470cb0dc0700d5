"""The forms of a report, one question each."""

import math
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.cases.errors import ImpossibleDate, ImpossiblePoint, PlaceMissing
from commonweal.cases.types import Question, QuestionKind
from commonweal.city import queries as city
from commonweal.edge.refusals import sentence_of
from commonweal.identity.errors import BadPhone
from commonweal.kernel.errors import Refusal
from commonweal.messages.errors import BadAddress
from commonweal.messages.queries import address_as_sent
from commonweal.web.drafts import SavedDraft
from commonweal.web.forms.dates import DatePartsField
from commonweal.web.forms.plain import PlainForm
from commonweal.web.words import say

LONGEST_TEXT = 5_000
LONGEST_PLACE = 300
OLDEST = timedelta(days=365 * 3)
NOT_IN_LIST = {"invalid_choice": lazy("Please choose from the list.")}
_PHONE = re.compile(r"\+?[0-9 ()./-]{5,30}")


def refuse(form: forms.BaseForm, name: str | None, refusal: Refusal) -> None:
    """Put a refusal where the reader can mend it."""
    form.add_error(name, sentence_of(refusal))


class PlaceForm(PlainForm):
    """Where it is: any of four ways is enough."""

    place = forms.CharField(
        label=lazy("Address, or a few words"),
        help_text=lazy("For example: Harbour Road 12, or: at the bus stop in front of the school"),
        required=False,
        max_length=LONGEST_PLACE,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    district = forms.ChoiceField(label=lazy("District"), required=False, error_messages=NOT_IN_LIST)
    landmark = forms.ChoiceField(
        label=lazy("Near a place that everybody knows"),
        required=False,
        error_messages=NOT_IN_LIST,
    )
    lat = forms.CharField(required=False, widget=forms.HiddenInput)
    lng = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, needs_place: bool = True, search: str = "", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.needs_place = needs_place
        district, landmark = self.fields["district"], self.fields["landmark"]
        assert isinstance(district, forms.ChoiceField)
        assert isinstance(landmark, forms.ChoiceField)
        district.choices = [
            ("", _("I do not know, or it does not matter")),
            *((str(one.id), say(one.names)) for one in city.districts()),
        ]
        chosen = str(self["landmark"].value() or "")
        landmark.choices = [("", _("None of these")), *landmark_choices(search, chosen)]

    def clean(self) -> dict[str, Any]:
        """Read the pin, and see that there is some place where one is needed."""
        said: dict[str, Any] = super().clean() or {}
        try:
            said["lat"], said["lng"] = point_of(said.get("lat", ""), said.get("lng", ""))
        except Refusal as refusal:
            said["lat"] = said["lng"] = None
            refuse(self, None, refusal)
            return said
        told = said.get("place") or said.get("district") or said.get("landmark")
        if self.needs_place and not self.errors and not told and said["lat"] is None:
            refuse(self, "place", PlaceMissing())
        return said


def landmark_choices(search: str, chosen: str = "") -> list[tuple[str, str]]:
    """List landmarks by name, with the one that is chosen already."""
    found = {str(one.id): say(one.names) for one in city.landmarks(search, limit=300)}
    if chosen and chosen not in found:
        known = {str(one.id): say(one.names) for one in city.landmarks("", limit=10_000)}
        if chosen in known:
            found[chosen] = known[chosen]
    return sorted(found.items(), key=lambda pair: pair[1].casefold())


def point_of(lat: str, lng: str) -> tuple[float | None, float | None]:
    """Read a pin as the map writes it; nothing where none is set."""
    if not lat.strip() and not lng.strip():
        return None, None
    try:
        north, east = float(lat), float(lng)
    except ValueError:
        raise ImpossiblePoint from None
    if not (math.isfinite(north) and math.isfinite(east)):
        raise ImpossiblePoint
    if abs(north) > 90 or abs(east) > 180:  # noqa: PLR2004  (degrees)
        raise ImpossiblePoint
    return north, east


class DetailsForm(PlainForm):
    """What happened, and when."""

    text = forms.CharField(
        label=lazy("What happened?"),
        help_text=lazy("In your own words. Please write no names and no phone numbers here."),
        max_length=LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": "8"}),
        error_messages={"required": lazy("Please write a few words.")},
    )
    happened_on = DatePartsField(
        label=lazy("On which day did you notice it?"),
        required=False,
    )

    def __init__(self, *args: Any, at: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = timezone.localdate(at)

    def clean_happened_on(self) -> date | None:
        """Refuse a day to come, or one very long ago."""
        on: date | None = self.cleaned_data["happened_on"]
        if on is not None and not self.today - OLDEST <= on <= self.today:
            raise forms.ValidationError(sentence_of(ImpossibleDate()))
        return on


class QuestionsForm(PlainForm):
    """What the category wants to know, as far as the answers so far bring it up."""

    def __init__(self, *args: Any, questions: Sequence[Question], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.update(fields_of(questions))
        self.questions = tuple(questions)

    def answers(self) -> dict[str, Any]:
        """Give the answers as cases take them."""
        return answers_in(self.cleaned_data, self.questions)


def fields_of(questions: Sequence[Question]) -> dict[str, forms.Field]:
    """Make a field of each question, by its name in the form."""
    return {field_name(question): _field_for(question) for question in questions}


def answers_in(said: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    """Give what the fields of questions hold as cases take it."""
    given = {}
    for question in questions:
        value = said.get(field_name(question))
        if value not in (None, "", []):
            given[question.code] = value.isoformat() if isinstance(value, date) else value
    return given


def field_name(question: Question) -> str:
    """Name the field of a question."""
    return f"q-{question.code}"


def initial_answers(answers: Mapping[str, Any], questions: Sequence[Question]) -> dict[str, Any]:
    """Give answers as the fields show them."""
    shown: dict[str, Any] = {}
    for question in questions:
        value = answers.get(question.code)
        if value is not None and question.kind is QuestionKind.DATE:
            value = date.fromisoformat(str(value))
        shown[field_name(question)] = value
    return shown


def raw_answers(data: Any, questions: Sequence[Question]) -> dict[str, Any]:
    """Read what stands in the form, to see which questions come up; not checked yet."""
    given: dict[str, Any] = {}
    for question in questions:
        name = field_name(question)
        if question.kind is QuestionKind.SEVERAL:
            given[question.code] = data.getlist(name)
        elif name in data:
            given[question.code] = data.get(name)
    return given


def _field_for(question: Question) -> forms.Field:
    about: dict[str, Any] = {
        "label": say(question.words),
        "help_text": say(question.help),
        "required": question.is_required,
    }
    missing = {"required": lazy("Please answer this question.")}
    options = [(code, say(words)) for code, words in question.options]
    match question.kind:
        case QuestionKind.YES_NO:
            return forms.ChoiceField(
                choices=[("yes", _("Yes")), ("no", _("No"))],
                widget=forms.RadioSelect,
                error_messages=missing | NOT_IN_LIST,
                **about,
            )
        case QuestionKind.CHOICE:
            return forms.ChoiceField(
                choices=options,
                widget=forms.RadioSelect,
                error_messages=missing | NOT_IN_LIST,
                **about,
            )
        case QuestionKind.SEVERAL:
            return forms.MultipleChoiceField(
                choices=options,
                widget=forms.CheckboxSelectMultiple,
                error_messages=missing | NOT_IN_LIST,
                **about,
            )
        case QuestionKind.NUMBER:
            return _Number(
                max_length=40,
                widget=forms.TextInput(
                    attrs={"inputmode": "decimal", "class": "govuk-input--width-10"}
                ),
                error_messages=missing,
                **about,
            )
        case QuestionKind.DATE:
            return DatePartsField(error_messages=missing, **about)
        case QuestionKind.TEXT:
            return forms.CharField(max_length=1_000, error_messages=missing, **about)


class _Number(forms.CharField):
    """A number, kept as it was written."""

    def clean(self, value: Any) -> str:
        said = str(super().clean(value))
        try:
            number = float(said.replace(",", ".")) if said else 0.0
        except ValueError:
            number = math.nan
        if not abs(number) < 1e12:  # noqa: PLR2004  (also refuses "not a number")
            raise forms.ValidationError(_("Please write a number, in digits."), code="invalid")
        return said


class ContactForm(PlainForm):
    """How to reach the reporter, or not at all."""

    WAYS = (
        ("mail", lazy("By mail")),
        ("phone", lazy("By phone")),
        ("none", lazy("Not at all: I report without my name")),
    )

    how = forms.ChoiceField(
        label=lazy("How may we reach you?"),
        choices=WAYS,
        widget=forms.RadioSelect,
        error_messages=NOT_IN_LIST | {"required": lazy("Please choose one of the three ways.")},
    )
    mail = forms.CharField(
        label=lazy("Your mail address"),
        required=False,
        max_length=254,
        widget=forms.TextInput(attrs={"type": "email", "spellcheck": "false"}),
    )
    phone = forms.CharField(
        label=lazy("Your phone number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )

    def clean(self) -> dict[str, Any]:
        """See that the way that was chosen can be gone."""
        said: dict[str, Any] = super().clean() or {}
        if said.get("how") == "mail" and "mail" not in self.errors:
            try:
                address_as_sent(said.get("mail", ""))
            except Refusal:
                refuse(self, "mail", BadAddress())
        if said.get("how") == "phone" and "phone" not in self.errors:
            phone = said.get("phone", "").strip()
            digits = sum(sign.isdigit() for sign in phone)
            if not _PHONE.fullmatch(phone) or not 5 <= digits <= 15:  # noqa: PLR2004
                refuse(self, "phone", BadPhone())
        return said


def place_of(draft: SavedDraft) -> dict[str, Any]:
    """Give the place of a draft as the form shows it."""
    return {
        "place": draft.place,
        "district": draft.district,
        "landmark": draft.landmark,
        "lat": "" if draft.lat is None else f"{draft.lat:.5f}",
        "lng": "" if draft.lng is None else f"{draft.lng:.5f}",
    }
