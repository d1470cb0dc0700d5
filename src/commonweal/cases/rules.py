"""Who may, when, and how a report is read: decided here, without a database."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from commonweal.cases.errors import (
    AnswerMissing,
    AnswerWrong,
    BadCode,
    BadContact,
    DateToCome,
    EmptyText,
    FilterUnnamed,
    ImpossibleDate,
    ImpossiblePoint,
    NotYourCase,
    PlaceMissing,
    QuestionAfterNothing,
    QuestionOutOfOrder,
    QuestionTwice,
    QuestionWithoutOptions,
    QuestionWithoutWords,
    ReasonMissing,
    TextTooLong,
    UnreadableText,
    WrongMove,
)
from commonweal.cases.types import (
    LONGEST_FILTER_NAME,
    LONGEST_REASON,
    LONGEST_TEXT,
    Act,
    ContactDraft,
    Decision,
    Deed,
    Evidence,
    Mandate,
    Place,
    Question,
    QuestionKind,
    Review,
    RuleCard,
    SpeaksFor,
    State,
)
from commonweal.city.types import Parameter, ParameterType
from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.types import Actor, ActorKind, Channel, Role, words_in
from commonweal.ledger.types import EntryCard
from commonweal.methods.search import normalise

_WORKABLE = frozenset(
    {
        State.ASSIGNED,
        State.IN_WORK,
        State.WAITING,
        State.SCHEDULED,
        State.ON_HOLD,
        State.ANSWERED,
        State.NOT_OURS,
        State.CANNOT,
        State.WITHDRAWN,
    }
)
_JUDGED = frozenset({State.CONFIRMED, State.CONTESTED})

MOVES: Mapping[State, frozenset[State]] = {
    State.RECEIVED: _WORKABLE | {State.ACKNOWLEDGED},
    State.ACKNOWLEDGED: _WORKABLE,
    State.ASSIGNED: _WORKABLE,
    State.IN_WORK: _WORKABLE - {State.IN_WORK},
    State.WAITING: _WORKABLE,
    State.SCHEDULED: _WORKABLE,
    State.ON_HOLD: _WORKABLE - {State.ON_HOLD},
    State.CONTESTED: _WORKABLE,
    State.ANSWERED: _JUDGED,
    State.NOT_OURS: _JUDGED,
    State.CANNOT: _JUDGED,
    State.CONFIRMED: frozenset(),
    State.WITHDRAWN: frozenset(),
}

OPEN = frozenset(
    {
        State.RECEIVED,
        State.ACKNOWLEDGED,
        State.ASSIGNED,
        State.IN_WORK,
        State.WAITING,
        State.SCHEDULED,
        State.ON_HOLD,
        State.CONTESTED,
    }
)
ENDS = frozenset(set(State) - OPEN)
JUDGEABLE = frozenset(state for state, to in MOVES.items() if State.CONFIRMED in to)

OWN, ANY = "own", "any"
_UNIT_WORK = (
    Act.SEE,
    Act.ACKNOWLEDGE,
    Act.START,
    Act.ASK,
    Act.SCHEDULE,
    Act.HOLD,
    Act.ANSWER,
    Act.REFER,
    Act.DECLINE,
    Act.NOTE,
    Act.CALL,
    Act.PUBLISH,
    Act.WITHHOLD,
)
MAY: Mapping[Role, Mapping[Act, str]] = {
    Role.RESIDENT: {},
    Role.CLERK: dict.fromkeys((Act.SEE, Act.NOTE, Act.CALL, Act.REPORT_FOR_OTHERS), ANY),
    Role.OFFICER: dict.fromkeys(_UNIT_WORK, OWN),
    Role.LEAD: dict.fromkeys((*_UNIT_WORK, Act.ASSIGN, Act.RECATEGORISE, Act.SHARE_FILTERS), OWN),
    Role.DISPATCHER: dict.fromkeys(
        (
            Act.SEE,
            Act.ACKNOWLEDGE,
            Act.ASSIGN,
            Act.RECATEGORISE,
            Act.NOTE,
            Act.CALL,
            Act.PUBLISH,
            Act.WITHHOLD,
            Act.REPORT_FOR_OTHERS,
        ),
        ANY,
    ),
    Role.ADMINISTRATOR: dict.fromkeys((Act.SEE, Act.WITHHOLD, Act.CONFIGURE), ANY),
}

OLDEST = timedelta(days=365 * 3)
BULK_KEPT = timedelta(days=30)
FILTERS_KEPT = timedelta(days=730)  # since somebody used them last
FARTHEST_PLAN = timedelta(days=730)
_MAIL = re.compile(r"[^@\s,;<>()\[\]\\\"]+@[^@\s,;<>()\[\]\\\"]+\.[^@\s.,;<>]+")
_LINKS = re.compile(
    r"(?:[a-z][a-z0-9+.-]*:/{2,}|\bwww\.|(?:mailto|javascript|data|tel):)+", re.IGNORECASE
)
_PHONE = re.compile(r"\+?[0-9 ()./-]{5,30}")
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def may(actor: Actor, act: Act, unit_id: UUID | None) -> bool:
    """Say whether somebody may do this to a case of this unit."""
    reaches = {grant.role: MAY[grant.role].get(act) for grant in actor.grants}
    return any(
        reach == ANY or (reach == OWN and actor.works_as(role, unit_id))
        for role, reach in reaches.items()
    )


def check_may(actor: Actor, act: Act, unit_id: UUID | None) -> None:
    """Refuse whoever may not."""
    if may(actor, act, unit_id):
        return
    if actor.is_staff and any(act in MAY[grant.role] for grant in actor.grants):
        raise NotYourCase
    raise NotAllowed


def check_keep_filters(actor: Actor) -> None:
    """Refuse whoever sees no cases, and so has nothing to filter."""
    if not any(Act.SEE in MAY[grant.role] for grant in actor.grants):
        raise NotAllowed


def check_share_filters(actor: Actor, unit_id: UUID | None) -> None:
    """Refuse whoever does not lead the unit that a filter is shared with; an own one is free."""
    if unit_id is not None and not may(actor, Act.SHARE_FILTERS, unit_id):
        raise NotAllowed


def filter_name(raw: str) -> str:
    """Give the name of a filter as it is kept, on one line; refused when there is none."""
    name = " ".join(clean_text(raw, most=LONGEST_FILTER_NAME).split())
    if not name:
        raise FilterUnnamed(most=LONGEST_FILTER_NAME)
    return name


def check_configure(actor: Actor) -> None:
    """Refuse whoever may not set up categories and rules; the machine room may (profile folder)."""
    if actor.kind is not ActorKind.SYSTEM and not may(actor, Act.CONFIGURE, None):
        raise NotAllowed


_TOLD_BY_CALL = frozenset({Deed.ANSWER, Deed.REFER, Deed.DECLINE})


def can_undo(deed: Deed, *, after: Review, is_told_by_call: bool) -> bool:
    """Say whether an act can be undone whole: notes stay, hidden photos too, calls may be made."""
    if deed is Deed.NOTE or (deed is Deed.RECATEGORISE and after is Review.NEVER):
        return False
    return not (deed in _TOLD_BY_CALL and is_told_by_call)


def check_move(state: State, to: State) -> None:
    """Refuse a move that the table does not have."""
    if to not in MOVES[state]:
        raise WrongMove(state=state, to=to)


def clean_text(raw: str, *, most: int = LONGEST_TEXT) -> str:
    """Give the text as it is kept: composed, one kind of line end, only what can be stored."""
    text = raw.replace("\r\n", "\n").replace("\r", "\n")
    if any(unicodedata.category(c) == "Cs" or c == "\x00" for c in text):
        raise UnreadableText
    text = "".join(c for c in text if _may_stay(c))
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > most:
        raise TextTooLong(length=len(text), most=most)
    return text


def unlinked(text: str) -> str:
    """Leave of the links in a foreign text only words, which no mail program makes a link of."""
    return _LINKS.sub("", text).strip()


def _may_stay(character: str) -> bool:
    """Keep line ends and tabs; drop controls, and marks that turn the words of others around."""
    if character in "\n\t":
        return True
    return unicodedata.category(character) != "Cc" and not "\u202a" <= character <= "\u202e"


def needed_text(raw: str, *, most: int = LONGEST_TEXT) -> str:
    """Give the text, refused when there is none."""
    if not (text := clean_text(raw, most=most)):
        raise EmptyText
    return text


def needed_reason(raw: str) -> str:
    """Give the reason, refused when there is none."""
    if not (text := clean_text(raw, most=LONGEST_REASON)):
        raise ReasonMissing
    return text


def check_place(place: Place, *, needs_place: bool) -> None:
    """Refuse a point that is none, and (where the category needs a place) no place at all."""
    if (place.lat is None) != (place.lng is None):
        raise ImpossiblePoint
    if place.lat is not None and place.lng is not None:
        inside = -90 <= place.lat <= 90 and -180 <= place.lng <= 180  # noqa: PLR2004
        if not inside:  # also refuses "not a number", which no comparison admits
            raise ImpossiblePoint
    elif needs_place and not (place.words.strip() or place.district_id or place.landmark_id):
        raise PlaceMissing


def check_happened(on: date | None, *, today: date) -> None:
    """Refuse a day to come (a day ahead is a time zone away) or very long ago."""
    if on is not None and not (today - OLDEST <= on <= today + timedelta(days=1)):
        raise ImpossibleDate


def check_plan(on: date, *, today: date) -> None:
    """Refuse a planned day in the past or beyond two years."""
    if not (today <= on <= today + FARTHEST_PLAN):
        raise DateToCome


def read_mandate(mandate: Mandate) -> Mandate:
    """Give a mandate as it is kept: for others something stands behind it, for oneself nothing."""
    if mandate.speaks_for is SpeaksFor.ONESELF:
        return Mandate(speaks_for=mandate.speaks_for)
    return Mandate(speaks_for=mandate.speaks_for, evidence=mandate.evidence or Evidence.STATED)


def check_contact(contact: ContactDraft) -> None:
    """Refuse an address or number that cannot be one."""
    if contact.mail and (len(contact.mail) > 254 or not _MAIL.fullmatch(contact.mail)):  # noqa: PLR2004
        raise BadContact
    if contact.phone and not (
        _PHONE.fullmatch(contact.phone) and sum(c.isdigit() for c in contact.phone) >= 5  # noqa: PLR2004
    ):
        raise BadContact


def check_code(code: str) -> None:
    """Refuse what cannot be a code."""
    if not _CODE.fullmatch(code):
        raise BadCode


# Questions of a category


def asked(questions: Sequence[Question], answers: Mapping[str, Any]) -> list[Question]:
    """Give the questions that come up with these answers; a branch not taken asks nothing."""
    up: list[Question] = []
    seen: dict[str, Any] = {}
    for question in questions:
        if not question.after or _is_among(seen.get(question.after), question.after_is):
            up.append(question)
            seen[question.code] = answers.get(question.code)
    return up


def _is_among(answer: object, wanted: tuple[str, ...]) -> bool:
    given = answer if isinstance(answer, list | tuple) else [answer]
    return any(str(one) in wanted for one in given if one is not None)


def read_answers(
    questions: Sequence[Question], answers: Mapping[str, Any], *, language: str
) -> dict[str, Any]:
    """Keep the answers to what was asked, each of its kind; refuse the missing and unreadable."""
    kept: dict[str, Any] = {}
    for question in asked(questions, answers):
        raw = answers.get(question.code)
        says = words_in(question.words, language)
        if raw in (None, "", [], ()):
            if question.is_required:
                raise AnswerMissing(question=says)
            continue
        try:
            kept[question.code] = _read(question, raw)
        except (ValueError, TypeError):
            raise AnswerWrong(question=says) from None
    return kept


def _read(question: Question, raw: Any) -> Any:
    codes = {code for code, _ in question.options}
    match question.kind:
        case QuestionKind.YES_NO:
            return _one_of(raw, {"yes", "no"})
        case QuestionKind.CHOICE:
            return _one_of(raw, codes)
        case QuestionKind.SEVERAL:
            given = raw if isinstance(raw, list | tuple) else [raw]
            return sorted({_one_of(one, codes) for one in given})
        case QuestionKind.NUMBER:
            number = float(str(raw).replace(",", "."))
            if not abs(number) < 1e12:  # noqa: PLR2004  (also refuses "not a number")
                raise ValueError
            return str(raw).strip()[:40]
        case QuestionKind.DATE:
            return date.fromisoformat(str(raw)).isoformat()
        case QuestionKind.TEXT:
            return clean_text(str(raw), most=1_000)


def _one_of(raw: object, codes: set[str]) -> str:
    if str(raw) not in codes:
        raise ValueError(raw)
    return str(raw)


def check_questions(questions: Sequence[Question]) -> None:
    """Refuse questions that could not be asked: a loop, an unknown option, a missing name."""
    known: dict[str, Question] = {}
    for question in questions:
        check_code(question.code)
        if question.code in known:
            raise QuestionTwice(question=question.code)
        if not any(question.words.values()):
            raise QuestionWithoutWords(question=question.code)
        has_options = question.kind in {QuestionKind.CHOICE, QuestionKind.SEVERAL}
        if has_options and not question.options:
            raise QuestionWithoutOptions(question=question.code)
        if question.after:
            _check_branch(question, known)
        known[question.code] = question


def _check_branch(question: Question, known: Mapping[str, Question]) -> None:
    if question.after not in known:
        raise QuestionOutOfOrder(question=question.code, before=question.after)
    before = known[question.after]
    choices = {code for code, _ in before.options}
    if before.kind is QuestionKind.YES_NO:
        choices = {"yes", "no"}
    if not question.after_is or not set(question.after_is) <= choices:
        raise QuestionAfterNothing(question=question.code, before=before.code)


# Routing


def route(
    rules: Iterable[RuleCard],
    *,
    category: tuple[str, ...],
    district: str | None,
    channel: Channel,
    text: str,
    fallback: UUID,
) -> Decision:
    """Take the first active rule of which every condition holds; else the fallback unit.

    `category` holds the category's own code and its parent's.
    """
    plain = normalise(text)
    for rule in rules:
        if rule.is_active and (because := _holds(rule, category, district, channel, plain)):
            return Decision(
                unit_id=rule.unit_id, rule_id=rule.id, rule_version=rule.version, because=because
            )
    return Decision(unit_id=fallback, rule_id=None, rule_version=0, because=("fallback",))


def _holds(
    rule: RuleCard, category: tuple[str, ...], district: str | None, channel: Channel, plain: str
) -> tuple[str, ...]:
    because: list[str] = []
    if rule.categories:
        met = [code for code in category if code in rule.categories]
        if not met:
            return ()
        because.append(f"category:{met[0]}")
    if rule.districts:
        if district not in rule.districts:
            return ()
        because.append(f"district:{district}")
    if rule.channels:
        if channel not in rule.channels:
            return ()
        because.append(f"channel:{channel.value}")
    if rule.words:
        word = next((word for word in rule.words if _says(plain, word)), None)
        if word is None:
            return ()
        because.append(f"word:{word}")
    return tuple(because) or ("always",)


def _says(plain: str, word: str) -> bool:
    wanted = normalise(word)
    if not wanted:
        return False
    if wanted.isascii():
        return re.search(rf"(?<!\w){re.escape(wanted)}(?!\w)", plain) is not None
    return wanted in plain


def shadowed(rules: Sequence[RuleCard]) -> list[tuple[UUID, UUID]]:
    """Name the active rules that can never be reached, with the earlier rule that is in the way."""
    active = [rule for rule in rules if rule.is_active]
    pairs = []
    for i, later in enumerate(active):
        for earlier in active[:i]:
            if all(
                not wide or (narrow and set(narrow) <= set(wide))
                for wide, narrow in (
                    (earlier.categories, later.categories),
                    (earlier.districts, later.districts),
                    (earlier.channels, later.channels),
                    (earlier.words, later.words),
                )
            ):
                pairs.append((later.id, earlier.id))
                break
    return pairs


KEPT_DAYS = Parameter(
    name="ended_cases_kept_days",
    type=ParameterType.NUMBER,
    default=730,
    low=30,
    high=36_500,
    words="How many days after its end the words, photos and contact of a report are kept.",
)


CALL_TRIES = Parameter(
    name="call_back_tries",
    type=ParameterType.NUMBER,
    default=3,
    low=1,
    high=20,
    words="How often the city tries to call somebody before it gives up.",
)


UNDO_MINUTES = Parameter(
    name="bulk_undo_minutes",
    type=ParameterType.NUMBER,
    default=30,
    low=0,
    high=1_440,
    words=(
        "How many minutes an act on many cases can be undone; the reporters are told afterwards. "
        "0: at once, without undoing."
    ),
)


def is_citys_word(entry: EntryCard) -> bool:
    """Say whether an entry is an answer the city gave: what stays when a case is forgotten."""
    answers = {State.ANSWERED, State.NOT_OURS, State.CANNOT}
    return (
        entry.type == "cases.moved"
        and entry.actor != "resident"
        and entry.facts.get("to") in answers
    )


def street_level(degrees: float | None, review: Review) -> float | None:
    """Keep about ten metres: the street, not the door; of a private kind, only the quarter."""
    if review is Review.NEVER:
        return around(degrees)
    return None if degrees is None else round(degrees, 4)


def around(degrees: float | None) -> float | None:
    """Keep about a hundred metres of a place: enough for a quarter, too coarse for a person."""
    return None if degrees is None else round(degrees, 3)
