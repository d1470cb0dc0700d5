"""Try whether mail leaves the house: when a city is set up, and whenever somebody asks."""

from datetime import datetime
from uuid import uuid4

from django.utils.translation import gettext as _

from commonweal.city.types import Console, Deed
from commonweal.kernel.types import Actor
from commonweal.messages import queries, rules
from commonweal.messages.actions.posting import deliver
from commonweal.messages.actions.telling import send
from commonweal.messages.errors import NotTaken, PostFails
from commonweal.messages.types import MessageState, Recipient


def try_the_post(*, address: str, language: str, at: datetime) -> None:
    """Send a test mail at once, and refuse with the reason when it does not leave."""
    message_id = send(
        template="messages.test",
        to=Recipient(address=address, language=language),
        facts={},
        subject="",
        key=f"messages.test:{uuid4().hex}",
        at=at,
    )
    deliver(message_id=message_id, tries=0, at=at)
    card = queries.message(message_id)
    assert card is not None
    if card.state is MessageState.FAILED:
        raise NotTaken(why=card.error)
    if card.state is not MessageState.SENT:
        raise PostFails(why=card.error)


class TestMail:
    """The step of setting up a city that shows that mail leaves."""

    @property
    def title(self) -> str:
        return _("Test mail")

    def ask(self, io: Console) -> Deed | None:
        """Ask for an address; none means: not now."""
        address = io.ask(
            "test_mail",
            _("To which address shall a test mail go? Leave it empty for none."),
            lambda raw: rules.checked_address(raw) if raw.strip() else "",
            default="",
        )
        if not address:
            return None

        def do(_by: Actor, at: datetime) -> str:
            try_the_post(address=address, language=io.languages[0], at=at)
            return _("A test mail left for {address}. Look whether it arrived.").format(
                address=address
            )

        return Deed(do=do, afterwards=True)
