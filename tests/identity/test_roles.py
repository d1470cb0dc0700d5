"""Roles begin, hold and end with dates; there is always an administrator."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections

from commonweal.city.errors import NoSuchUnit
from commonweal.identity import actions, queries
from commonweal.identity.errors import (
    AlreadyHolds,
    LastAdministrator,
    NoSuchGrant,
    NoSuchPerson,
    NotTheirsToGive,
)
from commonweal.identity.models import Account
from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed
from commonweal.kernel.types import ANONYMOUS, SYSTEM, Role
from commonweal.ledger.queries import entries_of
from commonweal.ledger.types import subject_of
from tests.factories.city import given_unit
from tests.factories.identity import NOW, person, staff

pytestmark = pytest.mark.django_db


def test_nobody_known_acts_as_anonymous() -> None:
    assert queries.actor_of_account(uuid4(), at=NOW) == ANONYMOUS


def test_a_resident_holds_no_role_of_the_staff() -> None:
    actor = queries.actor_of_person(person(), at=NOW)

    assert actor.has(Role.RESIDENT)
    assert not actor.is_staff


def test_a_role_holds_from_its_grant_to_its_end() -> None:
    unit = given_unit().id
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
    unit = given_unit().id
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


def test_a_lead_gives_roles_in_the_own_units_and_below_only() -> None:
    own = given_unit("own")
    below, other = given_unit("below", below=own.id), given_unit("other")
    lead, someone = staff(Role.LEAD, own.id), person("Someone")
    how: dict[str, Any] = {"person_id": someone, "reason": "new here", "by": lead, "at": NOW}

    actions.grant(role=Role.CLERK, unit_id=below.id, **how)
    actions.grant(role=Role.OFFICER, unit_id=own.id, **how)

    for role, unit_id in [(Role.CLERK, other.id), (Role.LEAD, own.id), (Role.DISPATCHER, None)]:
        with pytest.raises(NotTheirsToGive):
            actions.grant(role=role, unit_id=unit_id, **how)
    assert queries.actor_of_person(someone, at=NOW).units == {own.id, below.id}
    here = {grant.role for grant in queries.staff_of_units([below.id], at=NOW)}
    assert here == {Role.CLERK}


def test_a_lead_who_is_clerk_elsewhere_gives_nothing_there() -> None:
    own, other = given_unit("own"), given_unit("other")
    lead = staff(Role.LEAD, own.id)
    assert lead.id is not None
    actions.grant(
        person_id=lead.id,
        role=Role.CLERK,
        unit_id=other.id,
        reason="cover",
        by=SYSTEM,
        at=NOW,
    )
    both = queries.actor_of_person(lead.id, at=NOW)

    with pytest.raises(NotTheirsToGive):
        actions.grant(
            person_id=person("New"),
            role=Role.CLERK,
            unit_id=other.id,
            reason="new here",
            by=both,
            at=NOW,
        )


def test_a_role_in_no_unit_of_the_city_is_refused() -> None:
    with pytest.raises(NoSuchUnit):
        actions.grant(
            person_id=person("New"),
            role=Role.CLERK,
            unit_id=uuid4(),
            reason="new here",
            by=SYSTEM,
            at=NOW,
        )


def test_somebody_unknown_gets_no_role() -> None:
    with pytest.raises(NoSuchPerson):
        actions.grant(
            person_id=uuid4(), role=Role.DISPATCHER, unit_id=None, reason="why", by=SYSTEM, at=NOW
        )


def test_a_grant_seen_otherwise_or_ended_already_is_not_ended() -> None:
    dispatcher = staff(Role.DISPATCHER)
    staff(Role.ADMINISTRATOR)
    assert dispatcher.id is not None
    [held] = queries.grants_of(dispatcher.id)
    how: dict[str, Any] = {"grant_id": held.id, "reason": "leaving", "by": SYSTEM, "at": NOW}

    with pytest.raises(ChangedSinceYouLooked):
        actions.end_grant(seen=7, **how)
    ended = actions.end_grant(seen=1, **how)
    with pytest.raises(ChangedSinceYouLooked):
        actions.end_grant(seen=ended.version, **how)
    with pytest.raises(NoSuchGrant):
        actions.end_grant(seen=1, **how | {"grant_id": uuid4()})


def test_a_closed_account_holds_nothing_and_opens_nothing() -> None:
    administrator, leaving = staff(Role.ADMINISTRATOR), staff(Role.DISPATCHER)
    assert leaving.id is not None
    how: dict[str, Any] = {"reason": "left the city", "by": administrator, "at": NOW}

    actions.close_account(person_id=leaving.id, **how)

    account = Account.objects.get(person_id=leaving.id)
    assert queries.actor_of_account(account.id, at=NOW) == ANONYMOUS
    assert not queries.actor_of_person(leaving.id, at=NOW).is_staff
    assert administrator.id is not None
    with pytest.raises(LastAdministrator):
        actions.close_account(person_id=administrator.id, **how)
    assert Account.objects.get(person_id=administrator.id).is_active


def test_an_administrator_of_the_demo_does_not_count() -> None:
    administrator = staff(Role.ADMINISTRATOR)
    demo = actions.make_demo_account(
        mail="d@example.org", name="Demo", password="x", language="en", by=SYSTEM, at=NOW
    )
    how: dict[str, Any] = {"reason": "for the test", "by": SYSTEM, "at": NOW}
    actions.grant(person_id=demo, role=Role.ADMINISTRATOR, unit_id=None, **how)
    assert administrator.id is not None
    [held] = queries.grants_of(administrator.id)

    with pytest.raises(LastAdministrator):
        actions.end_grant(grant_id=held.id, seen=1, **how)


def test_staff_is_listed_for_those_who_give_roles() -> None:
    administrator = staff(Role.ADMINISTRATOR)
    officer = staff(Role.OFFICER, given_unit().id)
    person()

    listed = queries.staff(by=administrator, at=NOW)

    assert {card.person_id for card in listed} == {administrator.id, officer.id}
    assert all(card.name and len(card.grants) == 1 for card in listed)
    with pytest.raises(NotAllowed):
        queries.staff(by=officer, at=NOW)


def test_making_staff_again_keeps_the_person_and_the_password() -> None:
    first = actions.make_staff(mail="a@example.org", name="A", by=SYSTEM, at=NOW)
    second = actions.make_staff(mail="A@example.org", name="B", by=SYSTEM, at=NOW)

    assert first == second
    assert queries.name_of(first) == "B"
    assert len(queries.contacts_of_person(first)) == 1


@pytest.mark.database
@pytest.mark.skipif(connection.vendor == "sqlite", reason="one writer: proven on PostgreSQL")
@pytest.mark.django_db(transaction=True)
def test_two_administrators_who_end_each_other_leave_one() -> None:
    both = [staff(Role.ADMINISTRATOR), staff(Role.ADMINISTRATOR)]
    grants = [queries.grants_of(actor.id)[0] for actor in both if actor.id]
    together = Barrier(2)

    def end(number: int) -> bool:
        try:
            together.wait()
            actions.end_grant(
                grant_id=grants[1 - number].id,
                seen=1,
                reason="a quarrel",
                by=both[number],
                at=NOW,
            )
        except LastAdministrator:
            return False
        else:
            return True
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        ended = list(pool.map(end, range(2)))

    assert sorted(ended) == [False, True]
    assert queries.administrators(at=NOW) == 1
