"""Filters for what the city calls things: states, days, units, in the reader's language."""

from datetime import date, datetime

from django import template

from commonweal.cases.types import CaseCard, PublicCard
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
def case_meaning(card: CaseCard | PublicCard) -> str:
    """Say in a sentence what the state of a case means."""
    return words.case_meaning(card)


@register.filter
def day(value: date | datetime | None) -> str:
    """Write a day in the city's zone and the reader's language."""
    return words.day(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Write a day with the time."""
    return words.moment(value) if value else ""
