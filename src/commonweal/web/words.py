"""What states, entries and units are called on pages, in the reader's language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy
from django.utils.translation import ngettext, pgettext

from commonweal.cases import queries as cases
from commonweal.cases.errors import NoSuchCategory
from commonweal.cases.types import (
    Because,
    CallOutcome,
    CaseCard,
    Evidence,
    Mandate,
    Outcome,
    Publication,
    PublicCard,
    SpeaksFor,
    State,
    WordCard,
    WordKind,
)
from commonweal.city import queries as city
from commonweal.content.types import Reason
from commonweal.edge.languages import reader_language as reader_language
from commonweal.edge.refusals import call_by_name
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Channel, Role, Words, words_in
from commonweal.ledger.types import EntryCard
from commonweal.messages.types import FollowKind, Rhythm, Target
from commonweal.partners import queries as neighbours

RHYTHMS: dict[Rhythm, Promise] = {
    Rhythm.AT_ONCE: lazy("At once"),
    Rhythm.DAILY: lazy("Every day"),
    Rhythm.WEEKLY: lazy("Once a week, on Monday"),
}
KILOMETRE = 1_000
MEANINGS: dict[State, Promise] = {
    State.RECEIVED: lazy("The report has arrived. A member of staff will read it soon."),
    State.ACKNOWLEDGED: lazy("Somebody at the city has read the report."),
    State.ASSIGNED: lazy("The report lies with the unit that can do something about it."),
    State.IN_WORK: lazy("The unit is working on it now."),
    State.WAITING: lazy("The unit has a question. The promised time stands still until the reply."),
    State.SCHEDULED: lazy("The unit has said on which day the work will be done."),
    State.ON_HOLD: lazy("The work cannot go on at the moment. The unit has said why."),
    State.ANSWERED: lazy("The unit has answered. The reporter can confirm or contest the answer."),
    State.CONFIRMED: lazy("The reporter has confirmed that the answer settles it."),
    State.CONTESTED: lazy("The reporter says that it is not settled. The unit must look again."),
    State.NOT_OURS: lazy("Somebody else is responsible. The answer says who can help."),
    State.CANNOT: lazy("The city cannot do this. The answer says why, and who can help."),
    State.WITHDRAWN: lazy("The reporter has taken the report back."),
}
CHANNELS: dict[Channel, Promise] = {
    Channel.WEB: lazy("on this site"),
    Channel.PHONE: lazy("by phone"),
    Channel.COUNTER: lazy("at the counter"),
    Channel.PAPER: lazy("on paper"),
    Channel.MAIL: lazy("by mail"),
    Channel.API: lazy("through another program"),
    Channel.IMPORT: lazy("from another system"),
    Channel.INTERNAL: lazy("by the city itself"),
}
SPEAKS_FOR: dict[SpeaksFor, Promise] = {
    SpeaksFor.ONESELF: lazy("For oneself"),
    SpeaksFor.FAMILY: lazy("For a member of the family"),
    SpeaksFor.NEIGHBOUR: lazy("For a neighbour"),
    SpeaksFor.CARER: lazy("For somebody in one's care"),
    SpeaksFor.ORGANISATION: lazy("For an organisation"),
}
EVIDENCE: dict[Evidence, Promise] = {
    Evidence.STATED: lazy("Only said so"),
    Evidence.SEEN: lazy("The clerk saw the person, or proof"),
    Evidence.PAPER: lazy("Handed in on paper"),
}
OUTCOMES: dict[Outcome, Promise] = {
    Outcome.WAITING: lazy("not done yet"),
    Outcome.DONE: lazy("done"),
    Outcome.LEFT_OUT: lazy("left out"),
    Outcome.UNDONE: lazy("undone"),
    Outcome.KEPT: lazy("not undone"),
}
BECAUSE: dict[Because, Promise] = {
    Because.NOT_YOURS: lazy("your role does not include this for its unit"),
    Because.CHANGED: lazy("it has changed since you chose it"),
    Because.WRONG_STATE: lazy("it cannot come there from where it stands now"),
    Because.NOT_TO_REVIEW: lazy("its words are not to be reviewed, or were already"),
    Because.UNIT_CLOSED: lazy("the unit is closed"),
    Because.FOR_GOOD: lazy("this cannot be undone"),
    Because.REFUSED: lazy("it was refused; open it to see why"),
}
ROLES: dict[Role, Promise] = {
    Role.RESIDENT: lazy("Resident"),
    Role.CLERK: lazy("Clerk"),
    Role.OFFICER: lazy("Officer"),
    Role.LEAD: lazy("Unit lead"),
    Role.DISPATCHER: lazy("Dispatcher"),
    Role.ADMINISTRATOR: lazy("Administrator"),
}
_SAID_WITH: dict[str, tuple[WordKind, ...]] = {
    State.WAITING: (WordKind.QUESTION,),
    State.SCHEDULED: (WordKind.PLAN,),
    State.ON_HOLD: (WordKind.PLAN,),
    State.ANSWERED: (WordKind.ANSWER,),
    State.NOT_OURS: (WordKind.REFERRAL,),
    State.CANNOT: (WordKind.REFUSAL,),
    State.CONTESTED: (WordKind.CONTEST,),
    State.WITHDRAWN: (WordKind.REPLY,),
}


@dataclass(frozen=True, kw_only=True)
class HistoryItem:
    """One step in the life of a case, as a timeline shows it."""

    title: str
    who: str
    at: datetime
    when: str
    number: str
    text: str
    tone: str
    anchor: str
    note: str = ""
    word_id: UUID | None = None  # of words that everybody reads


def say(words: Words) -> str:
    """Read a text of the city in the reader's language."""
    return words_in(words, reader_language())


