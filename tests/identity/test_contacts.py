"""Ways to reach people are kept apart, encrypted, and masked."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connections

from commonweal.identity import actions, queries
from commonweal.identity.errors import BadPhone
from commonweal.identity.models import Mandate
from commonweal.identity.types import ContactKind
from commonweal.ledger.types import subject_of
from tests.factories.given import given
from tests.factories.identity import NOW

pytestmark = pytest.mark.django_db


def test_a_contact_is_masked_and_found_by_its_address() -> None:
    kept = actions.keep_contact(
        kind=ContactKind.MAIL, value=" Resident@Example.org", language="en", at=NOW
    )

    card = queries.contact(kept)

    assert card is not None
    assert card.masked == "R•••@example.org"
    assert queries.contacts_of_mail("resident@example.ORG ") == [kept]
    assert queries.contacts_of_mail("not an address") == []


def test_the_same_address_kept_twice_has_two_ids() -> None:
    one, two = (
        actions.keep_contact(kind=ContactKind.MAIL, value="a@example.org", language="en", at=NOW)
        for _ in range(2)
    )

    assert one != two
    assert set(queries.contacts_of_mail("a@example.org")) == {one, two}


def test_contacts_are_unreadable_in_the_database() -> None:
    actions.keep_contact(kind=ContactKind.PHONE, value="+886 2 555-0142", language="en", at=NOW)
    actions.keep_contact(kind=ContactKind.MAIL, value="wang@example.org", language="en", at=NOW)

    with connections["people"].cursor() as cursor:
        cursor.execute("SELECT * FROM identity_contact")
        stored = str(cursor.fetchall())

    assert "wang" not in stored
    assert "5550142" not in stored


@pytest.mark.parametrize(
    "number", ["", "1234", "1" * 16, "12345x", "+", "+12\n34567;", "１２３４５"]
)
def test_what_is_no_phone_number_is_refused(number: str) -> None:
    with pytest.raises(BadPhone):
        actions.keep_contact(kind=ContactKind.PHONE, value=number, language="en", at=NOW)


def test_an_unknown_contact_is_nobody() -> None:
    assert queries.contact(uuid4()) is None
    assert actions.address_for_the_post(uuid4()) is None


def test_several_contacts_are_given_at_once() -> None:
    one, two = (
        actions.keep_contact(kind=ContactKind.PHONE, value=f"555 000{n}", language="en", at=NOW)
        for n in range(2)
    )

    cards = queries.contacts([one, two, uuid4()])

    assert {card.masked for card in cards.values()} == {"•••000", "•••001"}


def test_a_guardian_may_act_while_the_mandate_holds() -> None:
    guardian, child = uuid4(), uuid4()
    id_ = uuid4()
    Mandate.objects.create(
        id=id_,
        person_id=guardian,
        for_person_id=child,
        acts=["report"],
        evidence="birth certificate seen",
        since=NOW,
        until=NOW + timedelta(days=30),
        entry_id=given(subject_of("mandate", id_)),
    )

    [card] = queries.mandates_of(guardian, at=NOW)

    assert (card.for_person_id, card.acts) == (child, ("report",))
    assert queries.mandates_of(guardian, at=NOW + timedelta(days=30)) == []
    assert queries.mandates_of(child, at=NOW) == []
