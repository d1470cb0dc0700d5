"""Looking at how to reach somebody is an act: with a right, a reason, and an entry."""

from uuid import UUID, uuid4

import pytest

from commonweal.identity import actions
from commonweal.identity.actions import registering
from commonweal.identity.errors import NoReason, NoSuchContact
from commonweal.identity.types import ContactKind
from commonweal.kernel.errors import NotAllowed, SignInFirst
from commonweal.kernel.types import ANONYMOUS, Role
from commonweal.ledger.queries import disclosed, entries_of
from commonweal.ledger.types import subject_of
from tests.factories.city import given_unit
from tests.factories.identity import NOW, staff

pytestmark = pytest.mark.django_db
SUBJECT = subject_of("case", UUID(int=70))


@pytest.fixture
def contact_id() -> UUID:
    return actions.keep_contact(
        kind=ContactKind.MAIL, value="wang@example.org", language="en", at=NOW
    )


@pytest.fixture
def unit_id() -> UUID:
    return given_unit("lights").id


@pytest.fixture(autouse=True)
def _judge(contact_id: UUID, unit_id: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registering, "_judges", {})
    actions.register_judge(
        "case",
        lambda by, subject, wanted: (
            by.works_for(unit_id) and (subject, wanted) == (SUBJECT, contact_id)
        ),
    )


def test_an_officer_of_the_unit_with_a_reason_sees_it_and_leaves_an_entry(
    contact_id: UUID, unit_id: UUID
) -> None:
    officer = staff(Role.OFFICER, unit_id)

    value = actions.reveal(
        contact_id=contact_id, reason="to arrange a visit", subject=SUBJECT, by=officer, at=NOW
    )

    [entry] = entries_of(SUBJECT)
    assert value == "wang@example.org"
    assert (entry.type, entry.actor) == ("identity.revealed", f"unit:{unit_id.hex}")
    assert "visit" not in str(entry)
    assert disclosed(entry.id)["person"] == str(officer.id)


def test_without_right_reason_or_match_nothing_is_shown(contact_id: UUID, unit_id: UUID) -> None:
    officer, other = staff(Role.OFFICER, unit_id), staff(Role.OFFICER, given_unit("roads").id)

    with pytest.raises(SignInFirst):
        actions.reveal(contact_id=contact_id, reason="why", subject=SUBJECT, by=ANONYMOUS, at=NOW)
    with pytest.raises(NotAllowed):
        actions.reveal(contact_id=contact_id, reason="why", subject=SUBJECT, by=other, at=NOW)
    with pytest.raises(NotAllowed):
        actions.reveal(contact_id=uuid4(), reason="why", subject=SUBJECT, by=officer, at=NOW)
    with pytest.raises(NotAllowed):
        actions.reveal(contact_id=contact_id, reason="why", subject="plan:1", by=officer, at=NOW)
    with pytest.raises(NoReason):
        actions.reveal(contact_id=contact_id, reason=" ", subject=SUBJECT, by=officer, at=NOW)
    assert entries_of(SUBJECT) == []


def test_an_administrator_does_not_read_contacts(contact_id: UUID) -> None:
    with pytest.raises(NotAllowed):
        actions.reveal(
            contact_id=contact_id,
            reason="curious",
            subject=SUBJECT,
            by=staff(Role.ADMINISTRATOR),
            at=NOW,
        )


def test_a_forgotten_contact_cannot_be_shown(contact_id: UUID, unit_id: UUID) -> None:
    actions.forget_contact(contact_id=contact_id)

    with pytest.raises(NoSuchContact):
        actions.reveal(
            contact_id=contact_id,
            reason="to arrange a visit",
            subject=SUBJECT,
            by=staff(Role.CLERK, unit_id),
            at=NOW,
        )
