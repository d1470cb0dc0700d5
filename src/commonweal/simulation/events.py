"""What happens to a made-up city."""

from dataclasses import dataclass
from typing import Any

from commonweal.kernel.events import Event


@dataclass(frozen=True, kw_only=True)
class OlderCasesWanted(Event):
    """The city stands; cases of the months before are to come in behind it."""

    people: dict[str, Any]
    seed: int
    first: int
    last: int
