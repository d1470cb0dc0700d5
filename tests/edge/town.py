"""A few pages to try the edge on: one that refuses, one that breaks, one for each kind of guest."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template import engines
from django.urls import include, path

from commonweal.edge import access, bots, csp, limits, once, polling
from commonweal.edge.requests import actor_of, address_of
from commonweal.kernel.errors import ChangedSinceYouLooked, SignInFirst, TooManyRequests
from commonweal.kernel.types import Role
from tests.edge.errors import BenchTooHigh, Colour

LETTERS = limits.Limit(form="letter", burst=3, per_hour=60)
ACTS: list[str] = []


@access.public
def home(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("home")


def refuse(_request: HttpRequest, what: str) -> HttpResponse:
    match what:
        case "bench":
            raise BenchTooHigh(centimetres=1200, colour=Colour.DARK_GREEN)
        case "changed":
            raise ChangedSinceYouLooked
        case "wait":
            raise TooManyRequests(seconds=17)
        case "sign-in":
            raise SignInFirst
        case "denied":
            raise PermissionDenied
        case "busy":
            raise OperationalError("database is locked")
    raise ZeroDivisionError("Ms Chan, 2 Lotus Road")


@access.public
def letter(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        limits.take(request, LETTERS)
        bots.check(request, "letter")

        def act() -> dict[str, Any]:
            ACTS.append(request.POST["text"])
            return {"letter": len(ACTS)}

        return JsonResponse(once.send_once(request, "letter", body=request.POST["text"], act=act))
    form = "{% load edge %}<form>{% form_guard 'letter' %}</form>"
    return HttpResponse(engines["django"].from_string(form).render({}, request))


@access.public
def board(request: HttpRequest) -> HttpResponse:
    tag = polling.tag_of(request, request.GET.get("version", ""))
    return polling.unchanged(request, tag) or polling.tagged(HttpResponse("board"), tag)


@access.public
def map_page(request: HttpRequest) -> HttpResponse:
    csp.allow_tiles(request, "https://{s}.tiles.example/{z}/{x}/{y}.png")
    return HttpResponse("map")


@access.signed_in
def mine(request: HttpRequest) -> HttpResponse:
    return HttpResponse(str(actor_of(request).id))


@access.personal
def follow(_request: HttpRequest, key: str) -> HttpResponse:
    return HttpResponse(f"case of {key}")


@access.staff_only()
def desk(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("desk")


@access.staff_only(Role.ADMINISTRATOR)
def office(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("office")


@access.roles(Role.OFFICER)
def works(_request: HttpRequest) -> HttpResponse:
    return HttpResponse("works")


def whence(request: HttpRequest) -> HttpResponse:
    return HttpResponse(address_of(request))


urlpatterns = [
    path("", home, name="home"),
    path("refuse/<str:what>", refuse, name="refuse"),
    path("api/refuse/<str:what>", refuse),
    path("letter", letter, name="letter"),
    path("board", board, name="board"),
    path("map", map_page, name="map"),
    path("mine", mine, name="mine"),
    path("follow/<str:key>", follow, name="follow"),
    path("desk", desk, name="desk"),
    path("office", office, name="office"),
    path("works", works, name="works"),
    path("whence", whence, name="whence"),
    path("", include("commonweal.site.urls")),
]
handler400 = "commonweal.edge.refusals.bad_request"
handler403 = "commonweal.edge.refusals.forbidden"
handler404 = "commonweal.edge.refusals.missing"
handler500 = "commonweal.edge.refusals.broken"
