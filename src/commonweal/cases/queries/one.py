"""Read one case: for staff, for its reporter, for everybody."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from commonweal.cases import rules
from commonweal.cases.errors import NoSuchCase, WrongKey
from commonweal.cases.models import AccessKey, CallBack, Case, Routing, Word
from commonweal.cases.queries.setup import category
from commonweal.cases.types import (
    ANSWERS,
    Act,
    CaseCard,
    Decision,
    Evidence,
    Mandate,
    Place,
    Publication,
    PublicCard,
    Reporter,
    SpeaksFor,
    State,
    WordCard,
    WordKind,
)
from commonweal.kernel.types import Actor, Channel
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import EntryCard, subject_of
from commonweal.methods.receipt import number_of, parse, parse_key


def card(case_id: UUID, *, at: datetime) -> CaseCard:
    """Read a case whole; whoever calls has checked who asks.

    Raises
    ------
    NoSuchCase
        When there is none.

    """
    row = Case.objects.filter(pk=case_id).first()
    if row is None:
        raise NoSuchCase
    return case_card(row, at=at)


def id_of_number(number: str) -> UUID:
    """Find a case by a receipt number as people type it.

    Raises
    ------
    NoSuchCase
        When the number is mistyped or belongs to no case.

    """
    try:
        plain = number_of(parse(number))
    except ValueError:
        raise NoSuchCase from None
    found = Case.objects.filter(number=plain).values_list("pk", flat=True).first()
    if found is None:
        raise NoSuchCase
    return found


def of_source(source: str, source_ids: Sequence[str]) -> dict[str, UUID]:
    """Find the cases that came from another system, by its own numbers."""
    found = Case.objects.filter(source=source, source_id__in=source_ids)
    return dict(found.values_list("source_id", "pk"))


def by_number(number: str, *, at: datetime) -> CaseCard:
    """Read a case whole by its receipt number."""
    return card(id_of_number(number), at=at)


def public_card(number: str, *, at: datetime) -> PublicCard:
    """Read what everybody may see of a case."""
    row = Case.objects.get(pk=id_of_number(number))
    return public_case_card(row, answers_of([row.pk]).get(row.pk, ""), at=at)


def words(case_id: UUID, *, only_public: bool = False, with_notes: bool = False) -> list[WordCard]:
    """List what was said, oldest first; notes only for staff."""
    said = Word.objects.filter(case_id=case_id).order_by("at", "id")
    if only_public:
        said = said.filter(is_public=True)
    if not with_notes:
        said = said.exclude(kind=WordKind.NOTE)
    return [
        WordCard(
            id=word.pk,
            kind=WordKind(word.kind),
            text=word.text,
            at=word.at,
            unit_id=word.unit_id,
            is_public=word.is_public,
            by_reporter=word.unit_id is None and word.kind != WordKind.TOLD,
        )
        for word in said
    ]


def history(case_id: UUID) -> list[EntryCard]:
    """Tell the case's life by its entries."""
    return ledger.entries_of(subject_of("case", case_id))


def routings(case_id: UUID) -> list[tuple[datetime, Decision]]:
    """Tell why the case went where it went."""
    return [
        (
            row.at,
            Decision(
                unit_id=row.unit_id,
                rule_id=row.rule_id,
                rule_version=row.rule_version,
                because=tuple(row.because),
            ),
        )
        for row in Routing.objects.filter(case_id=case_id).order_by("at", "id")
    ]


def reporter_by_key(key: str) -> Reporter:
    """Open the reporter's own page by the secret of a link.

    Raises
    ------
    WrongKey
        When the key opens nothing, or nothing any more.

    """
    found = (
        AccessKey.objects.select_related("case")
        .filter(digest=digest_of(key), is_revoked=False)
        .first()
    )
    if found is None:
        raise WrongKey
    return Reporter(case_id=found.case.pk, number=found.case.number)


def digest_of(key: str) -> str:
    """Give the digest under which a key is kept."""
    try:
        bits = parse_key(key)
    except ValueError:
        raise WrongKey from None
    return hashlib.sha256(bits.to_bytes(16, "big")).hexdigest()


def reporter_by_contacts(number: str, contact_ids: Sequence[UUID]) -> Reporter:
    """Open the reporter's own page for somebody who has proven these contacts."""
    case_id = id_of_number(number)
    if not Case.objects.filter(pk=case_id, contact_id__in=contact_ids).exists():
        raise WrongKey
    return Reporter(case_id=case_id, number=Case.objects.get(pk=case_id).number)


