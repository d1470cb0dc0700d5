"""What is left of a case when its time is over."""

import io
from datetime import timedelta

import pytest

from commonweal.cases import actions, queries, rules, tasks
from commonweal.cases.errors import WrongKey
from commonweal.cases.models import Case, Word
from commonweal.cases.types import Filter, Place, Publication, Receipt, State
from commonweal.city.actions import set_parameter
from commonweal.content import actions as content
from commonweal.content import queries as photos
from commonweal.content.types import AttachmentState
from commonweal.identity.actions import sweep
from commonweal.identity.models import Contact
from commonweal.kernel.queries import clock
from commonweal.kernel.types import ANONYMOUS
from commonweal.ledger import queries as ledger
from commonweal.ledger.actions import maintenance
from commonweal.ledger.types import EntryCard, subject_of
from tests.factories.cases import ADMINISTRATOR, NOW, Town, card, draft, reported, reporter, town
from tests.factories.content import photo

pytestmark = [pytest.mark.django_db, pytest.mark.database]
LATER = NOW + timedelta(days=731)
LIMIT = LATER - timedelta(days=730)


@pytest.fixture
def here() -> Town:
    return town()


def settled(here: Town) -> Receipt:
    """Report with a photo, publish, answer and confirm."""
    content.receive(
        data=io.BytesIO(photo()), name="door.jpg", subject="draft:1", by=ANONYMOUS, at=NOW
    )
    receipt = actions.report(
        draft=draft(
            here.lamp,
            attachments_of="draft:1",
            place=Place(lat=22.051234, lng=114.054321, words="opposite Anna's door"),
        ),
        by=ANONYMOUS,
        at=NOW,
    )
    actions.reply(reporter=reporter(receipt), text="Ask Anna.", at=NOW)
    case = card(receipt)
    actions.publish(
        case_id=case.id, text="The lamp is dark.", seen=case.version, by=here.lead, at=NOW
    )
    actions.note(case_id=case.id, text="Anna called twice.", by=here.officer, at=NOW)
    actions.answer(
        case_id=case.id,
        text="The lamp is new.",
        seen=card(receipt).version,
        by=here.officer,
        at=NOW,
    )
    actions.confirm(reporter=reporter(receipt), at=NOW)
    return receipt


def test_words_photos_and_contact_go_and_the_answer_stays(here: Town) -> None:
    receipt = settled(here)

    count = actions.forget(ended_before=LIMIT, at=LATER)

    assert count == 1
    row = Case.objects.get(pk=receipt.case_id)
    assert (row.text, row.place, row.public_text, row.answers) == ("", "", "", {})
    assert (row.lat, row.lng, row.contact_id) == (22.051, 114.054, None)
    assert row.publication == Publication.WITHHELD
    said = set(Word.objects.filter(case=row).values_list("text", flat=True))
    assert said == {"", "The lamp is new."}
    (gone,) = photos.attachments(subject_of("case", row.pk), public_only=False)
    assert gone.state is AttachmentState.TAKEN_DOWN
    assert queries.public_card(receipt.number, at=LATER).answer == "The lamp is new."


def test_nothing_finds_or_opens_it_any_more(here: Town) -> None:
    receipt = settled(here)

    actions.forget(ended_before=LIMIT, at=LATER)

    for words in ("Anna", "bridge", "twice"):
        assert queries.listing(Filter(text=words), at=LATER).total == 0
    assert queries.public_listing(Filter(text="new"), at=LATER).total == 1
    with pytest.raises(WrongKey):
        queries.reporter_by_key(receipt.key)


def test_the_record_stands_and_says_only_what_the_city_said(here: Town) -> None:
    receipt = settled(here)

    actions.forget(ended_before=LIMIT, at=LATER)

    subject = subject_of("case", receipt.case_id)
    history = ledger.entries_of(subject)
    assert not ledger.check_chain(subject).breaks
    assert (history[-1].type, history[-1].actor) == ("cases.forgotten", "system")
    told = [ledger.disclosed(entry.id) for entry in history]
    assert [one for one in told if one] == [{"text": "The lamp is new."}]


def test_the_contact_is_erased_when_no_case_needs_it(here: Town) -> None:
    settled(here)
    Contact.objects.update(created_at=NOW)

    actions.forget(ended_before=LIMIT, at=LATER)
    sweep(at=LATER)

    assert not Contact.objects.exists()


def test_open_and_recent_cases_are_remembered(here: Town) -> None:
    open_, ended = reported(here.lamp), settled(here)

    assert actions.forget(ended_before=NOW, at=LATER) == 0
    assert card(open_).text
    assert card(ended).text


def test_what_is_forgotten_is_not_forgotten_again(here: Town) -> None:
    settled(here)
    actions.forget(ended_before=LIMIT, at=LATER)

    assert actions.forget(ended_before=LIMIT, at=LATER) == 0


def test_an_answer_taken_down_after_the_case_was_forgotten_is_forgotten_too(here: Town) -> None:
    receipt = settled(here)
    actions.forget(ended_before=LIMIT, at=LATER)
    (word,) = queries.words(receipt.case_id, only_public=True)
    seen = queries.card(receipt.case_id, at=LATER).version
    actions.take_down_word(word_id=word.id, reason="a name", seen=seen, by=here.officer, at=LATER)

    much_later = LATER + timedelta(days=731)
    assert actions.forget(ended_before=LATER + timedelta(days=1), at=much_later) == 1

    assert set(Word.objects.values_list("text", flat=True)) == {""}
    assert actions.forget(ended_before=much_later, at=much_later) == 0


def test_a_case_that_ended_long_before_it_came_here_waits_its_time(here: Town) -> None:
    receipt = settled(here)
    with maintenance("it ended elsewhere", tables=["cases_case"], at=NOW):
        Case.objects.update(closed_at=NOW - timedelta(days=3000))

    assert actions.forget(ended_before=NOW, at=NOW) == 0
    assert card(receipt).text
    assert actions.forget(ended_before=LIMIT, at=LATER) == 1


def test_the_city_says_how_long(here: Town) -> None:
    receipt = settled(here)
    days = max(30, (clock() - NOW).days - 1)

    tasks.forget()
    assert bool(card(receipt).text) is ((clock() - NOW).days < 730)
    set_parameter(
        name="ended_cases_kept_days",
        value=days,
        valid_from=NOW,
        source="council",
        reason="Shorter is enough.",
        seen=0,
        by=ADMINISTRATOR,
        at=NOW,
    )
    tasks.forget()

    assert bool(card(receipt).text) is ((clock() - NOW).days < days)


@pytest.mark.parametrize(
    ("type_", "actor", "to", "stays"),
    [
        ("cases.moved", "unit:1", State.ANSWERED, True),
        ("cases.moved", "role:dispatcher", State.NOT_OURS, True),
        ("cases.moved", "unit:1", State.IN_WORK, False),
        ("cases.moved", "resident", State.CONTESTED, False),
        ("cases.received", "resident", None, False),
    ],
)
def test_only_answers_of_the_city_stay(type_: str, actor: str, to: object, stays: bool) -> None:
    entry = EntryCard(
        id=None,  # type: ignore[arg-type]
        type=type_,
        at=NOW,
        happened="",
        actor=actor,
        subject="case:1",
        seq=1,
        facts={"to": to},
        hash="",
        number="",
    )

    assert rules.is_citys_word(entry) is stays


def test_a_place_becomes_a_quarter() -> None:
    assert rules.around(22.051234) == 22.051
    assert rules.around(None) is None
