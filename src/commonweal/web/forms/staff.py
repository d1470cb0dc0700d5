"""What staff fill in."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from commonweal.cases import queries
from commonweal.cases.types import (
    LONGEST_REASON,
    LONGEST_TEXT,
    Act,
    Filter,
    Sort,
    State,
    WordCard,
)
from commonweal.city import queries as the_city
from commonweal.kernel.types import Actor
from commonweal.web.forms.dates import DatePartsField
from commonweal.web.forms.plain import PlainForm
from commonweal.web.words import LABELS, say

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

    text = forms.CharField(label=_("Words or number"), required=False, max_length=200)
    state = forms.ChoiceField(label=_("State"), required=False)
    category = forms.ChoiceField(label=_("Kind"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    show = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[
            ("open", _("Open cases")),
            ("overdue", _("Overdue cases")),
            ("unreviewed", _("Words to review")),
            ("mine", _("Cases I work on")),
            ("all", _("All cases")),
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
            "state": [ANY, *((state.value, LABELS[state]) for state in State)],
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

    def wanted(self) -> Filter:
        """Read the filter; what cannot be read leaves everything in."""
        said = self.cleaned_data if self.is_valid() else {}
        show = said.get("show") or "open"
        sees_all = queries.may(self.by, Act.SEE, None)
        units = None if sees_all else self.by.units
        if said.get("unit"):
            units = the_city.units_below([UUID(said["unit"])])
            units = units if sees_all else units & self.by.units
        return Filter(
            text=said.get("text", ""),
            states=(State(said["state"]),) if said.get("state") else (),
            categories=(UUID(said["category"]),) if said.get("category") else (),
            districts=(UUID(said["district"]),) if said.get("district") else (),
            units=units,
            only_open=show == "open" and not said.get("state"),
            only_overdue=show == "overdue",
            only_unreviewed=show == "unreviewed",
            assignee_id=self.by.id if show == "mine" else None,
            sort=Sort(said.get("sort") or Sort.PROMISE),
        )


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
