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
from commonweal.content.errors import NoSuchAttachment, NothingToHide
from commonweal.content.types import FlagCard, FlagOutcome
from commonweal.edge.access import staff_only
from commonweal.edge.requests import actor_of, now_of
from commonweal.kernel.types import Role
from commonweal.ledger.types import subject_of
from commonweal.web import words

MOST_PAGES = 25
PHOTO, WORD = "attachment:", "word:"
REVIEWERS = (Role.OFFICER, Role.LEAD, Role.DISPATCHER)


@require_GET
@staff_only(*REVIEWERS)
def flags(request: HttpRequest) -> HttpResponse:
    """List open flags on what one may review, the oldest first, each with just what it means."""
    by = actor_of(request)
    rows: list[dict[str, Any]] = []
    for flag in _all_open():
        card = _case_of(request, flag)
        if card is not None and queries.may(by, Act.WITHHOLD, card.unit_id):
            text = _text_of(flag, card)
            photo = _photo_of(flag)
            rows.append(
                {
                    "flag": flag,
                    "reason": words.reason_label(flag.reason),
                    "number": card.number,
                    "version": card.version,
                    "url": reverse("staff-case", args=[card.number]),
                    "category": words.category_name(card.category_id),
                    "by_city": flag.target.startswith(WORD),
                    "text": text,
                    "photo": photo,
                    "outcomes": _outcomes(flag, is_public=bool(text or photo)),
                }
            )
    return render(request, "staff/flags.html", {"rows": rows})


def _outcomes(flag: FlagCard, *, is_public: bool) -> list[tuple[str, str]]:
    """Offer what can be done: a photo or a report can come back, words of the city cannot."""
    offered = [(FlagOutcome.KEPT.value, _("Leave it as it is"))]
    if is_public and not flag.target.startswith(WORD):
        offered.append((FlagOutcome.WITHHELD.value, _("Make it private")))
    if is_public:
        offered.append((FlagOutcome.TAKEN_DOWN.value, _("Take it down")))
    return offered


def _all_open() -> Iterator[FlagCard]:
    """Give every open flag of the city: whose unit it is, the case says."""
    number = 1
    while True:
        page = content.flags(number=number, size=200)
        yield from page.items
        if number >= page.last or number >= MOST_PAGES:
            return
        number += 1


def _photo_of(flag: FlagCard) -> UUID | None:
    """Give the flagged photo while everybody sees it."""
    if not flag.target.startswith(PHOTO):
        return None
    try:
        photo = content.attachment(UUID(hex=flag.target.removeprefix(PHOTO)))
    except NoSuchAttachment:
        return None
    return photo.id if photo.is_public else None


def _text_of(flag: FlagCard, card: CaseCard) -> str:
    """Give the flagged words while everybody reads them."""
    if flag.target == subject_of("case", card.id):
        return card.public_text if card.publication is Publication.PUBLISHED else ""
    said = queries.words(card.id, only_public=True)
    return next((word.text for word in said if subject_of("word", word.id) == flag.target), "")


def _case_of(request: HttpRequest, flag: FlagCard) -> CaseCard | None:
    kind, _sep, hex_id = flag.of.partition(":")
    return queries.card(UUID(hex_id), at=now_of(request)) if kind == "case" else None


@require_POST
@staff_only(*REVIEWERS)
def settle(request: HttpRequest, flag_id: UUID) -> HttpResponse:
    """Decide about a flag; what it means is hidden in the same transaction, or nothing is."""
    by, at = actor_of(request), now_of(request)
    flag = content.flag(flag_id)
    card = _case_of(request, flag)
    if card is not None:
        queries.check_may(by, Act.WITHHOLD, card.unit_id)
    outcome = request.POST.get("outcome", "")
    with transaction.atomic():
        actions.settle_flag(
            flag_id=flag_id, outcome=outcome, seen=_version(request, "seen"), by=by, at=at
        )
        if outcome != FlagOutcome.KEPT and not flag.target.startswith(PHOTO):
            _hide(flag, card, FlagOutcome(outcome), request)
    messages.success(request, _("Done."))
    return redirect("staff-flags")


def _version(request: HttpRequest, name: str) -> int:
    raw = request.POST.get(name, "")
    return int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else 0  # noqa: PLR2004


def _hide(
    flag: FlagCard, card: CaseCard | None, outcome: FlagOutcome, request: HttpRequest
) -> None:
    if card is None or not _text_of(flag, card):
        raise NothingToHide
    how: dict[str, Any] = {
        "reason": _("Somebody flagged it."),
        "seen": _version(request, "case"),
        "by": actor_of(request),
        "at": now_of(request),
    }
    if flag.target.startswith(WORD):
        if outcome is not FlagOutcome.TAKEN_DOWN:
            raise NothingToHide
        cases.take_down_word(word_id=UUID(hex=flag.target.removeprefix(WORD)), **how)
    elif outcome is FlagOutcome.TAKEN_DOWN:
        cases.take_down(case_id=card.id, **how)
    else:
        cases.withhold(case_id=card.id, **how)


urlpatterns = [
    path("staff/flags/", flags, name="staff-flags"),
    path("staff/flags/<uuid:flag_id>/", settle, name="staff-flag"),
]
