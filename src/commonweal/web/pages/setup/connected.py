"""What keys, webhooks and neighbouring cities share: a list, a secret shown once, a reason."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as lazy

from commonweal.kernel.types import Actor
from commonweal.ledger.types import subject_of
from commonweal.partners.types import Trouble
from commonweal.web.forms.setup.base import ChangeForm, ReasonForm
from commonweal.web.pages.setup.desk import Act, Make, change, trail

TROUBLES = {
    Trouble.NO_ADDRESS: lazy("the name leads nowhere"),
    Trouble.INSIDE: lazy("the name leads into a network that is not public"),
    Trouble.UNREACHABLE: lazy("nobody answers there"),
    Trouble.CERTIFICATE: lazy("the certificate is not valid"),
    Trouble.TOO_SLOW: lazy("too slow"),
    Trouble.TOO_LARGE: lazy("the answer is too large"),
    Trouble.REDIRECTED: lazy("redirected elsewhere"),
    Trouble.NONSENSE: lazy("the answer cannot be read"),
    Trouble.UNFORESEEN: lazy("an error on our side; the log says more"),
}


class Card(Protocol):
    """What every one of them has."""

    @property
    def id(self) -> UUID: ...

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> int: ...


@dataclass(frozen=True)
class Shelf:
    """One sort of connection with others, and the pages that all sorts have."""

    name: str  # of the page that lists them
    subject: str
    title: Promise

    @property
    def step(self) -> tuple[str, str]:
        """Give the list as a step of a trail."""
        return reverse(self.name), str(self.title)

    def listed(self, request: HttpRequest, rows: Sequence[Mapping[str, Any]]) -> HttpResponse:
        """List all there are and were."""
        title = str(self.title)
        about = {"title": title, "trail": trail(("", title)), "rows": rows}
        return render(request, f"setup/{self.name.removeprefix('setup-')}.html", about)

    def shown(self, request: HttpRequest, card: Card, template: str, **about: Any) -> HttpResponse:
        """Show one of them."""
        here = {"title": card.name, "trail": trail(self.step, ("", card.name)), "card": card}
        return render(request, template, {**here, **about})

    def made(
        self,
        request: HttpRequest,
        *,
        title: str,
        secret_title: str,
        make: Make,
        act: Callable[..., tuple[Card, str]],
        then: Callable[[dict[str, Any]], str],
        name: str,
        templates: tuple[str, str],
        about: Mapping[str, Any],
        done: str,
    ) -> HttpResponse:
        """Make one, and show its secret on the answer itself: it is written nowhere else."""
        made: list[tuple[Card, str]] = []

        def make_one(form: ChangeForm, **how: Any) -> dict[str, Any]:
            made.append(act(form, **how))
            return {"id": made[0][0].id.hex}

        form, once = templates
        response = change(
            request,
            title=title,
            steps=[self.step],
            make=make,
            act=make_one,
            then=then,
            name=name,
            template=form,
            about={**about, "send": title},
            done=done,
        )
        if not made:
            return response
        card, secret = made[0]
        return self.shown(request, card, once, title=secret_title, secret=secret)

    def changed(
        self,
        request: HttpRequest,
        read: Callable[[], Card],
        *,
        title: str,
        act: Act,
        name: str,
        done: str,
        make: Callable[[QueryDict | None, Card], ChangeForm] | None = None,
        template: str = "setup/form.html",
        here: str = "",
        about: Mapping[str, Any] | None = None,
    ) -> HttpResponse:
        """Change one of them; without a form of its own it needs no more than a reason."""
        card = read()

        def form(data: QueryDict | None) -> ChangeForm:
            if make is not None:
                return make(data, read())
            return ReasonForm(data, initial={"seen": read().version})

        def do(form: ChangeForm, *, by: Actor, at: datetime, reason: str) -> dict[str, Any]:
            act(form, seen=form.cleaned_data["seen"], reason=reason, by=by, at=at)
            return {}

        return change(
            request,
            title=title,
            steps=[self.step, *([(here, card.name)] if here else [])],
            make=form,
            act=do,
            then=lambda _answer: here or reverse(self.name),
            name=name,
            template=template,
            subject=subject_of(self.subject, card.id),
            about=about,
            done=done,
        )

    def switched(
        self,
        request: HttpRequest,
        read: Callable[[], Card],
        *,
        is_on: bool,
        titles: tuple[str, str],
        intros: tuple[str, str],
        done: tuple[str, str],
        act: Callable[..., Any],
        name: str,
        here: str,
        sends: tuple[str, str],
    ) -> HttpResponse:
        """Switch one of them off (the first of each pair), or on again (the second)."""
        which = 0 if is_on else 1

        def switch(_form: ChangeForm, **how: Any) -> Any:
            return act(is_on=not is_on, **how)

        kind = "warning" if is_on else ""
        return self.changed(
            request,
            read,
            title=titles[which],
            act=switch,
            name=name,
            here=here,
            about={"intro": intros[which], "send": sends[which], "kind": kind},
            done=done[which],
        )


def trouble_of(trouble: str, status: int | None) -> str:
    """Say in plain words why nothing came of a request; the status where there was one."""
    if status:
        return str(status)
    return str(TROUBLES.get(Trouble(trouble), "")) if trouble else ""
