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
