"""How often somebody knocked lately; and which programs may act here."""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.types import Personal
from commonweal.ledger.types import Tracked


class Bucket(models.Model):
    """Tokens left for one form and one network. Nobody reads an address out of it."""

    people: ClassVar = True
    personal: ClassVar = Personal({"key": "keyed digest of a network address"}, keep_days=1)

    key = models.CharField(max_length=64, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField(db_index=True)


class ApiKey(models.Model):
    """A program that may act here. Its secret is shown once and kept only as a digest."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="api-key",
        columns=("name", "digest", "scopes", "unit_id", "per_hour", "since", "until", "version"),
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=100)
    digest = models.CharField(max_length=64, unique=True)
    begins = models.CharField(max_length=10)  # enough to tell one key from another, not to use it
    scopes = models.JSONField()
    unit_id = models.UUIDField(null=True)
    per_hour = models.PositiveIntegerField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(until__isnull=True) | Q(until__gte=F("since")),
                name="a_key_ends_after_it_begins",
            ),
        ]
