"""What people flagged: staff look, keep it, hide it or take it down."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.views.decorators.http import require_GET, require_POST

from commonweal.cases import actions, queries
from commonweal.cases.types import Flagged
from commonweal.content.types import FlagOutcome
from commonweal.edge.access import staff_only
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.types import Role
from commonweal.web import words

OUTCOMES = {
    FlagOutcome.KEPT: lazy("Leave it as it is"),
    FlagOutcome.WITHHELD: lazy("Make it private"),
    FlagOutcome.TAKEN_DOWN: lazy("Take it down"),
}
REVIEWERS = (Role.OFFICER, Role.LEAD, Role.DISPATCHER)


@require_GET
@staff_only(*REVIEWERS)
def flags(request: HttpRequest) -> HttpResponse:
    """List open flags on what one may review, the oldest first, each with just what it means."""
    found = queries.flags_to_settle(by=actor_of(request), at=now_of(request))
    return render(request, "staff/flags.html", {"rows": [_row(one) for one in found]})


def _row(one: Flagged) -> dict[str, Any]:
    return {
        "flag": one.flag,
        "reason": words.reason_label(one.flag.reason),
        "number": one.case.number,
        "version": one.case.version,
        "url": reverse("staff-case", args=[one.case.number]),
        "category": words.category_name(one.case.category_id),
        "by_city": one.by_city,
        "text": one.text,
        "photo": one.photo_id,
        "outcomes": [(outcome.value, OUTCOMES[outcome]) for outcome in one.outcomes],
    }


@require_POST
@staff_only(*REVIEWERS)
def settle(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """Decide about a flag."""
    actions.settle_flag(
        flag_id=flag_id,
        outcome=request.POST.get("outcome", ""),
        reason=_("Somebody flagged it."),
        seen=_version(request, "seen"),
        case_seen=_version(request, "case"),
        by=actor_of(request),
        at=now_of(request),
    )
    messages.success(request, _("Done."))
    return redirect("staff-flags")


def _version(request: HttpRequest, name: str) -> int:
    raw = request.POST.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else 0  # noqa: PLR2004


urlpatterns = [
    path("staff/flags/", flags, name="staff-flags"),
    path("staff/flags/<uuid:flag_id>/", settle, name="staff-flag"),
]
