"""Whom the city tells, and what became of each telling."""

from typing import ClassVar
from uuid import uuid4

from django.db import models

from commonweal.cases.types import State
from commonweal.kernel.fields import EncryptedTextField
from commonweal.kernel.types import Personal
from commonweal.ledger.types import Tracked
from commonweal.partners.types import DeliveryState, PassingState, Tells


class Hook(models.Model):
    """An address of somebody else that is told what happens to cases."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="webhook",
        columns=("name", "url", "secret", "tells", "is_on", "is_given_up", "since", "version"),
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500)
    secret = EncryptedTextField()
    tells = models.JSONField()
    is_on = models.BooleanField(default=True)
    is_given_up = models.BooleanField(default=False)
    since = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    rests_until = models.DateTimeField(null=True)
    arrived_at = models.DateTimeField(null=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(is_on=False) | models.Q(is_given_up=False),
                name="a_webhook_given_up_is_off",
            ),
        ]


class Delivery(models.Model):
    """One step of one case, told to one webhook: public facts only."""

    personal: ClassVar = None

    id = models.UUIDField(primary_key=True, default=uuid4)
    hook = models.ForeignKey(Hook, on_delete=models.CASCADE, related_name="+")
    tells = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Tells])
    subject = models.CharField(max_length=100)
    seq = models.PositiveIntegerField()
    payload = models.JSONField()
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in DeliveryState],
        default=DeliveryState.WAITING,
    )
    turn = models.PositiveIntegerField(default=0)  # how often it was sent again by hand
    tries = models.PositiveSmallIntegerField(default=0)
    status = models.PositiveSmallIntegerField(null=True)
    trouble = models.CharField(max_length=20, blank=True)
    took_ms = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["hook", "subject", "seq"], name="a_step_is_told_once_to_a_webhook"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["hook", "-created_at"], name="deliveries_newest"),
            models.Index(fields=["created_at"], name="deliveries_oldest"),
        ]


class Neighbour(models.Model):
    """Another city whose Open311 server we speak with."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="neighbour",
        columns=(
            "name",
            "source",
            "url",
            "jurisdiction",
            "key",
            "does",
            "begins",
            "meanings",
            "is_on",
            "version",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    name = models.CharField(max_length=100)
    source = models.CharField(max_length=40)
    url = models.CharField(max_length=500)
    jurisdiction = models.CharField(max_length=100, blank=True)
    key = EncryptedTextField(blank=True)
    does = models.JSONField()
    begins = models.DateField()
    meanings = models.JSONField(default=dict)
    is_on = models.BooleanField(default=True)
    since = models.DateTimeField()
    heard_until = models.DateTimeField(null=True)  # ... and what was told of its reports
    pulled_until = models.DateTimeField(null=True)  # what was received before has been taken in
    busy_until = models.DateTimeField(null=True)  # somebody asks it right now
    rests_until = models.DateTimeField(null=True)
    asked_at = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failing_since = models.DateTimeField(null=True)
    trouble = models.CharField(max_length=20, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    rejected = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["source"], name="a_neighbour_has_its_own_source"),
        ]


class ForeignKind(models.Model):
    """A kind of request that a neighbour takes, as it told us."""

    personal: ClassVar = None

    neighbour = models.ForeignKey(Neighbour, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=100)
    name = models.CharField(max_length=200)
    waiting = models.PositiveIntegerField(default=0)
    waits_since = models.DateTimeField(null=True)  # when the oldest that waits was received

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["neighbour", "code"], name="a_neighbour_tells_a_kind_once"
            ),
        ]


class Twin(models.Model):
    """The same problem in the system of a neighbour: theirs that we copied, or ours passed on."""

    personal: ClassVar = None

    neighbour = models.ForeignKey(Neighbour, on_delete=models.PROTECT, related_name="+")
    case_id = models.UUIDField()
    number = models.CharField(max_length=100, blank=True)
    token = models.CharField(max_length=200, blank=True)  # to be exchanged for the number
    link = models.CharField(max_length=500, blank=True)
    is_copy = models.BooleanField()
    state = models.CharField(max_length=30, choices=[(one.value, one.value) for one in State])
    told_at = models.DateTimeField(null=True)
    looked_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["neighbour", "case_id"], name="a_case_has_one_twin_at_a_neighbour"
            ),
            models.UniqueConstraint(
                fields=["neighbour", "number"],
                condition=~models.Q(number=""),
                name="a_foreign_number_has_one_twin",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["case_id"], name="twins_of_a_case"),
            models.Index(fields=["neighbour", "looked_at"], name="twins_to_look_at"),
        ]


class HeardUpdate(models.Model):
    """An update of a neighbour that was taken over, so that it is so once."""

    personal: ClassVar = None

    neighbour = models.ForeignKey(Neighbour, on_delete=models.CASCADE, related_name="+")
    update_id = models.CharField(max_length=100)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["neighbour", "update_id"], name="an_update_is_heard_once"
            ),
        ]


class Passing(models.Model):
    """A case on its way to a neighbour, with exactly what leaves; the words go when it is over."""

    personal: ClassVar = Personal(
        {"text": "what leaves, as an officer wrote it", "answer": "what the reporter reads"},
        keep_days=30,
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    neighbour = models.ForeignKey(Neighbour, on_delete=models.PROTECT, related_name="+")
    case_id = models.UUIDField()
    unit_id = models.UUIDField()
    service_code = models.CharField(max_length=100)
    text = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    place = models.CharField(max_length=300, blank=True)
    picture = models.CharField(max_length=500, blank=True)
    state = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in PassingState],
        default=PassingState.WAITING,
    )
    turn = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0)
    first_sent_at = models.DateTimeField(null=True)
    may_have_arrived = models.BooleanField(default=False)
    trouble = models.CharField(max_length=20, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    reason = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case_id"],
                condition=models.Q(state="waiting"),
                name="a_case_is_on_its_way_to_one_neighbour",
            ),
            models.UniqueConstraint(
                fields=["case_id", "neighbour"],
                condition=models.Q(state__in=["waiting", "arrived", "failed"]),
                name="a_case_is_passed_to_a_neighbour_once",
            ),
        ]
