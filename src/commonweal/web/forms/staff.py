"""What staff fill in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.cases import queries
from commonweal.cases.types import (
    LONGEST_FILTER_NAME,
    LONGEST_REASON,
    LONGEST_SEARCH,
    LONGEST_TEXT,
    Act,
    Choice,
    Filter,
    Show,
    Sort,
    State,
    WordCard,
)
from commonweal.city import queries as the_city
from commonweal.kernel.types import Actor
from commonweal.web.forms.dates import DatePartsField
from commonweal.web.forms.plain import PlainForm
from commonweal.web.words import say, state_label

ANY = ("", _("All"))


def unit_choices() -> list[tuple[str, str]]:
    """Name every unit, the tree shown by dashes."""
    return [(str(u.id), f"{'– ' * u.depth}{say(u.names)}") for u in the_city.units()]


def category_choices() -> list[Any]:
    """Name every category under its main one."""
    cards = queries.categories()
    tops = [card for card in cards if card.parent_id is None]
    return [
        (say(top.names), [(str(c.id), say(c.names)) for c in cards if c.parent_id == top.id])
        for top in tops
        if any(c.parent_id == top.id for c in cards)
    ]


def district_choices() -> list[tuple[str, str]]:
    """Name every district."""
    return [(str(d.id), say(d.names)) for d in the_city.districts()]


class QueueForm(PlainForm):
    """The filter above the queue."""

    text = forms.CharField(label=_("Words or number"), required=False, max_length=LONGEST_SEARCH)
    state = forms.ChoiceField(label=_("State"), required=False)
    category = forms.ChoiceField(label=_("Kind"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            (Show.OPEN.value, _("Open cases")),
            (Show.OVERDUE.value, _("Overdue cases")),
            (Show.UNREVIEWED.value, _("Words to review")),
            (Show.MINE.value, _("Cases I work on")),
            (Show.ALL.value, _("All cases")),
        ],
    )
    sort = forms.ChoiceField(
        label=_("Order"),
        required=False,
        choices=[
            (Sort.PROMISE.value, _("Promised first")),
            (Sort.NEWEST.value, _("Newest first")),
            (Sort.OLDEST.value, _("Oldest first")),
        ],
    )

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.by = by
        choices = {
            "state": [ANY, *((state.value, state_label(state)) for state in State)],
            "category": [ANY, *category_choices()],
            "district": [ANY, *district_choices()],
            "unit": [ANY, *((i, n) for i, n in unit_choices() if self._sees(UUID(i)))],
        }
        for name, options in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options

    def _sees(self, unit_id: UUID) -> bool:
        return queries.may(self.by, Act.SEE, unit_id)

    def choice(self) -> Choice:
        """Read what was chosen; what cannot be read leaves everything in."""
        said = self.cleaned_data if self.is_valid() else {}
        return Choice(
            text=said.get("text", ""),
            state=State(said["state"]) if said.get("state") else None,
            category_id=UUID(said["category"]) if said.get("category") else None,
            district_id=UUID(said["district"]) if said.get("district") else None,
            unit_id=UUID(said["unit"]) if said.get("unit") else None,
            show=Show(said.get("show") or Show.OPEN),
            sort=Sort(said.get("sort") or Sort.PROMISE),
        )

    def wanted(self) -> Filter:
        """Read the filter: whatever was chosen, only what one may see."""
        return queries.chosen(self.choice(), by=self.by)


def as_typed(choice: Choice) -> dict[str, str]:
    """Write a choice as the form would send it; what is not chosen is left out."""
    said = {
        "text": choice.text,
        "state": choice.state or "",
        "category": choice.category_id or "",
        "district": choice.district_id or "",
        "unit": choice.unit_id or "",
        "show": choice.show,
        "sort": choice.sort,
    }
    return {name: str(value) for name, value in said.items() if value}


class FilterNameForm(PlainForm):
    """What a filter is called."""

    name = forms.CharField(label=_("Name of the filter"), max_length=LONGEST_FILTER_NAME)
    seen = forms.IntegerField(widget=forms.HiddenInput)


class KeepFilterForm(PlainForm):
    """Under which name, and for whom, the choice above the queue is kept."""

    name = forms.CharField(
        label=_("Name of the filter"),
        max_length=LONGEST_FILTER_NAME,
        help_text=_("For example: lamps in the north. Give it no name of a person."),
    )
    share_with = forms.ChoiceField(label=_("Who sees it"), required=False)

    def __init__(self, *args: Any, by: Actor, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = dict(unit_choices())
        units = [(str(one), named[str(one)]) for one in queries.shares_with(by)]
        if not units:
            del self.fields["share_with"]
            return
        field = self.fields["share_with"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Only I")), (_("Everybody who works for"), units)]

    def unit_id(self) -> UUID | None:
        """Give the unit with which the filter is shared, if any."""
        said = self.cleaned_data.get("share_with")
        return UUID(said) if said else None


class ActForm(PlainForm):
    """What an act on a case asks for; `seen` is the version the person looked at."""

    seen = forms.IntegerField(widget=forms.HiddenInput)


class TextForm(ActForm):
    text = forms.CharField(
        widget=forms.Textarea, max_length=LONGEST_TEXT, strip=True, label=_("Text")
    )

    def __init__(self, *args: Any, label: Any = "", hint: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["text"].label = label or self.fields["text"].label
        self.fields["text"].help_text = hint


class PlanForm(TextForm):
    on = DatePartsField(label=_("On which day"))
    field_order = ("seen", "on", "text")


class AssignForm(ActForm):
    unit = forms.ChoiceField(label=_("To which unit"))
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["unit"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = unit_choices()


class CategoryForm(ActForm):
    category = forms.ChoiceField(label=_("Kind of report"))
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["category"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = category_choices()


class ReasonForm(ActForm):
    reason = forms.CharField(label=_("Why"), max_length=LONGEST_REASON)


class WordForm(ReasonForm):
    """Which of the city's published words, and why."""

    word = forms.ChoiceField(label=_("Which words"), widget=forms.RadioSelect)
    field_order = ("seen", "word", "reason")

    def __init__(self, *args: Any, said: Sequence[WordCard] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["word"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(str(word.id), word.text) for word in said]


class RevealForm(PlainForm):
    reason = forms.CharField(
        label=_("Why do you need it?"),
        help_text=_("The reporter can see that somebody looked, and the reason is kept."),
        max_length=180,
    )
