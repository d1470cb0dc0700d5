"""Decide about flags on what is public of a case."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from commonweal.cases import queries, rules
from commonweal.cases.actions import staff
from commonweal.cases.types import Act, Flagged
from commonweal.content import actions as content
from commonweal.content import queries as flags
from commonweal.content.errors import NothingToHide
from commonweal.content.types import FlagOutcome
from commonweal.kernel.types import Actor


@transaction.atomic
def settle_flag(
    *,
    flag_id: UUID,
    outcome: str,
    reason: str,
    seen: int,
    case_seen: int,
    by: Actor,
    at: datetime,
) -> None:
    """Decide about a flag; what it means is hidden in the same transaction, or nothing is."""
    flag = flags.flag(flag_id)
    flagged = queries.flagged(flag, at=at)
    if flagged is not None:
        rules.check_may(by, Act.WITHHOLD, flagged.case.unit_id)
    content.settle_flag(flag_id=flag_id, outcome=outcome, seen=seen, by=by, at=at)
    if outcome != FlagOutcome.KEPT and not flag.target.startswith(queries.PHOTO):
        how = {"reason": reason, "seen": case_seen, "by": by, "at": at}
        _hide(flagged, FlagOutcome(outcome), how)


def _hide(flagged: Flagged | None, outcome: FlagOutcome, how: dict[str, Any]) -> None:
    if flagged is None or not flagged.text:
        raise NothingToHide
    if flagged.by_city:
        if outcome is not FlagOutcome.TAKEN_DOWN:
            raise NothingToHide
        word_id = UUID(hex=flagged.flag.target.removeprefix(queries.WORD))
        staff.take_down_word(word_id=word_id, **how)
    elif outcome is FlagOutcome.TAKEN_DOWN:
        staff.take_down(case_id=flagged.case.id, **how)
    else:
        staff.withhold(case_id=flagged.case.id, **how)
