"""What happens to messages."""

from dataclasses import dataclass
from uuid import UUID

from commonweal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class MessageQueued(Event):
    """A message is to leave the house."""

    message_id: UUID


@dataclass(frozen=True, kw_only=True)
class MessageFailed(Event):
    """A message will never reach its address."""

    message_id: UUID
    template: str
