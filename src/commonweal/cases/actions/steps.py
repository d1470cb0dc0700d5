"""The steps that the actions on a case share: lock, enter, move, say."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from commonweal.cases import queries, rules
from commonweal.cases.errors import NoSuchCase, UnitClosed
from commonweal.cases.events import CaseMoved, CaseSpoken
from commonweal.cases.models import AccessKey, Case, Word
from commonweal.cases.queries.lists import PUBLIC_INDEX, STAFF_INDEX
from commonweal.cases.queries.one import digest_of
from commonweal.cases.types import Act, CaseCard, CategoryCard, Publication, State, WordKind
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.city.types import ClockState
from commonweal.content import actions as content
from commonweal.content import queries as photos
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import SYSTEM, Actor, Findable, Role
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entered, Entry, said_at, subject_of
from commonweal.methods.receipt import access_key

NOTED = "cases.noted"
WORD_TAKEN_DOWN = "cases.word-taken-down"
PROMISE = "promise"  # the clock that runs from the report to the answer


def name_in_record(by: Actor, case: Case | None = None) -> str:
    """Name who acted as the record may: a unit or a role, never a person."""
    if case is not None and by.works_for(case.unit_id):
        return f"unit:{case.unit_id.hex}"
    for role in (Role.ADMINISTRATOR, Role.DISPATCHER, Role.CLERK):
        if by.has(role):
            return f"role:{role.value}"
    return "resident" if not by.is_staff else f"unit:{min(by.units).hex}"


def locked(case_id: UUID) -> Case:
    """Take a case for a change."""
    held = Case.objects.select_for_update(of=("self",)).filter(pk=case_id).first()
    if held is None:
        raise NoSuchCase
    return held


def check_unit(unit_id: UUID, at: datetime) -> None:
    """Refuse a unit that does not exist or is closed."""
    if unit_id not in {unit.id for unit in the_city.units(at=at)}:
        raise UnitClosed


def taken(case_id: UUID, act: Act, *, seen: int | None, by: Actor) -> Case:
    """Take a case for a member of staff: who, then whether it is still what they saw."""
    case = locked(case_id)
    rules.check_may(by, act, case.unit_id)
    if seen is not None and seen != case.version:
        raise ChangedSinceYouLooked(version=case.version)
    return case


def enter(
    case: Case,
    type_: str,
    *,
    actor: str,
    at: datetime,
    facts: Mapping[str, Any] | None = None,
    hidden: Mapping[str, Any] | None = None,
) -> Entered:
    """Enter an act on a case and let the row carry the entry."""
    entered = ledger.append(
        Entry(
            type=type_,
            subject=subject_of("case", case.pk),
            actor=actor,
            facts=facts or {},
            hidden=hidden or {},
        ),
        at=at,
    )
    case.entry_id = entered.id
    case.version += 1
    if type_ != NOTED:
        changed(case, said_at(actor, at))
    return entered


def changed(case: Case, at: datetime) -> None:
    """Note that everybody sees something else from now on; a note among colleagues is not seen."""
    case.changed_at = max(case.changed_at, at)


def say(
    case: Case,
    kind: WordKind,
    text: str,
    *,
    at: datetime,
    by: Actor | None,
    is_public: bool = False,
) -> Word:
    """Keep what somebody said; `by` is None for the reporter."""
    return Word.objects.create(
        id=uuid4(),
        case=case,
        kind=kind,
        text=text,
        at=at,
        unit_id=case.unit_id if by else None,
        author_id=by.id if by else None,
        is_public=is_public,
    )


def move(
    case: Case,
    to: State,
    *,
    actor: str,
    at: datetime,
    word: Word | None = None,
    facts: Mapping[str, Any] | None = None,
    hidden: Mapping[str, Any] | None = None,
) -> CaseCard:
    """Bring a case into another state, with its entry, its clock and its event."""
    before = State(case.state)
    rules.check_move(before, to)
    subject = subject_of("case", case.pk)
    entered = enter(
        case,
        "cases.moved",
        actor=actor,
        at=at,
        facts={"from": before, "to": to, **(facts or {})},
        hidden=hidden,
    )
    case.state = to
    case.closed_at = at if to in rules.ENDS else None
    if to is not State.SCHEDULED:
        case.planned_for = None
    _turn_clock(case, before, to, subject, at)
    case.save()
    kernel.announce(
        CaseMoved(
            at=at,
            subject=subject,
            seq=entered.seq,
            case_id=case.pk,
            before=before,
            after=to,
            word_id=word.pk if word else None,
        )
    )
    return queries.card(case.pk, at=at)


def _turn_clock(case: Case, before: State, to: State, subject: str, at: datetime) -> None:
    """Let the promise stop, pause and run on as the state says.

    It pauses only while the city waits for the reporter; a contested answer is promised anew.
    """
    clock = None
    has_clock = any(
        one.kind == PROMISE and one.state is not ClockState.STOPPED
        for one in the_city.clocks_of(subject)
    )
    if to is State.CONTESTED:
        term = queries.category(case.category_id).term
        clock = city.start_clock(subject=subject, kind=PROMISE, term=term, at=at)
    elif to in rules.ENDS:
        if has_clock:
            clock = city.stop_clock(subject=subject, kind=PROMISE, at=at)
    elif has_clock and to is State.WAITING and before is not State.WAITING:
        clock = city.pause_clock(
            subject=subject, kind=PROMISE, reason="waiting-for-reporter", at=at
        )
    elif has_clock and before is State.WAITING and to is not State.WAITING:
        clock = city.resume_clock(subject=subject, kind=PROMISE, at=at)
    if clock is not None:
        case.due_at, case.is_promised = clock.due_at, True
    if to is not State.WAITING:
        case.paused_at = None
    elif before is not State.WAITING:
        case.paused_at = at


def hide(case: Case, *, at: datetime) -> None:
    """Take words and photos from the public; the entry that follows carries it."""
    if case.publication in {Publication.WAITING, Publication.PUBLISHED}:
        case.publication, case.public_text = Publication.WITHHELD, ""
    for photo in photos.attachments(subject_of("case", case.pk), public_only=True):
        content.withhold(attachment_id=photo.id, seen=photo.version, by=SYSTEM, at=at)


def photos_seen(case: Case, *, at: datetime) -> None:
    """Note that somebody has looked at the photos, and perhaps changed what everybody sees."""
    case.photos_wait = False
    changed(case, at)
    case.save(update_fields=["photos_wait", "changed_at"])


def spoken(case: Case, entered: Entered, kind: str, *, at: datetime, word: Word | None) -> CaseCard:
    """Save and announce what was said without a move."""
    case.save()
    kernel.announce(
        CaseSpoken(
            at=at,
            subject=entered.subject,
            seq=entered.seq,
            case_id=case.pk,
            kind=kind,
            word_id=word.pk if word else None,
        )
    )
    return queries.card(case.pk, at=at)


def make_key(case: Case, *, at: datetime) -> str:
    """Make one more secret that opens the reporter's page; only its digest stays."""
    key = access_key(secrets.randbits(100))
    AccessKey.objects.create(case=case, digest=digest_of(key), at=at)
    return key


def index(case: Case, *, at: datetime) -> None:
    """Make a case findable anew, after something of it changed."""
    said = list(Word.objects.filter(case=case))
    kernel.index(findable(case, queries.category(case.category_id), said), at=at)


def findable(case: Case, category: CategoryCard, said: Sequence[Word] = ()) -> list[Findable]:
    """Give the words a case is found by: for staff all, for everybody what is public."""
    names = [*category.names.values(), *category.parent_names.values()]
    if case.district_id:
        names += the_city.district(case.district_id).names.values()
    everything = [case.number, case.place, case.text, *names, *(word.text for word in said)]
    public = [case.number, *names, *(word.text for word in said if word.is_public)]
    if case.publication == Publication.PUBLISHED:
        public.append(case.public_text)
    return [
        Findable(kind=kind, ref=case.pk, text="\n".join(texts))
        for kind, texts in ((STAFF_INDEX, everything), (PUBLIC_INDEX, public))
    ]
