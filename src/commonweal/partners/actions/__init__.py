"""Connect others: say whom the city tells, and tell them."""

from commonweal.partners.actions.hooks import give_up, make_hook, switch_hook
from commonweal.partners.actions.pulling import pull
from commonweal.partners.actions.telling import deliver, send_again, sweep, tell

__all__ = [
    "deliver",
    "give_up",
    "make_hook",
    "pull",
    "send_again",
    "sweep",
    "switch_hook",
    "tell",
]
