"""What the city's mails say."""

from datetime import datetime
from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from commonweal.city import queries as the_city
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Actor
from commonweal.messages import actions, queries
from commonweal.messages.types import TemplateCard
from commonweal.web.forms.setup.base import OWN_NAMES, ReasonForm
from commonweal.web.forms.setup.texts import TemplateForm
from commonweal.web.pages.setup import told
from commonweal.web.pages.setup.desk import administrators_only, change, trail


def _all() -> tuple[str, str]:
    return reverse("setup-templates"), _("Messages")


@administrators_only
def templates(request: HttpRequest) -> HttpResponse:
    """List every mail with its languages."""
    asked = the_city.profile().languages
    rows: dict[str, dict[str, Any]] = {}
    for card in queries.templates():
        if card.language not in asked:
            continue
        row = rows.setdefault(card.code, {"code": card.code, "languages": []})
        row["languages"].append(
            {
                "url": reverse("setup-template", args=[card.code, card.language]),
                "name": OWN_NAMES.get(card.language, card.language),
                "is_own": card.is_own,
            }
        )
    for code, row in rows.items():
        row["title"] = told.template_name(code)
    title = _("Messages")
    about = {"title": title, "trail": trail(("", title)), "rows": list(rows.values())}
    return render(request, "setup/templates.html", about)


def _found(code: str, language: str) -> TemplateCard:
    for card in queries.templates():
        if (card.code, card.language) == (code, language):
            return card
    raise Http404


@administrators_only
def template(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """Write a mail anew in one language; look at it before it is saved."""
    card = _found(code, language)
    title = told.in_language(told.template_name(code), language)

    def make(data: QueryDict | None) -> TemplateForm:
        return TemplateForm(data, card=_found(code, language))

    def act(form: TemplateForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        said = form.cleaned_data
        actions.save_template(
            code=code,
            language=language,
            subject=said["subject"],
            body=said["body"],
            seen=said["seen"],
            reason=reason,
            by=by,
            at=at,
        )
        return {}

    about = {
        "card": card,
        "facts": [(f"{{{name}}}", meaning(name)) for name in (*card.facts, *CITY_FACTS)],
    }
    if request.POST.get("press") == "preview":
        form = make(request.POST)
        form.full_clean()
        form.errors.pop("reason", None)
        shown, status = None, HTTPStatus.UNPROCESSABLE_ENTITY
        if not form.errors:
            try:
                shown = actions.preview(
                    code=code,
                    language=language,
                    subject=form.cleaned_data["subject"],
                    body=form.cleaned_data["body"],
                )
                status = HTTPStatus.OK
            except Refusal as refusal:
                form.refuse(refusal)
        extra = {"title": title, "trail": trail(_all(), ("", title)), "guard": "setup-template"}
        page = {**extra, **about, "form": form, "preview": shown}
        return render(request, "setup/template.html", page, status=status)
    return change(
        request,
        title=title,
        steps=[_all()],
        make=make,
        act=act,
        then=lambda _answer: reverse("setup-template", args=[code, language]),
        name="setup-template",
        template="setup/template.html",
        about=about,
    )


CITY_FACTS = ("city", "phone", "hours")


def meaning(fact: str) -> str:
    """Say what will stand in the place of a fact."""
    known = {
        "category": _("the kind of report"),
        "city": _("the city's name"),
        "code": _("the code to type in; it must be in the text"),
        "count": _("how many messages are in this mail"),
        "due": _("the day by which the city promises an answer"),
        "hours": _("when the city is open"),
        "items": _("the messages, one after the other"),
        "link": _("the address of the page the mail leads to; it must be in the text"),
        "minutes": _("how many minutes the link works"),
        "number": _("the receipt number"),
        "phone": _("the city's phone number"),
        "planned": _("the day for which the work is planned, if it is"),
        "public_link": _("the address of the page that everybody sees"),
        "stop": _("the address of the page that stops such mails"),
        "text": _("what the unit wrote"),
        "unit": _("the unit that answers"),
    }
    return known.get(fact, fact)


@administrators_only
def template_reset(request: HttpRequest, code: str, language: str) -> HttpResponse:
    """Go back to the words that come with the software."""
    _found(code, language)
    here = reverse("setup-template", args=[code, language])

    def act(form: ReasonForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
        actions.reset_template(
            code=code,
            language=language,
            seen=form.cleaned_data["seen"],
            reason=reason,
            by=by,
            at=at,
        )
        return {}

    return change(
        request,
        title=_("Go back to the first words?"),
        steps=[_all(), (here, told.in_language(told.template_name(code), language))],
        make=lambda data: ReasonForm(data, initial={"seen": _found(code, language).version}),
        act=act,
        then=lambda _answer: here,
        name="setup-template-reset",
        about={
            "intro": _("The mail will say again what it said when the software was installed."),
            "send": _("Go back"),
            "kind": "warning",
        },
    )


urlpatterns = [
    path("messages/", templates, name="setup-templates"),
    path("messages/<str:code>/<str:language>/", template, name="setup-template"),
    path("messages/<str:code>/<str:language>/reset/", template_reset, name="setup-template-reset"),
]
