"""Cases and what belongs to them."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q

from commonweal.cases import rules
from commonweal.cases.types import (
    LONGEST_FILTER_NAME,
    LONGEST_PLACE,
    LONGEST_SEARCH,
    Because,
    BulkState,
    CallOutcome,
    Deed,
    Evidence,
    Outcome,
    Publication,
    Review,
    Show,
    Sort,
    SpeaksFor,
    State,
    WordKind,
)
from commonweal.kernel.types import Channel, Personal
from commonweal.ledger.types import Tracked


def _choices(words: type) -> list[tuple[str, str]]:
    return [(word.value, word.value) for word in words]  # type: ignore[attr-defined]


class Category(models.Model):
    """A kind of problem the city takes reports of."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="category",
        columns=(
            "code",
            "parent",
            "names",
            "hints",
            "keywords",
            "questions",
            "term_amount",
            "term_unit",
            "review",
            "is_open",
            "needs_place",
            "order",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+")
    names = models.JSONField()
    hints = models.JSONField(default=dict)
    keywords = models.JSONField(default=dict)
    questions = models.JSONField(default=list)
    term_amount = models.PositiveSmallIntegerField()
    term_unit = models.CharField(max_length=20)
    review = models.CharField(max_length=20, choices=_choices(Review), default=Review.AFTER_REVIEW)
    is_open = models.BooleanField(default=True)
    needs_place = models.BooleanField(default=True)
    order = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()


class RoutingRule(models.Model):
    """An ordered rule; the first of which every condition holds decides."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="routing-rule",
        columns=(
            "order",
            "names",
            "categories",
            "districts",
            "channels",
            "words",
            "unit_id",
            "is_active",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    order = models.PositiveIntegerField()
    names = models.JSONField()
    categories = models.JSONField(default=list)
    districts = models.JSONField(default=list)
    channels = models.JSONField(default=list)
    words = models.JSONField(default=list)
    unit_id = models.UUIDField()
    is_active = models.BooleanField(default=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()


class Case(models.Model):
    """One problem, from the report to the last word on it."""

    personal: ClassVar = Personal(
        {
            "text": "what the reporter wrote; may name people",
            "answers": "answers to the category's questions",
            "place": "where it is, in the reporter's words",
            "public_text": "the published part of the text",
            "lat": "a point near a home may point to a person",
            "lng": "as lat",
            "speaks_for": "for whom the reporter spoke, without a name",
            "contact_id": "a random id that leads to the contact in the people store",
        },
        keep_days=730,
    )
    tracked: ClassVar = Tracked(
        subject="case",
        columns=(
            "number",
            "state",
            "category",
            "unit_id",
            "district_id",
            "received_at",
            "due_at",
            "promised_at",
            "planned_for",
            "closed_at",
            "publication",
            "public_text",
        ),
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    number = models.CharField(max_length=20, unique=True)
    state = models.CharField(max_length=30, choices=_choices(State))
    category = models.ForeignKey(Category, on_delete=models.PROTECT, related_name="+")
    unit_id = models.UUIDField()
    assignee_id = models.UUIDField(null=True)
    district_id = models.UUIDField(null=True)
    landmark_id = models.UUIDField(null=True)
    lat = models.FloatField(null=True)
    lng = models.FloatField(null=True)
    place = models.CharField(max_length=LONGEST_PLACE, blank=True)
    is_outside = models.BooleanField(default=False)
    channel = models.CharField(max_length=10, choices=_choices(Channel))
    language = models.CharField(max_length=10)
    text = models.TextField(blank=True)
    answers = models.JSONField(default=dict)
    public_text = models.TextField(blank=True)
    publication = models.CharField(max_length=10, choices=_choices(Publication))
    photos_wait = models.BooleanField(default=False)  # for review, after the words had theirs
    contact_id = models.UUIDField(null=True, db_index=True)
    speaks_for = models.CharField(max_length=12, choices=_choices(SpeaksFor), blank=True)
    evidence = models.CharField(max_length=10, choices=_choices(Evidence), blank=True)
    received_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # anything that everybody sees; as `said_at` tells it
    happened = models.CharField(max_length=80, blank=True)
    due_at = models.DateTimeField()
    promised_at = models.DateTimeField()
    is_promised = models.BooleanField(default=True)  # else the dates only give an order
    paused_at = models.DateTimeField(null=True)  # since when the promise waits for the reporter
    planned_for = models.DateField(null=True)
    closed_at = models.DateTimeField(null=True)
    source = models.CharField(max_length=60, blank=True)
    source_id = models.CharField(max_length=100, blank=True)
    version = models.PositiveIntegerField(default=1)
    counted_version = models.PositiveIntegerField(default=0)  # what the tallies know of it
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(closed_at__isnull=False, state__in=sorted(rules.ENDS))
                | Q(closed_at__isnull=True, state__in=sorted(rules.OPEN)),
                name="an_ended_case_is_dated",
            ),
            models.CheckConstraint(
                condition=(
                    Q(speaks_for__in=["", SpeaksFor.ONESELF.value], evidence="")
                    | (~Q(speaks_for__in=["", SpeaksFor.ONESELF.value]) & ~Q(evidence=""))
                ),
                name="who_speaks_for_others_says_by_what_right",
            ),
            models.CheckConstraint(
                condition=~Q(publication="published") | ~Q(public_text=""),
                name="what_is_published_has_words",
            ),
            models.CheckConstraint(
                condition=Q(lat__isnull=True, lng__isnull=True)
                | Q(lat__range=(-90, 90), lng__range=(-180, 180)),
                name="a_point_is_on_the_earth",
            ),
            models.UniqueConstraint(
                fields=["source", "source_id"],
                condition=~Q(source=""),
                name="a_foreign_report_comes_once",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["-received_at", "id"], name="cases_newest"),
            models.Index(fields=["changed_at"], name="cases_by_change"),
            models.Index(fields=["unit_id", "-received_at"], name="cases_of_a_unit"),
            models.Index(
                fields=["unit_id", "due_at", "is_promised", "paused_at"],
                condition=Q(closed_at__isnull=True),
                name="open_cases_of_a_unit",
            ),
            models.Index(
                fields=["unit_id", "closed_at"],
                condition=(Q(publication="waiting") & ~Q(text="")) | Q(photos_wait=True),
                name="cases_to_review",
            ),
            models.Index(
                fields=["due_at"], condition=Q(closed_at__isnull=True), name="open_cases_by_promise"
            ),
            models.Index(fields=["lat", "lng"], name="cases_by_place"),
            models.Index(
                fields=["id"],
                condition=~Q(counted_version=models.F("version")),
                name="cases_to_count",
            ),
            models.Index(fields=["district_id", "-received_at"], name="cases_of_a_district"),
            models.Index(fields=["category", "-received_at"], name="cases_of_a_category"),
            models.Index(
                fields=["category", "due_at"],
                condition=Q(closed_at__isnull=True),
                name="open_cases_of_a_category",
            ),
            models.Index(
                fields=["district_id", "due_at"],
                condition=Q(closed_at__isnull=True),
                name="open_cases_of_a_district",
            ),
            models.Index(fields=["state", "-received_at"], name="cases_in_a_state"),
            models.Index(
                fields=["assignee_id", "due_at"],
                condition=Q(assignee_id__isnull=False),
                name="cases_of_a_handler",
            ),
        ]


class SavedFilter(models.Model):
    """What somebody chose above the inbox and keeps under a name, alone or for a unit."""

    personal: ClassVar = Personal(
        {
            "owner_id": "an id of chance for a member of staff",
            "name": "may name people",
            "text": "words somebody searches for; may name people",
        },
        keep_days=730,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    owner_id = models.UUIDField()
    shared_with = models.UUIDField(null=True)
    name = models.CharField(max_length=LONGEST_FILTER_NAME)
    position = models.PositiveSmallIntegerField()
    text = models.CharField(max_length=LONGEST_SEARCH, blank=True)
    state = models.CharField(max_length=30, choices=_choices(State), blank=True)
    category_id = models.UUIDField(null=True)  # no foreign key: it says what is gone
    district_id = models.UUIDField(null=True)
    unit_id = models.UUIDField(null=True)
    show = models.CharField(max_length=12, choices=_choices(Show))
    sort = models.CharField(max_length=10, choices=_choices(Sort))
    used_on = models.DateField()
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["owner_id", "name"],
                condition=Q(shared_with__isnull=True),
                name="an_own_filter_has_a_name_of_its_own",
            ),
            models.UniqueConstraint(
                fields=["shared_with", "name"],
                condition=Q(shared_with__isnull=False),
                name="a_shared_filter_has_a_name_of_its_own",
            ),
        ]


class Bulk(models.Model):
    """One act for many cases: seen before, done, and undone within a time."""

    personal: ClassVar = Personal(
        {
            "by_id": "an id of chance for a member of staff",
            "text": "what the city says in each case",
            "reason": "may name people",
        },
        keep_days=30,
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    by_id = models.UUIDField()
    deed = models.CharField(max_length=20, choices=_choices(Deed))
    text = models.TextField(blank=True)
    on = models.DateField(null=True)
    unit_id = models.UUIDField(null=True)
    category_id = models.UUIDField(null=True)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=_choices(BulkState))
    is_part = models.BooleanField()
    undo_minutes = models.PositiveIntegerField()
    undo_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField(db_index=True)


class BulkItem(models.Model):
    """One case of many: the version that was seen, what came of it, and what it was before."""

    personal: ClassVar = Personal(
        {"before": "what was public of a report before, so that it can be again"}, keep_days=30
    )

    bulk = models.ForeignKey(Bulk, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()
    seen = models.PositiveIntegerField()
    outcome = models.CharField(max_length=10, choices=_choices(Outcome), default=Outcome.WAITING)
    because = models.CharField(max_length=20, choices=_choices(Because), blank=True)
    before = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)
    seq = models.PositiveIntegerField(null=True)  # of the entry by which it was done
    version = models.PositiveIntegerField(null=True)  # after it was done
    can_undo = models.BooleanField(default=False)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["bulk", "case"], name="a_case_is_meant_once"),
        ]
        indexes: ClassVar = [
            models.Index(fields=["bulk", "outcome", "place"], name="bulk_items_to_do"),
        ]


class Word(models.Model):
    """Something said in a case; never changed, only published or not."""

    personal: ClassVar = Personal({"text": "may name people"}, keep_days=730)

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=12, choices=_choices(WordKind))
    text = models.TextField()
    at = models.DateTimeField()
    unit_id = models.UUIDField(null=True)
    author_id = models.UUIDField(null=True)
    is_public = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["case", "at"], name="words_of_a_case")]


class CallBack(models.Model):
    """A call that a reporter without a mail address waits for; it names nobody."""

    personal: ClassVar = None
    tracked: ClassVar = Tracked(
        subject="case", columns=("next_at", "tries", "outcome"), key="case_id"
    )

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    wanted_at = models.DateTimeField()
    next_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=_choices(CallOutcome), blank=True)
    version = models.PositiveIntegerField(default=1)
    entry_id = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["case"], condition=Q(outcome=""), name="one_call_waits_for_a_case"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["wanted_at"], condition=Q(outcome=""), name="calls_that_wait"),
        ]


class Routing(models.Model):
    """Why a case went to a unit: the rule and its reason, or the person's."""

    personal: ClassVar = None

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    unit_id = models.UUIDField()
    rule_id = models.UUIDField(null=True)
    rule_version = models.PositiveIntegerField(default=0)
    because = models.JSONField(default=list)
    at = models.DateTimeField()


class AccessKey(models.Model):
    """A secret that opens the reporter's own page; only its digest is kept."""

    personal: ClassVar = None

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    digest = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    is_revoked = models.BooleanField(default=False)


class Counted(models.Model):
    """What a case adds to the tallies, so that it can be taken away again when it changes."""

    personal: ClassVar = None

    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="+")
    month = models.DateField()
    category_id = models.UUIDField()
    unit_id = models.UUIDField()
    district_id = models.UUIDField()
    is_open = models.BooleanField()
    promised = models.BooleanField()
    in_time = models.BooleanField()
    days = models.PositiveIntegerField()
    x = models.IntegerField(null=True)  # its cell at the closest level
    y = models.IntegerField(null=True)


class MonthTally(models.Model):
    """How many cases of a month, a category, a unit and a district, and how they ended."""

    personal: ClassVar = None

    month = models.DateField()
    category_id = models.UUIDField()
    unit_id = models.UUIDField()
    district_id = models.UUIDField()
    received = models.IntegerField()
    still_open = models.IntegerField()
    promised = models.IntegerField()  # of those that ended, under a promise
    in_time = models.IntegerField()
    days = models.IntegerField()  # of those that ended, from the report to the end

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["month", "category_id", "unit_id", "district_id"], name="one_month_tally"
            ),
        ]


class CellTally(models.Model):
    """How many cases lie in a cell of the map, for each level of closeness."""

    personal: ClassVar = None

    level = models.SmallIntegerField()
    x = models.IntegerField()
    y = models.IntegerField()
    category_id = models.UUIDField()
    is_open = models.BooleanField()
    count = models.IntegerField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["level", "x", "y", "category_id", "is_open"], name="one_cell_tally"
            ),
        ]
