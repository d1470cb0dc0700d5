"""What may be done with a case, asked before it is offered."""

from uuid import UUID

from commonweal.cases import rules
from commonweal.cases.errors import NotNow
from commonweal.cases.queries import one
from commonweal.cases.queries.setup import category
from commonweal.cases.types import Act, CaseCard, Deed, Publication, Review, State
from commonweal.kernel.types import Actor

_ACTS = {Deed.TAKE_DOWN: Act.WITHHOLD, Deed.TAKE_DOWN_WORD: Act.WITHHOLD}
_TO = {
    Deed.ACKNOWLEDGE: State.ACKNOWLEDGED,
    Deed.START: State.IN_WORK,
    Deed.ANSWER: State.ANSWERED,
    Deed.ASK: State.WAITING,
    Deed.SCHEDULE: State.SCHEDULED,
    Deed.HOLD: State.ON_HOLD,
    Deed.REFER: State.NOT_OURS,
    Deed.DECLINE: State.CANNOT,
    Deed.ASSIGN: State.ASSIGNED,
}


def may(by: Actor, act: Act, unit_id: UUID | None) -> bool:
    """Say whether somebody may do this to a case of this unit."""
    return rules.may(by, act, unit_id)


def check_may(by: Actor, act: Act, unit_id: UUID | None) -> None:
    """Refuse whoever may not.

    Raises
    ------
    NotAllowed, NotYourCase
        When somebody may not.

    """
    rules.check_may(by, act, unit_id)


def moves(state: State) -> frozenset[State]:
    """Say into which states a case can go from this one."""
    return rules.MOVES[state]


def is_open(state: State) -> bool:
    """Say whether somebody still answers for a case in this state."""
    return state in rules.OPEN


def act_of(deed: Deed) -> Act:
    """Say which right a deed needs."""
    return _ACTS.get(deed) or Act(deed.value)


def deeds(card: CaseCard, *, by: Actor) -> tuple[Deed, ...]:
    """List what somebody may do with a case as it stands."""
    return tuple(d for d in Deed if rules.may(by, act_of(d), card.unit_id) and fits(d, card))


def check_fits(deed: Deed, card: CaseCard, *, seen: int) -> None:
    """Refuse a deed that the case as somebody saw it does not admit.

    Raises
    ------
    NotNow
        When it does not; whoever saw an older version is told that by the action.

    """
    if seen == card.version and not fits(deed, card):
        raise NotNow


def fits(deed: Deed, card: CaseCard) -> bool:
    """Say whether a case as it stands admits a deed, whoever does it."""
    if deed in _TO and _TO[deed] not in rules.MOVES[card.state]:
        return False
    match deed:
        case Deed.ASK:
            return card.has_reporter
        case Deed.PUBLISH:
            unread = {Publication.WAITING, Publication.WITHHELD}
            return may_be_public(card) and bool(card.text) and card.publication in unread
        case Deed.WITHHOLD:
            waits = card.publication is Publication.WAITING
            return may_be_public(card) and bool(card.text) and waits
        case Deed.TAKE_DOWN:
            return card.publication is Publication.PUBLISHED
        case Deed.TAKE_DOWN_WORD:
            return bool(one.words(card.id, only_public=True))
    return True


def may_be_public(card: CaseCard) -> bool:
    """Say whether words and photos of a case can be shown to everybody at all."""
    reviewed = category(card.category_id).review is not Review.NEVER
    return reviewed and card.state is not State.WITHDRAWN
