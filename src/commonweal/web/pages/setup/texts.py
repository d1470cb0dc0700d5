"""The city's own pages: privacy, imprint, help and the like."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from commonweal.city import queries as the_city
from commonweal.city.types import LANGUAGES
from commonweal.content import actions, queries
from commonweal.content.types import PageCode
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Actor
from commonweal.web import words
from commonweal.web.forms.setup.base import OWN_NAMES
from commonweal.web.forms.setup.texts import PageForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, trail


def _all() -> tuple[str, str]:
    return reverse("setup-pages"), _("City texts")


@administrators_only
def pages(request: HttpRequest) -> HttpResponse:
    """List the city's texts with their languages."""
    titles = queries.page_titles(words.reader_language())
    rows = [
        {
            "title": titles[code],
            "url": reverse("page", args=[code.value]),
            "languages": [
                {
                    "url": reverse("setup-page", args=[code.value, language]),
                    "name": OWN_NAMES.get(language, language),
                    "is_own": queries.page_source(code, language).version > 0,
                }
                for language in the_city.profile().languages
            ],
        }
        for code in PageCode
    ]
    title = _("City texts")
    about = {"title": title, "trail": trail(("", title)), "rows": rows}
    return render(request, "setup/pages.html", about)


@administrators_only
def page(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """Write a text anew; look at it first, and at its earlier versions."""
    if code not in set(PageCode) or language not in LANGUAGES:
        raise Http404
    source = queries.page_source(code, language)
    title = told.in_language(source.title, language)

    def make(data: QueryDict | None) -> PageForm:
        return PageForm(data, source=queries.page_source(code, language))

    def act(form: PageForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        said = form.cleaned_data
        actions.save_page(
            code=code,
            language=language,
            title=said["title"],
            body=said["body"],
            seen=said["seen"],
            reason=reason,
            by=by,
            at=at,
        )
        return {}

    about = {
        "language": language,
        "versions": queries.page_versions(code, language),
        "public": reverse("page", args=[code]),
        "placeholders": [
            ("{city}", _("the city's name")),
            ("{phone}", _("the city's phone number")),
            ("{mail}", _("the city's mail address")),
            ("{address}", _("the address of the counter")),
            ("{hours}", _("when the city is open")),
        ],
    }
    if request.POST.get("press") == "preview":
        form = make(request.POST)
        form.full_clean()
        form.errors.pop("reason", None)
        shown, status = None, HTTPStatus.UNPROCESSABLE_ENTITY
        if not form.errors:
            said = form.cleaned_data
            try:
                shown = queries.page_preview(code, language, said["title"], said["body"])
                status = HTTPStatus.OK
            except Refusal as refusal:
                form.refuse(refusal)
        extra = {"title": title, "trail": trail(_all(), ("", title)), "guard": "setup-page"}
        seen = {**extra, **about, "form": form, "preview": shown}
        return render(request, "setup/page.html", seen, status=status)
    return change(
        request,
        title=title,
        steps=[_all()],
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-page", args=[code, language]),
        name="setup-page",
        template="setup/page.html",
        about=about,
    )


urlpatterns = [
    path("pages/", pages, name="setup-pages"),
    path("pages/<str:code>/<str:language>/", page, name="setup-page"),
]
