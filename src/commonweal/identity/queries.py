"""Who somebody is to the city, who works for it, how to reach whom (masked)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Q

from commonweal.city.queries import units_below
from commonweal.identity import rules
from commonweal.identity.models import Account, Contact, Grant, Mandate, Person
from commonweal.identity.types import (
    Act,
    ContactCard,
    ContactKind,
    GrantCard,
    MandateCard,
    PersonCard,
    StaffCard,
)
from commonweal.kernel.fields import blind_index
from commonweal.kernel.types import (
    ANONYMOUS,
    Actor,
    ActorKind,
    Assurance,
    Channel,
    Level,
    Role,
)
from commonweal.kernel.types import Grant as HeldGrant
from commonweal.messages.errors import BadAddress
from commonweal.messages.queries import address_as_sent

__all__ = [
    "account_opens",
    "actor_of_account",
    "actor_of_person",
    "administrators",
    "contact",
    "contacts",
    "contacts_of_index",
    "contacts_of_mail",
    "contacts_of_person",
    "demo_accounts",
    "grants_of",
    "language_of_mail",
    "mandates_of",
    "may_sign_in",
    "name_of",
    "person_of_account",
    "staff",
    "staff_contact",
    "staff_of_units",
]

EVERY_ACCOUNT = Assurance(person=Level.LOW, key=Level.LOW)


def actor_of_account(account_id: UUID, *, at: datetime, channel: Channel = Channel.WEB) -> Actor:
    """Say who acts when this account does, with the roles that hold now."""
    account = Account.objects.filter(id=account_id).first()
    if account is None or not may_sign_in(is_active=account.is_active, is_demo=account.is_demo):
        return ANONYMOUS
    return actor_of_person(account.person_id, at=at, channel=channel)


def actor_of_person(person_id: UUID, *, at: datetime, channel: Channel = Channel.WEB) -> Actor:
    """Say who acts when this person does, with the roles that hold now."""
    held = [
        HeldGrant(Role(row.role), row.unit_id)
        for row in Grant.objects.filter(holds(at), person_id=person_id)
    ]
    below = {
        unit_id: units_below([unit_id])
        for unit_id in {grant.unit_id for grant in held if grant.unit_id}
    }
    return Actor(
        kind=ActorKind.PERSON,
        id=person_id,
        grants=frozenset([HeldGrant(Role.RESIDENT), *held]),
        units=frozenset().union(*below.values()),
        below=below,
        assurance=EVERY_ACCOUNT,
        channel=channel,
    )


def may_sign_in(*, is_active: bool, is_demo: bool) -> bool:
    """Say whether an account opens anything here: demo accounts only in the demo."""
    return is_active and (not is_demo or bool(settings.DEMO))


def account_opens(account_id: UUID) -> bool:
    """Say whether this account may sign in here."""
    row = Account.objects.filter(id=account_id).first()
    return row is not None and may_sign_in(is_active=row.is_active, is_demo=row.is_demo)


def demo_accounts() -> int:
    """Count accounts whose password everybody knows."""
    return Account.objects.filter(is_demo=True).count()


def language_of_mail(mail: str) -> str:
    """Give the language of the person with this account address; empty when there is none."""
    found = Person.objects.filter(account__email=mail.lower())
    return found.values_list("language", flat=True).first() or ""


def holds(at: datetime) -> Q:
    return Q(since__lte=at) & (Q(until__isnull=True) | Q(until__gt=at))


def meets(since: datetime, until: datetime | None) -> Q:
    """Say which grants hold at some time between two moments."""
    later = Q(until__isnull=True) | Q(until__gt=since)
    return later if until is None else later & Q(since__lt=until)


def staff(*, by: Actor, at: datetime) -> list[StaffCard]:
    """List who works for the city and with which roles, for those who give roles."""
    rules.check_may(by, Act.SEE_STAFF)
    grants: dict[UUID, list[GrantCard]] = {}
    for row in Grant.objects.order_by("since"):
        if row.until is None or row.until > at:
            grants.setdefault(row.person_id, []).append(grant_card(row))
    accounts = Account.objects.select_related("person").exclude(person__name="")
    known = {account.person_id: account for account in accounts}
    lost = Account.objects.select_related("person").filter(
        person_id__in=[person_id for person_id in grants if person_id not in known]
    )
    known |= {account.person_id: account for account in lost}
    cards = [
        StaffCard(
            person_id=person_id,
            name=account.person.name,
            mail=account.email,
            is_active=account.is_active,
            grants=tuple(grants.get(person_id, ())),
        )
        for person_id, account in known.items()
    ]
    return sorted(cards, key=lambda card: (card.name.casefold(), str(card.person_id)))


def staff_of_units(unit_ids: Iterable[UUID], *, at: datetime) -> list[GrantCard]:
    """List the grants that hold now in these units: who is to be told, who can be assigned."""
    rows = Grant.objects.filter(holds(at), unit_id__in=list(unit_ids)).order_by("since", "id")
    return [grant_card(row) for row in rows]


def staff_contact(person_id: UUID) -> ContactCard | None:
    """Give the contact by which a member of staff hears from the city."""
    row = Contact.objects.filter(person_id=person_id, kind=ContactKind.MAIL, is_own=True)
    return _contact_card(first) if (first := row.order_by("created_at").first()) else None


def name_of(person_id: UUID) -> str:
    """Give the name of a member of staff, for other staff; empty for residents."""
    found = Person.objects.filter(id=person_id).first()
    return found.name if found else ""


def grants_of(person_id: UUID) -> list[GrantCard]:
    """List every role somebody ever had here, newest first."""
    return [grant_card(row) for row in Grant.objects.filter(person_id=person_id).order_by("-since")]


def grant_card(row: Grant) -> GrantCard:
    return GrantCard(
        id=row.id,
        person_id=row.person_id,
        role=Role(row.role),
        unit_id=row.unit_id,
        from_=row.since,
        until=row.until,
        version=row.version,
    )


def person_of_account(account_id: UUID) -> PersonCard | None:
    """Give what the pages of an account show of its owner."""
    account = Account.objects.select_related("person").filter(id=account_id).first()
    if account is None:
        return None
    return PersonCard(
        id=account.person_id,
        account_id=account.id,
        name=account.person.name,
        mail=account.email,
        language=account.person.language,
    )


def contact(contact_id: UUID) -> ContactCard | None:
    """Give a contact, masked; the value itself is revealed by an action only."""
    row = Contact.objects.filter(id=contact_id).first()
    return _contact_card(row) if row else None


def contacts(contact_ids: Iterable[UUID]) -> dict[UUID, ContactCard]:
    """Give several contacts at once, masked."""
    rows = Contact.objects.filter(id__in=list(contact_ids))
    return {row.id: _contact_card(row) for row in rows}


def contacts_of_mail(mail: str) -> list[UUID]:
    """Find every contact with this address, for its owner's list of cases."""
    try:
        address = address_as_sent(mail)
    except BadAddress:
        return []
    return contacts_of_index(blind_index(address))


