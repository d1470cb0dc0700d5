"""The total table: who may do what, where."""

from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest

from commonweal.identity import rules
from commonweal.identity.errors import (
    EndsBeforeItBegins,
    NoName,
    NoReason,
    NotGiven,
    RoleNeedsNoUnit,
    RoleNeedsUnit,
)
from commonweal.identity.types import Act
from commonweal.kernel.errors import NotAllowed, SignInFirst
from commonweal.kernel.types import ANONYMOUS, SYSTEM, Actor, ActorKind, Grant, Role
from tests.factories.identity import NOW

OWN, BELOW, OTHER = UUID(int=1), UUID(int=2), UUID(int=3)
PLACES: dict[str, UUID | None] = {"own": OWN, "below": BELOW, "other": OTHER, "none": None}
LED = frozenset([OWN, BELOW])

# What each role may give or end, and where. Everything that is not written here is refused.
TABLE: dict[Role, dict[Role, set[str]]] = {
    Role.RESIDENT: {},
    Role.CLERK: {},
    Role.OFFICER: {},
    Role.LEAD: {Role.CLERK: {"own", "below"}, Role.OFFICER: {"own", "below"}},
    Role.DISPATCHER: {},
    Role.ADMINISTRATOR: {
        role: set(PLACES)
        for role in (Role.CLERK, Role.OFFICER, Role.LEAD, Role.DISPATCHER, Role.ADMINISTRATOR)
    },
}
MAY: dict[Act, set[Role]] = {
    Act.GRANT: {Role.LEAD, Role.ADMINISTRATOR},
    Act.END_GRANT: {Role.LEAD, Role.ADMINISTRATOR},
    Act.MAKE_STAFF: {Role.ADMINISTRATOR},
    Act.CLOSE_ACCOUNT: {Role.ADMINISTRATOR},
    Act.SEE_STAFF: {Role.LEAD, Role.ADMINISTRATOR},
    Act.REVEAL: {Role.CLERK, Role.OFFICER, Role.LEAD, Role.DISPATCHER},
}


def _actor(role: Role) -> Actor:
    unit = OWN if role in rules.OF_A_UNIT else None
    return Actor(
        kind=ActorKind.PERSON,
        id=UUID(int=9),
        grants=frozenset([Grant(Role.RESIDENT), Grant(role, unit)]),
        units=LED if unit else frozenset(),
    )


@pytest.mark.parametrize(
    ("holds", "gives", "where"),
    list(product(Role, Role, PLACES)),
    ids=str,
)
def test_who_may_give_which_role_where(holds: Role, gives: Role, where: str) -> None:
    led = LED if holds is Role.LEAD else frozenset[UUID]()

    may = rules.may_give(_actor(holds), gives, PLACES[where], led)

    assert may is (where in TABLE[holds].get(gives, set()))


@pytest.mark.parametrize(("act", "role"), list(product(Act, Role)), ids=str)
def test_who_may_do_what(act: Act, role: Role) -> None:
    if role in MAY[act]:
        rules.check_may(_actor(role), act)
    else:
        with pytest.raises(NotAllowed):
            rules.check_may(_actor(role), act)


@pytest.mark.parametrize("act", Act)
def test_nobody_unknown_may_do_anything(act: Act) -> None:
    with pytest.raises(SignInFirst):
        rules.check_may(ANONYMOUS, act)


def test_the_tables_are_total() -> None:
    assert set(rules.GIVES) == set(Role) == set(TABLE)
    assert set(rules.MAY) == set(Act) == set(MAY)


@pytest.mark.parametrize("role", Role)
def test_the_system_gives_every_role_of_the_staff(role: Role) -> None:
    assert rules.may_give(SYSTEM, role, OWN, ()) is (role is not Role.RESIDENT)
    rules.check_may(SYSTEM, Act.GRANT)


def test_roles_have_their_place() -> None:
    for role in rules.OF_A_UNIT:
        rules.check_place(role, OWN)
        with pytest.raises(RoleNeedsUnit):
            rules.check_place(role, None)
    for role in rules.OF_THE_CITY:
        rules.check_place(role, None)
        with pytest.raises(RoleNeedsNoUnit):
            rules.check_place(role, OWN)
    with pytest.raises(NotGiven):
        rules.check_place(Role.RESIDENT, None)


def test_a_role_ends_after_now() -> None:
    rules.check_days(NOW, None)
    rules.check_days(NOW, NOW + timedelta(seconds=1))
    with pytest.raises(EndsBeforeItBegins):
        rules.check_days(NOW, NOW)


def test_entries_name_units_and_roles() -> None:
    assert rules.signs_as(SYSTEM) == "system"
    assert rules.signs_as(_actor(Role.ADMINISTRATOR)) == "administrator"
    assert rules.signs_as(_actor(Role.DISPATCHER)) == "dispatcher"
    assert rules.signs_as(_actor(Role.OFFICER)) == f"unit:{OWN.hex}"
    assert rules.signs_as(_actor(Role.RESIDENT)) == "resident"


@pytest.mark.parametrize("reason", ["", "  ", "\n", "ok"])
def test_a_reason_says_something(reason: str) -> None:
    with pytest.raises(NoReason):
        rules.checked_reason(reason)


def test_a_reason_is_one_line() -> None:
    assert rules.checked_reason(" call\nback ") == "call back"


@pytest.mark.parametrize("name", ["", " \t ", "x" * 101])
def test_a_name_names(name: str) -> None:
    with pytest.raises(NoName):
        rules.checked_name(name)


def test_masks_show_only_what_the_owner_knows() -> None:
    assert rules.masked_mail("wang@example.org") == "w•••@example.org"
    assert rules.masked_phone("+886255501420") == "•••420"
