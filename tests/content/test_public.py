"""Publishing, withholding, taking down; flags and what comes of them."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from commonweal.content import actions, errors, queries, rules, tasks
from commonweal.content.models import Attachment, Flag
from commonweal.content.types import (
    AttachmentCard,
    AttachmentState,
    FlagCard,
    FlagOutcome,
    FlagState,
    Reason,
    Size,
)
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed, SignInFirst
from commonweal.kernel.types import ANONYMOUS, SYSTEM, Actor
from commonweal.ledger.queries import check_chain, entries_of
from commonweal.ledger.types import subject_of
from tests.factories.content import (
    ADMINISTRATOR,
    AT,
    OFFICER,
    RESIDENT,
    UNIT,
    published,
    ready,
    subject,
    waiting,
)

pytestmark = pytest.mark.django_db


def target_of(card: AttachmentCard) -> str:
    return subject_of("attachment", card.id)


@pytest.mark.database
def test_nothing_is_public_before_somebody_publishes_it() -> None:
    of = subject()
    card = ready(of=of)
    assert queries.attachments(of, public_only=True) == []

    shown = actions.publish(attachment_id=card.id, seen=card.version, by=OFFICER, at=AT)

    assert queries.attachments(of, public_only=True) == [shown]
    assert entries_of(target_of(card))[-1].actor == f"unit:{UNIT.hex}"


@pytest.mark.database
def test_a_withheld_photo_is_kept_and_can_be_shown_again() -> None:
    card = published()

    hidden = actions.withhold(attachment_id=card.id, seen=card.version, by=OFFICER, at=AT)
    shown = actions.publish(attachment_id=card.id, seen=hidden.version, by=OFFICER, at=AT)

    assert (hidden.is_public, shown.is_public) == (False, True)
    kinds = [entry.type.partition(".")[2] for entry in entries_of(target_of(card))]
    assert kinds[2:] == [f"attachment-{what}" for what in ("published", "withheld", "published")]
    assert not check_chain(target_of(card)).breaks


@pytest.mark.parametrize("act", [actions.publish, actions.withhold])
def test_who_saw_an_older_version_is_told(act: Callable[..., AttachmentCard]) -> None:
    card = published()

    with pytest.raises(ChangedSinceYouLooked):
        act(attachment_id=card.id, seen=card.version - 1, by=OFFICER, at=AT)


def test_what_is_so_already_changes_nothing() -> None:
    card = published()
    before = len(entries_of(target_of(card)))

    again = actions.publish(attachment_id=card.id, seen=card.version, by=OFFICER, at=AT)

    assert again == card
    assert len(entries_of(target_of(card))) == before
    hidden = actions.withhold(attachment_id=card.id, seen=card.version, by=OFFICER, at=AT)
    assert hidden == actions.withhold(attachment_id=card.id, seen=3 + 1, by=OFFICER, at=AT)


def test_a_waiting_photo_cannot_be_published() -> None:
    card = waiting()

    with pytest.raises(errors.NotReady):
        actions.publish(attachment_id=card.id, seen=card.version, by=OFFICER, at=AT)


@pytest.mark.database
def test_a_taken_down_photo_is_gone_and_accounted_for(home: Path) -> None:
    card = published()

    gone = actions.take_down(attachment_id=card.id, reason="person", by=OFFICER, at=AT)
    with pytest.raises(errors.NoSuchAttachment):
        queries.file(card.id, Size.THUMB)
    run_waiting(clock=lambda: AT)

    assert (gone.state, gone.is_public, gone.name) == (AttachmentState.TAKEN_DOWN, False, "")
    assert gone.taken_down_because is Reason.PERSON
    assert queries.attachments(card.subject, public_only=False) == [gone]
    assert not [path for path in (home / "media").rglob("*") if path.is_file()]
    assert entries_of(target_of(card))[-1].facts == {"reason": "person"}


def test_a_photo_taken_down_before_it_was_made_leaves_no_raw_file(home: Path) -> None:
    card = waiting()

    actions.take_down(attachment_id=card.id, reason="sender", by=RESIDENT, at=AT)
    run_waiting(clock=lambda: AT)

    assert not [path for path in home.rglob("*") if path.is_file()]


def test_taking_down_twice_is_once() -> None:
    card = published()

    first = actions.take_down(attachment_id=card.id, reason="person", by=OFFICER, at=AT)
    second = actions.take_down(attachment_id=card.id, reason="insult", by=OFFICER, at=AT)

    assert first == second
    with pytest.raises(errors.NoSuchAttachment):
        actions.publish(attachment_id=card.id, seen=first.version, by=OFFICER, at=AT)


def test_all_photos_of_a_thing_go_together() -> None:
    of = subject()
    cards = [published(of=of), ready(of=of), waiting(of=of)]
    other = published()

    count = actions.take_down_all(subject=of, reason="time-over", by=SYSTEM, at=AT)

    assert count == len(cards)
    assert {card.state for card in queries.attachments(of, public_only=False)} == {
        AttachmentState.TAKEN_DOWN
    }
    assert queries.attachment(other.id) == other
    assert actions.take_down_all(subject=of, reason="time-over", by=SYSTEM, at=AT) == 0


@pytest.mark.database
def test_photos_of_a_form_go_to_what_came_of_it() -> None:
    case = subject()
    card, gone = waiting(of="draft:1"), waiting(of="draft:1")
    actions.take_down(attachment_id=gone.id, reason="sender", by=RESIDENT, at=AT)

    count = actions.adopt(from_subject="draft:1", to_subject=case, by=RESIDENT, at=AT)
    run_waiting(clock=lambda: AT)

    assert count == 1
    (adopted,) = queries.attachments(case, public_only=False)
    assert (adopted.id, adopted.state) == (card.id, AttachmentState.READY)
    first, second, *_ = entries_of(target_of(card))
    assert (first.facts, second.facts) == ({"kind": "jpeg"}, {"of": case})


@pytest.mark.database
def test_a_thing_has_room_for_so_many_photos_however_many_forms_bring_them() -> None:
    case = subject()
    for number in range(rules.MOST_PER_SUBJECT - 1):
        waiting(of=f"draft:{number}")
        actions.adopt(from_subject=f"draft:{number}", to_subject=case, by=RESIDENT, at=AT)
    waiting(of="draft:two")
    waiting(of="draft:two")

    with pytest.raises(errors.NoRoomForAll):
        actions.adopt(from_subject="draft:two", to_subject=case, by=RESIDENT, at=AT)
    assert actions.adopt(from_subject="draft:none", to_subject=case, by=RESIDENT, at=AT) == 0
    waiting(of="draft:one")
    assert actions.adopt(from_subject="draft:one", to_subject=case, by=RESIDENT, at=AT) == 1

    kept = queries.attachments(case, public_only=False)
    assert len(kept) == rules.MOST_PER_SUBJECT
    assert len(queries.attachments("draft:two", public_only=False)) == 2
    actions.take_down(attachment_id=kept[0].id, reason="sender", by=RESIDENT, at=AT)
    waiting(of="draft:in-its-place")
    actions.adopt(from_subject="draft:in-its-place", to_subject=case, by=RESIDENT, at=AT)


def test_photos_of_a_form_never_sent_go_after_days() -> None:
    abandoned, sent = ready(of="draft:1"), ready()

    count = actions.take_down_abandoned(before=AT + timedelta(seconds=1), at=AT)

    assert count == 1
    assert queries.attachment(abandoned.id).taken_down_because is Reason.TIME_OVER
    assert queries.attachment(sent.id) == sent


@pytest.mark.parametrize("reason", ["", "because", "PERSON", "'; DROP TABLE"])
def test_a_reason_must_be_on_the_list(reason: str) -> None:
    card = published()

    with pytest.raises(errors.NoSuchReason):
        actions.take_down(attachment_id=card.id, reason=reason, by=OFFICER, at=AT)


def test_a_photo_that_is_not_there_is_told() -> None:
    with pytest.raises(errors.NoSuchAttachment):
        queries.attachment(uuid4())
    with pytest.raises(errors.NoSuchAttachment):
        actions.publish(attachment_id=uuid4(), seen=1, by=OFFICER, at=AT)


def test_a_file_that_was_lost_is_told(home: Path) -> None:
    card = published()
    for path in (home / "media").rglob("*.jpg"):
        path.unlink()

    with pytest.raises(errors.NoSuchAttachment):
        queries.file(card.id)


@pytest.mark.database
@pytest.mark.parametrize("change", [{"is_public": True}, {"state": "refused"}])
def test_nobody_changes_a_photo_behind_the_records_back(change: dict[str, object]) -> None:
    card = ready()

    with pytest.raises(IntegrityError, match="no entry"), transaction.atomic():
        Attachment.objects.filter(pk=card.id).update(**change)


def test_the_moves_are_a_total_table() -> None:
    assert set(rules.MOVES) == set(AttachmentState)
    assert not rules.MOVES[AttachmentState.TAKEN_DOWN]


# Flags


def flagged(card: AttachmentCard, *, reason: str = "person", words: str = "") -> FlagCard:
    return actions.flag(target=target_of(card), reason=reason, words=words, by=ANONYMOUS, at=AT)


def settled(card: FlagCard, outcome: str, by: Actor = OFFICER) -> FlagCard:
    return actions.settle_flag(flag_id=card.id, outcome=outcome, seen=card.version, by=by, at=AT)


@pytest.mark.database
def test_anybody_may_flag_a_public_photo() -> None:
    card = published()

    told = flagged(card, words="That is my number plate.\x00\u202e")

    assert (told.of, told.words, told.state) == (
        card.subject,
        "That is my number plate.",
        FlagState.OPEN,
    )
    assert queries.flags().items == (told,)
    assert queries.open_flags([card.subject, "case:0"]) == {card.subject: 1}
    (entry,) = entries_of(subject_of("flag", told.id))
    assert (entry.type, entry.actor) == ("content.flagged", "resident")
    assert entry.facts == {"target": target_of(card), "reason": "person"}


def test_what_is_not_public_cannot_be_flagged_or_guessed() -> None:
    for target in (target_of(ready()), f"attachment:{uuid4().hex}", "attachment:nonsense"):
        with pytest.raises(errors.NoSuchAttachment):
            actions.flag(target=target, reason="person", by=ANONYMOUS, at=AT)


@pytest.mark.database
@pytest.mark.parametrize(
    ("outcome", "is_public", "state"),
    [
        (FlagOutcome.KEPT, True, AttachmentState.READY),
        (FlagOutcome.WITHHELD, False, AttachmentState.READY),
        (FlagOutcome.TAKEN_DOWN, False, AttachmentState.TAKEN_DOWN),
    ],
)
def test_a_decision_acts_on_the_photo_and_settles_every_flag_on_it(
    outcome: FlagOutcome, is_public: bool, state: AttachmentState
) -> None:
    card = published()
    first, second = flagged(card), flagged(card, reason="insult")

    done = settled(first, outcome)

    assert (done.state, done.outcome, done.settled_at) == (FlagState.SETTLED, outcome, AT)
    assert [told.state for told in queries.flags_of(target_of(card))] == [FlagState.SETTLED] * 2
    after = queries.attachment(card.id)
    assert (after.is_public, after.state) == (is_public, state)
    assert queries.flags().total == 0
    assert queries.flag(second.id).outcome is outcome


def test_a_flag_on_a_text_is_settled_for_its_own_context_to_act_on() -> None:
    told = actions.flag(target=subject(), reason="insult", by=ANONYMOUS, at=AT)

    done = settled(told, "withheld")

    assert told.of == told.target
    assert done.outcome is FlagOutcome.WITHHELD


def test_no_flag_says_that_something_was_hidden_when_nothing_was() -> None:
    card = published()
    told = flagged(card)
    actions.withhold(attachment_id=card.id, seen=card.version, by=OFFICER, at=AT)
    with pytest.raises(errors.NothingToHide):
        settled(told, "withheld")
    actions.take_down(attachment_id=card.id, reason="person", by=OFFICER, at=AT)
    with pytest.raises(errors.NothingToHide):
        settled(told, "taken-down")

    assert settled(told, "kept").outcome is FlagOutcome.KEPT


def test_only_staff_decide() -> None:
    told = flagged(published())

    with pytest.raises(SignInFirst):
        settled(told, "kept", ANONYMOUS)
    with pytest.raises(NotAllowed):
        settled(told, "kept", SYSTEM)
    assert settled(told, "kept", ADMINISTRATOR).state is FlagState.SETTLED


def test_a_flag_is_settled_once_and_as_it_was_seen() -> None:
    told = flagged(published())

    with pytest.raises(ChangedSinceYouLooked):
        actions.settle_flag(flag_id=told.id, outcome="kept", seen=9, by=OFFICER, at=AT)
    settled(told, "kept")
    with pytest.raises(errors.AlreadySettled):
        settled(told, "kept")
    with pytest.raises(errors.NoSuchFlag):
        actions.settle_flag(flag_id=uuid4(), outcome="kept", seen=1, by=OFFICER, at=AT)
    with pytest.raises(errors.NoSuchFlag):
        queries.flag(uuid4())


def test_a_decision_must_be_on_the_list() -> None:
    told = flagged(published())

    with pytest.raises(errors.NoSuchReason):
        settled(told, "burnt")


def test_long_words_are_refused_and_a_flood_is_not_kept() -> None:
    card = published()
    with pytest.raises(errors.FlagWordsTooLong):
        flagged(card, words="x" * (rules.LONGEST_FLAG + 1))

    told = [flagged(card) for _ in range(rules.MOST_OPEN_FLAGS + 5)]

    assert Flag.objects.count() == rules.MOST_OPEN_FLAGS
    assert told[-1].id == queries.flags().items[0].id


def test_words_of_old_flags_are_forgotten() -> None:
    old, fresh = flagged(published(), words="me"), flagged(published(), words="me too")
    settled(old, "kept")

    count = actions.forget_words(settled_before=AT + timedelta(seconds=1))

    assert count == 1
    assert queries.flag(old.id).words == ""
    assert queries.flag(fresh.id).words == "me too"


def test_the_tasks_run_by_the_databases_clock(home: Path) -> None:
    card = waiting()

    tasks.sweep_quarantine()
    tasks.forget_words()
    tasks.take_down_abandoned()

    assert (home / "quarantine" / card.id.hex).exists()
