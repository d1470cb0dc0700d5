"""Take a report in: the first act of every case."""

from datetime import datetime
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import calling, steps
from commonweal.cases.errors import NoSuchCategory
from commonweal.cases.events import CaseReceived
from commonweal.cases.models import Case, Routing
from commonweal.cases.types import (
    LONGEST_PLACE,
    Act,
    CategoryCard,
    ContactDraft,
    Decision,
    Draft,
    Mandate,
    Place,
    Publication,
    Receipt,
    Review,
    State,
    term_facts,
)
from commonweal.city import actions as city
from commonweal.city import queries as the_city
from commonweal.content import actions as content
from commonweal.identity import actions as identity
from commonweal.identity.types import ContactKind
from commonweal.kernel import actions as kernel
from commonweal.kernel.queries import one_look
from commonweal.kernel.types import Actor, Channel
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import RESIDENT, Entry, said_at, subject_of

PROXIED = frozenset({Channel.PHONE, Channel.COUNTER, Channel.PAPER, Channel.MAIL})


@one_look()
def report(*, draft: Draft, by: Actor, at: datetime) -> Receipt:
    """Tell the city about a problem; the receipt is given at once.

    The contact goes to the people store first, by itself: if the act then fails, nothing of it is
    anywhere else and the sweep removes it.
    """
    if by.channel in PROXIED or draft.mandate:
        rules.check_may(by, Act.REPORT_FOR_OTHERS, None)
    category = _open_category(draft.category_id)
    ready = read(draft, category, at=at)
    contact_id = _kept(ready.contact, ready.language, by, at)
    with transaction.atomic():
        return _take_in(ready, category, contact_id, by, at)


def _open_category(category_id: UUID) -> CategoryCard:
    category = queries.category(category_id)
    if not category.is_open or category.parent_id is None:
        raise NoSuchCategory
    return category


def read(draft: Draft, category: CategoryCard, *, at: datetime) -> Draft:
    """Check a draft and give it as it will be kept; used for "check before you send" too."""
    today = at.astimezone(ZoneInfo(the_city.profile().zone)).date()
    place = Place(
        words=rules.clean_text(draft.place.words, most=LONGEST_PLACE),
        district_id=draft.place.district_id,
        landmark_id=draft.place.landmark_id,
        lat=draft.place.lat,
        lng=draft.place.lng,
    )
    rules.check_place(place, needs_place=category.needs_place)
    rules.check_happened(draft.happened_on, today=today)
    contact = ContactDraft(mail=draft.contact.mail.strip(), phone=draft.contact.phone.strip())
    rules.check_contact(contact)
    return Draft(
        category_id=category.id,
        text=rules.needed_text(draft.text),
        language=draft.language,
        place=place,
        answers=rules.read_answers(category.questions, draft.answers, language=draft.language),
        contact=contact,
        happened_on=draft.happened_on,
        wants_call=draft.wants_call,
        mandate=rules.read_mandate(draft.mandate) if draft.mandate else None,
        attachments_of=draft.attachments_of,
    )


def _kept(contact: ContactDraft, language: str, by: Actor, at: datetime) -> UUID | None:
    if not contact:
        return None
    kind, value = (
        (ContactKind.MAIL, contact.mail) if contact.mail else (ContactKind.PHONE, contact.phone)
    )
    person_id = by.id if by.channel is Channel.WEB else None
    return identity.keep_contact(
        kind=kind, value=value, language=language, person_id=person_id, at=at
    )


