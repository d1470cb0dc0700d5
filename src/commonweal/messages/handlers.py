"""Let queued messages leave the house."""

from uuid import UUID

from django.db import transaction

from commonweal.kernel.actions import enqueue
from commonweal.kernel.events import on
from commonweal.kernel.queries import clock
from commonweal.kernel.tasks import task
from commonweal.messages import actions
from commonweal.messages.events import MessageQueued


@on(MessageQueued, outside=True)
def mail(event: MessageQueued) -> None:
    _deliver(event.message_id, 0)


@task(outside=True)
def mail_again(message_id: str, tries: int) -> None:
    """Try a message once more whose post did not work."""
    _deliver(UUID(message_id), tries)


def _deliver(message_id: UUID, tries: int) -> None:
    at = clock()
    again = actions.deliver(message_id=message_id, tries=tries, at=at)
    if again is None:
        return
    with transaction.atomic():
        enqueue(
            mail_again,
            at=at,
            run_at=again,
            dedupe=f"messages.mail:{message_id.hex}:{tries + 1}",
            message_id=message_id,
            tries=tries + 1,
        )
