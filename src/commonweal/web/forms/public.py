"""The filters of the public list and map, and the form that says "this should not be public"."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import pgettext

from commonweal.cases import queries as cases
from commonweal.cases.types import Box, Filter, Sort, State
from commonweal.city import queries as city
from commonweal.content.types import Reason
from commonweal.web import words
from commonweal.web.forms.plain import PlainForm
from commonweal.web.forms.report import NOT_IN_LIST

OPEN, LATE, ENDED = "open", "overdue", "ended"
ENDS = (State.ANSWERED, State.CONFIRMED, State.NOT_OURS, State.CANNOT, State.WITHDRAWN)
NOT_A_DATE = {"invalid": lazy("Please write a date like 2026-03-05.")}


class CasesFilter(PlainForm):
    """What to leave in the list; everything is optional."""

    q = forms.CharField(
        label=lazy("Words, or a receipt number"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off"}),
    )
    category = forms.ChoiceField(
        label=lazy("What it is about"), required=False, error_messages=NOT_IN_LIST
    )
    district = forms.ChoiceField(label=lazy("District"), required=False, error_messages=NOT_IN_LIST)
    state = forms.ChoiceField(
        label=lazy("Where it stands"), required=False, error_messages=NOT_IN_LIST
    )
    since = forms.DateField(
        label=lazy("Reported from"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=NOT_A_DATE,
    )
    until = forms.DateField(
        label=lazy("Reported until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages=NOT_A_DATE,
    )
    sort = forms.ChoiceField(
        label=lazy("Order"),
        required=False,
        choices=[
            (Sort.NEWEST, lazy("Newest first")),
            (Sort.OLDEST, lazy("Oldest first")),
            (Sort.PROMISE, lazy("By promised date")),
        ],
        error_messages=NOT_IN_LIST,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._offer("category", [("", _("Everything")), *categories_offered()])
        self._offer(
            "district",
            [("", _("All districts")), *((d.code, words.say(d.names)) for d in city.districts())],
        )
        self._offer(
            "state",
            [
                ("", _("All")),
                (OPEN, pgettext("reports", "Open")),
                (LATE, _("Late")),
                (ENDED, _("Answered or ended")),
                (_("Exactly"), [(state.value, words.state_label(state)) for state in State]),
            ],
        )

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def wanted(self) -> Filter:
        """Give what was asked for; what could not be read is left out."""
        self.full_clean()
        said = self.cleaned_data
        state = str(said.get("state") or "")
        states: tuple[State, ...] = ()
        if state == ENDED:
            states = ENDS
        elif state and state not in {OPEN, LATE}:
            states = (State(state),)
        return Filter(
            text=str(said.get("q") or ""),
            states=states,
            only_open=state == OPEN,
            only_overdue=state == LATE,
            categories=_ids_of_category(str(said.get("category") or "")),
            districts=ids_of_district(str(said.get("district") or "")),
            since=_date(said.get("since")),
            until=_date(said.get("until")),
            sort=Sort(said.get("sort") or Sort.NEWEST),
        )

    def narrows(self) -> bool:
        """Say whether anything but the order was asked for."""
        return any(self.data.get(name) for name in self.fields if name != "sort")

    def is_deep(self) -> bool:
        """Say whether one of the less used filters is set."""
        return any(self.data.get(name) for name in ("since", "until", "sort"))


class MapView(forms.Form):
    """What part of the map somebody looks at, and how closely."""

    CLOSER = 2  # levels from a zoom to its cells: some sixty points of the screen wide

    west = forms.FloatField(min_value=-180, max_value=180)
    south = forms.FloatField(min_value=-90, max_value=90)
    east = forms.FloatField(min_value=-180, max_value=180)
    north = forms.FloatField(min_value=-90, max_value=90)
    zoom = forms.IntegerField(min_value=0, max_value=25)

    def box(self) -> Box:
        """Give west, south, east, north."""
        said = self.cleaned_data
        return said["west"], said["south"], said["east"], said["north"]

    def level(self) -> int:
        """Give the level of the cells to count."""
        return int(self.cleaned_data["zoom"]) + self.CLOSER


def is_countable(wanted: Filter) -> bool:
    """Say whether the tallies of cells can answer: they know kinds and what is open, no more."""
    plain = Filter(categories=wanted.categories, only_open=wanted.only_open, sort=wanted.sort)
    return wanted == plain


def _date(value: Any) -> date | None:
    return value if isinstance(value, date) else None


def categories_offered() -> list[Any]:
    """Give the choices of categories: each main one with what stands below it."""
    every = cases.categories()
    tops = [one for one in every if one.parent_id is None]
    groups = []
    for top in tops:
        name = words.say(top.names)
        below = [(one.code, words.say(one.names)) for one in every if one.parent_id == top.id]
        groups.append((name, [(top.code, _("All of: %(name)s") % {"name": name}), *below]))
    return groups


def _ids_of_category(code: str) -> tuple[UUID, ...]:
    found = cases.category_by_code(code) if code else None
    return (found.id,) if found else ()


def ids_of_district(code: str) -> tuple[UUID, ...]:
    """Find the district of today with this code."""
    return tuple(one.id for one in city.districts() if code and one.code == code)


class FlagForm(PlainForm):
    """Why something should not be public."""

    REASONS = (
        (Reason.PERSON, lazy("It shows or names a person")),
        (Reason.NUMBER_PLATE, lazy("A number plate can be read")),
        (Reason.HOME, lazy("It shows the inside of a home, or who lives where")),
        (Reason.INSULT, lazy("It insults or threatens somebody")),
        (Reason.UNLAWFUL, lazy("It is against the law")),
        (Reason.RIGHTS, lazy("The photo or the text is not the sender's own")),
        (Reason.OTHER, lazy("Something else")),
    )

    reason = forms.ChoiceField(
        label=lazy("What is wrong with it?"),
        choices=REASONS,
        widget=forms.RadioSelect,
        error_messages=NOT_IN_LIST | {"required": lazy("Please choose a reason.")},
    )
    words = forms.CharField(
        label=lazy("Would you like to say more?"),
        required=False,
        max_length=1_000,
        widget=forms.Textarea(attrs={"rows": "4"}),
    )
