"""The city's own texts: privacy, imprint, accessibility, help."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_safe

from commonweal.content import queries as content
from commonweal.content.types import PageCode
from commonweal.edge.access import public
from commonweal.web import words


@public
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """Show one of the city's texts."""
    text = content.page(code, language=words.reader_language())
    return render(request, "texts/page.html", {"text": text})


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """Say how to get help from a person, and how everything works."""
    language = words.reader_language()
    about = {
        "text": content.page(PageCode.HELP_AND_CONTACT, language=language),
        "how": content.page(PageCode.HOW_IT_WORKS, language=language),
    }
    return render(request, "texts/help.html", about)


urlpatterns = [
    path("pages/<slug:code>/", page, name="page"),
    path("help/", help_page, name="help"),
]
