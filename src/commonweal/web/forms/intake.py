"""The clerk's form: everything found by typing, nothing remembered of whoever came before."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from commonweal.cases import queries
from commonweal.cases.types import (
    LONGEST_PLACE,
    LONGEST_TEXT,
    CategoryCard,
    Evidence,
    Mandate,
    Question,
    SpeaksFor,
)
from commonweal.kernel.types import Channel
from commonweal.web.forms import typed
from commonweal.web.forms.dates import DatePartsField
from commonweal.web.forms.plain import PlainForm
from commonweal.web.forms.report import answers_in, field_name, fields_of, raw_answers
from commonweal.web.words import EVIDENCE, SPEAKS_FOR

LONGEST_WORDS = 100
NOT_KEPT = {"autocomplete": "off"}  # a shared desk: the browser offers nothing of earlier people


class KeyedRadios(forms.RadioSelect):
    """Choices that a key reaches from anywhere on the page."""

    def __init__(self, *args: Any, keys: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.keys = keys

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Give each choice its key."""
        option = super().create_option(name, value, *args, **kwargs)
        if key := self.keys.get(str(value)):
            option["attrs"]["accesskey"] = key
        return option


class IntakeForm(PlainForm):
    """A report taken in for somebody else, on one page, by keyboard."""

    channel = forms.ChoiceField(
        label=_("How did it reach you?"),
        initial=Channel.PHONE.value,
        choices=[
            (Channel.PHONE.value, _("By phone")),
            (Channel.COUNTER.value, _("At the counter")),
            (Channel.PAPER.value, _("On paper")),
            (Channel.MAIL.value, _("By mail")),
        ],
        widget=KeyedRadios(
            keys={
                Channel.PHONE.value: "1",
                Channel.COUNTER.value: "2",
                Channel.PAPER.value: "3",
                Channel.MAIL.value: "4",
            }
        ),
    )
    kind = forms.CharField(
        label=_("What is it about?"),
        help_text=_("A code, or words in any language of the city."),
        max_length=LONGEST_WORDS,
    )
    category = forms.ChoiceField(
        label=_("Which kind is meant?"), required=False, widget=forms.RadioSelect
    )
    text = forms.CharField(
        label=_("What happened, in the person's words"),
        widget=forms.Textarea(attrs={"rows": "4"}),
        max_length=LONGEST_TEXT,
    )
    place = forms.CharField(
        label=_("Address, or a few words"), required=False, max_length=LONGEST_PLACE
    )
    near = forms.CharField(
        label=_("District, or a place that everybody knows"),
        help_text=_("A code, or words in any language of the city."),
        required=False,
        max_length=LONGEST_WORDS,
    )
    spot = forms.ChoiceField(
        label=_("Which place is meant?"), required=False, widget=forms.RadioSelect
    )
    phone = forms.CharField(
        label=_("Phone number of the person"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel"}),
    )
    wants_call = forms.BooleanField(label=_("The person wishes to be called back"), required=False)
    mail = forms.CharField(label=_("Mail address of the person"), required=False, max_length=254)
    speaks_for = forms.ChoiceField(
        label=_("For whom does the person speak?"), choices=list(SPEAKS_FOR.items())
    )
    evidence = forms.ChoiceField(
        label=_("What shows it, when it is for others?"), choices=list(EVIDENCE.items())
    )
    language = forms.ChoiceField(
        label=_("Language of the person"),
        choices=[("zh-Hant", "繁體中文"), ("zh-Hans", "简体中文"), ("en", "English")],
    )
    happened_on = DatePartsField(label=_("When was it?"), required=False)
    kind_offered = forms.CharField(required=False, widget=forms.HiddenInput)
    near_offered = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None) -> None:
        said = QueryDict(mutable=True) if data is None else data.copy()
        self.found_kinds = _typed(said, "kind", "category", typed.kinds)
        self.found_spots = _typed(said, "near", "spot", typed.spots)
        super().__init__(None if data is None else said)
        self.kind_card = self._kind_card()
        every = self.kind_card.questions if self.kind_card else ()
        up, shown = queries.asked(every, raw_answers(said, every)), said.getlist("shown")
        is_unclear = self.found_kinds.is_unclear or self.found_spots.is_unclear
        # One thing after the other: new questions wait until kind and place are clear.
        self.questions = tuple(one for one in up if not is_unclear or self.mark(one) in shown)
        self.fields.update(fields_of(self.questions))
        self._offer("category", self.found_kinds)
        self._offer("spot", self.found_spots)
        for field in self.fields.values():
            field.widget.attrs |= NOT_KEPT

    def _offer(self, name: str, found: typed.Typed) -> None:
        """Ask what is meant only where words found something."""
        if not found.hits:
            del self.fields[name]
            return
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(hit.value, hit.label) for hit in found.hits]

    def _kind_card(self) -> CategoryCard | None:
        meant = self.found_kinds.meant
        return queries.category(UUID(meant)) if meant else None

    def clean(self) -> dict[str, Any]:
        """Say where words found nothing."""
        said: dict[str, Any] = super().clean() or {}
        if self.found_kinds.is_unknown:
            self.add_error("kind", _("No kind of report fits. Try other words, or a code below."))
        if self.found_spots.is_unknown:
            self.add_error("near", _("We know no such place. Write it into the address instead."))
        if said.get("phone") and said.get("mail"):
            self.add_error("mail", _("Please keep one of the two: the city calls, or it writes."))
        if said.get("wants_call") and not said.get("phone"):
            self.add_error("phone", _("Please write the number to call."))
        return said

    def without_faults_in(self, questions: Iterable[Question]) -> None:
        """Call no answer a mistake to a question that was not seen yet."""
        for question in questions:
            self.errors.pop(field_name(question), None)

    def mark(self, question: Question) -> str:
        """Name a question of one kind: another kind may have one of the same code."""
        return f"{self.kind_card.code if self.kind_card else ''}:{question.code}"

    def spot_ids(self) -> tuple[UUID | None, UUID | None]:
        """Give the district and the landmark that are meant."""
        return typed.spot_ids(self.found_spots.meant)

    def mandate(self) -> Mandate:
        """Give what the clerk recorded of who speaks for whom."""
        said = self.cleaned_data
        return Mandate(
            speaks_for=SpeaksFor(said["speaks_for"]), evidence=Evidence(said["evidence"])
        )

    def answers(self) -> dict[str, Any]:
        """Give the answers as cases take them."""
        return answers_in(self.cleaned_data, self.questions)

    def focus_on(self, name: str) -> None:
        """Let the page open with the hands at this field."""
        self.fields[name].widget.attrs["autofocus"] = True

    def about_it(self) -> list[forms.BoundField]:
        """List the fields every kind of report has."""
        own = {field_name(question) for question in self.questions}
        return [bound for bound in self.visible_fields() if bound.name not in own]

    def asked(self) -> list[forms.BoundField]:
        """List the fields of the questions."""
        return [self[field_name(question)] for question in self.questions]


def _typed(said: QueryDict, words: str, choice: str, find: Any) -> typed.Typed:
    """Read a field found by typing; what may be meant first is chosen already."""
    given = str(said.get(words, ""))[:LONGEST_WORDS].strip()
    found = typed.typed(
        given,
        find(given),
        chosen=str(said.get(choice, "")),
        offered=str(said.get(f"{words}_offered", "")),
    )
    first = found.hits[0].value if found.hits else ""
    said[choice] = found.meant or first
    said[f"{words}_offered"] = given
    return found
