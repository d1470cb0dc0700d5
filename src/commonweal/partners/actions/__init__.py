"""Connect others: say whom the city tells and whom it asks, and do it."""

from commonweal.partners.actions.hooks import change_hook, give_up, make_hook, switch_hook
from commonweal.partners.actions.neighbours import (
    ask_all,
    ask_neighbour,
    change_neighbour,
    decide_kinds,
    make_neighbour,
    switch_neighbour,
)
from commonweal.partners.actions.passing import (
    check_takes,
    forget_passings,
    hand_over,
    pass_again,
    pass_on,
)
from commonweal.partners.actions.pulling import pull
from commonweal.partners.actions.telling import deliver, send_again, sweep, tell
from commonweal.partners.actions.visiting import visit

__all__ = [
    "ask_all",
    "ask_neighbour",
    "change_hook",
    "change_neighbour",
    "check_takes",
    "decide_kinds",
    "deliver",
    "forget_passings",
    "give_up",
    "hand_over",
    "make_hook",
    "make_neighbour",
    "pass_again",
    "pass_on",
    "pull",
    "send_again",
    "sweep",
    "switch_hook",
    "switch_neighbour",
    "tell",
    "visit",
]
