"""Turn rows into the values that pass the doors."""

from commonweal.content.models import Attachment, Flag
from commonweal.content.types import (
    AttachmentCard,
    AttachmentState,
    FlagCard,
    FlagOutcome,
    FlagState,
    ImageKind,
    Reason,
    RefusedBecause,
)


def card_of(row: Attachment) -> AttachmentCard:
    return AttachmentCard(
        id=row.pk,
        subject=row.subject,
        name=row.name,
        kind=ImageKind(row.kind),
        state=AttachmentState(row.state),
        is_public=row.is_public,
        width=row.width,
        height=row.height,
        size=row.size,
        refused_because=RefusedBecause(row.refused_because) if row.refused_because else None,
        taken_down_because=Reason(row.taken_down_because) if row.taken_down_because else None,
        received_at=row.received_at,
        version=row.version,
    )


def flag_card_of(row: Flag) -> FlagCard:
    return FlagCard(
        id=row.pk,
        target=row.target,
        of=row.of,
        reason=Reason(row.reason),
        words=row.words,
        state=FlagState(row.state),
        outcome=FlagOutcome(row.outcome) if row.outcome else None,
        at=row.at,
        settled_at=row.settled_at,
        version=row.version,
    )
