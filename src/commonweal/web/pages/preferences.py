"""What a reader chose for this device: language and size of text."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from commonweal.edge.access import public

YEAR = 365 * 24 * 60 * 60
SIZES = ("normal", "larger")


@public
@never_cache
@require_safe
def language(request: HttpRequest) -> HttpResponse:
    """Keep the language and go back to where the reader was."""
    wanted = request.GET.get("language", "")
    answer = _back(request)
    if wanted in dict(settings.LANGUAGES) and check_for_language(wanted):
        _keep(answer, request, settings.LANGUAGE_COOKIE_NAME, wanted)
    return answer


@public
@never_cache
@require_safe
def text_size(request: HttpRequest) -> HttpResponse:
    """Keep the size of the text and go back to where the reader was."""
    wanted = request.GET.get("size", "")
    answer = _back(request)
    if wanted in SIZES:
        _keep(answer, request, "text_size", wanted)
    return answer


def _back(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return HttpResponseRedirect(wanted if safe else "/")


def _keep(answer: HttpResponse, request: HttpRequest, name: str, value: str) -> None:
    answer.set_cookie(
        name, value, max_age=YEAR, samesite="Lax", secure=request.is_secure(), httponly=True
    )
