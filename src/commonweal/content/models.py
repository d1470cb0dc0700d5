"""Attachments, the versions of the city's pages, and flags."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from commonweal.kernel.types import Personal
from commonweal.ledger.types import Tracked


class Attachment(models.Model):
    """One photo; the row outlives its files, so that a taken-down one stays accounted for."""

    personal: ClassVar = Personal(
        {"name": "what the sender called the file", "sha256": "digest of a photo"}, keep_days=730
    )
    tracked: ClassVar = Tracked(subject="attachment", columns=("state", "is_public"))

    class State(models.TextChoices):
        WAITING = "waiting"
        READY = "ready"
        REFUSED = "refused"
        TAKEN_DOWN = "taken-down"

    id = models.UUIDField(primary_key=True, default=uuid4)
    subject = models.CharField(max_length=100, db_index=True)
    name = models.CharField(max_length=120, blank=True)
    kind = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    is_public = models.BooleanField(default=False)
    width = models.PositiveIntegerField(default=0)
    height = models.PositiveIntegerField(default=0)
    size = models.PositiveIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    refused_because = models.CharField(max_length=20, blank=True)
    taken_down_because = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_public=False) | models.Q(state="ready"),
                name="only_ready_attachments_are_public",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="ready") | ~models.Q(sha256=""),
                name="ready_attachments_have_a_digest",
            ),
            models.CheckConstraint(
                condition=models.Q(state="taken-down", taken_down_because__gt="")
                | (~models.Q(state="taken-down") & models.Q(taken_down_because="")),
                name="taken_down_attachments_say_why",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["received_at"],
                condition=models.Q(state="waiting"),
                name="attachments_waiting",
            ),
        ]


class PageVersion(models.Model):
    """One version of one of the city's pages in one language; none is ever changed."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="page",
        columns=("page_id", "number", "title", "body", "reason", "at"),
        key="page_id",
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    page_id = models.UUIDField()
    code = models.CharField(max_length=40)
    language = models.CharField(max_length=20)
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=200)
    body = models.TextField()
    reason = models.CharField(max_length=500)
    at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["page_id", "number"], name="one_text_per_page_version"),
            models.CheckConstraint(
                condition=models.Q(number__gte=1), name="written_pages_count_from_one"
            ),
        ]


class Flag(models.Model):
    """Somebody says that something public shows what it should not; staff settle it."""

    personal: ClassVar = Personal({"words": "what the person wrote, may name people"}, 365)
    tracked: ClassVar = Tracked(subject="flag", columns=("state", "outcome"))

    class State(models.TextChoices):
        OPEN = "open"
        SETTLED = "settled"

    id = models.UUIDField(primary_key=True, default=uuid4)
    target = models.CharField(max_length=100, db_index=True)
    of = models.CharField(max_length=100, db_index=True)
    reason = models.CharField(max_length=20)
    words = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    outcome = models.CharField(max_length=20, blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(state="open", outcome="", settled_at__isnull=True)
                | (models.Q(state="settled", settled_at__isnull=False) & ~models.Q(outcome="")),
                name="settled_flags_have_an_outcome_and_a_date",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["at"], condition=models.Q(state="open"), name="flags_waiting_for_staff"
            ),
        ]
