"""Work on the clock: sweep raw files nobody waits for, drop abandoned photos, forget old words."""

from datetime import timedelta

from commonweal.content import actions
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import every

ORPHANS_AFTER = timedelta(hours=1)
DRAFTS_KEPT = timedelta(days=3)


@every("41 * * * *", outside=True)
def sweep_quarantine() -> None:
    actions.sweep_quarantine(before=clock() - ORPHANS_AFTER)


@every("47 * * * *")
def take_down_abandoned() -> None:
    at = clock()
    actions.take_down_abandoned(before=at - DRAFTS_KEPT, at=at)


@every("23 2 * * *")
def forget_words() -> None:
    actions.forget_words(settled_before=clock() - actions.FLAG_WORDS_KEPT)
