"""Forget what nobody needs: contacts, links, accounts that nobody ever proved."""

from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.db.models import Exists, OuterRef

from commonweal.identity.actions import registering
from commonweal.identity.actions.contacts import forget_contact
from commonweal.identity.models import Account, Contact, Grant, MagicLink, Mandate, Person
from commonweal.messages.queries import followers, waiting_for


def sweep(*, at: datetime) -> int:
    """Erase contacts older than a day that nobody needs, and links whose time is over."""
    MagicLink.objects.filter(created_at__lt=at - timedelta(days=1)).delete()
    _sweep_accounts(at)
    old = Contact.objects.filter(created_at__lt=at - timedelta(days=1), is_own=False)
    ids, erased = list(old.values_list("id", flat=True)), 0
    for start in range(0, len(ids), 500):
        some = ids[start : start + 500]
        kept = registering.kept(some)
        if kept is None:
            return 0
        lost = set(some) - kept - waiting_for(some) - followers(some)
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
