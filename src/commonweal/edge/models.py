"""How often somebody knocked lately; kept by a digest of the address, for a day."""

from typing import ClassVar

from django.db import models

from commonweal.kernel.types import Personal


class Bucket(models.Model):
    """Tokens left for one form and one network. Nobody reads an address out of it."""

    people: ClassVar = True
    personal: ClassVar = Personal({"key": "keyed digest of a network address"}, keep_days=1)

    key = models.CharField(max_length=64, primary_key=True)
    tokens = models.FloatField()
    at = models.DateTimeField(db_index=True)
