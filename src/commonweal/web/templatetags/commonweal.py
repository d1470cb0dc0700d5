"""Tags and filters of the pages: fields, errors, pagination, states."""

import re
from collections.abc import Mapping
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField
from django.forms.widgets import ChoiceWidget
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from commonweal.web.forms.dates import DateParts

register = template.Library()

KINDS: tuple[tuple[type[forms.Widget], str], ...] = (
    (DateParts, "date-parts"),
    (forms.CheckboxSelectMultiple, "checkboxes"),
    (forms.RadioSelect, "radios"),
    (forms.CheckboxInput, "checkbox"),
    (forms.Select, "select"),
    (forms.Textarea, "textarea"),
    (forms.FileInput, "file-upload"),
)
COLOUR = re.compile(r"#[0-9a-fA-F]{6}")
AUTOCOMPLETE = {"email": "email", "mail": "email", "phone": "tel", "tel": "tel", "name": "name"}
TONES: Mapping[str, str] = {
    "received": "new",
    "acknowledged": "new",
    "assigned": "moving",
    "in-work": "moving",
    "scheduled": "moving",
    "waiting": "waiting",
    "waiting-for-reporter": "waiting",
    "waiting-for-the-reporter": "waiting",
    "on-hold": "waiting",
    "answered": "done",
    "confirmed": "agreed",
    "contested": "disputed",
    "overdue": "late",
    "not-ours": "ended",
    "not-the-citys": "ended",
    "cannot-be-done": "ended",
    "withdrawn": "ended",
}


@register.simple_tag
def field(
    bound: BoundField,
    *,
    size: str = "",
    heading: bool = False,
    mark: bool = True,
    inline: bool = False,
    hints: Mapping[str, str] | None = None,
) -> SafeString:
    """Write one form field with its label, hint and error, in words a screen reader joins.

    `size` is s, m, l or xl; `heading` makes the label the page's h1; `mark=False` leaves out
    "(optional)"; `inline` puts choices side by side; `hints` explains choices by their value.
    """
    widget = bound.field.widget
    kind = next((kind for type_, kind in KINDS if isinstance(widget, type_)), "input")
    identity = bound.auto_id or bound.html_name
    count = getattr(bound.field, "max_length", None) if kind == "textarea" else None
    described = _described_by(bound, identity, count=count)
    attrs = _attrs(bound, kind, described)
    about: dict[str, Any] = {
        "kind": kind,
        "id": identity,
        "label": bound.label,
        "hint": bound.help_text,
        "errors": list(bound.errors),
        "required": bound.field.required,
        "optional": mark and kind != "checkbox" and not bound.field.required,
        "grouped": kind in {"radios", "checkboxes", "date-parts"},
        "described_by": " ".join(described),
        "count": count,
        "size": size,
        "heading": heading,
        "inline": inline,
    }
    if kind in {"radios", "checkboxes"}:
        about["choices"] = _choices(bound, kind, hints or {})
    elif kind == "date-parts":
        about["parts"] = _parts(bound)
    else:
        about["widget"] = bound.as_widget(attrs=attrs)
    return render_to_string("components/field.html", about)


@register.simple_tag
def error_summary(*several: forms.BaseForm) -> SafeString:
    """List what is wrong in one or more forms, each error a link to its field."""
    return render_to_string("components/error_summary.html", {"errors": errors_in(*several)})


@register.simple_tag
def error_prefix(*several: forms.BaseForm) -> str:
    """Begin the page's title with "Error: " when a form came back."""
    return _("Error: ") if any(form.errors for form in several) else ""


@register.inclusion_tag("components/pagination.html", takes_context=True)
def pagination(
    context: template.Context, *, number: int, last: int, name: str = "page", label: str = ""
) -> dict[str, Any]:
    """Link the pages of a list, keeping the filters that are in the address.

    A second list of one page needs a `name` and a `label` of its own.
    """

    def address(page: int) -> str:
        query = context["request"].GET.copy()
        query[name] = str(page)
        return f"?{query.urlencode()}"

    shown = sorted({1, last, *range(number - 1, number + 2)} & set(range(1, last + 1)))
    pages: list[dict[str, Any]] = []
    for before, page in zip([0, *shown], shown, strict=False):
        if page > before + 1:
            pages.append({"gap": True})
        pages.append({"number": page, "url": address(page), "current": page == number})
    return {
        "pages": pages,
        "label": label,
        "last": last,
        "previous": address(number - 1) if number > 1 else "",
        "next": address(number + 1) if number < last else "",
    }


