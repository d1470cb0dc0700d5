"""Neighbouring cities: where they answer, what passes, and what their words mean here."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.cases import queries as cases
from commonweal.partners.types import Does, KindCard
from commonweal.web.forms.setup.base import ChangeForm
from commonweal.web.forms.setup.city import a_day
from commonweal.web.forms.setup.connected import a_name, an_address
from commonweal.web.words import say

DOES = {
    Does.PULL: lazy("We take in what it received"),
    Does.PUSH: lazy("We pass on to it what is its own"),
}
MEANS = {
    Does.PULL: lazy("Its reports come in as copies, marked with its name. It goes on answering."),
    Does.PUSH: lazy("An officer decides, and sees what leaves. It mostly needs a key."),
}
UNDECIDED, LEFT_OUT = "", "-"


class NeighbourForm(ChangeForm):
    """Another city that we already know."""

    name = a_name(
        label=lazy("Which city is it?"),
        help_text=lazy("The name that residents read, as in “North Town”."),
    )
    url = an_address(
        help_text=lazy("Where its Open311 service answers, as in https://north.example/open311/v2"),
    )
    jurisdiction = forms.CharField(
        label=lazy("Jurisdiction"),
        help_text=lazy("Only if the other city asks for it (jurisdiction_id)."),
        max_length=100,
        required=False,
        widget=forms.TextInput({"autocomplete": "off"}),
    )
    key = forms.CharField(
        label=lazy("Key"),
        help_text=lazy("The key that the other city gave you. It is kept encrypted, never shown."),
        max_length=500,
        required=False,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    does = forms.MultipleChoiceField(
        label=lazy("What passes between you?"),
        choices=[(one.value, label) for one, label in DOES.items()],
        widget=forms.CheckboxSelectMultiple,
    )
    begins = a_day(
        label=lazy("From which day on?"),
        help_text=lazy("What the other city received before this day is left out."),
    )
    places: ClassVar[Mapping[str, str]] = {
        "partners.name-missing": "name",
        "partners.bad-source": "source",
        "partners.source-taken": "source",
        "partners.address-unreadable": "url",
        "partners.address-inside": "url",
        "partners.bad-jurisdiction": "jurisdiction",
        "partners.bad-neighbour-key": "key",
        "partners.nothing-between-us": "does",
        "partners.first-day-impossible": "begins",
        "partners.reason-missing": "reason",
    }

    def values(self) -> dict[str, Any]:
        """Give the neighbour as it should be."""
        wanted = ("name", "url", "jurisdiction", "key", "begins")
        said = {name: self.cleaned_data[name] for name in wanted}
        return {**said, "does": frozenset(Does(one) for one in self.cleaned_data["does"])}


class NewNeighbourForm(NeighbourForm):
    """Another city that nobody has named yet."""

    source = forms.CharField(
        label=lazy("Short name"),
        help_text=lazy(
            "Small letters, digits and hyphens, as in north-town. Its reports are kept under this "
            "name; it cannot be changed later."
        ),
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )
    field_order = ("name", "source")

    def values(self) -> dict[str, Any]:
        """Give the neighbour as it should be."""
        return {**super().values(), "source": self.cleaned_data["source"]}


class KnownNeighbourForm(NeighbourForm):
    """A change of another city; its key is not shown, and stays where nothing is typed."""

    drop_key = forms.BooleanField(label=lazy("Remove the key that is kept"), required=False)

    def __init__(self, *args: Any, has_key: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if has_key:
            self.fields["key"].help_text = _("A key is kept. Leave this empty to keep it.")
        else:
            del self.fields["drop_key"]
        self.order_fields(["name", "url", "jurisdiction", "key", "drop_key", "does", "begins"])

    def values(self) -> dict[str, Any]:
        """Give the neighbour as it should be; no key means that the one that is kept stays."""
        said = super().values()
        said["key"] = said["key"] or None
        return {**said, "key": ""} if self.cleaned_data.get("drop_key") else said


class KindsForm(ChangeForm):
    """What each kind of request of another city is here."""

    def __init__(self, *args: Any, kinds: Sequence[KindCard], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = {f"kind_{number}": kind for number, kind in enumerate(kinds)}
        ours = [(card.code, say(card.names)) for card in cases.categories() if card.parent_id]
        choices = [(UNDECIDED, _("Not decided yet")), (LEFT_OUT, _("Leave it out")), *ours]
        for name, kind in self.kinds.items():
            self.fields[name] = forms.ChoiceField(label=kind.name, choices=choices, required=False)
            meaning = UNDECIDED if kind.meaning is None else kind.meaning or LEFT_OUT
            self.initial.setdefault(name, meaning)
            if kind.name != kind.code:
                self.fields[name].help_text = kind.code
        self.order_fields([*self.kinds, "reason"])

    def meanings(self) -> dict[str, str | None]:
        """Give what each kind is here, by its code."""
        said = {kind.code: self.cleaned_data[name] for name, kind in self.kinds.items()}
        read = {UNDECIDED: None, LEFT_OUT: ""}
        return {code: read.get(one, one) for code, one in said.items()}
