"""A page that names no referrer can still send its forms, and nobody else's page can."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware, get_token
from django.test import RequestFactory

from commonweal.edge.origins import Origins


def sent(**headers: str) -> int:
    """Send a form with a good token and these headers; give the status."""
    made = RequestFactory().get("/")
    token = get_token(made)
    request = RequestFactory(secure=True).post(
        "/", {"csrfmiddlewaretoken": token}, secure=True, headers=headers
    )
    request.COOKIES["csrftoken"] = made.META["CSRF_COOKIE"]

    def view(_request: HttpRequest) -> HttpResponse:
        return HttpResponse("taken")

    checked = CsrfViewMiddleware(view)
    answer = Origins(lambda one: checked.process_view(one, view, (), {}) or view(one))(request)
    return answer.status_code


@pytest.mark.parametrize("said", [{"Sec-Fetch-Site": "same-origin"}, {}])
def test_a_form_whose_page_names_no_referrer_is_taken(said: dict[str, str]) -> None:
    assert sent(Origin="null", **said) == 200


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_a_form_of_somebody_else_is_refused(site: str) -> None:
    assert sent(Origin="null", **{"Sec-Fetch-Site": site}) == 403


def test_a_form_with_another_origin_is_refused_whatever_it_says() -> None:
    assert sent(Origin="https://elsewhere.example", **{"Sec-Fetch-Site": "same-origin"}) == 403
