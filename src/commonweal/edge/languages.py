"""In which language somebody reads: people by their choice, programs by what they ask for."""

from django.http import HttpRequest
from django.utils.translation import get_language, get_language_from_request

from commonweal.city import queries as the_city


def reader_language() -> str:
    """Give the reader's language as city data spells it: zh-Hant, zh-Hans, en."""
    head, _sep, script = (get_language() or "en").partition("-")
    return f"{head}-{script.title()}" if script else head


def language_of_program(request: HttpRequest) -> str:
    """Give what a program asks for by `Accept-Language`, else the city's first language."""
    if request.headers.get("Accept-Language"):
        return get_language_from_request(request)
    return the_city.profile().languages[0].lower()
