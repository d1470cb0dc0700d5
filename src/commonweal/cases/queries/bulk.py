"""An act on many cases, before and after it is done."""

from datetime import datetime, timedelta
from uuid import UUID

from commonweal.cases import rules
from commonweal.cases.errors import NoSuchBulk
from commonweal.cases.models import Bulk, BulkItem
from commonweal.cases.queries.allowed import act_of, fits
from commonweal.cases.queries.one import case_card, history
from commonweal.cases.queries.record import MOVED, UNDONE
from commonweal.cases.queries.setup import category
from commonweal.cases.types import (
    Act,
    Because,
    BulkCard,
    BulkDraft,
    BulkItemCard,
    BulkState,
    CaseCard,
    Deed,
    Outcome,
)
from commonweal.identity import queries as identity
from commonweal.identity.types import ContactKind
from commonweal.kernel.types import Actor
from commonweal.ledger.types import EntryCard

SOON = timedelta(minutes=1)
BULK = (
    Deed.ACKNOWLEDGE,
    Deed.START,
    Deed.ANSWER,
    Deed.SCHEDULE,
    Deed.HOLD,
    Deed.REFER,
    Deed.DECLINE,
    Deed.ASSIGN,
    Deed.RECATEGORISE,
    Deed.PUBLISH,
    Deed.WITHHOLD,
    Deed.NOTE,
)


def bulk_deeds(by: Actor) -> list[Deed]:
    """List what somebody may do with many cases at once."""
    held = {act for grant in by.grants for act in rules.MAY[grant.role]}
    return [deed for deed in BULK if act_of(deed) in held]


def bulk(bulk_id: UUID, *, by: Actor, at: datetime) -> BulkCard:
    """Read an act on many cases: before it is done, what each case says to it now.

    Raises
    ------
    NoSuchBulk
        When there is none, or it is somebody else's.

    """
    row = Bulk.objects.filter(pk=bulk_id).first()
    if row is None or row.by_id != by.id:
        raise NoSuchBulk
    items = BulkItem.objects.select_related("case").filter(bulk=row).order_by("place")
    return BulkCard(
        id=row.pk,
        draft=draft_of(row),
        state=BulkState(row.state),
        items=tuple(_cards(row, list(items), by, at)),
        is_part=row.is_part,
        undo_minutes=row.undo_minutes,
        undo_until=row.undo_until,
    )


def draft_of(row: Bulk) -> BulkDraft:
    """Read what is to be done as it was kept."""
    return BulkDraft(
        deed=Deed(row.deed),
        text=row.text,
        on=row.on,
        unit_id=row.unit_id,
        category_id=row.category_id,
        reason=row.reason,
    )


def _cards(row: Bulk, items: list[BulkItem], by: Actor, at: datetime) -> list[BulkItemCard]:
    is_preview = row.state == BulkState.PREVIEW
    by_call = _told_by_call(items) if is_preview else frozenset()
    cards = []
    for item in items:
        card, because = case_card(item.case, at=at), Because(item.because) if item.because else None
        can = item.can_undo
        if is_preview:
            because = _trouble(row, item, card, by)
            can = _can_undo(row, card, is_told_by_call=item.case.pk in by_call)
        sees = rules.may(by, Act.SEE, card.unit_id)
        cards.append(
            BulkItemCard(
                number=card.number,
                text=card.text if sees else "",
                category_id=card.category_id,
                unit_id=card.unit_id,
                state=card.state,
                outcome=Outcome(item.outcome),
                because=because,
                can_undo=can,
            )
        )
    return cards


def _told_by_call(items: list[BulkItem]) -> frozenset[UUID]:
    contacts = identity.contacts(item.case.contact_id for item in items if item.case.contact_id)
    return frozenset(
        item.case.pk
        for item in items
        if item.case.contact_id
        and (known := contacts.get(item.case.contact_id))
        and known.kind is ContactKind.PHONE
    )


def _trouble(row: Bulk, item: BulkItem, card: CaseCard, by: Actor) -> Because | None:
    if card.version != item.seen:
        return Because.CHANGED
    return bulk_trouble(Deed(row.deed), card, by=by)


def bulk_trouble(deed: Deed, card: CaseCard, *, by: Actor) -> Because | None:
    """Say why one case of many would be left out; the action itself is asked when it is done."""
    if not rules.may(by, act_of(deed), card.unit_id):
        return Because.NOT_YOURS
    if not fits(deed, card):
        reviews = deed in {Deed.PUBLISH, Deed.WITHHOLD}
        return Because.NOT_TO_REVIEW if reviews else Because.WRONG_STATE
    return None


def _can_undo(row: Bulk, card: CaseCard, *, is_told_by_call: bool) -> bool:
    after = card.category_id
    if row.deed == Deed.RECATEGORISE and row.category_id:
        after = row.category_id
    return row.undo_minutes > 0 and rules.can_undo(
        Deed(row.deed), after=category(after).review, is_told_by_call=is_told_by_call
    )


def quiet_until(case_id: UUID, seq: int, *, at: datetime) -> datetime | None:
    """Say until when nobody is told of a step that may still be undone; None: tell it now."""
    item = BulkItem.objects.select_related("bulk").filter(case_id=case_id, seq=seq).first()
    if item is None or not item.can_undo:
        return None
    if item.outcome in {Outcome.UNDONE, Outcome.KEPT}:
        return None
    until = item.bulk.undo_until
    if item.bulk.state in {BulkState.RUNNING, BulkState.UNDOING} or until is None:
        return at + SOON
    return until if at < until else None


def is_undone(case_id: UUID, seq: int) -> bool:
    """Say whether a step of many was undone: nobody is told of it any more."""
    return BulkItem.objects.filter(case_id=case_id, seq=seq, outcome=Outcome.UNDONE).exists()


def later_moves(case_id: UUID, seq: int) -> list[EntryCard]:
    """List the steps of a case after one of them, without those that were undone."""
    entries = history(case_id)
    undone = {entry.facts["undoes"] for entry in entries if entry.type == UNDONE}
    later = (entry for entry in entries if entry.seq > seq and entry.seq not in undone)
    return [entry for entry in later if entry.type == MOVED or entry.facts.get("moves")]