@register.filter
def tone(state: object) -> str:
    """Give the colour family of a state; unknown states stay plain."""
    return TONES.get(str(state).lower().replace("_", "-"), "plain")


@register.filter
def bcp47(code: str | None) -> str:
    """Write a language code as HTML wants it: zh-hant becomes zh-Hant."""
    head, _sep, script = (code or "en").partition("-")
    return f"{head}-{script.title()}" if script else head


@register.filter
def colour(value: object) -> str:
    """Let a colour through that is written as #rrggbb, and nothing else."""
    return str(value).lower() if COLOUR.fullmatch(str(value)) else ""


@register.filter
def dialled(phone: object) -> str:
    """Keep of a phone number what a phone can dial."""
    return "".join(sign for sign in str(phone) if sign in "+0123456789")


def errors_in(*several: forms.BaseForm) -> list[dict[str, str]]:
    """Collect the errors of forms in reading order, with the id of the place to mend."""
    found: list[dict[str, str]] = []
    for form in several:
        found += [{"id": "", "text": str(text)} for text in form.non_field_errors()]
        for bound in form:
            target = "" if bound.is_hidden else first_id(bound)
            for error in bound.errors.as_data():
                text = " ".join(error.messages)
                # "Please fill this in." says nothing without its field
                named = f"{bound.label} – {text}" if error.code == "required" else text
                found.append({"id": target, "text": named})
    return found


def first_id(bound: BoundField) -> str:
    """Name the first thing of a field that can take focus."""
    identity = bound.auto_id or bound.html_name
    if isinstance(bound.field.widget, DateParts):
        return f"{identity}_{DateParts.order()[0]}"
    if isinstance(bound.field.widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{identity}_0"
    return identity


def _described_by(bound: BoundField, identity: str, *, count: int | None) -> list[str]:
    parts = (("hint", bound.help_text), ("error", bound.errors), ("info", count))
    return [f"{identity}-{part}" for part, there in parts if there]


def _attrs(bound: BoundField, kind: str, described: list[str]) -> dict[str, Any]:
    widget = bound.field.widget
    if kind == "checkbox":
        names = ["govuk-checkboxes__input"]
    else:
        names = [f"govuk-{kind}", *([f"govuk-{kind}--error"] if bound.errors else [])]
    attrs: dict[str, Any] = {"class": " ".join([*names, *widget.attrs.get("class", "").split()])}
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if kind == "textarea":  # a text that is too long is counted and told, never cut off
        attrs["maxlength"] = False
        attrs["rows"] = widget.attrs.get("rows") if widget.attrs.get("rows") != "10" else 6
    guess = AUTOCOMPLETE.get(bound.name) or AUTOCOMPLETE.get(getattr(widget, "input_type", ""))
    if guess and kind == "input" and "autocomplete" not in widget.attrs:
        attrs["autocomplete"] = guess
    return attrs


def _choices(bound: BoundField, kind: str, hints: Mapping[str, str]) -> list[dict[str, Any]]:
    attrs = bound.build_widget_attrs({}, bound.field.widget)
    attrs.pop("aria-describedby", None)
    widget = bound.field.widget
    assert isinstance(widget, ChoiceWidget)
    attrs |= {"id": bound.auto_id, "class": f"govuk-{kind}__input"}
    choices: list[dict[str, Any]] = []
    for group, options, _index in widget.optgroups(
        bound.html_name, widget.format_value(bound.value()), attrs
    ):
        for position, option in enumerate(options):
            hint = hints.get(str(option["value"]), "")
            identity = option["attrs"]["id"]
            if choices:  # one thing of a page takes the focus: the first choice, not each
                option["attrs"].pop("autofocus", None)
            if hint:
                option["attrs"]["aria-describedby"] = f"{identity}-hint"
            option["wrap_label"] = False
            choices.append(
                {
                    "group": group if position == 0 else "",
                    "id": identity,
                    "label": option["label"],
                    "hint": hint,
                    "widget": widget._render(option["template_name"], {"widget": option}),  # type: ignore[attr-defined]  # noqa: SLF001
                }
            )
    return choices


def _parts(bound: BoundField) -> list[dict[str, Any]]:
    widget = bound.field.widget
    assert isinstance(widget, DateParts)
    identity = bound.auto_id or bound.html_name
    return widget.parts(bound.html_name, bound.value(), identity, wrong=bool(bound.errors))
