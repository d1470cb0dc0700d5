"""A partner works on the reports of its unit, as far as an officer of the unit may."""

from collections.abc import Callable
from typing import Any

import pytest

from commonweal.cases import queries
from commonweal.cases.types import CaseCard, Receipt, State
from commonweal.edge.keys import Scope
from tests.api.conftest import now, told
from tests.api.program import Program, Said
from tests.factories.cases import Town, card
from tests.factories.edge import api_key

pytestmark = pytest.mark.django_db
Send = Callable[..., Said]


@pytest.fixture
def receipt(here: Town) -> Receipt:
    return told(here)


@pytest.fixture
def send(program: Program, here: Town, receipt: Receipt) -> Send:
    """Send an update of the one report with the key of its unit."""
    _card, secret = api_key(Scope.UPDATE, unit_id=here.roads.id)

    def act(**said: Any) -> Said:
        told_of = {
            "api_key": secret,
            "service_request_id": receipt.number,
            "update_id": "1",
            "updated_datetime": "2026-03-09T10:00:00Z",
            **said,
        }
        return program.post(
            "servicerequestupdates",
            headers={"Accept-Language": "en"},
            **{k: v for k, v in told_of.items() if v is not None},
        )

    return act


def stands(receipt: Receipt) -> CaseCard:
    return queries.card(receipt.case_id, at=now())


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        ("INVESTIGATING", State.ACKNOWLEDGED, "note"),
        ("in_progress", State.IN_WORK, "note"),
        ("ACTION_SCHEDULED", State.SCHEDULED, "plan"),
        ("FIXED", State.ANSWERED, "answer"),
        ("CLOSED", State.ANSWERED, "answer"),
        ("NOT_COUNCILS_RESPONSIBILITY", State.NOT_OURS, "referral"),
        ("NO_FURTHER_ACTION", State.CANNOT, "refusal"),
        ("OPEN", State.RECEIVED, "note"),
        (None, State.RECEIVED, "note"),
    ],
)
def test_each_status_is_an_act_of_the_unit(
    status: str | None, state: State, words: str, send: Send, receipt: Receipt
) -> None:
    planned = now().date().isoformat() if status == "ACTION_SCHEDULED" else None

    said = send(status=status, description="We came by.", expected_datetime=planned)

    assert said.status == 201
    assert stands(receipt).state is state
    (word,) = queries.words(receipt.case_id, with_notes=True)
    assert (word.kind.value, word.text) == (words, "We came by.")
    assert word.is_public is (words != "note")
    entry = queries.history(receipt.case_id)[-1]
    assert entry.actor.startswith("unit:")


def test_the_answer_names_the_entry_by_which_others_read_it(send: Send, program: Program) -> None:
    said = send(status="FIXED", description="Mended.")

    (row,) = program.get("servicerequestupdates").value
    assert said.value == [{"update_id": row["update_id"]}]
    assert row["description"] == "Mended."


def test_a_program_that_begins_work_is_no_persons_handler(send: Send, receipt: Receipt) -> None:
    send(status="IN_PROGRESS")

    assert stands(receipt).assignee_id is None
    assert stands(receipt).state is State.IN_WORK


def test_an_update_sent_again_acts_once_and_with_other_words_is_a_conflict(
    send: Send, receipt: Receipt
) -> None:
    first, again = (send(description="We came by.") for _ in range(2))

    assert first.value == again.value
    assert len(queries.words(receipt.case_id, with_notes=True)) == 1
    assert send(description="We did not.").status == 409


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ({"update_id": None}, 400),
        ({"update_id": "x" * 81}, 400),
        ({"service_request_id": None}, 400),
        ({"service_request_id": "nonsense"}, 404),
        ({"status": "DUPLICATE"}, 400),
        ({"status": "<b>"}, 400),
        ({"status": "FIXED", "description": None}, 400),
        ({"status": "OPEN", "description": None}, 400),
        ({"status": "ACTION_SCHEDULED"}, 400),
        ({"status": "ACTION_SCHEDULED", "expected_datetime": "1999-01-01"}, 400),
        ({"updated_datetime": "soon"}, 400),
        ({"api_key": None}, 403),
        ({"api_key": "cw_wrong"}, 403),
    ],
)
def test_what_cannot_be_done_changes_nothing(
    said: dict[str, Any], status: int, send: Send, receipt: Receipt
) -> None:
    answer = send(**{"description": "We came by.", **said})

    assert answer.status == status
    assert answer.error.endswith(".")
    assert stands(receipt).version == 1


def test_a_note_and_a_move_are_done_together_or_not_at_all(send: Send, receipt: Receipt) -> None:
    send(status="IN_PROGRESS", update_id="1")

    said = send(status="INVESTIGATING", description="Again?", update_id="2")

    assert said.status == 409
    assert queries.words(receipt.case_id, with_notes=True) == []


def test_a_partner_of_another_unit_or_one_that_only_reports_may_not(
    send: Send, here: Town, receipt: Receipt
) -> None:
    _card, other = api_key(Scope.UPDATE, unit_id=here.other.id)
    _card, reporter = api_key(Scope.REPORT)
    _card, above = api_key(Scope.UPDATE, unit_id=here.centre.id)

    assert send(api_key=other, description="x", update_id="1").status == 403
    assert send(api_key=reporter, description="x", update_id="2").status == 403
    assert card(receipt).version == 1
    assert send(api_key=above, description="x", update_id="3").status == 201
