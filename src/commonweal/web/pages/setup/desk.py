"""How every page of Setup works: show, take a change, keep what was typed, say what changed."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeAlias

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.edge.access import staff_only
from commonweal.edge.once import send_once
from commonweal.edge.refusals import sentence_of
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.errors import ChangedSinceYouLooked, Refusal
from commonweal.kernel.types import Role
from commonweal.web.forms.setup.base import ChangeForm
from commonweal.web.pages.setup import told

View: TypeAlias = Callable[..., HttpResponseBase]
Make: TypeAlias = Callable[[QueryDict | None], ChangeForm]
Act: TypeAlias = Callable[..., Any]
FIRST = "form_key"


def administrators_only(view: View) -> View:
    """Open a page to the administrator alone, to read it and to send its form."""
    return staff_only(Role.ADMINISTRATOR)(require_http_methods(["GET", "HEAD", "POST"])(view))


def trail(*steps: tuple[str, str]) -> list[dict[str, str]]:
    """Say where a page stands below Setup: pairs of address and name, the last one is here."""
    return [
        {"url": reverse("setup"), "label": _("Setup")},
        *({"url": url, "label": label} for url, label in steps),
    ]


def change(
    request: HttpRequest,
    *,
    title: str,
    steps: Sequence[tuple[str, str]],
    make: Make,
    act: Act,
    then: Callable[[dict[str, Any]], str],
    name: str,
    subject: str = "",
    template: str = "setup/form.html",
    done: str = "",
    about: Mapping[str, Any] | None = None,
    files: bool = False,
) -> HttpResponse:
    """Show a form and do what it asks for; a refusal brings it back with everything typed.

    `make` builds the form, fresh (from what stands now) or with what was sent. `act` gets the
    read form with `by`, `at` and `reason` and answers ids for the repeated form. `then` gives the
    address to go to. `subject` is the thing whose newest entries are told to who comes late.
    """
    extra = {
        "title": title,
        "trail": trail(*steps, ("", title)),
        "guard": name,
        "has_files": files,
        **(about or {}),
    }
    if request.method != "POST":
        return render(request, template, extra | {"form": make(None)})
    form = make(request.POST)
    if not form.is_valid():
        return render(
            request, template, extra | {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    try:
        answer = once(request, name, form, act)
    except ChangedSinceYouLooked as refusal:
        return _late(request, template, extra, make, form, refusal, subject)
    except Refusal as refusal:
        form.refuse(refusal)
        return render(
            request, template, extra | {"form": form}, status=HTTPStatus.UNPROCESSABLE_ENTITY
        )
    messages.success(request, done or _("Saved."))
    return redirect(then(answer))


def once(request: HttpRequest, name: str, form: ChangeForm, act: Act) -> dict[str, Any]:
    """Do an act once, however often its form is sent."""
    said = {key: request.POST.getlist(key) for key in sorted(request.POST) if key != FIRST}
    said.pop("csrfmiddlewaretoken", None)
    for key in request.FILES:
        for file in request.FILES.getlist(key):
            said.setdefault(key, []).append(hashlib.sha256(file.read()).hexdigest())
            file.seek(0)
    common = {"by": actor_of(request), "at": now_of(request), "reason": form.cleaned_data["reason"]}
    return send_once(
        request, name, body=[request.path, said], act=lambda: act(form, **common) or {}
    )


def _late(
    request: HttpRequest,
    template: str,
    extra: Mapping[str, Any],
    make: Make,
    form: ChangeForm,
    refusal: Refusal,
    subject: str,
) -> HttpResponse:
    fresh = make(None)
    seen = form.cleaned_data["seen"]
    data = request.POST.copy()
    data[form.add_prefix("seen")] = str(fresh.initial.get("seen", 0))
    about = {
        "form": make(data),
        "late": sentence_of(refusal),
        "changed": told.since(subject, seen) if subject else [],
        "differs": form.differs_from(fresh),
    }
    return render(request, template, {**extra, **about}, status=HTTPStatus.CONFLICT)
