"""One act for many cases: looked at before, each done by its own action, undone within a time."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import calling, staff, steps, undoing
from commonweal.cases.errors import (
    DateToCome,
    NoSuchBulk,
    NoSuchCase,
    NothingChosen,
    NothingToReview,
    NotInBulk,
    NotNow,
    NotYourCase,
    TakenBack,
    TakenDown,
    TooLateToUndo,
    TooManyChosen,
    UnitClosed,
    WrongMove,
)
from commonweal.cases.events import BulkWanted
from commonweal.cases.models import Bulk, BulkItem, Case
from commonweal.cases.queries.bulk import draft_of
from commonweal.cases.types import (
    DONE_AT_ONCE,
    MOST_IN_BULK,
    Act,
    Because,
    BulkDraft,
    BulkState,
    CaseCard,
    Choice,
    Deed,
    Outcome,
)
from commonweal.city import queries as the_city
from commonweal.identity import queries as identity
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed, Refusal
from commonweal.kernel.types import Actor
from commonweal.ledger import queries as record
from commonweal.ledger.types import subject_of

CHUNK = 50
Clock = Callable[[], datetime]


@transaction.atomic
def prepare_bulk(
    *,
    draft: BulkDraft,
    numbers: Sequence[str] = (),
    choice: Choice | None = None,
    by: Actor,
    at: datetime,
) -> UUID:
    """Keep which cases are meant, each as it is now, and what is to be done; nothing is done.

    Meant are the cases with these numbers, or those that a choice above the inbox shows, up to
    `MOST_IN_BULK` in its order.
    """
    if not queries.bulk_deeds(by):
        raise NotAllowed
    _check(draft, at)
    cards, is_part = _meant(numbers, choice, by, at)
    if not cards:
        raise NothingChosen
    assert by.id is not None
    row = Bulk.objects.create(
        id=uuid4(),
        by_id=by.id,
        deed=draft.deed,
        text=draft.text and rules.clean_text(draft.text),
        on=draft.on,
        unit_id=draft.unit_id,
        category_id=draft.category_id,
        reason=draft.reason and rules.needed_reason(draft.reason),
        state=BulkState.PREVIEW,
        is_part=is_part,
        undo_minutes=int(the_city.parameter(rules.UNDO_MINUTES.name, at)),
        made_at=at,
    )
    BulkItem.objects.bulk_create(
        BulkItem(bulk=row, case_id=card.id, place=place, seen=card.version)
        for place, card in enumerate(cards)
    )
    return row.pk


def _check(draft: BulkDraft, at: datetime) -> None:
    """Refuse what would be refused in every case."""
    if draft.deed not in queries.BULK:
        raise NotInBulk
    if draft.deed in {Deed.ANSWER, Deed.SCHEDULE, Deed.HOLD, Deed.REFER, Deed.DECLINE, Deed.NOTE}:
        rules.needed_text(draft.text)
    if draft.deed in {Deed.ASSIGN, Deed.RECATEGORISE, Deed.WITHHOLD}:
        rules.needed_reason(draft.reason)
    if draft.deed is Deed.SCHEDULE:
        if draft.on is None:
            raise DateToCome
        rules.check_plan(draft.on, today=at.astimezone(ZoneInfo(the_city.profile().zone)).date())
    if draft.deed is Deed.ASSIGN:
        if draft.unit_id is None:
            raise UnitClosed
        steps.check_unit(draft.unit_id, at)
    if draft.deed is Deed.RECATEGORISE:
        queries.category(draft.category_id or uuid4())


def _meant(
    numbers: Sequence[str], choice: Choice | None, by: Actor, at: datetime
) -> tuple[list[CaseCard], bool]:
    if choice is not None:
        page = queries.listing(queries.chosen(choice, by=by), at=at, size=MOST_IN_BULK)
        return list(page.items), page.is_more or page.total > len(page.items)
    if len(numbers) > MOST_IN_BULK:
        raise TooManyChosen(most=MOST_IN_BULK)
    cards: dict[UUID, CaseCard] = {}
    for number in numbers:
        try:
            card = queries.by_number(number, at=at)
        except NoSuchCase:
            continue
        if rules.may(by, Act.SEE, card.unit_id):
            cards[card.id] = card
    return list(cards.values()), False


def do_bulk(*, bulk_id: UUID, by: Actor, clock: Clock) -> None:
    """Do what was looked at, a few at once, many behind the page; sent twice it is done once."""
    if _begin(bulk_id, BulkState.PREVIEW, BulkState.RUNNING, by, clock()):
        _some_at_once(bulk_id, clock)


def undo_bulk(*, bulk_id: UUID, by: Actor, clock: Clock) -> None:
    """Undo what was done, where nobody has touched it since; sent twice it is undone once."""
    if _begin(bulk_id, BulkState.DONE, BulkState.UNDOING, by, clock()):
        _some_at_once(bulk_id, clock)


@transaction.atomic
def _begin(bulk_id: UUID, held: BulkState, to: BulkState, by: Actor, at: datetime) -> bool:
    row = Bulk.objects.select_for_update().filter(pk=bulk_id).first()
    if row is None or row.by_id != by.id:
        raise NoSuchBulk
    if row.state != held:
        return False  # it goes on, or is done: the page says what became of it
    if to is BulkState.UNDOING and (row.undo_until is None or at >= row.undo_until):
        raise TooLateToUndo
    row.state = to
    row.save(update_fields=["state"])
    _want(row.pk, at)  # also when the request does it: a killed one is taken up again
    return True


def _want(bulk_id: UUID, at: datetime) -> None:
    kernel.announce(BulkWanted(at=at, subject=subject_of("bulk", bulk_id), seq=0, bulk_id=bulk_id))


def _some_at_once(bulk_id: UUID, clock: Clock) -> None:
    if BulkItem.objects.filter(bulk_id=bulk_id).count() <= DONE_AT_ONCE:
        carry_on(bulk_id=bulk_id, clock=clock)


def carry_on(*, bulk_id: UUID, clock: Clock) -> None:
    """Do or undo the next cases, each in a transaction of its own; have the rest done later."""
    bulk = Bulk.objects.filter(pk=bulk_id, state__in=_ON_THE_WAY).first()
    if bulk is None:
        return
    step = _do if bulk.state == BulkState.RUNNING else _undo
    left = BulkItem.objects.filter(bulk=bulk, outcome=_ON_THE_WAY[bulk.state])
    by = identity.actor_of_person(bulk.by_id, at=clock())
    for item_id in list(left.order_by("place").values_list("pk", flat=True)[:CHUNK]):
        step(item_id, bulk, by, clock())
    _end(bulk, clock())


_ON_THE_WAY: dict[str, str] = {
    BulkState.RUNNING.value: Outcome.WAITING.value,
    BulkState.UNDOING.value: Outcome.DONE.value,
}


@transaction.atomic
def _end(bulk: Bulk, at: datetime) -> None:
    held = Bulk.objects.select_for_update().get(pk=bulk.pk)
    if held.state != bulk.state:
        return  # another worker was faster
    if BulkItem.objects.filter(bulk=held, outcome=_ON_THE_WAY[held.state]).exists():
        _want(held.pk, at)
        return
    if held.state == BulkState.RUNNING:
        held.state = BulkState.DONE
        held.undo_until = at + timedelta(minutes=held.undo_minutes)
    else:
        held.state = BulkState.UNDONE
    held.save(update_fields=["state", "undo_until"])


def _held(item_id: int, outcome: Outcome) -> BulkItem | None:
    """Take one case of many, unless another worker has it or had it."""
    rows = BulkItem.objects.select_for_update(skip_locked=True, of=("self",))
    return rows.filter(pk=item_id, outcome=outcome).first()


@transaction.atomic
def _do(item_id: int, bulk: Bulk, by: Actor, at: datetime) -> None:
    item = _held(item_id, Outcome.WAITING)
    if item is None:
        return
    case = Case.objects.get(pk=item.case_id)
    before, by_call = undoing.picture(case), calling.has_phone_only(case)
    try:
        with transaction.atomic():
            card = _act(draft_of(bulk), case, item.seen, by, at)
    except Refusal as refusal:
        item.outcome, item.because = Outcome.LEFT_OUT, _because(refusal)
    else:
        subject = subject_of("case", card.id)
        item.outcome, item.version = Outcome.DONE, card.version
        item.before, item.done_at = before, at
        item.seq = record.heads([subject])[subject]
        item.can_undo = bulk.undo_minutes > 0 and rules.can_undo(
            Deed(bulk.deed),
            after=queries.category(card.category_id).review,
            is_told_by_call=by_call,
        )
    item.save()


def _act(draft: BulkDraft, case: Case, seen: int, by: Actor, at: datetime) -> CaseCard:
    one: dict[str, Any] = {"case_id": case.pk, "seen": seen, "by": by, "at": at}
    simple: dict[Deed, Callable[..., CaseCard]] = {
        Deed.ACKNOWLEDGE: staff.acknowledge,
        Deed.START: staff.start,
    }
    spoken: dict[Deed, Callable[..., CaseCard]] = {
        Deed.ANSWER: staff.answer,
        Deed.HOLD: staff.hold,
        Deed.REFER: staff.refer,
        Deed.DECLINE: staff.decline,
        Deed.NOTE: staff.note,
    }
    if draft.deed in simple:
        return simple[draft.deed](**one)
    if draft.deed in spoken:
        return spoken[draft.deed](text=draft.text, **one)
    match draft.deed:
        case Deed.SCHEDULE if draft.on:
            return staff.schedule(on=draft.on, text=draft.text, **one)
        case Deed.ASSIGN if draft.unit_id:
            to: dict[str, Any] = {"unit_id": draft.unit_id, "assignee_id": None}
            return staff.assign(reason=draft.reason, **to, **one)
        case Deed.RECATEGORISE if draft.category_id:
            return staff.recategorise(category_id=draft.category_id, reason=draft.reason, **one)
        case Deed.PUBLISH | Deed.WITHHOLD:
            return _review(draft, case, one)
    raise NotInBulk


def _review(draft: BulkDraft, case: Case, one: dict[str, Any]) -> CaseCard:
    """Publish the words as they stand, or keep them private; what was decided before stays."""
    card = queries.card(case.pk, at=one["at"])
    queries.check_fits(draft.deed, card, seen=one["seen"])
    if draft.deed is Deed.PUBLISH:
        return staff.publish(text=case.text, **one)
    return staff.withhold(reason=draft.reason, **one)


def _because(refusal: Refusal) -> Because:
    match refusal:
        case NotAllowed() | NotYourCase():
            return Because.NOT_YOURS
        case ChangedSinceYouLooked():
            return Because.CHANGED
        case WrongMove():
            return Because.WRONG_STATE
        case NotNow() | NothingToReview() | TakenBack() | TakenDown():
            return Because.NOT_TO_REVIEW
        case UnitClosed():
            return Because.UNIT_CLOSED
    return Because.REFUSED


@transaction.atomic
def _undo(item_id: int, bulk: Bulk, by: Actor, at: datetime) -> None:
    item = _held(item_id, Outcome.DONE)
    if item is None:
        return
    if not item.can_undo or item.done_at is None or item.seq is None or item.version is None:
        item.outcome, item.because = Outcome.KEPT, Because.FOR_GOOD
        item.save()
        return
    try:
        with transaction.atomic():
            undoing.undo(
                case_id=item.case_id,
                act=queries.act_of(Deed(bulk.deed)),
                before=item.before,
                done_at=item.done_at,
                seq=item.seq,
                seen=item.version,
                by=by,
                at=at,
            )
    except Refusal as refusal:
        item.outcome, item.because = Outcome.KEPT, _because(refusal)
    else:
        item.outcome = Outcome.UNDONE
    item.save()


@transaction.atomic
def forget_words_before(*, case_id: UUID) -> None:
    """Forget what was public of a report before acts on many cases: it was taken down."""
    for item in BulkItem.objects.select_for_update(of=("self",)).filter(case_id=case_id):
        if item.before.get("public_text"):
            item.before["public_text"] = ""
            item.save(update_fields=["before"])


def forget_bulks(*, made_before: datetime) -> int:
    """Delete what is known of acts on many cases from long ago; the record keeps each act."""
    deleted, _by_table = Bulk.objects.filter(made_at__lt=made_before).delete()
    return deleted
