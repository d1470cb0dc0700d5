"""Webhooks: made by the administrator, their secret shown once; switched on and off."""

import secrets
from datetime import datetime
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from commonweal.identity import queries as people
from commonweal.kernel import actions as kernel
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import SYSTEM, Actor, ActorKind, Role
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entry, subject_of
from commonweal.messages import actions as messages
from commonweal.messages.types import Recipient
from commonweal.partners import rules
from commonweal.partners.adapters import outgoing
from commonweal.partners.errors import NoSuchHook
from commonweal.partners.models import Hook
from commonweal.partners.queries import HOOKS, hook_card
from commonweal.partners.types import Because, HookCard, Tells

GIVEN_UP = "partners.webhook-given-up"


@transaction.atomic
def make_hook(
    *, name: str, url: str, tells: frozenset[Tells], reason: str, by: Actor, at: datetime
) -> tuple[HookCard, str]:
    """Make a webhook; its secret is given here and never again."""
    rules.check_may_connect(by)
    name, reason = rules.checked_name(name), rules.checked_reason(reason)
    told = rules.checked_tells(tells)
    outgoing.check(url)
    secret = rules.secret_from(secrets.token_bytes(rules.SECRET_BYTES))
    row = Hook(id=uuid4(), name=name, url=url.strip(), secret=secret, tells=told, since=at)
    _enter(row, "partners.webhook-made", reason, by, at)
    row.save(force_insert=True)
    return hook_card(row), secret


@transaction.atomic
def change_hook(
    *,
    hook_id: UUID,
    name: str,
    url: str,
    tells: frozenset[Tells],
    seen: int,
    reason: str,
    by: Actor,
    at: datetime,
) -> HookCard:
    """Change who is told, where and of what; the secret stays, what waits goes to the new place."""
    row = _taken(hook_id, seen, by)
    outgoing.check(url)
    row.name, row.url = rules.checked_name(name), url.strip()
    row.tells = rules.checked_tells(tells)
    row.failing_since = row.rests_until = None
    row.version += 1
    _enter(row, "partners.webhook-changed", rules.checked_reason(reason), by, at)
    changed = ["name", "url", "tells", "failing_since", "rests_until", "version", "entry_id"]
    row.save(update_fields=changed)
    return hook_card(row)


def _taken(hook_id: UUID, seen: int, by: Actor) -> Hook:
    rules.check_may_connect(by)
    row = Hook.objects.select_for_update().filter(pk=hook_id).first()
    if row is None:
        raise NoSuchHook
    if row.version != seen:
        raise ChangedSinceYouLooked
    return row


@transaction.atomic
def switch_hook(
    *, hook_id: UUID, is_on: bool, seen: int, reason: str, by: Actor, at: datetime
) -> HookCard:
    """Switch a webhook on or off; what happens while it is off is not told later."""
    row = _taken(hook_id, seen, by)
    if row.is_on is is_on:
        raise ChangedSinceYouLooked
    row.is_on, row.is_given_up = is_on, False
    row.failing_since = row.rests_until = None
    _switched(row, rules.checked_reason(reason), by, at)
    return hook_card(row)


@transaction.atomic
def give_up(*, hook_id: UUID, because: Because, at: datetime) -> bool:
    """Switch off a webhook where nobody listens any more, and tell the administrators."""
    row = Hook.objects.select_for_update().filter(pk=hook_id, is_on=True).first()
    if row is None:
        return False
    row.is_on, row.is_given_up = False, True
    _switched(row, "", SYSTEM, at, because)
    for one in people.staff(by=SYSTEM, at=at):
        is_administrator = any(grant.role is Role.ADMINISTRATOR for grant in one.grants)
        contact = people.staff_contact(one.person_id) if is_administrator else None
        if contact is not None and one.is_active:
            messages.send(
                template=GIVEN_UP,
                to=Recipient(contact_id=contact.id, language=contact.language),
                facts={"name": row.name, "link": f"{settings.ADDRESS}/setup/webhooks/{row.pk}/"},
                subject=subject_of("webhook", row.pk),
                key=f"{GIVEN_UP}/{row.pk.hex}/{row.version}/{one.person_id.hex}",
                at=at,
            )
    return True


def _switched(
    row: Hook, reason: str, by: Actor, at: datetime, because: Because | None = None
) -> None:
    row.version += 1
    _enter(row, "partners.webhook-switched", reason, by, at, because)
    changed = ["is_on", "is_given_up", "failing_since", "rests_until", "version", "entry_id"]
    row.save(update_fields=changed)


def _enter(
    row: Hook, type_: str, reason: str, by: Actor, at: datetime, because: Because | None = None
) -> None:
    hidden = {"reason": reason, "name": row.name, "url": row.url}
    entered = ledger.append(
        Entry(
            type=type_,
            subject=subject_of("webhook", row.pk),
            actor="system" if by.kind is ActorKind.SYSTEM else "administrator",
            facts={
                "tells": list(row.tells),
                "on": row.is_on,
                "because": because.value if because else "",
            },
            hidden={name: text for name, text in hidden.items() if text},
        ),
        at=at,
    )
    row.entry_id = entered.id
    kernel.hold(HOOKS)
    kernel.renew(HOOKS)
