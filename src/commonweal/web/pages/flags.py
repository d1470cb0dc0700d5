"""What people flagged: staff look, keep it, hide it or take it down."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from commonweal.cases import actions as cases
from commonweal.cases import queries
from commonweal.cases.types import Act, CaseCard, Publication
from commonweal.content import actions
from commonweal.content import queries as content
from commonweal.content.types import FlagCard, FlagOutcome
from commonweal.edge.access import staff_only
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.types import Role
from commonweal.ledger.types import subject_of
from commonweal.web import words

REVIEWERS = (Role.OFFICER, Role.LEAD, Role.DISPATCHER)


@require_GET
@staff_only(*REVIEWERS)
def flags(request: HttpRequest) -> HttpResponse:
    """List open flags on what one may review, the oldest first."""
    by = actor_of(request)
    rows: list[dict[str, Any]] = []
    for flag in content.flags(size=200).items:
        card = _case_of(request, flag)
        if card is not None and queries.may(by, Act.WITHHOLD, card.unit_id):
            rows.append(
                {
                    "flag": flag,
                    "reason": words.reason_label(flag.reason),
                    "number": card.number,
                    "url": reverse("staff-case", args=[card.number]),
                    "category": words.category_name(card.category_id),
                    "text": "" if _is_photo(flag) else card.public_text,
                    "photo": UUID(flag.target.partition(":")[2]) if _is_photo(flag) else None,
                }
            )
    outcomes = [
        (FlagOutcome.KEPT.value, _("Leave it as it is")),
        (FlagOutcome.WITHHELD.value, _("Make it private")),
        (FlagOutcome.TAKEN_DOWN.value, _("Take it down")),
    ]
    return render(request, "staff/flags.html", {"rows": rows, "outcomes": outcomes})


def _is_photo(flag: FlagCard) -> bool:
    return flag.target.startswith("attachment:")


def _case_of(request: HttpRequest, flag: FlagCard) -> CaseCard | None:
    kind, _sep, hex_id = flag.of.partition(":")
    return queries.card(UUID(hex_id), at=now_of(request)) if kind == "case" else None


@require_POST
@staff_only(*REVIEWERS)
def settle(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """Decide about a flag; a flagged text is taken down by its own context first."""
    by, at = actor_of(request), now_of(request)
    flag = content.flag(flag_id)
    card = _case_of(request, flag)
    if card is not None:
        queries.check_may(by, Act.WITHHOLD, card.unit_id)
    outcome, raw = request.POST.get("outcome", ""), request.POST.get("seen", "")
    seen = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else 0  # noqa: PLR2004
    hides = outcome in {FlagOutcome.WITHHELD, FlagOutcome.TAKEN_DOWN}
    if card is not None and hides and flag.target == subject_of("case", card.id):
        _hide(card, request)
    actions.settle_flag(flag_id=flag_id, outcome=outcome, seen=seen, by=by, at=at)
    messages.success(request, _("Done."))
    return redirect("staff-flags")


def _hide(card: CaseCard, request: HttpRequest) -> None:
    if card.publication is Publication.PUBLISHED:
        cases.take_down(
            case_id=card.id,
            reason=_("Somebody flagged it."),
            seen=card.version,
            by=actor_of(request),
            at=now_of(request),
        )


urlpatterns = [
    path("staff/flags/", flags, name="staff-flags"),
    path("staff/flags/<uuid:flag_id>/", settle, name="staff-flag"),
]
