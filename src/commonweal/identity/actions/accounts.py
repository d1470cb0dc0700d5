"""Make persons and their accounts: residents, staff, and the people of the demo."""

from datetime import datetime
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from commonweal.identity import queries, rules
from commonweal.identity.actions.contacts import keep_contact
from commonweal.identity.actions.registering import link
from commonweal.identity.models import Account, Contact, Person
from commonweal.identity.types import Act, ContactKind, LinkKind
from commonweal.kernel.types import Actor
from commonweal.ledger.actions import append
from commonweal.ledger.types import Entry, subject_of
from commonweal.messages import actions as messages
from commonweal.messages.queries import address_as_sent
from commonweal.messages.types import Recipient


@transaction.atomic
def make_staff(
    *,
    mail: str,
    name: str,
    by: Actor,
    at: datetime,
    language: str = "",
    reason: str = "",
    is_demo: bool = False,
) -> UUID:
    """Make somebody a member of staff, without a role yet; a mail says how to set a password."""
    rules.check_may(by, Act.MAKE_STAFF)
    mail, name = address_as_sent(mail).lower(), rules.checked_name(name)
    language = language or settings.LANGUAGE_CODE
    account = _account(mail, language, at, is_demo=is_demo)
    Person.objects.filter(id=account.person_id).update(name=name)
    if queries.staff_contact(account.person_id) is None:
        keep_contact(
            kind=ContactKind.MAIL,
            value=mail,
            language=language,
            person_id=account.person_id,
            is_own=True,
            at=at,
        )
    append(
        Entry(
            type="identity.staff-made",
            subject=subject_of("person", account.person_id),
            actor=rules.signs_as(by),
            hidden={"reason": rules.checked_reason(reason)} if reason else {},
        ),
        at=at,
    )
    if not is_demo:
        messages.send(
            template="identity.set_password",
            to=Recipient(address=mail, language=language),
            facts={"link": link(LinkKind.SET_PASSWORD, account.id.hex)},
            subject=subject_of("person", account.person_id),
            key=f"identity.set_password:{account.id.hex}:{at.isoformat()}",
            at=at,
        )
    return account.person_id


def _account(mail: str, language: str, at: datetime, *, is_demo: bool = False) -> Account:
    known = Account.objects.filter(email=mail).first()
    if known:
        return known
    with transaction.atomic(using="people"):
        person = Person.objects.create(id=uuid4(), language=language, created_at=at)
        account = Account(id=uuid4(), person=person, email=mail, is_demo=is_demo, created_at=at)
        account.set_unusable_password()
        account.save(force_insert=True)
        # Only who reads this mailbox can set a password or get a code: it needs no other proof.
        EmailAddress.objects.create(user_id=account.pk, email=mail, verified=True, primary=True)
    return account


def make_account(*, mail: str, language: str, at: datetime) -> UUID:
    """Give a resident an account; return the person's id. Sign-in proves the address."""
    return _account(address_as_sent(mail).lower(), language, at).person_id


def password_link(*, person_id: UUID) -> str:
    """Give the link by which a person can set a password; for who stands at the machine."""
    return link(LinkKind.SET_PASSWORD, Account.objects.get(person_id=person_id).id.hex)


def make_person(*, language: str, at: datetime) -> UUID:
    """Know a person who is just making an account; without one it is swept."""
    return Person.objects.create(id=uuid4(), language=language, created_at=at).id


def make_demo_account(
    *,
    mail: str,
    name: str,
    password: str,
    language: str,
    is_staff: bool = True,
    by: Actor,
    at: datetime,
) -> UUID:
    """Make an account with a known password that opens nothing outside the demo."""
    if is_staff:
        person_id = make_staff(mail=mail, name=name, by=by, at=at, language=language, is_demo=True)
    else:
        person_id = _account(address_as_sent(mail).lower(), language, at, is_demo=True).person_id
    account = Account.objects.get(person_id=person_id)
    if account.is_demo:
        account.set_password(password or None)  # without one nobody can sign in
        account.save(update_fields=["password"])
    return person_id


def change_language(*, person_id: UUID, language: str) -> None:
    """Keep the language in which a person reads."""
    Person.objects.filter(id=person_id).update(language=language)
    Contact.objects.filter(person_id=person_id).update(language=language)
