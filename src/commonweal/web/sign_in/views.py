"""The page of one's own account, and the page that stops messages."""

from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.edge.access import personal
from commonweal.identity import queries
from commonweal.kernel.queries import clock
from commonweal.messages import actions as messages
from commonweal.messages.queries import contact_of_stop_token


@personal
@login_required
@require_safe
def account(request: HttpRequest) -> HttpResponse:
    """Show what the city keeps of an account, and what its owner can do."""
    assert isinstance(request.user.pk, UUID)
    card = queries.person_of_account(request.user.pk)
    has_password = request.user.has_usable_password()
    return render(request, "account/account.html", {"person": card, "has_password": has_password})


@personal
@csrf_exempt  # mail programs send this by themselves (RFC 8058); the token is the right to do it
@require_http_methods(["GET", "HEAD", "POST"])
def stop_messages(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before stopping, because mail scanners open links; stop when told to."""
    contact_of_stop_token(token)
    is_done = request.method == "POST"
    if is_done:
        messages.stop(token=token, at=clock())
    return render(request, "account/stop_messages.html", {"is_done": is_done})
