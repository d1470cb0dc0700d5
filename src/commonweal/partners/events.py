"""What is wanted of the outbox for others."""

from dataclasses import dataclass
from uuid import UUID

from commonweal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class DeliveryWanted(Event):
    """A delivery waits to be sent; `turn` counts how often it was asked for by hand."""

    delivery_id: UUID
    turn: int


@dataclass(frozen=True, kw_only=True)
class NeighbourWanted(Event):
    """A neighbouring city is to be asked what is new."""

    neighbour_id: UUID


@dataclass(frozen=True, kw_only=True)
class PassingWanted(Event):
    """A case waits to be handed over; `turn` counts how often that was asked for by hand."""

    passing_id: UUID
    turn: int
