"""What nobody needs is forgotten."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connections

from commonweal.identity import actions, queries
from commonweal.identity.actions import registering
from commonweal.identity.models import Account, Contact, MagicLink, Person
from commonweal.identity.types import ContactKind
from commonweal.kernel.types import SYSTEM
from tests.factories.identity import NOW, person
from tests.factories.messages import told

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)


@pytest.fixture
def keepers(monkeypatch: pytest.MonkeyPatch) -> list[UUID]:
    monkeypatch.setattr(registering, "_keepers", [])
    needed: list[UUID] = []
    actions.register_keeper(lambda ids: [id_ for id_ in ids if id_ in needed])
    return needed


def _contact(person_id: UUID | None = None) -> UUID:
    return actions.keep_contact(
        kind=ContactKind.MAIL,
        value="wang@example.org",
        language="en",
        person_id=person_id,
        at=NOW,
    )


def test_contacts_that_nobody_needs_are_erased_after_a_day(keepers: list[UUID]) -> None:
    needed, orphan = _contact(), _contact()
    waiting = _contact()
    told(contact_id=waiting)
    keepers.append(needed)

    too_early = actions.sweep(at=NOW + timedelta(hours=23))
    erased = actions.sweep(at=LATER)

    assert (too_early, erased) == (0, 1)
    assert queries.contact(orphan) is None
    assert {row.id for row in Contact.objects.all()} >= {needed, waiting}


def test_what_a_signed_in_person_left_for_a_case_is_forgotten_too(keepers: list[UUID]) -> None:
    resident, chen = person(), person("Chen")
    needed, left, of_staff = _contact(resident), _contact(resident), _contact(chen)
    keepers.append(needed)

    actions.sweep(at=LATER)

    own = queries.staff_contact(chen)
    assert own is not None
    assert [queries.contact(id_) is None for id_ in (needed, left, of_staff)] == [False, True, True]


def test_staff_hear_from_the_city_at_their_own_address_only() -> None:
    mail = "chen@example.org"
    resident = actions.make_account(mail=mail, language="en", at=NOW - timedelta(days=9))
    left = actions.keep_contact(
        kind=ContactKind.MAIL,
        value="aunt@example.org",
        language="en",
        person_id=resident,
        at=NOW - timedelta(days=8),
    )
    assert queries.staff_contact(resident) is None

    chen = actions.make_staff(mail=mail, name="Chen", by=SYSTEM, at=NOW)

    own = queries.staff_contact(chen)
    assert own is not None
    assert (chen, own.masked) == (resident, "c•••@example.org")
    assert own.id != left


def test_while_nobody_says_what_is_needed_nothing_is_erased(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(registering, "_keepers", [])
    _contact()

    assert actions.sweep(at=LATER) == 0


def test_links_are_erased_after_a_day(keepers: list[UUID]) -> None:
    actions.send_magic_link(mail="wang@example.org", language="en", at=NOW)

    actions.sweep(at=LATER)

    assert keepers == []
    assert not MagicLink.objects.exists()


def test_a_contact_can_be_corrected() -> None:
    contact = _contact()

    actions.change_contact(contact_id=contact, value="li@example.org", language="zh-hans")

    card = queries.contact(contact)
    assert card is not None
    assert (card.masked, card.language) == ("l•••@example.org", "zh-hans")
    assert queries.contacts_of_mail("wang@example.org") == []


def test_an_account_that_nobody_ever_proved_is_erased_after_a_week() -> None:
    proved, staff = person(), person("Chen")
    stranger = actions.make_person(language="en", at=NOW)
    Account.objects.create(person_id=stranger, email="stranger@example.org", created_at=NOW)
    alone = actions.make_person(language="en", at=NOW)

    actions.sweep(at=NOW + timedelta(days=6))
    assert Person.objects.count() == 4
    actions.sweep(at=NOW + timedelta(days=8))

    assert {row.id for row in Person.objects.all()} == {proved, staff}
    assert stranger not in {row.person_id for row in Account.objects.all()}
    assert alone not in {row.id for row in Person.objects.all()}


def test_persons_and_names_are_unreadable_in_the_database() -> None:
    person("Chen Wei")

    with connections["people"].cursor() as cursor:
        cursor.execute("SELECT * FROM identity_person")
        stored = str(cursor.fetchall())

    assert "Chen" not in stored


def test_the_language_of_a_person_goes_to_all_their_contacts() -> None:
    someone = person("Chen")

    actions.change_language(person_id=someone, language="zh-hans")

    card = queries.staff_contact(someone)
    assert card is not None
    assert card.language == "zh-hans"
    assert queries.language_of_mail(Account.objects.get().email) == "zh-hans"
