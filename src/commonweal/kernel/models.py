"""The outbox, the clockwork, answers already given, and the search index."""

from typing import ClassVar

from django.db import models

from commonweal.kernel.types import Personal


class Job(models.Model):
    """One event for one handler, or one task: leased, tried again, parked, never dropped."""

    personal: ClassVar = None

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        PARKED = "parked"

    name = models.CharField(max_length=100)
    handler = models.CharField(max_length=200)
    is_event = models.BooleanField()
    payload = models.JSONField()
    subject = models.CharField(max_length=100, blank=True)
    priority = models.SmallIntegerField(default=0)
    dedupe = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()
    run_at = models.DateTimeField()
    attempts = models.SmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    done_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["dedupe"], condition=~models.Q(dedupe=""), name="a_job_is_wanted_once"
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["priority", "id"],
                condition=models.Q(state="waiting"),
                name="jobs_waiting",
            ),
            models.Index(fields=["state", "done_at"], name="jobs_by_state"),
        ]


class Schedule(models.Model):
    """When a task on a clock is due next; moved by compare-and-swap."""

    personal: ClassVar = None

    name = models.CharField(max_length=200, primary_key=True)
    line = models.CharField(max_length=100)
    next_at = models.DateTimeField()


class Given(models.Model):
    """The answer already given to a key, so that a form sent twice acts once."""

    personal: ClassVar = None

    scope = models.CharField(max_length=200)
    key = models.CharField(max_length=100)
    body_hash = models.CharField(max_length=64)
    answer = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["scope", "key"], name="one_answer_per_key"),
        ]


class SearchText(models.Model):
    """What can be found, as normalised tokens; the full-text index of each engine lies over it."""

    personal: ClassVar = Personal({"tokens": "words of what people wrote"}, keep_days=730)

    kind = models.CharField(max_length=40)
    ref = models.UUIDField()
    at = models.DateTimeField()
    tokens = models.TextField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["kind", "ref"], name="one_text_per_thing"),
        ]


class Stamp(models.Model):
    """A new random mark at each change of a kind of thing, by which processes renew their cache."""

    personal: ClassVar = None

    name = models.CharField(max_length=20, primary_key=True)
    mark = models.UUIDField()
