"""What the city decides on: ages, limits, hours; each value with its date, source and reason."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.city import actions, queries
from commonweal.city.errors import NoSuchParameter
from commonweal.city.types import Parameter, ParameterCard
from commonweal.edge.requests import now_of
from commonweal.kernel.types import Actor
from commonweal.web.forms.setup.city import ParameterForm, choice_name
from commonweal.web.pages.setup.desk import administrators_only, change, trail


@administrators_only
def parameters(request: HttpRequest) -> HttpResponse:
    """List what the city decides on with the value of today."""
    at = now_of(request)
    rows = [_row(one, queries.parameter_card(one.name, at)) for one in queries.known_parameters()]
    title = _("Policy")
    about = {"title": title, "trail": trail(("", title)), "rows": rows}
    return render(request, "setup/parameters.html", about)


def _row(one: Parameter, card: ParameterCard) -> dict[str, Any]:
    return {
        "url": reverse("setup-parameter", args=[one.name]),
        "words": _(one.words),
        "value": value_of(card.value),
        "valid_from": card.valid_from,
        "source": card.source,
    }


def value_of(value: Any) -> str:
    """Write a value as people read it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return choice_name(value) if isinstance(value, str) else str(value)


@administrators_only
def parameter(request: HttpRequest, name: str) -> HttpResponse:
    """Show the life of a value, and set a new one from a day on."""
    known = next((one for one in queries.known_parameters() if one.name == name), None)
    if known is None:
        raise NoSuchParameter(name=name[:60], near=queries.known_parameters()[0].name)
    one, at = known, now_of(request)

    def make(data: QueryDict | None) -> ParameterForm:
        card = queries.parameter_card(name, at)
        return ParameterForm(data, parameter=one, card=card, today=timezone.localdate(at))

    def act(form: ParameterForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        said = form.cleaned_data
        actions.set_parameter(
            name=name,
            value=said["value"],
            valid_from=form.since(queries.profile().zone),
            source=said["source"],
            reason=reason,
            seen=said["seen"],
            by=by,
            at=at,
        )
        return {}

    values = [card for card in queries.parameters() if card.name == name]
    return change(
        request,
        title=_(one.words),
        steps=[(reverse("setup-parameters"), _("Policy"))],
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-parameter", args=[name]),
        name="setup-parameter",
        template="setup/parameter.html",
        about={
            "now": _row(one, queries.parameter_card(name, at)),
            "first": value_of(one.default),
            "values": [
                {
                    "value": value_of(card.value),
                    "valid_from": card.valid_from,
                    "source": card.source,
                    "reason": card.reason,
                }
                for card in reversed(values)
            ],
            "send": _("Set it"),
        },
    )


urlpatterns = [
    path("policy/", parameters, name="setup-parameters"),
    path("policy/<str:name>/", parameter, name="setup-parameter"),
]
