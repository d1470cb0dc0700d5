"""What the reporter does with the own case; a `Reporter` is proof of being the one."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import steps
from commonweal.cases.errors import WrongMove
from commonweal.cases.events import CaseReviewed
from commonweal.cases.models import AccessKey, Case, Word
from commonweal.cases.types import CaseCard, Publication, Reporter, Review, State, WordKind
from commonweal.content import actions as content
from commonweal.kernel import actions as kernel
from commonweal.kernel.types import ANONYMOUS
from commonweal.ledger.types import subject_of

RESIDENT = "resident"


@transaction.atomic
def reply(*, reporter: Reporter, text: str, at: datetime) -> CaseCard:
    """Answer the unit's question, or tell it something more; the promise runs on."""
    case = _still_open(reporter)
    said = rules.needed_text(text)
    word = steps.say(case, WordKind.REPLY, said, at=at, by=None)
    if State(case.state) is State.WAITING:
        card = steps.move(
            case, State.IN_WORK, actor=RESIDENT, at=at, word=word, hidden={"text": said}
        )
    else:
        card = _enter_word(case, "cases.replied", word, at)
    steps.index(case, at=at)
    return card


@transaction.atomic
def correct(*, reporter: Reporter, text: str, at: datetime) -> CaseCard:
    """Replace the report's words by better ones; the first ones stay in the case's history."""
    case = _still_open(reporter)
    said = rules.needed_text(text)
    word = steps.say(case, WordKind.CORRECTION, case.text, at=at, by=None)
    case.text = said
    if case.publication in {Publication.PUBLISHED, Publication.TAKEN_DOWN}:
        case.publication, case.public_text = Publication.WAITING, ""
    card = _enter_word(case, "cases.corrected", word, at, said)
    steps.index(case, at=at)
    return card


@transaction.atomic
def add_photos(*, reporter: Reporter, attachments_of: str, at: datetime) -> CaseCard:
    """Add photos that were received under another subject, as forms receive them."""
    case = _still_open(reporter)
    subject = subject_of("case", case.pk)
    content.adopt(from_subject=attachments_of, to_subject=subject, by=ANONYMOUS, at=at)
    case.photos_wait = queries.category(case.category_id).review is not Review.NEVER
    entered = steps.enter(case, "cases.photo-added", actor=RESIDENT, at=at)
    return steps.spoken(case, entered, "photo", at=at, word=None)


@transaction.atomic
def withdraw(*, reporter: Reporter, text: str, at: datetime) -> CaseCard:
    """Take the report back: its words and photos are public no longer, nor will they be."""
    case = steps.locked(reporter.case_id)
    rules.check_move(State(case.state), State.WITHDRAWN)
    said = rules.clean_text(text)
    word = steps.say(case, WordKind.REPLY, said, at=at, by=None) if said else None
    steps.hide(case, at=at)
    card = steps.move(
        case,
        State.WITHDRAWN,
        actor=RESIDENT,
        at=at,
        word=word,
        facts={"publication": case.publication},
    )
    steps.index(case, at=at)
    return card


@transaction.atomic
def confirm(*, reporter: Reporter, at: datetime) -> CaseCard:
    """Say that the answer settles it: the second key."""
    case = steps.locked(reporter.case_id)
    return steps.move(case, State.CONFIRMED, actor=RESIDENT, at=at)


@transaction.atomic
def contest(*, reporter: Reporter, text: str, at: datetime) -> CaseCard:
    """Say that it does not, and why; the case is open again and promised anew."""
    case = steps.locked(reporter.case_id)
    said = rules.needed_reason(text)
    rules.check_move(State(case.state), State.CONTESTED)
    word = steps.say(case, WordKind.CONTEST, said, at=at, by=None)
    card = steps.move(
        case, State.CONTESTED, actor=RESIDENT, at=at, word=word, hidden={"text": said}
    )
    steps.index(case, at=at)
    return card


@transaction.atomic
def new_key(*, case_id: UUID, at: datetime) -> str:
    """Make one more link to the reporter's page, for a mail that is about to leave."""
    return steps.make_key(steps.locked(case_id), at=at)


@transaction.atomic
def replace_keys(*, reporter: Reporter, at: datetime) -> str:
    """Shut every link given so far and give a new one."""
    case = steps.locked(reporter.case_id)
    AccessKey.objects.filter(case=case).update(is_revoked=True)
    entered = steps.enter(case, "cases.keys-replaced", actor=RESIDENT, at=at)
    steps.spoken(case, entered, "keys", at=at, word=None)
    return steps.make_key(case, at=at)


def _still_open(reporter: Reporter) -> Case:
    case = steps.locked(reporter.case_id)
    if State(case.state) not in rules.OPEN:
        raise WrongMove(state=State(case.state), to=State.IN_WORK)
    return case


def _enter_word(
    case: Case, type_: str, word: Word, at: datetime, text: str | None = None
) -> CaseCard:
    entered = steps.enter(case, type_, actor=RESIDENT, at=at, hidden={"text": text or word.text})
    if type_ == "cases.corrected":
        category = queries.category(case.category_id)
        waits = category.review is not Review.NEVER
        kernel.announce(
            CaseReviewed(
                at=at,
                subject=entered.subject,
                seq=entered.seq,
                case_id=case.pk,
                publication=Publication.WAITING if waits else Publication.WITHHELD,
            )
        )
    return steps.spoken(case, entered, word.kind, at=at, word=word)
