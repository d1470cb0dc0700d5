"""A role may be given for days to come."""

from datetime import timedelta

import pytest

from commonweal.identity import actions, queries
from commonweal.identity.errors import AlreadyHolds, BeginsInThePast, EndsBeforeItBegins
from commonweal.kernel.types import SYSTEM, Role
from tests.factories.identity import NOW, person

pytestmark = [pytest.mark.django_db]
DAY = timedelta(days=1)


def give(person_id: object, **days: object) -> None:
    values = {"role": Role.DISPATCHER, "unit_id": None, "reason": "a holiday stand-in"}
    actions.grant(person_id=person_id, by=SYSTEM, at=NOW, **values, **days)  # type: ignore[arg-type]


def test_a_role_holds_between_its_days_only() -> None:
    who = person("Lin")
    give(who, since=NOW + 3 * DAY, until=NOW + 5 * DAY)

    held = [queries.actor_of_person(who, at=NOW + n * DAY).is_staff for n in (0, 4, 6)]

    assert held == [False, True, False]


def test_days_that_meet_are_refused_and_days_apart_are_not() -> None:
    who = person("Lin")
    give(who, since=NOW + 3 * DAY, until=NOW + 5 * DAY)

    with pytest.raises(AlreadyHolds):
        give(who, since=NOW + 4 * DAY)
    with pytest.raises(AlreadyHolds):
        give(who)
    give(who, until=NOW + 2 * DAY)
    give(who, since=NOW + 5 * DAY)

    assert len(queries.grants_of(who)) == 3


def test_the_beginning_of_today_counts_as_now_and_the_past_is_refused() -> None:
    who = person("Lin")
    give(who, since=NOW - timedelta(hours=9))

    assert queries.grants_of(who)[0].from_ == NOW
    with pytest.raises(BeginsInThePast):
        give(person("Wu"), since=NOW - 2 * DAY)
    with pytest.raises(EndsBeforeItBegins):
        give(person("Mo"), since=NOW + 2 * DAY, until=NOW + DAY)


def test_a_role_that_has_not_begun_can_be_ended() -> None:
    who = person("Lin")
    give(who, since=NOW + 3 * DAY)
    held = queries.grants_of(who)[0]
    actions.grant(
        person_id=person("Boss"),
        role=Role.ADMINISTRATOR,
        unit_id=None,
        reason="somebody must",
        by=SYSTEM,
        at=NOW,
    )

    actions.end_grant(grant_id=held.id, seen=1, reason="not needed", by=SYSTEM, at=NOW)

    assert not queries.actor_of_person(who, at=NOW + 4 * DAY).is_staff
