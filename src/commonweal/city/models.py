"""Tables of districts, units, the calendar, dated policy, the profile and running clocks.

Nothing here is ever deleted: what ends is closed, withdrawn or no longer current.
"""

from typing import ClassVar
from uuid import uuid4

from django.db import models
from django.db.models import F, Q

from commonweal.city.types import ClockState, DayKind, TermUnit
from commonweal.ledger.types import Tracked


class District(models.Model):
    """A part of the city with a border, as GeoJSON in WGS 84."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="district", columns=("code", "names", "geometry", "is_current")
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField()
    geometry = models.JSONField()
    is_current = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()


class Landmark(models.Model):
    """A place everybody knows."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="landmark", columns=("code", "names", "lat", "lng", "is_current")
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField()
    lat = models.FloatField()
    lng = models.FloatField()
    is_current = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(lat__gte=-90, lat__lte=90, lng__gte=-180, lng__lte=180),
                name="a_landmark_is_on_the_globe",
            ),
        ]


class Unit(models.Model):
    """An office of the city; its parent is the office above it."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="unit",
        columns=(
            "code",
            "names",
            "duties",
            "parent_id",
            "phone",
            "email",
            "opened_on",
            "closed_on",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    code = models.CharField(max_length=40, unique=True)
    names = models.JSONField()
    duties = models.JSONField(default=dict)
    parent = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True)
    opened_on = models.DateField(null=True)
    closed_on = models.DateField(null=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="a_unit_is_not_its_own_parent"
            ),
            models.CheckConstraint(
                condition=Q(opened_on__isnull=True)
                | Q(closed_on__isnull=True)
                | Q(closed_on__gt=F("opened_on")),
                name="a_unit_closes_after_it_opens",
            ),
        ]


class OpenWeek(models.Model):
    """When the city is open, Monday to Sunday; gaps between spans are breaks; one row."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(subject="hours", columns=("hours",))

    id = models.UUIDField(primary_key=True)
    one = models.BooleanField(default=True, unique=True)
    hours = models.JSONField()
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(one=True), name="the_city_has_one_week"),
        ]


class Holiday(models.Model):
    """A day that departs from its weekday."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="holiday", columns=("day", "kind", "names", "hours", "is_withdrawn")
    )

    id = models.UUIDField(primary_key=True, default=uuid4)
    day = models.DateField()
    kind = models.CharField(max_length=10, choices=[(kind, kind) for kind in DayKind])
    names = models.JSONField()
    hours = models.JSONField(default=list)
    is_withdrawn = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["day"], condition=Q(is_withdrawn=False), name="a_day_is_named_once"
            ),
        ]


class Profile(models.Model):
    """The city itself; one row."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="profile",
        columns=(
            "name",
            "languages",
            "zone",
            "phone",
            "email",
            "address",
            "hours",
            "brand_colour",
            "link_colour",
            "tile_address",
        ),
    )

    id = models.UUIDField(primary_key=True)
    one = models.BooleanField(default=True, unique=True)
    name = models.JSONField()
    languages = models.JSONField()
    zone = models.CharField(max_length=60)
    phone = models.CharField(max_length=40, blank=True)
    email = models.CharField(max_length=254, blank=True)
    address = models.JSONField(default=dict)
    hours = models.JSONField(default=dict)
    brand_colour = models.CharField(max_length=7)
    link_colour = models.CharField(max_length=7)
    tile_address = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(one=True), name="one_installation_is_one_city"),
        ]


class ParameterValue(models.Model):
    """One value of a policy parameter from a date on; a later value is a new row."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="parameter",
        columns=("name", "value", "valid_from", "source", "reason", "number"),
        key="parameter_id",
    )

    parameter_id = models.UUIDField()  # made of the name: the thing whose life the entries tell
    name = models.CharField(max_length=60)
    number = models.PositiveIntegerField()
    value = models.JSONField()
    valid_from = models.DateTimeField()
    source = models.CharField(max_length=300)
    reason = models.CharField(max_length=300)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["name", "number"], name="values_of_a_parameter_are_numbered"
            ),
        ]


class Clock(models.Model):
    """A term that runs over a subject of any context, with its pauses and extensions."""

    personal: ClassVar = None

    subject = models.CharField(max_length=100)
    kind = models.CharField(max_length=40)
    amount = models.PositiveIntegerField()
    unit = models.CharField(max_length=20, choices=[(unit, unit) for unit in TermUnit])
    started_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(
        max_length=10, choices=[(s, s) for s in ClockState], default=ClockState.RUNNING
    )
    pauses = models.JSONField(default=list)
    extensions = models.JSONField(default=list)
    ran_out_at = models.DateTimeField(null=True)  # the mark: this due date has been told
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subject", "kind"],
                condition=Q(stopped_at__isnull=True),
                name="one_clock_of_a_kind_runs",
            ),
            models.CheckConstraint(
                condition=Q(stopped_at__isnull=True) | Q(state="stopped"),
                name="a_stopped_clock_says_so",
            ),
            models.CheckConstraint(
                condition=~Q(state="ran-out") | Q(ran_out_at__isnull=False),
                name="a_clock_that_ran_out_is_marked",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["due_at"],
                condition=Q(state="running", ran_out_at__isnull=True),
                name="clocks_that_may_run_out",
            ),
        ]
