"""A date in three boxes, in the order the language writes it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.forms.utils import flatatt
from django.utils.html import format_html
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext


class DateParts(forms.Widget):
    """Year, month and day, each a short box that asks for digits."""

    @staticmethod
    def order() -> tuple[str, str, str]:
        """Say in which order the reader writes a date."""
        chinese = (get_language() or "").startswith("zh")
        return ("year", "month", "day") if chinese else ("day", "month", "year")

    def parts(
        self, name: str, value: object, identity: str, *, wrong: bool
    ) -> list[dict[str, Any]]:
        """Give the boxes with their labels."""
        labels = {
            "year": gettext("Year"),
            "month": gettext("Month"),
            "day": pgettext("in a date", "Day"),
        }
        given = _written(value)
        boxes = []
        for part in self.order():
            attrs = {
                "type": "text",
                "inputmode": "numeric",
                "name": f"{name}_{part}",
                "id": f"{identity}_{part}",
                "value": given.get(part, ""),
                "maxlength": "8",
                "class": "govuk-input govuk-date-input__input govuk-input--width-"
                + ("4" if part == "year" else "2")
                + (" govuk-input--error" if wrong else ""),
            }
            boxes.append(
                {
                    "id": attrs["id"],
                    "label": labels[part],
                    "widget": format_html("<input{}>", flatatt(attrs)),
                }
            )
        return boxes

    def value_from_datadict(self, data: Mapping[str, Any], files: object, name: str) -> Any:  # noqa: ARG002
        """Read the three boxes; nothing in any of them is no date."""
        given = {part: str(data.get(f"{name}_{part}", "")).strip() for part in self.order()}
        return given if any(given.values()) else None

    def value_omitted_from_data(self, data: Mapping[str, Any], files: object, name: str) -> bool:  # noqa: ARG002
        """Say whether none of the boxes was in the form."""
        return all(f"{name}_{part}" not in data for part in self.order())

    def render(self, name: str, value: object, attrs: Any = None, renderer: object = None) -> Any:  # noqa: ARG002
        """Write the boxes alone, for a form that is not drawn by the field tag."""
        identity = (attrs or {}).get("id", name)
        boxes = self.parts(name, value, identity, wrong=False)
        return format_html("{}{}{}", *(box["widget"] for box in boxes))


class DatePartsField(forms.Field):
    """A date given in three boxes; what cannot be a date is said in words."""

    widget = DateParts
    default_error_messages = {  # noqa: RUF012  # Django's own way of declaring them
        "invalid": gettext_lazy("This is not a date. Write it in digits, for example 5, 9, 2024."),
    }

    def to_python(self, value: Any) -> dt.date | None:
        """Make a date of three numbers."""
        if value in self.empty_values or isinstance(value, dt.date):
            return value  # type: ignore[no-any-return]
        try:
            year, month, day = (int(value[part]) for part in ("year", "month", "day"))
            return dt.date(year, month, day)
        except (KeyError, TypeError, ValueError, OverflowError):
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid") from None


def _written(value: object) -> dict[str, str]:
    if isinstance(value, dt.date):
        return {"year": str(value.year), "month": str(value.month), "day": str(value.day)}
    return dict(value) if isinstance(value, Mapping) else {}
