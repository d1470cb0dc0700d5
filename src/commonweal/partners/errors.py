"""What is declined about webhooks and the addresses of others."""

from commonweal.kernel.errors import Kind, Refusal


class AddressUnreadable(Refusal):
    code = "partners.address-unreadable"
    kind = Kind.INVALID
    sentence = (
        "Write the whole address, such as https://partner.example/notices, "
        "without a name or password in it."
    )


class AddressInside(Refusal):
    code = "partners.address-inside"
    kind = Kind.INVALID
    sentence = (
        "This address lies in a network that is not public. Give a public one, "
        "or ask the operator to allow it (COMMONWEAL_OUTGOING_INSIDE)."
    )


class NameMissing(Refusal):
    code = "partners.name-missing"
    kind = Kind.INVALID
    sentence = "Write who is told, in at most {longest} characters."


class ReasonMissing(Refusal):
    code = "partners.reason-missing"
    kind = Kind.INVALID
    sentence = "Say in a few words why. The reason is kept, and can be asked for."


class NothingToTell(Refusal):
    code = "partners.nothing-to-tell"
    kind = Kind.INVALID
    sentence = "Choose at least one thing that is to be told."


class NoSuchHook(Refusal):
    code = "partners.no-such-hook"
    kind = Kind.MISSING
    sentence = "There is no such webhook. Reload the list."


class NoSuchDelivery(Refusal):
    code = "partners.no-such-delivery"
    kind = Kind.MISSING
    sentence = "This delivery is not kept any more. Reload the list."


class HookIsOff(Refusal):
    code = "partners.hook-is-off"
    kind = Kind.CONFLICT
    sentence = "This webhook is off. Switch it on first, then send again."


class NotAnswered(Refusal):
    code = "partners.not-answered"
    kind = Kind.CONFLICT
    sentence = (
        "The other city's server did not answer as Open311 says ({problem}). "
        "Check the address, the key and the jurisdiction, or try again later."
    )


class NothingInThisSpan(Refusal):
    code = "partners.nothing-in-this-span"
    kind = Kind.INVALID
    sentence = "This span ends before it begins. Choose an earlier first day."


class NoSuchNeighbour(Refusal):
    code = "partners.no-such-neighbour"
    kind = Kind.MISSING
    sentence = "There is no such neighbouring city. Reload the list."


class BadSource(Refusal):
    code = "partners.bad-source"
    kind = Kind.INVALID
    sentence = (
        "Write a short name of small letters, digits and hyphens, such as north-town, "
        "in at most {longest} characters."
    )


class SourceTaken(Refusal):
    code = "partners.source-taken"
    kind = Kind.CONFLICT
    sentence = "Another neighbouring city has this short name. Choose another one."


class BadJurisdiction(Refusal):
    code = "partners.bad-jurisdiction"
    kind = Kind.INVALID
    sentence = "Write the jurisdiction as the other city gave it, in at most {longest} characters."


class BadNeighbourKey(Refusal):
    code = "partners.bad-neighbour-key"
    kind = Kind.INVALID
    sentence = "Write the key as the other city gave it, in one line of at most {longest} signs."


class FirstDayImpossible(Refusal):
    code = "partners.first-day-impossible"
    kind = Kind.INVALID
    sentence = "Choose a first day that is not still to come, and not before 1970."


class NothingBetweenUs(Refusal):
    code = "partners.nothing-between-us"
    kind = Kind.INVALID
    sentence = "Choose at least one thing that you and the other city do for each other."


class NeighbourIsOff(Refusal):
    code = "partners.neighbour-is-off"
    kind = Kind.CONFLICT
    sentence = "This neighbouring city is switched off. Switch it on first, then ask."


class UnknownMeaning(Refusal):
    code = "partners.unknown-meaning"
    kind = Kind.INVALID
    sentence = "Choose for each kind what it is here, from the list."


class TakesNothing(Refusal):
    code = "partners.takes-nothing"
    kind = Kind.CONFLICT
    sentence = "This city takes over no reports of this kind now. Choose another city or kind."


class AsksMore(Refusal):
    code = "partners.asks-more"
    kind = Kind.CONFLICT
    sentence = (
        "{name} takes no report of this kind without answers to: {asked}. Answers are not sent to "
        "other cities, so nothing was sent. Choose another kind, or tell the reporter who can help."
    )


class PassedAlready(Refusal):
    code = "partners.passed-already"
    kind = Kind.CONFLICT
    sentence = "This report is on its way to a city, or has been passed on to this one before."


class NoSuchPassing(Refusal):
    code = "partners.no-such-passing"
    kind = Kind.MISSING
    sentence = "This report was not passed on. Reload the page."


class MayHaveArrived(Refusal):
    code = "partners.may-have-arrived"
    kind = Kind.CONFLICT
    sentence = (
        "It may have arrived, and would be there twice. Ask the other city, "
        "then tell the reporter who can help."
    )
