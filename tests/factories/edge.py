"""Programs that hold a key."""

from typing import Any

from commonweal.edge import keys
from commonweal.edge.keys import KeyCard, Scope
from tests.factories.cases import ADMINISTRATOR, NOW


def api_key(*scopes: Scope, **values: Any) -> tuple[KeyCard, str]:
    """Make a key as the administrator does; without scopes it sends reports."""
    said: dict[str, Any] = {
        "name": "Fix my town",
        "unit_id": None,
        "per_hour": keys.USUAL,
        "until": None,
        "reason": "a test",
        "by": ADMINISTRATOR,
        "at": NOW,
        **values,
    }
    return keys.make(scopes=frozenset(scopes or {Scope.REPORT}), **said)
