"""Account, person and contact in the people store; grants and mandates in the city's."""

from typing import ClassVar
from uuid import uuid4

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q

from commonweal.identity.types import ContactKind
from commonweal.kernel.fields import EncryptedTextField
from commonweal.kernel.types import Personal, Role
from commonweal.ledger.types import Tracked


class Person(models.Model):
    """Somebody the city knows: only a language, and for staff a name."""

    people: ClassVar = True
    personal: ClassVar = Personal({"name": "of staff", "language": "what is read"}, keep_days=3650)

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = EncryptedTextField(blank=True)
    language = models.CharField(max_length=20)
    created_at = models.DateTimeField()


class Account(AbstractBaseUser):
    """A way to sign in. The address is in plain text, because sign-in has to find it."""

    people: ClassVar = True
    personal: ClassVar = Personal(
        {
            "email": "where codes are sent",
            "password": "hashed",
            "last_login": "when somebody was here",
        },
        keep_days=3650,
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, related_name="account")
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    is_demo = models.BooleanField(default=False)  # works in the demo only
    created_at = models.DateTimeField()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar = []
    objects = BaseUserManager["Account"]()


class Contact(models.Model):
    """A way to reach somebody. Each has an id of its own by chance: cases hold only that."""

    people: ClassVar = True
    personal: ClassVar = Personal(
        {
            "value": "address or number",
            "value_index": "keyed digest of it",
            "language": "what is read",
        },
        keep_days=730,
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    kind = models.CharField(max_length=10, choices=[(k, k) for k in ContactKind])
    value = EncryptedTextField()
    value_index = models.CharField(max_length=64, db_index=True)
    language = models.CharField(max_length=20)
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="contacts")
    is_own = models.BooleanField(default=False)  # the account's; others were left for one case
    created_at = models.DateTimeField(db_index=True)


class MagicLink(models.Model):
    """A link to "my cases" that opens once; only the hash of its token is kept."""

    people: ClassVar = True
    personal: ClassVar = Personal({"mail_index": "keyed digest of an address"}, keep_days=1)

    token_hash = models.CharField(max_length=64, primary_key=True)
    mail_index = models.CharField(max_length=64, db_index=True)
    created_at = models.DateTimeField(db_index=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)


class Grant(models.Model):
    """A role with dates, in one unit and what lies below it, or for the whole city."""

    personal: ClassVar = Personal(
        {"person_id": "who, by an id of chance", "reason": "in words of staff"}, keep_days=3650
    )
    tracked: ClassVar = Tracked(
        subject="grant",
        columns=("person_id", "role", "unit_id", "since", "until", "reason", "version"),
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    person_id = models.UUIDField(db_index=True)
    role = models.CharField(max_length=20, choices=[(r, r) for r in Role])
    unit_id = models.UUIDField(null=True, db_index=True)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    reason = models.CharField(max_length=500)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="a_grant_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[Role.CLERK, Role.OFFICER, Role.LEAD], unit_id__isnull=False)
                | Q(role__in=[Role.DISPATCHER, Role.ADMINISTRATOR], unit_id__isnull=True),
                name="roles_of_units_have_a_unit",
            ),
        ]


class Mandate(models.Model):
    """Somebody may act for somebody else: a parent, a guardian, a helper with a paper."""

    personal: ClassVar = Personal(
        {
            "person_id": "who acts",
            "for_person_id": "for whom",
            "evidence": "which paper was seen",
        },
        keep_days=3650,
    )
    tracked: ClassVar = Tracked(
        subject="mandate",
        columns=("person_id", "for_person_id", "acts", "evidence", "since", "until"),
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    person_id = models.UUIDField(db_index=True)
    for_person_id = models.UUIDField(db_index=True)
    acts = models.JSONField()
    evidence = models.CharField(max_length=200)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(person_id=F("for_person_id")), name="nobody_has_a_mandate_for_oneself"
            ),
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="a_mandate_ends_after_it_begins",
            ),
        ]
