"""What happened in the city's own affairs."""

from dataclasses import dataclass
from datetime import datetime

from commonweal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class ClockRanOut(Event):
    """A due date passed while its clock was running. Told once for each due date."""

    kind: str
    due_at: datetime
