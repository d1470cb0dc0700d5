"""What staff do with a case."""

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import calling, reporting, steps
from commonweal.cases.errors import (
    NoReporter,
    NoSuchCase,
    NothingToReview,
    NotPublic,
    TakenBack,
    TakenDown,
)
from commonweal.cases.events import CaseRerouted, CaseReviewed, WordTakenDown
from commonweal.cases.models import Case, Word
from commonweal.cases.types import (
    Act,
    CaseCard,
    Decision,
    Publication,
    Review,
    State,
    WordKind,
)
from commonweal.city import queries as the_city
from commonweal.content import actions as content
from commonweal.content import queries as photos
from commonweal.kernel import actions as kernel
from commonweal.kernel.types import Actor, ActorKind
from commonweal.ledger import queries as record
from commonweal.ledger.types import subject_of

MOST_REASON = 180


@transaction.atomic
def acknowledge(*, case_id: UUID, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Tell the reporter that somebody has read it."""
    case = steps.taken(case_id, Act.ACKNOWLEDGE, seen=seen, by=by)
    return steps.move(case, State.ACKNOWLEDGED, actor=steps.name_in_record(by, case), at=at)


@transaction.atomic
def start(*, case_id: UUID, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Take the case into work; the person who does becomes its handler."""
    case = steps.taken(case_id, Act.START, seen=seen, by=by)
    case.assignee_id = by.id if by.kind is ActorKind.PERSON else None
    return steps.move(case, State.IN_WORK, actor=steps.name_in_record(by, case), at=at)


@transaction.atomic
def assign(
    *,
    case_id: UUID,
    unit_id: UUID,
    assignee_id: UUID | None,
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> CaseCard:
    """Give the case to a unit, or to a person in it, with the reason."""
    case = steps.taken(case_id, Act.ASSIGN, seen=seen, by=by)
    because = rules.needed_reason(reason)
    steps.check_unit(unit_id, at)
    actor, before = steps.name_in_record(by, case), case.unit_id
    case.unit_id, case.assignee_id = unit_id, assignee_id
    reporting.note_routing(
        case,
        Decision(unit_id=unit_id, rule_id=None, rule_version=0, because=("person", because)),
        at,
    )
    word = steps.say(case, WordKind.NOTE, because, at=at, by=by)
    card = steps.move(
        case,
        State.ASSIGNED,
        actor=actor,
        at=at,
        word=word,
        facts={"unit": unit_id.hex},
        hidden={"reason": because},
    )
    steps.index(case, at=at)
    if before != unit_id:
        kernel.announce(
            CaseRerouted(
                at=at,
                subject=f"case:{case.pk.hex}",
                seq=card.version,
                case_id=case.pk,
                before=before,
                after=unit_id,
            )
        )
    return card


@transaction.atomic
def recategorise(
    *, case_id: UUID, category_id: UUID, reason: str, seen: int, by: Actor, at: datetime
) -> CaseCard:
    """Put the case under another category; the promise already given stays."""
    case = steps.taken(case_id, Act.RECATEGORISE, seen=seen, by=by)
    because = rules.needed_reason(reason)
    before, after = queries.category(case.category_id), queries.category(category_id)
    case.category_id = after.id
    if after.review is Review.NEVER:
        steps.hide(case, at=at)
    word = steps.say(case, WordKind.NOTE, because, at=at, by=by)
    entered = steps.enter(
        case,
        "cases.recategorised",
        actor=steps.name_in_record(by, case),
        at=at,
        facts={"from": before.code, "to": after.code},
        hidden={"reason": because},
    )
    card = steps.spoken(case, entered, "recategorised", at=at, word=word)
    steps.index(case, at=at)
    return card


@transaction.atomic
def ask(*, case_id: UUID, text: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Ask the reporter; the promise pauses until the reply."""
    case = steps.taken(case_id, Act.ASK, seen=seen, by=by)
    if case.contact_id is None:
        raise NoReporter
    return _said(case, State.WAITING, WordKind.QUESTION, rules.needed_text(text), by=by, at=at)


@transaction.atomic
def schedule(*, case_id: UUID, on: date, text: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Say on which day the work will be done."""
    case = steps.taken(case_id, Act.SCHEDULE, seen=seen, by=by)
    rules.check_plan(on, today=at.astimezone(ZoneInfo(the_city.profile().zone)).date())
    case.planned_for = on
    said = rules.needed_text(text)
    return _said(
        case, State.SCHEDULED, WordKind.PLAN, said, by=by, at=at, facts={"on": on.isoformat()}
    )


@transaction.atomic
def hold(*, case_id: UUID, text: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Put the case on hold, with the reason the reporter will read. The promise runs on."""
    case = steps.taken(case_id, Act.HOLD, seen=seen, by=by)
    return _said(case, State.ON_HOLD, WordKind.PLAN, rules.needed_text(text), by=by, at=at)


@transaction.atomic
def answer(*, case_id: UUID, text: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Answer: what was done, in words the reporter and everybody can read."""
    case = steps.taken(case_id, Act.ANSWER, seen=seen, by=by)
    return _said(case, State.ANSWERED, WordKind.ANSWER, rules.needed_text(text), by=by, at=at)


@transaction.atomic
def refer(*, case_id: UUID, text: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Say that it is not the city's, and who can help."""
    case = steps.taken(case_id, Act.REFER, seen=seen, by=by)
    return _said(case, State.NOT_OURS, WordKind.REFERRAL, rules.needed_text(text), by=by, at=at)


@transaction.atomic
def decline(*, case_id: UUID, text: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Say that it cannot be done, why, and who can help."""
    case = steps.taken(case_id, Act.DECLINE, seen=seen, by=by)
    return _said(case, State.CANNOT, WordKind.REFUSAL, rules.needed_text(text), by=by, at=at)


def _said(
    case: Case,
    to: State,
    kind: WordKind,
    text: str,
    *,
    by: Actor,
    at: datetime,
    facts: dict[str, str] | None = None,
) -> CaseCard:
    rules.check_move(State(case.state), to)
    is_public = kind is not WordKind.QUESTION
    word = steps.say(case, kind, text, at=at, by=by, is_public=is_public)
    card = steps.move(
        case,
        to,
        actor=steps.name_in_record(by, case),
        at=at,
        word=word,
        facts=facts,
        hidden={"text": text},
    )
    steps.index(case, at=at)
    if kind is not WordKind.PLAN and calling.has_phone_only(case):
        calling.wanted(case, at=at)
    return card


@transaction.atomic
def note(*, case_id: UUID, text: str, by: Actor, at: datetime, seen: int | None = None) -> CaseCard:
    """Write down something for colleagues; never shown outside. With `seen`, sent twice is once."""
    case = steps.taken(case_id, Act.NOTE, seen=seen, by=by)
    word = steps.say(case, WordKind.NOTE, rules.needed_text(text), at=at, by=by)
    entered = steps.enter(case, steps.NOTED, actor=steps.name_in_record(by, case), at=at)
    card = steps.spoken(case, entered, WordKind.NOTE, at=at, word=word)
    steps.index(case, at=at)
    return card


@transaction.atomic
def publish(*, case_id: UUID, text: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Let everybody read the report, shortened where it names somebody."""
    case = steps.taken(case_id, Act.PUBLISH, seen=seen, by=by)
    _check_may_be_public(case)
    if case.publication == Publication.TAKEN_DOWN:
        raise TakenDown
    said = rules.needed_text(text)
    return _reviewed(case, Publication.PUBLISHED, said, by=by, at=at)


def _check_may_be_public(case: Case) -> None:
    if case.state == State.WITHDRAWN:
        raise TakenBack
    if queries.category(case.category_id).review is Review.NEVER:
        raise NothingToReview


@transaction.atomic
def publish_photo(
    *, case_id: UUID, attachment_id: UUID, seen: int, by: Actor, at: datetime
) -> None:
    """Let everybody see a photo of the report."""
    case = steps.taken(case_id, Act.PUBLISH, seen=None, by=by)
    _check_may_be_public(case)
    _own_photo(case, attachment_id)
    content.publish(attachment_id=attachment_id, seen=seen, by=by, at=at)
    steps.photos_seen(case, at=at)


@transaction.atomic
def withhold_photo(
    *, case_id: UUID, attachment_id: UUID, seen: int, by: Actor, at: datetime
) -> None:
    """Keep a photo from the public."""
    case = steps.taken(case_id, Act.WITHHOLD, seen=None, by=by)
    _own_photo(case, attachment_id)
    content.withhold(attachment_id=attachment_id, seen=seen, by=by, at=at)
    steps.photos_seen(case, at=at)


@transaction.atomic
def take_down_photo(
    *, case_id: UUID, attachment_id: UUID, reason: str, by: Actor, at: datetime
) -> None:
    """Delete a photo for good; its tombstone stays."""
    case = steps.taken(case_id, Act.WITHHOLD, seen=None, by=by)
    _own_photo(case, attachment_id)
    content.take_down(attachment_id=attachment_id, reason=reason, by=by, at=at)
    steps.photos_seen(case, at=at)


def _own_photo(case: Case, attachment_id: UUID) -> None:
    if photos.attachment(attachment_id).subject != subject_of("case", case.pk):
        raise NoSuchCase


@transaction.atomic
def withhold(*, case_id: UUID, reason: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Keep the report's words from the public, with the reason."""
    case = steps.taken(case_id, Act.WITHHOLD, seen=seen, by=by)
    if case.publication == Publication.TAKEN_DOWN:
        raise TakenDown
    because = rules.needed_reason(reason)
    steps.say(case, WordKind.NOTE, because, at=at, by=by)
    return _reviewed(case, Publication.WITHHELD, "", by=by, at=at)


@transaction.atomic
def take_down(*, case_id: UUID, reason: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Take published words away at once; the entry stays, the words do not."""
    case = steps.taken(case_id, Act.WITHHOLD, seen=seen, by=by)
    steps.say(case, WordKind.NOTE, rules.needed_reason(reason), at=at, by=by)
    return _reviewed(case, Publication.TAKEN_DOWN, "", by=by, at=at)


@transaction.atomic
def take_down_word(*, word_id: UUID, reason: str, seen: int, by: Actor, at: datetime) -> CaseCard:
    """Take an answer, a plan or the like away from the public; reporter and staff keep it."""
    case_id = Word.objects.filter(pk=word_id).values_list("case_id", flat=True).first()
    if case_id is None:
        raise NotPublic
    case = steps.taken(case_id, Act.WITHHOLD, seen=seen, by=by)
    word = Word.objects.get(pk=word_id)
    if not word.is_public:
        raise NotPublic
    steps.say(case, WordKind.NOTE, rules.needed_reason(reason), at=at, by=by)
    said_in = _said_in(case, word)
    word.is_public = False
    word.save(update_fields=["is_public"])
    entered = steps.enter(
        case,
        steps.WORD_TAKEN_DOWN,
        actor=steps.name_in_record(by, case),
        at=at,
        facts={"kind": word.kind, "said-in": said_in},
    )
    case.save()
    steps.index(case, at=at)
    kernel.announce(
        WordTakenDown(
            at=at,
            subject=entered.subject,
            seq=entered.seq,
            case_id=case.pk,
            word_id=word.pk,
            said_in=said_in,
        )
    )
    return queries.card(case.pk, at=at)


def _said_in(case: Case, word: Word) -> int:
    """Find the place of the entry by which something was said; 0 when there is none."""
    entries = queries.history(case.pk)
    gone = {e.facts["said-in"] for e in entries if e.type == steps.WORD_TAKEN_DOWN}
    return next(
        (
            entry.seq
            for entry in entries
            if entry.at == word.at
            and entry.seq not in gone
            and record.disclosed(entry.id).get("text") == word.text
        ),
        0,
    )


def _reviewed(
    case: Case, publication: Publication, text: str, *, by: Actor, at: datetime
) -> CaseCard:
    case.publication, case.public_text = publication, text
    case.photos_wait = False
    entered = steps.enter(
        case,
        "cases.reviewed",
        actor=steps.name_in_record(by, case),
        at=at,
        facts={"publication": publication},
        hidden={"text": text} if text else {},
    )
    case.save()
    steps.index(case, at=at)
    kernel.announce(
        CaseReviewed(
            at=at,
            subject=entered.subject,
            seq=entered.seq,
            case_id=case.pk,
            publication=publication,
        )
    )
    return queries.card(case.pk, at=at)
