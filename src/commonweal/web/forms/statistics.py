"""What the statistics are about: a time, a kind, a district."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from commonweal.cases import queries as cases
from commonweal.cases.types import Period
from commonweal.city import queries as city
from commonweal.web import words
from commonweal.web.forms.plain import PlainForm
from commonweal.web.forms.public import categories_offered, ids_of_district
from commonweal.web.forms.report import NOT_IN_LIST

YEAR, ALL = "year", "all"
MONTHS = 12


class StatisticsForm(PlainForm):
    """Everything is optional: without it, the last twelve months."""

    time = forms.ChoiceField(
        label=lazy("Time"), required=False, error_messages=NOT_IN_LIST, initial=YEAR
    )
    category = forms.ChoiceField(
        label=lazy("What it is about"), required=False, error_messages=NOT_IN_LIST
    )
    district = forms.ChoiceField(label=lazy("District"), required=False, error_messages=NOT_IN_LIST)

    def __init__(self, *args: Any, today: date, years: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        self._offer(
            "time",
            [
                (YEAR, _("The last twelve months")),
                (ALL, _("All years")),
                *((str(one), str(one)) for one in years),
            ],
        )
        self._offer("category", [("", _("Everything")), *categories_offered()])
        self._offer(
            "district",
            [("", _("All districts")), *((d.code, words.say(d.names)) for d in city.districts())],
        )

    def _offer(self, name: str, choices: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def period(self) -> Period:
        """Give what was asked for; what could not be read is left out."""
        self.full_clean()
        said = self.cleaned_data
        first, last = self._span(str(said.get("time") or YEAR))
        category = cases.category_by_code(str(said.get("category") or ""))
        kinds = cases.categories() if category else []
        return Period(
            first=first,
            last=last,
            categories=tuple(
                one.id for one in kinds if category and category.id in {one.id, one.parent_id}
            ),
            districts=ids_of_district(str(said.get("district") or "")),
        )

    def _span(self, time: str) -> tuple[date | None, date | None]:
        if time == ALL:
            return None, None
        if time.isdigit():
            return date(int(time), 1, 1), date(int(time), 12, 1)
        this = self._today.replace(day=1)
        months = this.year * 12 + this.month - MONTHS  # months since year 0, the first included
        return date(months // 12, months % 12 + 1, 1), this