def day(value: date | datetime) -> str:
    """Write a day as the reader's language does, in the city's zone."""
    local = timezone.localtime(value) if isinstance(value, datetime) else value
    chinese = reader_language().startswith("zh")
    return formats.date_format(local, "DATE_FORMAT" if chinese else "j F Y")


def month(value: date) -> str:
    """Write a month as the reader's language does."""
    chinese = reader_language().startswith("zh")
    return formats.date_format(value, "Y年n月" if chinese else "F Y")


def moment(value: datetime) -> str:
    """Write a day with the time, in the city's zone."""
    return _("%(day)s, %(time)s") % {
        "day": day(value),
        "time": formats.date_format(timezone.localtime(value), "TIME_FORMAT"),
    }


def listed(items: Iterable[str]) -> str:
    """Put words or names side by side, as the reader's language does."""
    return pgettext("between items", ", ").join(items)


def in_turn(items: Iterable[str]) -> str:
    """Put longer parts side by side."""
    return pgettext("between reasons", "; ").join(items)


def state_label(state: State | str) -> str:
    """Name a state in two or three words."""
    return cases.state_label(state)


def state_meaning(state: State | str) -> str:
    """Say in a sentence what a state means."""
    return str(MEANINGS[State(state)])


def case_meaning(card: CaseCard | PublicCard) -> str:
    """Say in a sentence what the state of a case means; of another system's, nobody can confirm."""
    if not card.is_promised and card.state is State.ANSWERED:
        return _("The unit has answered.")
    if not card.is_promised and card.state is State.WAITING:
        return _("The unit has a question.")
    return state_meaning(card.state)


def channel_label(channel: Channel | str) -> str:
    """Say by which way something came."""
    return str(CHANNELS[Channel(channel)])


def mandate_label(mandate: Mandate) -> str:
    """Say for whom the reporter spoke, and what the clerk has of it."""
    said = str(SPEAKS_FOR[mandate.speaks_for])
    if mandate.evidence is None:
        return said
    return in_turn([said, str(EVIDENCE[mandate.evidence])])


call_by_name(State, state_label)  # refusals too call a state by its name


def unit_name(unit_id: UUID) -> str:
    """Name a unit, also one that is closed."""
    try:
        unit = city.unit(unit_id)
    except Refusal:
        return _("a unit of the city")
    return say(unit.names)


