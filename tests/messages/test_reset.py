"""The city's own words can be taken away again."""

import pytest

from commonweal.kernel.errors import ChangedSinceYouLooked, NotAllowed
from commonweal.ledger import queries as ledger
from commonweal.messages import actions, queries
from tests.factories.city import ADMINISTRATOR, NOW, OFFICER

pytestmark = [pytest.mark.django_db]
CODE = {"code": "messages.test", "language": "en"}


def own(text: str, *, seen: int) -> None:
    actions.save_template(
        **CODE, subject="Try", body=text, seen=seen, reason="ours", by=ADMINISTRATOR, at=NOW
    )


def test_the_shipped_words_hold_again_and_the_version_goes_on() -> None:
    shipped = queries.template(**CODE)
    own("Our words.", seen=0)

    after = actions.reset_template(**CODE, seen=1, reason="too long", by=ADMINISTRATOR, at=NOW)

    assert (after.body, after.is_own, after.version) == (shipped.body, False, 2)
    assert ledger.newest(["messages.template-reset"]).total == 1
    own("Again ours.", seen=2)
    assert queries.template(**CODE).is_own


def test_what_is_as_shipped_stays_so_without_an_entry() -> None:
    actions.reset_template(**CODE, seen=0, reason="to be sure", by=ADMINISTRATOR, at=NOW)

    assert queries.template(**CODE).version == 0
    assert ledger.newest(["messages.template-reset"]).total == 0


def test_a_stale_reset_and_another_role_are_refused() -> None:
    own("Our words.", seen=0)

    with pytest.raises(ChangedSinceYouLooked):
        actions.reset_template(**CODE, seen=0, reason="late", by=ADMINISTRATOR, at=NOW)
    with pytest.raises(NotAllowed):
        actions.reset_template(**CODE, seen=1, reason="mine", by=OFFICER, at=NOW)
