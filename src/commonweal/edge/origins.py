"""Forms on pages that name no referrer: a browser then says that they come from "null".

It still says truly, in `Sec-Fetch-Site`, whether they come from this site; the token in the form is
checked as ever. A browser too old to say it is believed, because it has the token.
"""

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from commonweal.edge.requests import GetResponse

UNSAID = "null"


class Origins:
    """Middleware before the check of forms: put back the origin that `no-referrer` hid."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.headers.get("Origin") == UNSAID and is_from_here(request):
            request.META["HTTP_ORIGIN"] = f"{request.scheme}://{request.get_host()}"
        return self._get_response(request)


def is_from_here(request: HttpRequest) -> bool:
    """Say whether the browser says that a page of this very site sent it."""
    return request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
