"""Forget what people wrote in cases that ended long ago; that there was a case stays."""

from collections.abc import Iterator
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from commonweal.cases import rules
from commonweal.cases.actions import steps
from commonweal.cases.models import AccessKey, Case, Word
from commonweal.cases.types import Publication
from commonweal.content import actions as content
from commonweal.kernel.types import SYSTEM
from commonweal.ledger import actions as ledger
from commonweal.ledger import queries as record
from commonweal.ledger.types import subject_of

SOME = 500
OF_PEOPLE = Q(unit_id=None) | Q(is_public=False)  # what the city said in public stays


def forget(*, ended_before: datetime, at: datetime) -> int:
    """Forget what is personal in cases that ended, and came to rest here, before a time.

    Each case is a transaction of its own: the others wait for none, and what is done stays done.
    """
    return sum(_forgotten(case_id, at) for case_id in _due(ended_before))


def _due(ended_before: datetime) -> Iterator[UUID]:
    """Find them: an imported case may have ended long ago and have come here yesterday."""
    said = Word.objects.filter(OF_PEOPLE, case=OuterRef("pk")).exclude(text="")
    remembers = (
        Exists(said)  # words of the city that were taken down after the case was forgotten
        | ~Q(text="")
        | ~Q(place="")
        | ~Q(public_text="")
        | ~Q(answers={})
        | Q(contact_id__isnull=False)
    )
    ended = Case.objects.filter(remembers, closed_at__lt=ended_before).order_by("pk")
    rows = list(ended.values_list("pk", "entry_id"))
    for start in range(0, len(rows), SOME):
        some = rows[start : start + SOME]
        rested = record.entered_before([entry_id for _pk, entry_id in some], ended_before)
        yield from (pk for pk, entry_id in some if entry_id in rested)


@transaction.atomic
def _forgotten(case_id: UUID, at: datetime) -> bool:
    case, subject = steps.locked(case_id), subject_of("case", case_id)
    steps.enter(case, "cases.forgotten", actor="system", at=at)
    case.text = case.place = case.public_text = case.speaks_for = case.evidence = ""
    case.answers, case.contact_id = {}, None
    case.lat, case.lng = rules.around(case.lat), rules.around(case.lng)
    if case.publication in {Publication.PUBLISHED, Publication.WAITING}:
        case.publication = Publication.WITHHELD
    case.save()
    Word.objects.filter(OF_PEOPLE, case=case).update(text="", is_public=False)
    AccessKey.objects.filter(case=case).delete()
    content.take_down_all(subject=subject, reason="time-over", by=SYSTEM, at=at)
    said = [card.id for card in record.entries_of(subject) if not rules.is_citys_word(card)]
    ledger.erase(said)
    steps.index(case, at=at)
    return True
