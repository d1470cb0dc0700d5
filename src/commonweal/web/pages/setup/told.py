"""The administrator's changes in words: what was done, when, why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from commonweal.cases import queries as cases
from commonweal.city import queries as the_city
from commonweal.edge import keys
from commonweal.kernel.errors import Refusal
from commonweal.kernel.types import Role
from commonweal.ledger import queries as ledger
from commonweal.ledger.types import EntryCard
from commonweal.partners import queries as partners
from commonweal.web import words
from commonweal.web.forms.setup.base import OWN_NAMES

TYPES = (
    "cases.category-set",
    "cases.rule-set",
    "city.district-saved",
    "city.holiday-saved",
    "city.holiday-withdrawn",
    "city.hours-saved",
    "city.landmark-saved",
    "city.parameter-set",
    "city.profile-saved",
    "city.unit-saved",
    "content.page-saved",
    "edge.key-ended",
    "edge.key-made",
    "identity.account-closed",
    "identity.role-ended",
    "identity.role-given",
    "identity.staff-made",
    "messages.template-changed",
    "messages.template-reset",
    "partners.neighbour-kinds-set",
    "partners.neighbour-set",
    "partners.neighbour-switched",
    "partners.webhook-changed",
    "partners.webhook-made",
    "partners.webhook-switched",
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """One change, as a timeline shows it."""

    title: str
    who: str
    at: datetime
    when: str
    text: str
    number: str
    tone: str = ""
    anchor: str = ""


def tell(entry: EntryCard) -> Told:
    """Say what a change was, who made it (a role), when and why."""
    return Told(
        title=sentence(entry),
        who=who(entry.actor),
        at=entry.at,
        when=words.moment(entry.at),
        text=reason_of(entry),
        number=entry.number,
    )


def past(subject: str, *, most: int = 20) -> list[Told]:
    """Tell the newest changes of one thing, newest first."""
    return [tell(entry) for entry in reversed(ledger.entries_of(subject)[-most:])]


def since(subject: str, seen: int) -> list[Told]:
    """Tell what happened to a thing after somebody looked at it."""
    return [tell(entry) for entry in ledger.entries_of(subject) if entry.seq > seen]


def tell_all(entries: Iterable[EntryCard]) -> list[Told]:
    """Tell several changes in their order."""
    return [tell(entry) for entry in entries]


def who(actor: str) -> str:
    """Name the role that acted."""
    role = actor.removeprefix("role:")
    return str(words.ROLES[Role(role)]) if role in set(Role) else words.who(actor)


def reason_of(entry: EntryCard) -> str:
    """Give the reason that was kept with a change; nothing where it was erased."""
    if "reason" in entry.facts:
        return str(entry.facts["reason"])
    return str(ledger.disclosed(entry.id).get("reason", ""))


def sentence(entry: EntryCard) -> str:
    """Say in a sentence what was changed."""
    facts, name = entry.facts, _name(entry)
    match entry.type:
        case "cases.category-set":
            said = _("The kind of report was set: %(name)s.")
        case "cases.rule-set":
            said = _("The routing rule was set: %(name)s.")
            if "unit" not in facts:
                said = _("The routing rule got another place in the order: %(name)s.")
        case "city.district-saved":
            said = _("The district was set: %(name)s.")
        case "city.landmark-saved":
            said = _("The landmark was set: %(name)s.")
        case "city.unit-saved":
            said = _("The unit was set: %(name)s.")
            if facts.get("closed_on"):
                said = _("The unit was set, with a closing date: %(name)s.")
        case "city.holiday-saved":
            said = _("The day was named in the calendar: %(name)s.")
        case "city.holiday-withdrawn":
            said = _("The day was taken out of the calendar: %(name)s.")
        case "city.hours-saved":
            said = _("The opening hours were set.")
        case "city.parameter-set":
            said = _("The value “%(name)s” was set to %(value)s from %(day)s on.")
        case "city.profile-saved":
            said = _("The city's name, contact or colours were set.")
        case "content.page-saved":
            said = _("The text “%(name)s” was written anew.")
        case "messages.template-changed":
            said = _("The message “%(name)s” was written anew.")
        case "messages.template-reset":
            said = _("The message “%(name)s” got its first words back.")
        case "edge.key-made":
            said = _("A key for a program was made: %(name)s.")
        case "edge.key-ended":
            said = _("A key for a program was ended: %(name)s.")
        case "partners.neighbour-set":
            said = _("The neighbouring city was set: %(name)s.")
        case "partners.neighbour-kinds-set":
            said = _("What the kinds of a neighbouring city are here was set: %(name)s.")
        case "partners.neighbour-switched":
            said = _("A neighbouring city was switched off: %(name)s.")
            if facts.get("on"):
                said = _("A neighbouring city was switched on: %(name)s.")
        case "partners.webhook-made":
            said = _("A webhook was made: %(name)s.")
        case "partners.webhook-changed":
            said = _("A webhook was changed: %(name)s.")
        case "partners.webhook-switched":
            said = _("A webhook was switched off: %(name)s.")
            if facts.get("on"):
                said = _("A webhook was switched on: %(name)s.")
            elif facts.get("because"):
                said = _("A webhook was switched off, as nothing could be delivered: %(name)s.")
        case "identity.staff-made":
            said = _("Somebody was invited to work here.")
        case "identity.account-closed":
            said = _("The account of a member of staff was closed.")
        case "identity.role-given":
            said = _("A role was given: %(name)s.")
        case "identity.role-ended":
            said = _("A role ended: %(name)s.")
        case _:
            said = _("Entered: %(name)s.")
    valid_from = str(facts.get("valid_from", ""))
    return said % {
        "name": name,
        "value": str(facts.get("value", "")),
        "day": words.day(datetime.fromisoformat(valid_from)) if valid_from else "",
    }


def _name(entry: EntryCard) -> str:
    facts, id_ = entry.facts, _id(entry.subject)
    try:
        match entry.type:
            case "cases.category-set":
                return words.say(cases.category(id_).names)
            case "cases.rule-set":
                return words.say(cases.rule(id_).names)
            case "city.district-saved":
                return words.say(the_city.district(id_).names)
            case "city.landmark-saved":
                return words.say(the_city.landmark(id_).names)
            case "city.unit-saved":
                return words.say(the_city.unit(id_).names)
            case "city.holiday-saved" | "city.holiday-withdrawn":
                card = the_city.holiday(id_)
                said = {"name": words.say(card.names), "day": words.day(card.day)}
                return _("%(name)s, %(day)s") % said
            case "city.parameter-set":
                return parameter_name(str(facts["name"]))
            case "content.page-saved":
                return in_language(str(facts["code"]), str(facts["language"]))
            case "messages.template-changed" | "messages.template-reset":
                return in_language(template_name(str(facts["code"])), str(facts["language"]))
            case "edge.key-made" | "edge.key-ended":
                return keys.key(id_).name
            case "partners.webhook-made" | "partners.webhook-changed" | "partners.webhook-switched":
                return partners.hook(id_).name
            case (
                "partners.neighbour-set"
                | "partners.neighbour-kinds-set"
                | "partners.neighbour-switched"
            ):
                return partners.neighbour(id_).name
            case "identity.role-given" | "identity.role-ended":
                return role_in(str(facts["role"]), str(facts.get("unit", "")))
    except Refusal:
        pass
    return str(facts.get("code", entry.type))


def template_name(code: str) -> str:
    """Say when a mail is sent; its code where nobody has said."""
    known = {
        "cases.acknowledged": _("To the reporter: the report was read"),
        "cases.answered": _("To the reporter: the answer"),
        "cases.assigned": _("To the reporter: another unit has it"),
        "cases.cannot-be-done": _("To the reporter: it cannot be done"),
        "cases.confirmed": _("To the reporter: thanks for confirming"),
        "cases.contested": _("To the reporter: we look again"),
        "cases.in-work": _("To the reporter: work has begun"),
        "cases.not-the-citys": _("To the reporter: it is not the city's task"),
        "cases.on-hold": _("To the reporter: it has to wait"),
        "cases.question": _("To the reporter: a question"),
        "cases.received": _("To the reporter: the receipt"),
        "cases.scheduled": _("To the reporter: the planned day"),
        "cases.staff-call": _("To staff: a call to make"),
        "cases.staff-new": _("To staff: a new case"),
        "cases.staff-news": _("To staff: the reporter wrote"),
        "cases.staff-not-passed": _("To staff: a case did not reach the other city"),
        "cases.told": _("To the reporter: news from another city"),
        "cases.staff-overdue": _("To staff: an overdue case"),
        "cases.withdrawn": _("To the reporter: the report was taken back"),
        "cases.followed-step": _("To followers: a step of a report"),
        "cases.area-news": _("To followers: news of their areas"),
        "messages.follow": _("To followers: please confirm"),
        "identity.account_exists": _("Account: there is one already"),
        "identity.login_code": _("Account: the code to sign in"),
        "identity.magic_link": _("The link to “My reports”"),
        "identity.password_changed": _("Account: the password was changed"),
        "identity.password_reset": _("Account: a new password"),
        "identity.set_password": _("Account: the first password, for new staff"),
        "identity.sign_up_code": _("Account: the code to begin"),
        "identity.unknown_account": _("Account: there is none with this address"),
        "messages.digest": _("Several messages in one mail"),
        "messages.signature": _("The end of every mail"),
        "messages.stop": _("How to stop such mails, at their end"),
        "partners.webhook-given-up": _("To administrators: a webhook was switched off"),
        "messages.test": _("A mail to try whether mails arrive"),
    }
    return known.get(code, code)


def in_language(name: str, language: str) -> str:
    """Name a text with its language."""
    return _("%(what)s (%(language)s)") % {
        "what": name,
        "language": OWN_NAMES.get(language, language),
    }


def role_in(role: str, unit: str) -> str:
    """Name a role with its unit."""
    name = str(words.ROLES[Role(role)])
    if not unit:
        return name
    return _("%(role)s, %(unit)s") % {"role": name, "unit": words.unit_name(UUID(hex=unit))}


def parameter_name(name: str) -> str:
    """Say what a policy parameter does; its plain name where the software no longer knows it."""
    known = {one.name: one.words for one in the_city.known_parameters()}
    return _(known[name]) if name in known else name


def _id(subject: str) -> UUID:
    try:
        return UUID(hex=subject.partition(":")[2])
    except ValueError:
        return UUID(int=0)