def district_name(district_id: UUID | None) -> str:
    """Name a district; nothing where there is none."""
    try:
        return say(city.district(district_id).names) if district_id else ""
    except Refusal:
        return ""


def landmark_name(landmark_id: UUID | None) -> str:
    """Name a landmark; nothing where there is none."""
    try:
        return say(city.landmark(landmark_id).names) if landmark_id else ""
    except Refusal:
        return ""


def metres(far: int) -> str:
    """Write a distance as people say it."""
    if far < KILOMETRE:
        return _("%(count)s metres") % {"count": far}
    count = far // KILOMETRE
    return ngettext("%(count)s kilometre", "%(count)s kilometres", count) % {"count": count}


def rhythm_label(rhythm: Rhythm) -> str:
    """Say how often a follower hears."""
    return str(RHYTHMS[rhythm])


def followed(target: Target, *, at: datetime) -> str:
    """Say what somebody follows."""
    what = _place_followed(target, at)
    if target.category_id is None:
        return what
    return _("%(what)s – only: %(kind)s") % {
        "what": what,
        "kind": category_name(target.category_id),
    }


def _place_followed(target: Target, at: datetime) -> str:
    named = _uuid(target.subject.partition(":")[2])
    if target.kind is FollowKind.CASE:
        try:
            card = cases.card(named, at=at)
        except Refusal:
            return _("a report that is no longer there")
        parts = (category_name(card.category_id), district_name(card.district_id), card.number)
        return " · ".join(part for part in parts if part)
    if target.kind is FollowKind.DISTRICT:
        return district_name(named) or _("a district that is no longer there")
    where = landmark_name(named) if target.subject else ""
    return _("%(far)s around %(where)s") % {
        "far": metres(target.metres or 0),
        "where": where or _("the point on the map"),
    }


def category_name(category_id: UUID) -> str:
    """Name a category."""
    try:
        return say(cases.category(category_id).names)
    except NoSuchCategory:
        return _("a kind of report that is no longer used")


def who(actor: str, *, to_reporter: bool = False) -> str:
    """Name who acted, as the record does: a unit, a role, the reporter; never a person."""
    kind, _sep, rest = actor.partition(":")
    if kind == "unit":
        return unit_name(_uuid(rest))
    if kind == "role" and rest in set(Role):
        return str(ROLES[Role(rest)])
    if actor == "resident":
        return _("You") if to_reporter else _("The reporter")
    return _("The system")


def sentence(entry: EntryCard, *, to_reporter: bool = False, to_staff: bool = False) -> str:
    """Say what an entry tells, for everybody, for the reporter, or for staff."""
    facts = entry.facts
    by_reporter = entry.actor == "resident"
    match entry.type:
        case "cases.received":
            said = _received(entry, to_reporter=to_reporter, to_staff=to_staff)
        case "cases.moved":
            said = _moved(entry, to_reporter=to_reporter)
        case "cases.reviewed":
            said = _reviewed(Publication(str(facts["publication"])), to_reporter=to_reporter)
        case "cases.word-taken-down":
            said = _("Published words of the city were taken away again.")
        case "cases.undone":
            said = _("The city undid its last step. It stands again as: %(state)s.") % {
                "state": state_label(str(facts["to"]))
            }
        case "cases.recategorised":
            said = _("Put under another kind of report: %(category)s.") % {
                "category": _category_of_code(str(facts["to"]))
            }
        case "cases.replied":
            said = (
                _("You wrote to the unit.") if to_reporter else _("The reporter wrote to the unit.")
            )
        case "cases.corrected":
            said = (
                _("You corrected the text of the report.")
                if to_reporter
                else _("The reporter corrected the text of the report.")
            )
        case "cases.photo-added":
            said = _("You added photos.") if to_reporter else _("The reporter added photos.")
        case "cases.noted":
            said = (
                _("A note for colleagues was written.")
                if to_staff
                else _("A note for the city's staff was written. Such notes are not public.")
            )
        case "cases.called":
            said = _called(CallOutcome(str(facts["outcome"])), to_reporter=to_reporter)
        case "cases.keys-replaced":
            said = (
                _("You replaced the link to your own page. Older links no longer work.")
                if to_reporter and by_reporter
                else _("The link to the reporter's own page was replaced.")
            )
        case "cases.imported":
            said = _("Taken over from another system.")
        case "cases.told":
            said = _("%(city)s says: %(state)s.") % {
                "city": neighbours.name_of(str(facts["source"])),
                "state": state_label(State(str(facts["status"]))),
            }
        case "cases.passing" | "cases.passed" | "cases.passing-failed":
            said = _PASSING[entry.type] % {"city": neighbours.name_of(_city_of(entry))}
        case "identity.revealed":
            said = (
                _("A member of staff looked up how to reach you; the reason was written down.")
                if to_reporter
                else _("A member of staff looked up how to reach the reporter, with a reason.")
            )
        case "system.migrated":
            said = _("The record was carried over in maintenance; the reason was written down.")
        case _:
            said = _("Entered: %(type)s.") % {"type": entry.type}
    return said


