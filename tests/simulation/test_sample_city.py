"""The sample city lives by the real actions, and what it leaves behind is in order."""

import io
from collections import Counter
from datetime import timedelta

import pytest
from PIL import Image

from commonweal.cases import queries as the_cases
from commonweal.cases.types import CaseCard, Filter, Publication, State
from commonweal.city import queries as the_city
from commonweal.content import queries as the_content
from commonweal.content.types import Size
from commonweal.identity import queries as the_people
from commonweal.identity.models import Account, Contact
from commonweal.kernel.events import handlers_of
from commonweal.kernel.models import Job
from commonweal.kernel.types import Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.models import Entry
from commonweal.ledger.types import subject_of
from commonweal.messages.models import Message
from commonweal.simulation import queries
from commonweal.simulation.actions import SEED, make
from commonweal.simulation.actions.making import MAILED, TELLING
from commonweal.simulation.rules.stories import RESIDENT
from commonweal.simulation.types import Made
from tests.simulation.conftest import FEW, NOW, PASSWORD

pytestmark = [pytest.mark.django_db, pytest.mark.database, pytest.mark.usefixtures("made")]


def all_cases() -> list[CaseCard]:
    return list(the_cases.listing(Filter(), at=NOW, size=1_000).items)


def test_every_state_occurs() -> None:
    states = Counter(card.state for card in all_cases())

    assert set(states) == set(State)
    assert sum(states.values()) == FEW


def test_every_chain_of_entries_is_whole() -> None:
    subjects = set(Entry.objects.values_list("subject", flat=True))

    breaks = [found for one in subjects for found in ledger.check_chain(one).breaks]

    assert {subject_of("case", card.id) for card in all_cases()} <= subjects
    assert breaks == []


def test_entries_follow_each_other_in_time() -> None:
    for card in all_cases():
        times = [entry.at for entry in the_cases.history(card.id)]

        assert times == sorted(times)
        assert all(at <= NOW for at in times)


def test_no_photo_keeps_what_the_phone_wrote_into_it() -> None:
    photos = [
        photo
        for card in all_cases()
        for photo in the_content.attachments(subject_of("case", card.id), public_only=False)
    ]

    assert photos
    for photo in photos:
        assert photo.is_ready
        for size in Size:
            with the_content.file(photo.id, size).file as file:
                raw = file.read()
            assert b"Made-up phone" not in raw
            assert not Image.open(io.BytesIO(raw)).getexif()


def test_private_words_are_never_published() -> None:
    published = [card for card in all_cases() if card.publication is Publication.PUBLISHED]

    assert published
    assert not [card for card in published if "555 01" in card.public_text]
    assert not [card for card in all_cases() if "[[" in card.text + card.public_text]


def test_cases_lie_in_many_districts_and_some_without_a_point() -> None:
    cards = all_cases()

    assert len({card.district_id for card in cards}) > 8
    assert [card for card in cards if card.place.lat is None]
    assert {card.language for card in cards} == {"zh-Hant", "zh-Hans", "en"}


def test_there_is_an_account_for_each_role() -> None:
    roles = {
        account.role: the_people.actor_of_account(
            Account.objects.get(email=account.mail).id, at=NOW
        )
        for account in queries.ACCOUNTS
    }

    assert set(roles) == set(Role)
    assert not Account.objects.filter(is_demo=False).exists()
    for account in queries.ACCOUNTS:
        assert Account.objects.get(email=account.mail).check_password(PASSWORD)


def test_the_resident_has_cases_that_stand_in_different_states() -> None:
    contacts = the_people.contacts_of_mail(RESIDENT)

    own = the_cases.of_contacts(contacts, at=NOW)

    assert len(own) >= 3
    assert len({card.state for card in own}) == len(own)


def test_nobody_is_written_to_about_what_is_long_past() -> None:
    told = Message.objects.exclude(template="messages.digest")

    assert not told.filter(created_at__lt=NOW - MAILED).exists()
    assert not Job.objects.filter(state=Job.State.PARKED).exists()
    assert not Job.objects.filter(state=Job.State.WAITING, run_at__lte=NOW).exists()


def test_no_address_of_anybody_could_exist() -> None:
    values = list(Contact.objects.all())

    assert values
    for contact in values:
        assert contact.value.endswith(".example") or contact.value.startswith("555")


def test_handlers_that_tell_are_named_as_they_are() -> None:
    names = {
        reaction.name
        for event in (
            "cases.CaseReceived",
            "cases.CaseMoved",
            "cases.CaseRerouted",
            "cases.CaseSpoken",
            "cases.CaseTold",
            "city.ClockRanOut",
        )
        for reaction in handlers_of(event)
    }

    telling = {name for name in names if name.startswith("cases.handlers.tell_")}
    assert set(TELLING) == telling | {"cases.handlers.send_receipt"}


def test_the_seed_is_on_record_and_a_second_run_does_nothing(made: Made) -> None:
    before = Entry.objects.count()

    again = make(at=NOW + timedelta(hours=1), seed=7)

    assert made.is_new
    assert not again.is_new
    assert (again.seed, again.cases) == (SEED, FEW)
    assert Entry.objects.count() == before


def test_some_promises_were_kept_and_some_were_broken() -> None:
    late = Counter(card.is_overdue for card in all_cases())

    assert late[False] > late[True] > 0


def test_every_unit_has_an_officer_and_most_have_cases() -> None:
    units = {unit.id for unit in the_city.units()}
    staffed = {grant.unit_id for grant in the_people.staff_of_units(units, at=NOW)}

    assert staffed == units
    assert len({card.unit_id for card in all_cases()}) >= 7
