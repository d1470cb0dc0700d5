"""Entries, the head of each subject's chain, salted texts (in the people store), the bypass."""

from typing import ClassVar

from django.db import models

from commonweal.kernel.types import Personal


class Entry(models.Model):
    """One act, as it stands in the record. `is_sequenced` is the mark by which the log reads."""

    personal: ClassVar = None

    position = models.BigAutoField(primary_key=True)
    id = models.UUIDField(unique=True)
    type = models.CharField(max_length=60)
    at = models.DateTimeField()
    subject = models.CharField(max_length=100)
    seq = models.PositiveIntegerField()
    leaf = models.TextField()
    hash = models.CharField(max_length=43)
    is_sequenced = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["subject", "seq"], name="one_entry_per_place"),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["position"],
                condition=models.Q(is_sequenced=False),
                name="entries_unsequenced",
            ),
            models.Index(fields=["type", "at"], name="entries_of_a_type_by_time"),
        ]


class Head(models.Model):
    """The newest entry of one subject; locked while the next is written."""

    personal: ClassVar = None

    subject = models.CharField(max_length=100, primary_key=True)
    seq = models.PositiveIntegerField()
    hash = models.CharField(max_length=43)


class Disclosure(models.Model):
    """Salt and value behind a digest in an entry; erasing it leaves the entry provable and mute."""

    people: ClassVar = True
    personal: ClassVar = Personal(
        {"text": "salt, name and value of a published text"}, keep_days=3650
    )

    digest = models.CharField(max_length=43, primary_key=True)
    entry_id = models.UUIDField(db_index=True)
    subject = models.CharField(max_length=100, db_index=True)
    text = models.TextField()


class Maintenance(models.Model):
    """The only bypass of the triggers: a row that exists only inside one transaction."""

    personal: ClassVar = None

    id = models.SmallIntegerField(primary_key=True, default=1)
    reason = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=models.Q(id=1), name="one_maintenance_at_a_time"),
        ]