_PASSING = {
    "cases.passing": lazy("The unit decided to pass it on to %(city)s."),
    "cases.passed": lazy("It was passed on to %(city)s."),
    "cases.passing-failed": lazy("It did not reach %(city)s."),
}


def _city_of(entry: EntryCard) -> str:
    return str(entry.facts.get("to") or entry.facts.get("passed_to") or "")


def _called(outcome: CallOutcome, *, to_reporter: bool) -> str:
    match outcome:
        case CallOutcome.REACHED:
            return (
                _("We spoke to you by phone.")
                if to_reporter
                else _("A member of staff spoke to the reporter by phone.")
            )
        case CallOutcome.NOT_REACHED:
            return (
                _("We called you and did not reach you. We will try again.")
                if to_reporter
                else _("A member of staff called the reporter and reached nobody yet.")
            )
        case CallOutcome.GAVE_UP:
            return (
                _("We could not reach you by phone and no longer try. Please call us.")
                if to_reporter
                else _("The reporter was not reached by phone; nobody tries any more.")
            )


def history(
    entries: Iterable[EntryCard],
    words: Sequence[WordCard],
    *,
    to_reporter: bool = False,
    to_staff: bool = False,
) -> list[HistoryItem]:
    """Tell the life of a case, oldest first: each entry with what was said in it.

    Everybody reads only words that are public; the reporter reads the own ones and those of the
    unit. `words` holds all words of the case, with notes only for staff.
    """
    waiting, told, entries = list(words), [], list(entries)
    gone = {e.facts["said-in"] for e in entries if e.type == "cases.word-taken-down"}
    undone = {e.facts["undoes"] for e in entries if e.type == "cases.undone"}
    for entry in entries:
        word = None if entry.seq in undone else _word_of(entry, waiting)
        shown = word is not None and (to_staff or to_reporter or word.is_public)
        told.append(
            HistoryItem(
                title=sentence(entry, to_reporter=to_reporter, to_staff=to_staff),
                who=_entered_by(entry, to_reporter=to_reporter),
                at=entry.at,
                when=day(entry.at),
                number=entry.number,
                text=word.text if word is not None and shown else "",
                tone="" if _weighs(entry) else "quiet",
                anchor=f"entry-{entry.seq}",
                note=_note(entry, gone, undone),
                word_id=word.id if word is not None and word.is_public else None,
            )
        )
    return told


def _note(entry: EntryCard, gone: set[Any], undone: set[Any]) -> str:
    if entry.seq in undone:
        return _("This step was undone; what was said with it no longer holds.")
    return _("What was said here was taken down.") if entry.seq in gone else ""


def _entered_by(entry: EntryCard, *, to_reporter: bool) -> str:
    """Name who acted; what an import brought was nobody's act in this city."""
    if entry.type == "cases.imported":
        return pgettext("who did it", "Imported")
    if entry.type == "cases.told":
        return neighbours.name_of(str(entry.facts["source"]))
    return who(entry.actor, to_reporter=to_reporter)


