"""Roles begin, hold and end with dates; there is always an administrator."""

from datetime import timedelta
from uuid import uuid4

import pytest

from commonweal.identity import actions, queries
from commonweal.identity.errors import AlreadyHolds, LastAdministrator
from commonweal.kernel.types import ANONYMOUS, SYSTEM, Role
from commonweal.ledger.queries import entries_of
from commonweal.ledger.types import subject_of
from tests.factories.identity import NOW, person, staff

pytestmark = pytest.mark.django_db


def test_nobody_known_acts_as_anonymous() -> None:
    assert queries.actor_of_account(uuid4(), at=NOW) == ANONYMOUS


def test_a_resident_holds_no_role_of_the_staff() -> None:
    actor = queries.actor_of_person(person(), at=NOW)

    assert actor.has(Role.RESIDENT)
    assert not actor.is_staff


def test_a_role_holds_from_its_grant_to_its_end() -> None:
    unit = uuid4()
    clerk = person("A Clerk")
    actions.grant(
        person_id=clerk,
        role=Role.CLERK,
        unit_id=unit,
        until=NOW + timedelta(days=2),
        reason="holiday cover",
        by=SYSTEM,
        at=NOW,
    )

    assert not queries.actor_of_person(clerk, at=NOW - timedelta(seconds=1)).is_staff
    assert queries.actor_of_person(clerk, at=NOW).works_for(unit)
    assert not queries.actor_of_person(clerk, at=NOW + timedelta(days=2)).is_staff


def test_a_role_held_already_is_not_given_again() -> None:
    unit = uuid4()
    officer = staff(Role.OFFICER, unit)
    assert officer.id is not None

    with pytest.raises(AlreadyHolds):
        actions.grant(
            person_id=officer.id,
            role=Role.OFFICER,
            unit_id=unit,
            reason="again",
            by=SYSTEM,
            at=NOW,
        )


def test_the_last_administrator_cannot_be_removed() -> None:
    administrator = staff(Role.ADMINISTRATOR)
    assert administrator.id is not None
    [held] = queries.grants_of(administrator.id)

    with pytest.raises(LastAdministrator):
        actions.end_grant(grant_id=held.id, seen=1, reason="leaving", by=administrator, at=NOW)

    assert queries.actor_of_person(administrator.id, at=NOW).has(Role.ADMINISTRATOR)


def test_a_grant_and_its_end_are_entries_that_name_no_person() -> None:
    staff(Role.ADMINISTRATOR)
    other = staff(Role.ADMINISTRATOR)
    assert other.id is not None
    [held] = queries.grants_of(other.id)

    actions.end_grant(grant_id=held.id, seen=1, reason="leaving", by=SYSTEM, at=NOW)

    entries = entries_of(subject_of("grant", held.id))
    assert [entry.type for entry in entries] == ["identity.role-given", "identity.role-ended"]
    assert other.id.hex not in str(entries).replace("-", "")