def of_contacts(contact_ids: Sequence[UUID], *, at: datetime) -> list[CaseCard]:
    """List a person's own cases, newest first."""
    rows = Case.objects.filter(contact_id__in=contact_ids).order_by("-received_at")[:200]
    return [case_card(row, at=at) for row in rows]


def contact_of(case_id: UUID) -> UUID | None:
    """Give the random id that leads to the reporter's contact."""
    return Case.objects.filter(pk=case_id).values_list("contact_id", flat=True).first()


def needed_contacts(contact_ids: Sequence[UUID]) -> set[UUID]:
    """Say which of these contacts a case still needs."""
    held = Case.objects.filter(contact_id__in=contact_ids).values_list("contact_id", flat=True)
    return {contact for contact in held if contact is not None}


def may_reveal(by: Actor, subject: str, contact_id: UUID) -> bool:
    """Say whether somebody who answers for a case, or has to call, may see the contact."""
    case = Case.objects.filter(pk=UUID(subject.partition(":")[2]), contact_id=contact_id).first()
    if case is None:
        return False
    if rules.may(by, Act.ANSWER, case.unit_id):
        return True
    waits = CallBack.objects.filter(case=case, outcome="").exists()
    return waits and rules.may(by, Act.CALL, case.unit_id)


def may_see(case_id: UUID, *, by: Actor) -> bool:
    """Say whether a member of staff may see the whole case."""
    unit_id = Case.objects.filter(pk=case_id).values_list("unit_id", flat=True).first()
    return unit_id is not None and rules.may(by, Act.SEE, unit_id)


def case_card(row: Case, *, at: datetime) -> CaseCard:
    """Turn a row into the value that passes the door."""
    state = State(row.state)
    return CaseCard(
        id=row.pk,
        number=row.number,
        state=state,
        category_id=row.category_id,
        unit_id=row.unit_id,
        assignee_id=row.assignee_id,
        district_id=row.district_id,
        place=Place(
            words=row.place,
            district_id=row.district_id,
            landmark_id=row.landmark_id,
            lat=row.lat,
            lng=row.lng,
        ),
        is_outside=row.is_outside,
        channel=Channel(row.channel),
        language=row.language,
        text=row.text,
        public_text=row.public_text,
        publication=Publication(row.publication),
        answers=row.answers,
        received_at=row.received_at,
        happened=row.happened,
        due_at=row.due_at,
        promised_at=row.promised_at,
        is_promised=row.is_promised,
        planned_for=row.planned_for,
        closed_at=row.closed_at,
        is_overdue=is_overdue(row, at),
        has_reporter=row.contact_id is not None,
        source=row.source,
        version=row.version,
        mandate=(
            Mandate(
                speaks_for=SpeaksFor(row.speaks_for),
                evidence=Evidence(row.evidence) if row.evidence else None,
            )
            if row.speaks_for
            else None
        ),
    )


def is_overdue(row: Case, at: datetime) -> bool:
    """Say whether the promise is broken: now, when it began to wait, or when the case ended."""
    if not row.is_promised or State(row.state) is State.WITHDRAWN:
        return False
    return (row.closed_at or row.paused_at or at) > row.due_at


def public_case_card(row: Case, answer: str, *, at: datetime) -> PublicCard:
    """Show only what everybody may see."""
    published = row.publication == Publication.PUBLISHED
    state = State(row.state)
    review = category(row.category_id).review
    return PublicCard(
        id=row.pk,
        number=row.number,
        state=state,
        category_id=row.category_id,
        unit_id=row.unit_id,
        district_id=row.district_id,
        landmark_id=row.landmark_id,
        lat=rules.street_level(row.lat, review),
        lng=rules.street_level(row.lng, review),
        text=row.public_text if published else "",
        answer=answer if state in rules.ENDS or answer else "",
        received_at=row.received_at,
        changed_at=row.changed_at,
        due_at=row.due_at,
        is_promised=row.is_promised,
        closed_at=row.closed_at,
        is_overdue=is_overdue(row, at),
    )


def answers_of(case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """Give the newest answer of each case; taken down, it makes no older one the newest."""
    said = Word.objects.filter(case_id__in=case_ids, kind__in=ANSWERS).order_by("at", "id")
    return {word.case_id: word.text if word.is_public else "" for word in said}
