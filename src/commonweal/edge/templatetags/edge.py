"""`{% form_guard "report" %}`: the hidden fields by which a form acts once and shows a person."""

from django import template
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from commonweal.edge import bots, once

register = template.Library()

FIELDS = (
    '<input type="hidden" name="{key}" value="{stamp}">'
    '<input type="hidden" name="{proof}" value="">'
    '<div hidden aria-hidden="true"><label for="{trap}-{form}">{leave}</label>'
    '<input id="{trap}-{form}" name="{trap}" type="text" value="" tabindex="-1"'
    ' autocomplete="off"></div>'
)


@register.simple_tag(takes_context=True)
def form_guard(context: Context, form: str) -> SafeString:
    """Write the hidden fields of a form; put it inside every form that people send."""
    request: HttpRequest = context["request"]
    return format_html(
        FIELDS,
        key=once.FIELD,
        stamp=once.stamp_for(request, form),
        proof=bots.PROOF,
        trap=bots.TRAP,
        form=form,
        leave=_("Leave this field empty"),
    )
