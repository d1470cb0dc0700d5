"""Call people who have a phone only: who waits for it, and what came of it."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import steps
from commonweal.cases.errors import NoCallWaits
from commonweal.cases.models import CallBack, Case
from commonweal.cases.types import Act, CallOutcome, CaseCard
from commonweal.city.queries import parameter
from commonweal.identity import queries as identity
from commonweal.identity.types import ContactKind
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.types import Actor


def wanted(case: Case, *, at: datetime) -> None:
    """Let a call wait that the case's newest entry gives cause for; a waiting one begins anew."""
    row = CallBack.objects.select_for_update().filter(case=case, outcome="").first()
    if row is None:
        CallBack.objects.create(
            id=uuid4(), case=case, wanted_at=at, next_at=at, entry_id=case.entry_id
        )
        return
    row.next_at, row.tries, row.version = at, 0, row.version + 1
    row.entry_id = case.entry_id
    row.save()


def has_phone_only(case: Case) -> bool:
    """Say whether only a call tells the reporter anything."""
    contact = identity.contact(case.contact_id) if case.contact_id else None
    return contact is not None and contact.kind is ContactKind.PHONE


@transaction.atomic
def call(
    *,
    case_id: UUID,
    outcome: CallOutcome,
    again_in: timedelta,
    seen: int,
    by: Actor,
    at: datetime,
) -> CaseCard:
    """Write down what came of a call; not reached too often, the city gives up."""
    case = steps.taken(case_id, Act.CALL, seen=None, by=by)
    row = CallBack.objects.select_for_update().filter(case=case, outcome="").first()
    if row is None:
        raise NoCallWaits
    if row.version != seen:
        raise ChangedSinceYouLooked(version=row.version)
    if outcome is not CallOutcome.GAVE_UP:
        row.tries += 1
    most = int(parameter(rules.CALL_TRIES.name, at))
    if outcome is CallOutcome.NOT_REACHED and row.tries >= most:
        outcome = CallOutcome.GAVE_UP
    if outcome is CallOutcome.NOT_REACHED:
        row.next_at = at + again_in
    else:
        row.outcome = outcome
    entered = steps.enter(
        case,
        "cases.called",
        actor=steps.name_in_record(by, case),
        at=at,
        facts={"outcome": outcome, "tries": row.tries},
    )
    row.version += 1
    row.entry_id = entered.id
    row.save()
    steps.spoken(case, entered, "called", at=at, word=None)
    return queries.card(case.pk, at=at)