def _weighs(entry: EntryCard) -> bool:
    heavy = {"cases.received", "cases.moved", "cases.imported", "cases.replied", "cases.told"}
    return entry.type in heavy


def _word_of(entry: EntryCard, waiting: list[WordCard]) -> WordCard | None:
    """Take the words that came with an entry: of each kind they stand in the same order."""
    wanted: tuple[WordKind, ...] = ()
    by_reporter = entry.actor == "resident"
    if entry.type == "cases.replied":
        wanted = (WordKind.REPLY,)
    elif entry.type == "cases.corrected":
        wanted = (WordKind.CORRECTION,)
    elif entry.type == "cases.told":
        wanted = (WordKind.TOLD,)
    elif entry.type in {"cases.noted", "cases.recategorised", "cases.word-taken-down"}:
        wanted = (WordKind.NOTE,)
    elif entry.type == "cases.moved":
        to = str(entry.facts.get("to", ""))
        wanted = _SAID_WITH.get(to, ())
        if to == State.IN_WORK and by_reporter:
            wanted = (WordKind.REPLY,)
        elif to == State.ASSIGNED:
            wanted = (WordKind.NOTE,)
    elif entry.type == "cases.reviewed" and entry.facts.get("publication") != Publication.PUBLISHED:
        wanted = (WordKind.NOTE,)
    for i, word in enumerate(waiting):
        if word.kind in wanted and word.by_reporter == by_reporter:
            return waiting.pop(i)
    return None


def _received(entry: EntryCard, *, to_reporter: bool, to_staff: bool) -> str:
    facts = entry.facts
    about = {
        "unit": unit_name(_uuid(str(facts.get("unit", "")))),
        "channel": channel_label(str(facts.get("channel", Channel.WEB))),
        "because": because([str(one) for one in facts.get("because", ())]),
    }
    if to_staff:
        return _("Came in %(channel)s and went to %(unit)s (%(because)s).") % about
    if to_reporter:
        return _("Your report arrived and went to: %(unit)s.") % about
    return _("The report arrived and went to: %(unit)s.") % about


def because(reasons: Iterable[str]) -> str:
    """Say why a case went to a unit, for staff."""
    said = []
    for reason in reasons:
        kind, _sep, rest = reason.partition(":")
        match kind:
            case "category":
                said.append(_("kind: %(name)s") % {"name": _category_of_code(rest)})
            case "district":
                said.append(_("district: %(name)s") % {"name": _district_of_code(rest)})
            case "channel":
                said.append(_("came %(channel)s") % {"channel": channel_label(rest)})
            case "word":
                said.append(_("word: %(word)s") % {"word": rest})
            case "fallback":
                said.append(_("no rule fits: the fallback unit"))
            case "person":
                said.append(_("decided by a person"))
            case _:
                said.append(_("a rule for every report"))
    return in_turn(said) if said else _("no reason given")


def _moved(entry: EntryCard, *, to_reporter: bool) -> str:
    facts = entry.facts
    to = State(str(facts["to"]))
    by_reporter = entry.actor == "resident"
    match to:
        case State.ACKNOWLEDGED:
            said = (
                _("The city has read your report.") if to_reporter else _("The city has read it.")
            )
        case State.ASSIGNED:
            unit = {"unit": unit_name(_uuid(str(facts.get("unit", ""))))}
            said = _("Given to: %(unit)s.") % unit
        case State.IN_WORK if by_reporter:
            said = (
                _("You replied. The promised time runs on.")
                if to_reporter
                else _("The reporter replied. The promised time runs on.")
            )
        case State.IN_WORK:
            said = _("The unit began to work on it.")
        case State.WAITING:
            said = (
                _("The unit asked you something. The promised time stands still.")
                if to_reporter
                else _("The unit asked the reporter something. The promised time stands still.")
            )
        case State.SCHEDULED:
            planned = str(facts.get("on", ""))
            said = _("The work is planned.")
            if planned:
                said = _("The work is planned for %(day)s.") % {
                    "day": day(date.fromisoformat(planned))
                }
        case State.ON_HOLD:
            said = _("Put on hold.")
        case State.ANSWERED:
            said = _("Answered.")
        case State.CONFIRMED:
            said = (
                _("You confirmed that the answer settles it.")
                if to_reporter
                else _("The reporter confirmed that the answer settles it.")
            )
        case State.CONTESTED:
            said = (
                _("You said that it is not settled. The city has promised anew.")
                if to_reporter
                else _("The reporter said that it is not settled. The city has promised anew.")
            )
        case State.NOT_OURS:
            said = _("Somebody else is responsible for this. The unit said who can help.")
        case State.CANNOT:
            said = _("The city cannot do this. The unit said why.")
        case State.WITHDRAWN:
            said = (
                _("You took the report back.")
                if to_reporter
                else _("The reporter took the report back.")
            )
        case _:
            said = state_label(to)
    return said


