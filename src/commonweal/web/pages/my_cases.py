"""My reports: a link by mail opens the list for an hour."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from commonweal.cases import queries
from commonweal.edge import bots, limits
from commonweal.edge.access import personal
from commonweal.edge.requests import actor_of, now_of
from commonweal.identity import actions as identity
from commonweal.identity import queries as people
from commonweal.identity.errors import LinkUsedUp
from commonweal.web import words
from commonweal.web.forms.mine import MailForm
from commonweal.web.forms.report import refuse
from commonweal.web.rows import own_rows

OPEN_FOR = timedelta(hours=1)
_NAME = "mine"


def proven(request: HttpRequest, at: datetime) -> tuple[UUID, ...]:
    """Give the contacts this reader has proven to own: by a link in this session, or by account."""
    contacts: list[UUID] = []
    raw = request.session.get(_NAME)
    if isinstance(raw, Mapping):
        if datetime.fromisoformat(raw["until"]) > at:
            contacts += [UUID(hex=one) for one in raw["contacts"]]
        else:
            del request.session[_NAME]
    actor = actor_of(request)
    if actor.id is not None:
        contacts += people.contacts_of_person(actor.id)
    return tuple(dict.fromkeys(contacts))


def _is_open(request: HttpRequest, at: datetime) -> bool:
    raw = request.session.get(_NAME)
    return isinstance(raw, Mapping) and datetime.fromisoformat(raw["until"]) > at


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def my_cases(request: HttpRequest) -> HttpResponse:
    """List the reader's own reports, or ask for the mail address."""
    at = now_of(request)
    if request.method != "POST":
        contacts = proven(request, at)
        if contacts or _is_open(request, at):
            rows = own_rows(queries.of_contacts(contacts, at=at))
            return render(request, "mine/list.html", {"rows": rows})
        return _ask(request, MailForm())
    form = MailForm(request.POST)
    if not form.is_valid():
        return _ask(request, form)
    if found := bots.problem(request, "my-cases"):
        refuse(form, None, found)
        return _ask(request, form)
    limits.take(request, limits.MAIL_ME)
    identity.send_magic_link(
        mail=form.cleaned_data["mail"], language=words.reader_language(), at=at
    )
    return redirect("my-cases-link")


def _ask(request: HttpRequest, form: MailForm) -> HttpResponse:
    return render(request, "mine/ask.html", {"form": form}, status=422 if form.errors else 200)


@personal
@require_http_methods(["GET", "HEAD"])
def link_sent(request: HttpRequest) -> HttpResponse:
    """Say the same whether we know the address or not."""
    return render(request, "mine/link_sent.html")


@personal
@require_http_methods(["GET", "HEAD", "POST"])
def open_link(request: HttpRequest, token: str) -> HttpResponse:
    """Open the list; a press on a button uses the link up, a mail program that looks does not."""
    if request.method != "POST":
        return render(request, "mine/open.html")
    at = now_of(request)
    try:
        contacts = identity.redeem_magic_link(token=token, at=at)
    except LinkUsedUp:
        limits.take(request, limits.OPEN_LINK)
        raise
    request.session.cycle_key()
    request.session[_NAME] = {
        "contacts": [one.hex for one in contacts],
        "until": (at + OPEN_FOR).isoformat(),
    }
    return redirect("my-cases")


@personal
@require_POST
def close(request: HttpRequest) -> HttpResponse:
    """Shut the list on this device."""
    request.session.pop(_NAME, None)
    return redirect("home")


urlpatterns = [
    path("my-cases/", my_cases, name="my-cases"),
    path("my-cases/link/", link_sent, name="my-cases-link"),
    path("my-cases/close/", close, name="my-cases-close"),
    path("my-cases/open/<str:token>/", open_link, name="my-cases-open"),
]
