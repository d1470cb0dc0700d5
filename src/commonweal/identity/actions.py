"""Keep and forget how to reach people, make staff, give and end roles, open doors by mail."""

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from commonweal.identity import queries, rules
from commonweal.identity.errors import (
    AlreadyHolds,
    LastAdministrator,
    LinkUsedUp,
    NoSuchContact,
    NoSuchGrant,
    NoSuchPerson,
)
from commonweal.identity.events import RoleEnded, RoleGiven
from commonweal.identity.models import Account, Contact, Grant, MagicLink, Mandate, Person
from commonweal.identity.types import Act, ContactKind, GrantCard, LinkKind
from commonweal.kernel.actions import announce
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed
from commonweal.kernel.fields import blind_index
from commonweal.kernel.types import Actor, Role
from commonweal.ledger.actions import append
from commonweal.ledger.types import Entry, subject_of
from commonweal.messages import actions as messages
from commonweal.messages.queries import address_as_sent, waiting_for
from commonweal.messages.types import Recipient

__all__ = [
    "address_for_the_post",
    "change_contact",
    "change_language",
    "close_account",
    "end_grant",
    "forget_contact",
    "grant",
    "keep_contact",
    "make_account",
    "make_demo_account",
    "make_person",
    "make_staff",
    "redeem_magic_link",
    "register_judge",
    "register_keeper",
    "register_link",
    "reveal",
    "send_magic_link",
    "sweep",
]

Judge = Callable[[Actor, str, UUID], bool]
Keeper = Callable[[Sequence[UUID]], Iterable[UUID]]

_keepers: list[Keeper] = []
_judges: dict[str, Judge] = {}
_links: dict[LinkKind, Callable[[str], str]] = {}


def register_keeper(function: Keeper) -> None:
    """Say who still needs contacts: of the ids given, return those in use; the rest is swept."""
    if function not in _keepers:
        _keepers.append(function)


def register_judge(kind: str, function: Judge) -> None:
    """Say who decides about subjects of a kind: may this actor see this contact of this subject."""
    _judges[kind] = function


def register_link(kind: LinkKind, function: Callable[[str], str]) -> None:
    """Say how the full address of a page is made of a token (or, for passwords, an account id)."""
    _links[kind] = function


def _link(kind: LinkKind, token: str) -> str:
    return _links[kind](token) if kind in _links else f"{settings.ADDRESS}/{kind}/{token}/"


# Contacts


def keep_contact(
    *,
    kind: ContactKind,
    value: str,
    language: str,
    person_id: UUID | None = None,
    at: datetime,
) -> UUID:
    """Keep a way to reach somebody, under a new id by chance; commits by itself, first."""
    value = _checked(kind, value)
    row = Contact.objects.create(
        id=uuid4(),
        kind=kind,
        value=value,
        value_index=blind_index(value),
        language=language,
        person_id=person_id,
        created_at=at,
    )
    return row.id


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
    judge = _judges.get(subject.partition(":")[0])
    if judge is None or not judge(by, subject, contact_id):
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


# Staff and roles