def _reviewed(publication: Publication, *, to_reporter: bool) -> str:
    match publication:
        case Publication.PUBLISHED:
            return (
                _("The words of your report were published.")
                if to_reporter
                else _("The words of the report were published.")
            )
        case Publication.TAKEN_DOWN:
            return _("Published words were taken away again.")
        case _:
            return (
                _("The words of your report stay with the city; they are not published.")
                if to_reporter
                else _("The words of the report stay with the city; they are not published.")
            )


def _category_of_code(code: str) -> str:
    found = cases.category_by_code(code)
    return say(found.names) if found else code


def _district_of_code(code: str) -> str:
    found = next((one for one in city.all_districts() if one.code == code), None)
    return say(found.names) if found else code


def _uuid(written: str) -> UUID:
    try:
        return UUID(hex=written)
    except ValueError:
        return UUID(int=0)


def unit_phone(unit_id: UUID) -> str:
    """Give the phone number of a unit, or the city's."""
    try:
        own = city.unit(unit_id).phone
    except Refusal:
        own = ""
    return own or city.profile().phone


@dataclass(frozen=True, kw_only=True)
class Pledge:
    """What the city has promised, said plainly."""

    text: str
    is_late: bool


def pledge(card: CaseCard | PublicCard) -> Pledge:
    """Say what was promised and whether it is kept; a broken promise is said plainly."""
    due = {"day": day(card.due_at)}
    if not card.is_promised:
        none = _("From another system: no promise was given here.")
        return Pledge(text=none, is_late=False)
    if card.state is State.WITHDRAWN:
        return Pledge(text=_("The report was taken back; nothing is promised."), is_late=False)
    if card.closed_at is not None:
        ended = due | {"ended": day(card.closed_at)}
        if card.is_overdue:
            late = _("Promised until %(day)s, answered on %(ended)s: later than promised.")
            return Pledge(text=late % ended, is_late=True)
        kept = _("Promised until %(day)s, answered on %(ended)s: in time.")
        return Pledge(text=kept % ended, is_late=False)
    if card.is_overdue:
        late = _("The city promised an answer until %(day)s. It is late.")
        return Pledge(text=late % due, is_late=True)
    if card.state is State.WAITING:
        still = _("The promised time stands still until the reporter replies.")
        return Pledge(text=still, is_late=False)
    return Pledge(text=_("The city promises an answer until %(day)s.") % due, is_late=False)


def reason_label(reason: Reason) -> str:
    """Say why something is flagged or taken down, for staff."""
    return {
        Reason.PERSON: _("It shows a person"),
        Reason.NUMBER_PLATE: _("It shows a number plate"),
        Reason.HOME: _("It shows the inside of a home"),
        Reason.INSULT: _("It insults somebody"),
        Reason.UNLAWFUL: _("It is against the law"),
        Reason.RIGHTS: _("Somebody else holds the rights"),
        Reason.OFF_TOPIC: _("It has nothing to do with the report"),
        Reason.SENDER: _("The sender asked for it"),
        Reason.TIME_OVER: _("It is no longer needed"),
        Reason.OTHER: _("Another reason"),
    }[reason]
