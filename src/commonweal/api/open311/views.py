"""The resources of Open311 GeoReport v2, each as JSON and as XML."""

from dataclasses import replace
from http import HTTPStatus

from django.http import HttpResponse

from commonweal.api.open311 import sent, told
from commonweal.api.open311.answers import answer
from commonweal.api.open311.asked import Asked, resource, service_of, sought
from commonweal.cases import queries
from commonweal.cases.errors import NoSuchCase
from commonweal.cases.types import Sought
from commonweal.partners import queries as partners


@resource("GET", "HEAD")
def discovery(asked: Asked) -> HttpResponse:
    """Tell where the interface stands."""
    return answer(asked.format, "discovery", told.discovery())


@resource("GET", "HEAD")
def services(asked: Asked) -> HttpResponse:
    """List the kinds of reports the city takes."""
    kinds = [card for card in queries.categories(only_open=True) if card.parent_id]
    return answer(asked.format, "services", [told.service(card) for card in kinds])


@resource("GET", "HEAD")
def definition(asked: Asked, code: str) -> HttpResponse:
    """Tell what a kind of report asks."""
    return answer(asked.format, "service_definition", told.definition(service_of(code)))


@resource("GET", "HEAD", "POST")
def requests(asked: Asked) -> HttpResponse:
    """List reports, or take one in."""
    if asked.request.method == "POST":
        made = sent.report(asked)
        return answer(asked.format, "service_requests", made, status=HTTPStatus.CREATED)
    asked.spend()
    wanted = sought(asked)
    if wanted.numbers is None:  # what a neighbour answers for, it tells itself
        wanted = replace(wanted, without_sources=partners.sources())
    cards = queries.public_cards(wanted, at=asked.at, **asked.page)
    told_of = told.requests(cards, extended=_wants_more(asked))
    return answer(asked.format, "service_requests", told_of)


@resource("GET", "HEAD")
def request(asked: Asked, number: str) -> HttpResponse:
    """Tell of one report."""
    cards = queries.public_cards(Sought(numbers=(number,)), at=asked.at)
    if not cards:
        raise NoSuchCase
    return answer(
        asked.format, "service_requests", told.requests(cards, extended=_wants_more(asked))
    )


def _wants_more(asked: Asked) -> bool:
    return asked.said("extensions").lower() in {"true", "1"}


@resource("GET", "HEAD")
def token(asked: Asked, number: str) -> HttpResponse:
    """Exchange a token for a number: reports get their number at once, so it is its own token."""
    card = queries.public_card(number, at=asked.at)
    made = [{"service_request_id": card.number, "token": number}]
    return answer(asked.format, "service_requests", made)


@resource("GET", "HEAD", "POST")
def updates(asked: Asked) -> HttpResponse:
    """List how reports moved, or let a partner work on one."""
    root = "service_request_updates"
    if asked.request.method == "POST":
        return answer(asked.format, root, sent.update(asked), status=HTTPStatus.CREATED)
    asked.spend()
    since, until = asked.span("start_date", "end_date")
    numbers = asked.listed("service_request_id") or None
    moves = queries.public_moves(since=since, until=until, numbers=numbers, **asked.page)
    return answer(asked.format, root, [told.update(move) for move in moves])
