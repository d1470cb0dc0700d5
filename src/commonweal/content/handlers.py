"""What happens to files after the act that wanted it has been committed."""

from commonweal.content import actions
from commonweal.content.events import AttachmentReceived, AttachmentTakenDown
from commonweal.kernel.events import on
from commonweal.kernel.queries import clock


@on(AttachmentReceived, outside=True)
def make_anew(event: AttachmentReceived) -> None:
    actions.finish(attachment_id=event.attachment_id, at=clock())


@on(AttachmentTakenDown, outside=True)
def delete_files(event: AttachmentTakenDown) -> None:
    actions.clear_files(attachment_id=event.attachment_id)
