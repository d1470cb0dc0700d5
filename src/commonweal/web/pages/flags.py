"""What people flagged: staff look, keep it, hide it or take it down."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
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

MOST_PAGES = 25
REVIEWERS = (Role.OFFICER, Role.LEAD, Role.DISPATCHER)


@require_GET
@staff_only(*REVIEWERS)
def flags(request: HttpRequest) -> HttpResponse:
    """List open flags on what one may review, the oldest first."""
    by = actor_of(request)
    rows: list[dict[str, Any]] = []
    for flag in _all_open():
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


def _all_open() -> Iterator[FlagCard]:
    """Give every open flag of the city: whose unit it is, the case says."""
    number = 1
    while True:
        page = content.flags(number=number, size=200)
        yield from page.items
        if number >= page.last or number >= MOST_PAGES:
            return
        number += 1


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
    with transaction.atomic():
        actions.settle_flag(flag_id=flag_id, outcome=outcome, seen=seen, by=by, at=at)
        if card is not None and flag.target == subject_of("case", card.id):
            _hide(card, outcome, request)
    messages.success(request, _("Done."))
    return redirect("staff-flags")


def _hide(card: CaseCard, outcome: str, request: HttpRequest) -> None:
    hide = {FlagOutcome.WITHHELD: cases.withhold, FlagOutcome.TAKEN_DOWN: cases.take_down}.get(
        FlagOutcome(outcome)
    )
    if hide is not None and card.publication is Publication.PUBLISHED:
        hide(
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
