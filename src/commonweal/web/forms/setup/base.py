"""What every form of Setup has: the version that was seen, a reason, texts in several languages."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.city import queries as the_city
from commonweal.edge.refusals import sentence_of
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Words
from commonweal.web.forms.plain import PlainForm, plain_words
from commonweal.web.words import day, listed, say

LONGEST_REASON = 180
LONGEST_NAME = 120
LONGEST_HINT = 500
LONGEST_TEXT = 2000
LARGEST_VERSION = 2_000_000_000
OWN_NAMES = {"zh-Hant": "繁體中文", "zh-Hans": "简体中文", "en": "English"}
INCOMPLETE = lazy("This form is not complete. Open the page again and send it once more.")


class ChangeForm(PlainForm):
    """A change of the city's own affairs."""

    seen = forms.IntegerField(
        widget=forms.HiddenInput,
        min_value=0,
        max_value=LARGEST_VERSION,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), INCOMPLETE),
    )
    reason = forms.CharField(
        label=lazy("Why do you change this?"),
        help_text=lazy("One short sentence. It stays with the change."),
        max_length=LONGEST_REASON,
    )
    places: ClassVar[Mapping[str, str]] = {}  # the code of a refusal -> the field it is about

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.order_fields([name for name in self.fields if name != "reason"])

    def full_clean(self) -> None:
        """Read what was sent; fields that were added late say what is missing as plainly."""
        for field in self.fields.values():
            plain_words(field)
        super().full_clean()

    def choose(self, **choices: Sequence[Any]) -> None:
        """Fill the lists to choose from."""
        for name, options in choices.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = options

    def add_words(
        self,
        name: str,
        label: Any,
        *,
        text: Words | None = None,
        required: bool = True,
        longest: int = LONGEST_NAME,
        rows: int = 0,
        help_text: Any = "",
    ) -> None:
        """Ask for a text in each of the city's languages."""
        for language in the_city.profile().languages:
            attrs = {"lang": language} | ({"rows": rows} if rows else {})
            key = key_of(name, language)
            self.fields[key] = forms.CharField(
                label=_("%(what)s (%(language)s)")
                % {"what": label, "language": OWN_NAMES.get(language, language)},
                required=required,
                max_length=longest,
                help_text=help_text,
                widget=forms.Textarea(attrs) if rows else forms.TextInput(attrs),
            )
            self.initial.setdefault(key, (text or {}).get(language, ""))

    def words(self, name: str, before: Words | None = None) -> Words:
        """Read a text in every language; one in a language no longer asked for stays."""
        asked = the_city.profile().languages
        said = {one: self.cleaned_data[key_of(name, one)] for one in asked}
        kept = {one: text for one, text in (before or {}).items() if one not in asked}
        return kept | {one: text for one, text in said.items() if text}

    def refuse(self, refusal: Refusal) -> None:
        """Show a refusal where it can be mended, or above the form."""
        self.add_error(self.place_of(refusal), sentence_of(refusal))

    def place_of(self, refusal: Refusal) -> str | None:
        """Say to which field a refusal belongs, if to one."""
        facts = refusal.facts
        if refusal.code == "city.language-missing":
            wanted: str | None = key_of(str(facts["field"]), str(facts["language"]))
        else:
            wanted = self.places.get(refusal.code)
        return wanted if wanted in self.fields else None

    def differs_from(self, fresh: "ChangeForm") -> list[dict[str, str]]:
        """Say what stands now wherever something else was typed."""
        found = []
        for name, field in fresh.fields.items():
            if name in {"seen", "reason"} or name not in self.fields:
                continue
            now = fresh.get_initial_for_field(field, name)
            typed = self[name].value()
            if field.has_changed(now, typed):
                found.append({"label": str(field.label), "now": shown(field, now)})
        return found


def key_of(name: str, language: str) -> str:
    """Name the field of a text in one language."""
    return f"{name}_{language.lower().replace('-', '_')}"


def shown(field: forms.Field, value: Any) -> str:
    """Write what a field holds as people read it."""
    if isinstance(value, list | tuple):
        return listed(shown(field, one) for one in value) or "–"
    if isinstance(field, forms.ChoiceField):
        for option, label in _flat(field.choices):
            if str(option) == str(value):
                return str(label)
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, dt.date):
        return day(value)
    return str(value) if value not in (None, "") else "–"


def _flat(choices: Any) -> list[tuple[Any, Any]]:
    flat: list[tuple[Any, Any]] = []
    for value, label in choices:
        flat += label if isinstance(label, list | tuple) else [(value, label)]
    return flat


class ReasonForm(ChangeForm):
    """A change that needs no more than its reason."""


def unit_choices(*, at: dt.datetime | None = None) -> list[tuple[str, str]]:
    """Name the units, the tree shown by dashes; with a time only those open then."""
    cards = the_city.units(at=at)
    return [(str(card.id), f"{'– ' * card.depth}{say(card.names)}") for card in cards]


def district_choices() -> list[tuple[str, str]]:
    """Name the districts of today by their codes."""
    return [(card.code, say(card.names)) for card in the_city.districts()]