def _take_in(
    draft: Draft, category: CategoryCard, contact_id: UUID | None, by: Actor, at: datetime
) -> Receipt:
    case_id = uuid4()
    subject = subject_of("case", case_id)
    place, is_outside = located(draft.place)
    decision = decide(category, place, by.channel, draft.text, at=at)
    clock = city.start_clock(subject=subject, kind=steps.PROMISE, term=category.term, at=at)
    actor = RESIDENT if by.channel not in PROXIED else steps.name_in_record(by)
    entered = ledger.append(
        Entry(
            type="cases.received",
            subject=subject,
            actor=actor,
            facts={
                "category": category.code,
                "district": _district_code(place),
                "unit": decision.unit_id.hex,
                "rule": decision.rule_id.hex if decision.rule_id else "",
                "because": [word for word in decision.because if not word.startswith("word:")],
                "channel": by.channel.value,
                "promise": term_facts(category.term),
                "due": clock.due_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            hidden={"text": draft.text, **_mandate_told(draft.mandate)},
        ),
        at=at,
    )
    case = Case(
        id=case_id,
        number=entered.number,
        state=State.RECEIVED,
        category_id=category.id,
        unit_id=decision.unit_id,
        district_id=place.district_id,
        landmark_id=place.landmark_id,
        lat=place.lat,
        lng=place.lng,
        place=place.words,
        is_outside=is_outside,
        channel=by.channel,
        language=draft.language,
        text=draft.text,
        answers=dict(draft.answers),
        publication=(
            Publication.WITHHELD if category.review is Review.NEVER else Publication.WAITING
        ),
        contact_id=contact_id,
        speaks_for=draft.mandate.speaks_for if draft.mandate else "",
        evidence=(draft.mandate.evidence or "") if draft.mandate else "",
        received_at=at,
        changed_at=said_at(actor, at),
        happened=f"{draft.happened_on.isoformat()} reporter" if draft.happened_on else "",
        due_at=clock.due_at,
        promised_at=clock.due_at,
        entry_id=entered.id,
    )
    case.save(force_insert=True)
    note_routing(case, decision, at)
    if draft.wants_call and calling.has_phone_only(case):
        calling.wanted(case, at=at)
    if draft.attachments_of:
        content.adopt(from_subject=draft.attachments_of, to_subject=subject, by=by, at=at)
    kernel.index(steps.findable(case, category), at=at, are_new=True)
    kernel.announce(
        CaseReceived(
            at=at,
            subject=subject,
            seq=entered.seq,
            case_id=case_id,
            category_id=category.id,
            unit_id=decision.unit_id,
            district_id=place.district_id,
            channel=by.channel,
        )
    )
    return Receipt(
        case_id=case_id,
        number=entered.number,
        key=steps.make_key(case, at=at),
        due_at=clock.due_at,
        unit_id=decision.unit_id,
        at=at,
    )


def located(place: Place) -> tuple[Place, bool]:
    """Complete a place: a pin or a landmark knows its district; say whether a pin lies outside."""
    lat, lng, district_id = place.lat, place.lng, place.district_id
    if lat is None and place.landmark_id:
        landmark = the_city.landmark(place.landmark_id)
        lat, lng, district_id = landmark.lat, landmark.lng, landmark.district_id or district_id
    is_outside = False
    if place.lat is not None and lat is not None and lng is not None:
        found = the_city.district_at(lat, lng)
        is_outside = found is None
        district_id = found.id if found else district_id
    return (
        Place(
            words=place.words,
            district_id=district_id,
            landmark_id=place.landmark_id,
            lat=lat,
            lng=lng,
        ),
        is_outside,
    )


def decide(
    category: CategoryCard, place: Place, channel: Channel, text: str, *, at: datetime
) -> Decision:
    """Ask the routing rules which unit this goes to."""
    return queries.decide(
        category,
        district_id=place.district_id,
        channel=channel,
        text=f"{text}\n{place.words}",
        at=at,
    )


def _mandate_told(mandate: Mandate | None) -> dict[str, str]:
    """Say who spoke for whom: by kind, and behind a digest, since it is not public."""
    if mandate is None:
        return {}
    return {"speaks-for": mandate.speaks_for, "evidence": mandate.evidence or ""}


def _district_code(place: Place) -> str:
    return the_city.district(place.district_id).code if place.district_id else ""


def note_routing(case: Case, decision: Decision, at: datetime) -> None:
    """Keep why the case went where it went."""
    Routing.objects.create(
        case=case,
        unit_id=decision.unit_id,
        rule_id=decision.rule_id,
        rule_version=decision.rule_version,
        because=list(decision.because),
        at=at,
    )
