"""Filters for what the city calls things: states, days, units, in the reader's language."""

from datetime import date, datetime

from django import template

from commonweal.kernel.types import Words
from commonweal.web import words

register = template.Library()


@register.filter
def in_language(text: Words | None) -> str:
    """Read a text of the city in the reader's language."""
    return words.say(text or {})


@register.filter
def state_label(state: str) -> str:
    """Name a state."""
    return words.state_label(state)


@register.filter
def state_meaning(state: str) -> str:
    """Say in a sentence what a state means."""
    return words.state_meaning(state)


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day in the city's zone and the reader's language."""
    return words.day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write a day with the time."""
    return words.moment(value) if value else ""
