"""Take in reports of another system, many at a time, under the same rules and with entries."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import counting, reporting, steps
from commonweal.cases.models import Case
from commonweal.cases.types import (
    LONGEST_PLACE,
    Act,
    CategoryCard,
    Foreign,
    Imported,
    Publication,
    Review,
)
from commonweal.city import queries as the_city
from commonweal.kernel import actions as kernel
from commonweal.kernel.queries import one_look
from commonweal.kernel.types import Actor
from commonweal.ledger import actions as ledger
from commonweal.ledger.types import Entry, subject_of


@one_look()
@transaction.atomic
def import_cases(
    *, foreign: Sequence[Foreign], file_digest: str, by: Actor, at: datetime
) -> Imported:
    """Take in a batch; a row that is already here is left alone.

    The entry keeps the digest of file and row and the source's dates as claimed; it does not
    pretend a history or a promise that the source does not tell: its due date only gives an order.
    """
    rules.check_may(by, Act.CONFIGURE, None)
    known = set(
        Case.objects.filter(
            source__in={one.source for one in foreign},
            source_id__in=[one.source_id for one in foreign],
        ).values_list("source", "source_id")
    )
    fresh = [one for one in foreign if (one.source, one.source_id) not in known]
    categories = {id_: queries.category(id_) for id_ in {one.category_id for one in fresh}}
    entries, prepared = [], []
    for one in fresh:
        case, entry = _prepared(one, categories[one.category_id], file_digest, at)
        entries.append(entry)
        prepared.append(case)
    entered = ledger.append_all(entries, at=at) if entries else []
    for case, receipt in zip(prepared, entered, strict=True):
        case.number, case.entry_id = receipt.number, receipt.id
    Case.objects.bulk_create(prepared)
    kernel.index(
        [
            words
            for case in prepared
            for words in steps.findable(case, categories[case.category_id])
        ],
        at=at,
        are_new=True,
    )
    counting.count(prepared)
    return Imported(new=len(prepared), known=len(foreign) - len(prepared))


def _prepared(
    one: Foreign, category: CategoryCard, file_digest: str, at: datetime
) -> tuple[Case, Entry]:
    place, is_outside = reporting.located(one.place)
    rules.check_place(place, needs_place=False)
    received = one.received.astimezone(UTC)
    unit_id = one.unit_id or reporting.decide(category, place, one.channel, one.text, at=at).unit_id
    due = the_city.due(received, category.term)
    ended = one.state in rules.ENDS
    case_id: UUID = uuid4()
    claimed = f"{received.strftime('%Y-%m-%dT%H:%M:%SZ')} {one.source}"
    case = Case(
        id=case_id,
        state=one.state,
        category_id=category.id,
        unit_id=unit_id,
        district_id=place.district_id,
        landmark_id=place.landmark_id,
        lat=place.lat,
        lng=place.lng,
        place=rules.clean_text(place.words, most=LONGEST_PLACE),
        is_outside=is_outside,
        channel=one.channel,
        language=one.language,
        text=rules.clean_text(one.text),
        publication=(
            Publication.WITHHELD  # the words of what ended long ago wait for nobody's review
            if ended or category.review is Review.NEVER
            else Publication.WAITING
        ),
        received_at=received,
        changed_at=at,
        happened=claimed,
        due_at=due,
        promised_at=due,
        is_promised=False,
        closed_at=(one.closed or received) if ended else None,
        source=one.source,
        source_id=one.source_id,
    )
    entry = Entry(
        type="cases.imported",
        subject=subject_of("case", case_id),
        actor="role:administrator",
        facts={
            "source": one.source,
            "file": file_digest,
            "row": one.row_digest,
            "state": one.state.value,
            "category": category.code,
            "unit": unit_id.hex,
            "closed": one.closed.strftime("%Y-%m-%dT%H:%M:%SZ") if one.closed else "",
        },
        happened=claimed,
    )
    return case, entry
