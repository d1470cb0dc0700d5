"""Keep, change, show and forget how to reach people."""

from datetime import datetime
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.identity import queries, rules
from commonweal.identity.actions import registering
from commonweal.identity.errors import NoSuchContact
from commonweal.identity.models import Contact
from commonweal.identity.types import Act, ContactKind
from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.fields import blind_index
from commonweal.kernel.types import Actor
from commonweal.ledger.actions import append
from commonweal.ledger.types import Entry
from commonweal.messages import actions as messages
from commonweal.messages.queries import address_as_sent, followers


def keep_contact(
    *,
    kind: ContactKind,
    value: str,
    language: str,
    person_id: UUID | None = None,
    is_own: bool = False,
    at: datetime,
) -> UUID:
    """Keep a way to reach somebody, under a new id by chance; commits by itself, first.

    A person's own contact stays as long as the account; any other only while it is needed.
    """
    value = _checked(kind, value)
    row = Contact.objects.create(
        id=uuid4(),
        kind=kind,
        value=value,
        value_index=blind_index(value),
        language=language,
        person_id=person_id,
        is_own=is_own,
        created_at=at,
    )
    return row.id


def contact_to_follow(
    *, mail: str, language: str, person_id: UUID | None = None, at: datetime
) -> UUID:
    """Give the contact by which an address follows: the one it follows by already, or a new one.

    Never the one that a case holds: what somebody follows leads to no report.
    """
    same = queries.contacts_of_mail(mail)
    following = followers(same)
    known = next((one for one in same if one in following), None)
    return known or keep_contact(
        kind=ContactKind.MAIL, value=mail, language=language, person_id=person_id, at=at
    )


def change_contact(*, contact_id: UUID, value: str, language: str | None = None) -> None:
    """Correct a contact; the caller has seen that it is its owner who asks."""
    row = Contact.objects.filter(id=contact_id).first()
    if row is None:
        raise NoSuchContact
    row.value = _checked(ContactKind(row.kind), value)
    row.value_index = blind_index(row.value)
    row.language = language or row.language
    row.save(update_fields=["value", "value_index", "language"])


def forget_contact(*, contact_id: UUID) -> None:
    """Erase a contact, what was told to it and what it wanted."""
    messages.forget(contact_id=contact_id)
    Contact.objects.filter(id=contact_id).delete()


def _checked(kind: ContactKind, value: str) -> str:
    return address_as_sent(value) if kind is ContactKind.MAIL else rules.checked_phone(value)


def address_for_the_post(contact_id: UUID) -> str | None:
    """Give the post the mail address of a contact; for no other use."""
    row = Contact.objects.filter(id=contact_id, kind=ContactKind.MAIL).first()
    return row.value if row else None


@transaction.atomic
def reveal(*, contact_id: UUID, reason: str, subject: str, by: Actor, at: datetime) -> str:
    """Show staff how to reach somebody: needs a right and a reason, and is entered."""
    rules.check_may(by, Act.REVEAL)
    if not registering.may_see(by, subject, contact_id):
        raise NotAllowed
    reason = rules.checked_reason(reason)
    row = Contact.objects.filter(id=contact_id).first()
    if row is None:
        raise NoSuchContact
    append(
        Entry(
            type="identity.revealed",
            subject=subject,
            actor=rules.signs_as(by),
            facts={"kind": row.kind},
            hidden={"reason": reason, "person": str(by.id)},
        ),
        at=at,
    )
    return row.value