def contacts_of_index(index: str) -> list[UUID]:
    rows = Contact.objects.filter(kind=ContactKind.MAIL, value_index=index).order_by("created_at")
    return list(rows.values_list("id", flat=True))


def contacts_of_person(person_id: UUID) -> list[UUID]:
    """Find every contact a signed-in person left, for the person's list of cases."""
    rows = Contact.objects.filter(person_id=person_id).order_by("created_at")
    return list(rows.values_list("id", flat=True))


def _contact_card(row: Contact) -> ContactCard:
    kind = ContactKind(row.kind)
    mask = rules.masked_mail if kind is ContactKind.MAIL else rules.masked_phone
    return ContactCard(
        id=row.id,
        kind=kind,
        masked=mask(row.value),
        language=row.language,
        person_id=row.person_id,
    )


def mandates_of(person_id: UUID, *, at: datetime) -> list[MandateCard]:
    """List for whom somebody may act now."""
    return [
        MandateCard(
            id=row.id,
            person_id=row.person_id,
            for_person_id=row.for_person_id,
            acts=tuple(row.acts),
            from_=row.since,
            until=row.until,
        )
        for row in Mandate.objects.filter(holds(at), person_id=person_id).order_by("since")
    ]


def administrators(*, at: datetime) -> int:
    """Count who can administer the city now and without an end, with an account that works."""
    holders = Grant.objects.filter(holds(at), role=Role.ADMINISTRATOR, until__isnull=True)
    ids = set(holders.values_list("person_id", flat=True))
    working = Account.objects.filter(person_id__in=ids, is_active=True)
    return sum(
        may_sign_in(is_active=True, is_demo=is_demo)
        for is_demo in working.values_list("is_demo", flat=True)
    )