@transaction.atomic
def make_staff(
    *, mail: str, name: str, by: Actor, at: datetime, language: str = "", is_demo: bool = False
) -> UUID:
    """Make somebody a member of staff, without a role yet; a mail says how to set a password."""
    rules.check_may(by, Act.MAKE_STAFF)
    mail, name = address_as_sent(mail).lower(), rules.checked_name(name)
    language = language or settings.LANGUAGE_CODE
    account = _account(mail, language, at, is_demo=is_demo)
    Person.objects.filter(id=account.person_id).update(name=name)
    if queries.staff_contact(account.person_id) is None:
        keep_contact(
            kind=ContactKind.MAIL, value=mail, language=language, person_id=account.person_id, at=at
        )
    append(
        Entry(
            type="identity.staff-made",
            subject=subject_of("person", account.person_id),
            actor=rules.signs_as(by),
        ),
        at=at,
    )
    if not is_demo:
        messages.send(
            template="identity.set_password",
            to=Recipient(address=mail, language=language),
            facts={"link": _link(LinkKind.SET_PASSWORD, account.id.hex)},
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


def make_person(*, language: str, at: datetime) -> UUID:
    """Know a person who is just making an account; without one it is swept."""
    return Person.objects.create(id=uuid4(), language=language, created_at=at).id


def make_demo_account(
    *, mail: str, name: str, password: str, language: str, by: Actor, at: datetime
) -> UUID:
    """Make an account with a known password that opens nothing outside the demo."""
    person_id = make_staff(mail=mail, name=name, by=by, at=at, language=language, is_demo=True)
    account = Account.objects.get(person_id=person_id)
    if account.is_demo:
        account.set_password(password)
        account.save(update_fields=["password"])
    return person_id


def change_language(*, person_id: UUID, language: str) -> None:
    """Keep the language in which a person reads."""
    Person.objects.filter(id=person_id).update(language=language)
    Contact.objects.filter(person_id=person_id).update(language=language)


@transaction.atomic
def grant(
    *,
    person_id: UUID,
    role: Role,
    unit_id: UUID | None,
    until: datetime | None = None,
    reason: str,
    by: Actor,
    at: datetime,
) -> UUID:
    """Give somebody a role from now on."""
    rules.check_may(by, Act.GRANT)
    rules.check_place(role, unit_id)
    rules.check_give(by, role, unit_id, queries.units_below(rules.leads(by)))
    rules.check_days(at, until)
    reason = rules.checked_reason(reason)
    if not Person.objects.filter(id=person_id).exists():
        raise NoSuchPerson
    _check_unit(unit_id)
    held = Grant.objects.filter(queries.holds(at), person_id=person_id, role=role, unit_id=unit_id)
    if held.exists():
        raise AlreadyHolds
    row = Grant(
        id=uuid4(),
        person_id=person_id,
        role=role,
        unit_id=unit_id,
        since=at,
        until=until,
        reason=reason,
    )
    row.entry_id, seq = _enter("identity.role-given", row, reason, by, at)
    row.save(force_insert=True)
    announce(
        RoleGiven(
            at=at,
            subject=subject_of("grant", row.id),
            seq=seq,
            grant_id=row.id,
            role=role,
            unit_id=unit_id,
        )
    )
    return row.id


def _check_unit(_unit_id: UUID | None) -> None:
    return


def _enter(type_: str, row: Grant, reason: str, by: Actor, at: datetime) -> tuple[UUID, int]:
    entered = append(
        Entry(
            type=type_,
            subject=subject_of("grant", row.id),
            actor=rules.signs_as(by),
            facts={
                "role": row.role,
                "unit": row.unit_id.hex if row.unit_id else "",
                "until": row.until.strftime("%Y-%m-%dT%H:%M:%SZ") if row.until else "",
            },
            hidden={"reason": reason, "person": str(row.person_id)},
        ),
        at=at,
    )
    return entered.id, entered.seq


@transaction.atomic
def end_grant(*, grant_id: UUID, seen: int, reason: str, by: Actor, at: datetime) -> GrantCard:
    """End a role now."""
    rules.check_may(by, Act.END_GRANT)
    row = Grant.objects.select_for_update(of=("self",)).filter(id=grant_id).first()
    if row is None:
        raise NoSuchGrant
    role = Role(row.role)
    rules.check_give(by, role, row.unit_id, queries.units_below(rules.leads(by)))
    if row.version != seen or (row.until is not None and row.until <= at):
        raise ChangedSinceYouLooked
    reason = rules.checked_reason(reason)
    _end(row, reason, by, at)
    _check_administrator_left(at)
    return queries.grant_card(row)


def _end(row: Grant, reason: str, by: Actor, at: datetime) -> None:
    if row.role == Role.ADMINISTRATOR:
        # Two who end each other at once: the second waits here and then counts anew.
        list(
            Grant.objects.select_for_update(of=("self",))
            .filter(role=Role.ADMINISTRATOR)
            .order_by("id")
        )
    row.until, row.reason, row.version = max(at, row.since), reason, row.version + 1
    row.entry_id, seq = _enter("identity.role-ended", row, reason, by, at)
    row.save(update_fields=["until", "reason", "version", "entry_id"])
    announce(
        RoleEnded(
            at=at,
            subject=subject_of("grant", row.id),
            seq=seq,
            grant_id=row.id,
            role=Role(row.role),
            unit_id=row.unit_id,
        )
    )


def _check_administrator_left(at: datetime) -> None:
    if not queries.administrators(at=at):
        raise LastAdministrator


@transaction.atomic
def close_account(*, person_id: UUID, reason: str, by: Actor, at: datetime) -> None:
    """End every role of somebody and close the account: it opens nothing any more."""
    rules.check_may(by, Act.CLOSE_ACCOUNT)
    reason = rules.checked_reason(reason)
    account = Account.objects.filter(person_id=person_id).first()
    if account is None:
        raise NoSuchPerson
    held = Grant.objects.select_for_update(of=("self",)).filter(person_id=person_id)
    for row in held.order_by("id"):
        if row.until is None or row.until > at:
            _end(row, reason, by, at)
    _check_administrator_left(at)
    Account.objects.filter(id=account.id).update(is_active=False)
    append(
        Entry(
            type="identity.account-closed",
            subject=subject_of("person", person_id),
            actor=rules.signs_as(by),
            hidden={"reason": reason},
        ),
        at=at,
    )


# The link to "my cases"


def send_magic_link(*, mail: str, language: str, at: datetime) -> None:
    """Mail a link that opens "my cases" once; the same for an address we know and one we do not."""
    address = address_as_sent(mail)
    index = blind_index(address)
    recent = MagicLink.objects.filter(mail_index=index, created_at__gt=at - rules.LINK_LIFE)
    if recent.count() >= rules.LINKS_PER_LIFE:
        return
    token = secrets.token_urlsafe(24)
    row = MagicLink.objects.create(
        token_hash=_hash(token),
        mail_index=index,
        created_at=at,
        expires_at=at + rules.LINK_LIFE,
    )
    messages.send(
        template="identity.magic_link",
        to=Recipient(address=address, language=language),
        facts={
            "link": _link(LinkKind.MY_CASES, token),
            "minutes": str(rules.LINK_LIFE // timedelta(minutes=1)),
        },
        subject="",
        key=f"identity.magic_link:{row.token_hash}",
        at=at,
    )


def redeem_magic_link(*, token: str, at: datetime) -> tuple[UUID, ...]:
    """Use a link up and give the contacts of its mail address; of two at once one succeeds."""
    fresh = MagicLink.objects.filter(
        token_hash=_hash(token), used_at__isnull=True, expires_at__gt=at
    )
    index = fresh.values_list("mail_index", flat=True).first()
    if index is None or not fresh.update(used_at=at):
        raise LinkUsedUp
    return tuple(queries.contacts_of_index(index))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


# Forgetting


def sweep(*, at: datetime) -> int:
    """Erase contacts older than a day that nobody needs, and links whose time is over."""
    MagicLink.objects.filter(created_at__lt=at - timedelta(days=1)).delete()
    _sweep_accounts(at)
    if not _keepers:
        return 0
    old = Contact.objects.filter(created_at__lt=at - timedelta(days=1), person__isnull=True)
    ids, erased = list(old.values_list("id", flat=True)), 0
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        kept = waiting_for(some).union(*(set(keeper(some)) for keeper in _keepers))
        lost = [contact_id for contact_id in some if contact_id not in kept]
        for contact_id in lost:
            forget_contact(contact_id=contact_id)
        erased += len(lost)
    return erased


def _sweep_accounts(at: datetime) -> None:
    """Erase accounts whose address nobody ever proved, and persons left without one."""
    old = at - timedelta(days=7)
    proved = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    never = Account.objects.filter(created_at__lt=old, last_login=None).exclude(Exists(proved))
    for account in never.filter(person__name=""):
        account.delete()
    unknown = Person.objects.filter(created_at__lt=old, name="", account=None, contacts=None)
    named = Grant.objects.values_list("person_id", flat=True)
    mandated = Mandate.objects.values_list("person_id", "for_person_id")
    needed = set(named).union(*mandated)
    for person in unknown:
        if person.id not in needed:
            person.delete()
