"""Offices in a tree: no rings, no open office below a closed one, codes once."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from commonweal.city import actions, errors, queries
from commonweal.city.models import Unit
from commonweal.city.types import UnitCard
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.ledger.queries import entries_of
from commonweal.ledger.types import subject_of
from tests.factories.city import ALWAYS, OFFICER, given_profile, given_unit, words

pytestmark = pytest.mark.django_db


def moved(card: UnitCard, parent_id: UUID | None) -> UnitCard:
    return actions.save_unit(
        unit_id=card.id,
        code=card.code,
        names=card.names,
        parent_id=parent_id,
        seen=card.version,
        **ALWAYS,
    )


def closed(card: UnitCard, day: date) -> UnitCard:
    return actions.save_unit(
        unit_id=card.id,
        code=card.code,
        names=card.names,
        parent_id=card.parent_id,
        closed_on=day,
        seen=card.version,
        **ALWAYS,
    )


def test_units_are_listed_in_the_order_of_their_tree() -> None:
    works = given_unit("works")
    mayor = given_unit("mayor")
    given_unit("streets", below=works.id)
    lamps = given_unit("lamps", below=works.id)
    given_unit("bulbs", below=lamps.id)
    given_unit("press", below=mayor.id)

    listed = [(card.code, card.depth) for card in queries.units()]

    assert listed == [
        ("mayor", 0),
        ("press", 1),
        ("works", 0),
        ("lamps", 1),
        ("bulbs", 2),
        ("streets", 1),
    ]


def test_units_below_are_those_given_and_all_under_them() -> None:
    works = given_unit("works")
    lamps = given_unit("lamps", below=works.id)
    bulbs = given_unit("bulbs", below=lamps.id)
    press = given_unit("press")

    assert queries.units_below([lamps.id, press.id]) == {lamps.id, bulbs.id, press.id}
    assert queries.units_below([works.id]) == {works.id, lamps.id, bulbs.id}
    assert queries.units_below([]) == frozenset()


def test_a_unit_cannot_stand_below_itself() -> None:
    works = given_unit("works")

    with pytest.raises(errors.UnitBelowItself):
        moved(works, works.id)


def test_a_unit_cannot_move_below_what_is_below_it() -> None:
    works = given_unit("works")
    lamps = given_unit("lamps", below=works.id)
    bulbs = given_unit("bulbs", below=lamps.id)

    with pytest.raises(errors.UnitBelowItself):
        moved(works, bulbs.id)

    assert queries.unit(works.id).parent_id is None


def test_a_unit_moves_with_all_below_it() -> None:
    works, mayor = given_unit("works"), given_unit("mayor")
    lamps = given_unit("lamps", below=works.id)
    bulbs = given_unit("bulbs", below=lamps.id)

    moved(lamps, mayor.id)

    assert bulbs.id in queries.units_below([mayor.id])
    assert queries.units_below([works.id]) == {works.id}


def test_a_parent_that_does_not_exist_is_refused() -> None:
    with pytest.raises(errors.NoSuchUnit):
        given_unit("lamps", below=ALWAYS["by"].id)


def test_the_database_keeps_a_unit_from_being_its_own_parent() -> None:
    works = given_unit("works")

    with pytest.raises(IntegrityError), transaction.atomic():
        Unit.objects.filter(pk=works.id).update(parent=works.id)


def test_the_database_refuses_a_change_without_an_entry() -> None:
    works = given_unit("works")

    with pytest.raises(IntegrityError, match="no entry for this change"), transaction.atomic():
        Unit.objects.filter(pk=works.id).update(code="stolen")


def test_a_closed_unit_is_readable_and_no_longer_listed_for_its_time() -> None:
    works = given_unit("works")

    closed(works, date(2026, 6, 1))

    listed = [
        [card.code for card in queries.units(at=datetime(2026, 5, day, 20, tzinfo=UTC))]
        for day in (30, 31)
    ]
    assert listed == [["works"], ["works"]]
    assert queries.units(at=datetime(2026, 6, 1, 0, tzinfo=UTC)) == []
    assert queries.unit(works.id).closed_on == date(2026, 6, 1)


def test_the_day_a_unit_closes_begins_in_the_zone_of_the_city() -> None:
    given_profile(zone="Asia/Taipei")
    closed(given_unit("works"), date(2026, 6, 1))

    late_in_utc = queries.units(at=datetime(2026, 5, 31, 17, tzinfo=UTC))

    assert late_in_utc == []


def test_a_unit_with_open_units_below_cannot_close() -> None:
    works = given_unit("works")
    given_unit("lamps", below=works.id)

    with pytest.raises(errors.UnitsBelowOpen):
        closed(works, date(2026, 6, 1))


def test_an_open_unit_cannot_stand_below_a_closed_one() -> None:
    works = closed(given_unit("works"), date(2026, 6, 1))

    with pytest.raises(errors.ParentClosed):
        given_unit("lamps", below=works.id)


def test_units_close_from_below() -> None:
    works = given_unit("works")
    closed(given_unit("lamps", below=works.id), date(2026, 5, 1))

    assert closed(works, date(2026, 6, 1)).closed_on == date(2026, 6, 1)


def test_a_unit_cannot_close_before_it_opens() -> None:
    with pytest.raises(errors.ClosedBeforeOpened):
        given_unit(opened_on=date(2026, 6, 1), closed_on=date(2026, 6, 1))


def test_a_unit_keeps_its_duties_phone_and_mail() -> None:
    duties = words("Mends lamps")

    card = given_unit(duties=duties, phone="+886 2 1999", email="lamps@lanting.example")

    assert queries.unit(card.id) == card
    assert (card.duties, card.phone, card.email) == (
        duties,
        "+886 2 1999",
        "lamps@lanting.example",
    )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"phone": "call me"}, errors.BadPhone),
        ({"phone": "--"}, errors.BadPhone),
        ({"email": "nobody"}, errors.BadMail),
        ({"email": "a@b.example\nBcc: all@city.example"}, errors.BadMail),
        ({"email": "a" * 250 + "@b.example"}, errors.BadMail),
        ({"names": {"en": "Works"}}, errors.LanguageMissing),
        ({"names": words("Works") | {"fr": "Travaux"}}, errors.UnknownLanguage),
        ({"names": words("W" * 120)}, errors.TooLong),
        ({"duties": {"en": "Mends lamps"}}, errors.LanguageMissing),
    ],
)
def test_what_people_could_not_use_is_refused(
    changes: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        given_unit(**changes)


@pytest.mark.parametrize("code", ["", "North", "a b", "-a", "a" * 41, "局", "../x", "a\n"])
def test_a_code_fits_addresses_and_files(code: str) -> None:
    with pytest.raises(errors.BadCode):
        given_unit(code)


def test_two_units_cannot_share_a_code() -> None:
    given_unit("works")

    with pytest.raises(errors.CodeTaken):
        given_unit("works")


def test_a_city_of_one_language_needs_only_that() -> None:
    given_profile(languages=("en",), name={"en": "Lanting"})

    assert given_unit(names={"en": "Works"}).names == {"en": "Works"}


def test_a_stale_view_of_a_unit_is_refused() -> None:
    works, mayor = given_unit("works"), given_unit("mayor")
    moved(works, mayor.id)

    with pytest.raises(ChangedSinceYouLooked):
        moved(works, None)


def test_a_new_unit_has_been_seen_by_nobody() -> None:
    with pytest.raises(ChangedSinceYouLooked):
        actions.save_unit(unit_id=None, code="works", names=words("Works"), seen=1, **ALWAYS)


def test_moving_a_unit_is_entered_with_what_changed() -> None:
    works, mayor = given_unit("works"), given_unit("mayor")

    moved(works, mayor.id)

    facts = [entry.facts for entry in entries_of(subject_of("unit", works.id))]
    assert [fact["parent"] for fact in facts] == [None, str(mayor.id)]
    assert facts[1]["changed"] == ["parent_id"]


def test_an_officer_does_not_reorganise_the_city() -> None:
    with pytest.raises(errors.OnlyAdministrators):
        actions.save_unit(
            unit_id=None, code="mine", names=words("Mine"), seen=0, **ALWAYS | {"by": OFFICER}
        )

    assert queries.units() == []
