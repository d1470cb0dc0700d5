"""What happens to persons and their roles."""

from dataclasses import dataclass
from uuid import UUID

from commonweal.kernel.events import Event
from commonweal.kernel.types import Role


@dataclass(frozen=True, kw_only=True)
class RoleGiven(Event):
    """Somebody got a role."""

    grant_id: UUID
    role: Role
    unit_id: UUID | None


@dataclass(frozen=True, kw_only=True)
class RoleEnded(Event):
    """Somebody's role is over."""

    grant_id: UUID
    role: Role
    unit_id: UUID | None
