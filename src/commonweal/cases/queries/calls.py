"""Who waits to be called."""

from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from commonweal.cases import rules
from commonweal.cases.models import CallBack, Word
from commonweal.cases.queries.one import case_card
from commonweal.cases.types import ANSWERS, Act, CallBackCard, State, WordKind
from commonweal.city.queries import parameter
from commonweal.kernel.types import Actor

MOST_CALLS = 100
_TOLD = ANSWERS | {WordKind.QUESTION}
_OVER = (State.CONFIRMED, State.WITHDRAWN)  # the reporter said the last word


def calls_due(*, by: Actor, at: datetime) -> list[CallBackCard]:
    """List the calls that are due and that somebody may make, oldest first."""
    rows = _waiting(by).filter(next_at__lte=at).order_by("wanted_at", "id")[:MOST_CALLS]
    return [_card(row, at) for row in rows]


def calls_later(*, by: Actor, at: datetime) -> int:
    """Count the calls that are to be tried again at a later time."""
    return _waiting(by).filter(next_at__gt=at).count()


def call_of(case_id: UUID, *, at: datetime) -> CallBackCard | None:
    """Give the call that the reporter of a case waits for, if there is one."""
    row = _open().filter(case_id=case_id).first()
    return _card(row, at) if row else None


def _open() -> QuerySet[CallBack]:
    rows = CallBack.objects.select_related("case").filter(outcome="")
    return rows.filter(case__contact_id__isnull=False).exclude(case__state__in=_OVER)


def _waiting(by: Actor) -> QuerySet[CallBack]:
    if rules.may(by, Act.CALL, None):
        return _open()
    return _open().filter(Q(case__unit_id__in=by.units))


def _card(row: CallBack, at: datetime) -> CallBackCard:
    said = Word.objects.filter(case_id=row.case_id, kind__in=_TOLD).order_by("-at", "-id").first()
    assert row.case.contact_id is not None
    return CallBackCard(
        case=case_card(row.case, at=at),
        contact_id=row.case.contact_id,
        wanted_at=row.wanted_at,
        next_at=row.next_at,
        tries=row.tries,
        most=int(parameter(rules.CALL_TRIES.name, at)),
        told=said.text if said else "",
        version=row.version,
    )
