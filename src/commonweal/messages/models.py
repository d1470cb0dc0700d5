"""Messages (who is told what about which subject), their envelopes, templates, preferences."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from commonweal.kernel.fields import EncryptedTextField
from commonweal.kernel.types import Personal
from commonweal.ledger.types import Tracked
from commonweal.messages.types import FollowKind, Frequency, MessageState, Rhythm

KEEP_ENVELOPES_DAYS = 90


class Message(models.Model):
    """One thing to tell once: the key sees to it. Address and words are in its envelope."""

    personal: ClassVar = None

    id = models.UUIDField(primary_key=True, default=uuid4)
    template = models.CharField(max_length=60)
    language = models.CharField(max_length=20)
    contact_id = models.UUIDField(null=True, db_index=True)
    subject = models.CharField(max_length=100)  # of the ledger, as in "case:0192..."
    key = models.CharField(max_length=200, unique=True)
    state = models.CharField(max_length=10, choices=[(s, s) for s in MessageState])
    error = models.CharField(max_length=200, blank=True)
    digest_id = models.UUIDField(null=True)
    stops = models.CharField(max_length=60, blank=True)  # what its stop link ends, of a follower
    created_at = models.DateTimeField()
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["subject", "created_at"], name="messages_by_subject"),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state=MessageState.HELD),
                name="messages_held",
            ),
            models.Index(
                fields=["created_at"],
                condition=models.Q(state=MessageState.FAILED),
                name="messages_failed",
            ),
        ]


class Envelope(models.Model):
    """The personal half of a message: written first; without its message it is swept."""

    people: ClassVar = True
    personal: ClassVar = Personal(
        {
            "address": "where it goes",
            "facts": "what it tells, as a JSON object, until it is rendered",
            "title": "what was told",
            "text": "what was told",
        },
        keep_days=KEEP_ENVELOPES_DAYS,
    )

    message_id = models.UUIDField(primary_key=True)
    address = EncryptedTextField(blank=True)
    facts = EncryptedTextField(blank=True)
    title = EncryptedTextField(blank=True)
    text = EncryptedTextField(blank=True)
    created_at = models.DateTimeField(db_index=True)


class Template(models.Model):
    """The city's own words for one kind of message in one language."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="template", columns=("code", "language", "title", "body", "version")
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    code = models.CharField(max_length=60)
    language = models.CharField(max_length=20)
    title = models.CharField(max_length=200)
    body = models.TextField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField()
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["code", "language"], name="one_template_per_code_and_language"
            ),
        ]


class Preference(models.Model):
    """What one contact wants to hear, in which language, and when not."""

    people: ClassVar = True
    personal: ClassVar = Personal(
        {"language": "what somebody reads", "quiet_from": "habits", "quiet_until": "habits"},
        keep_days=730,
    )

    contact_id = models.UUIDField(primary_key=True)
    frequency = models.CharField(max_length=10, choices=[(f, f) for f in Frequency], blank=True)
    language = models.CharField(max_length=20, blank=True)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    changed_at = models.DateTimeField()


class Follow(models.Model):
    """What somebody follows by mail; without a confirming link opened in time it is swept."""

    people: ClassVar = True
    personal: ClassVar = Personal(
        {
            "subject": "what somebody is interested in",
            "lat": "perhaps near a home",
            "lng": "as lat",
        },
        keep_days=3650,
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    contact_id = models.UUIDField()
    what = models.CharField(max_length=200)  # the whole target, as one word for the constraint
    kind = models.CharField(max_length=10, choices=[(k, k) for k in FollowKind])
    subject = models.CharField(max_length=100, blank=True)
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    metres = models.PositiveIntegerField(null=True)
    category_id = models.UUIDField(null=True)
    rhythm = models.CharField(max_length=10, choices=[(r, r) for r in Rhythm])
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    told_until = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["contact_id", "what"], name="one_follow_per_contact_and_thing"
            ),
            models.CheckConstraint(
                condition=models.Q(kind=FollowKind.CIRCLE, lat__isnull=False, lng__isnull=False)
                | models.Q(~models.Q(kind=FollowKind.CIRCLE), lat=None, lng=None),
                name="a_circle_has_a_middle",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["subject", "id"],
                condition=models.Q(kind=FollowKind.CASE, confirmed_at__isnull=False),
                name="followers_of_a_case",
            ),
            models.Index(
                fields=["rhythm", "contact_id", "told_until"],
                condition=models.Q(told_until__isnull=False),
                name="followers_of_areas",
            ),
            models.Index(
                fields=["asked_at"],
                condition=models.Q(confirmed_at__isnull=True),
                name="follows_not_confirmed",
            ),
        ]
