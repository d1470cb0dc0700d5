"""What the edge itself declines: requests that reach no action."""

from commonweal.kernel.errors import Kind, Refusal


class NoSuchPage(Refusal):
    code = "edge.no-such-page"
    kind = Kind.MISSING
    sentence = "There is no page at this address. Check the address, or start from the home page."


class UnreadableRequest(Refusal):
    code = "edge.unreadable-request"
    kind = Kind.INVALID
    sentence = "We could not read what your browser sent. Open the page again and try once more."


class ClosedDoor(Refusal):
    code = "edge.closed-door"
    kind = Kind.FORBIDDEN
    sentence = "This page is not open to you. Sign in with another account, or ask for help."


class FormNotFromHere(Refusal):
    code = "edge.form-not-from-here"
    kind = Kind.FORBIDDEN
    sentence = (
        "We could not check that this form came from this site. "
        "Allow cookies for this site, open the form again and send it once more."
    )


class FormTooOld(Refusal):
    code = "edge.form-too-old"
    kind = Kind.INVALID
    sentence = "This form was open for a long time. Please check it and send it once more."


class LooksAutomatic(Refusal):
    code = "edge.looks-automatic"
    kind = Kind.INVALID
    sentence = (
        "We could not tell whether a person sent this form. "
        "Please wait a few seconds and send it once more. If this happens again, call us."
    )


class TooLarge(Refusal):
    code = "edge.too-large"
    kind = Kind.INVALID
    sentence = (
        "This is too large to send: at most {megabytes} MB at once. "
        "Send fewer or smaller files, or call us."
    )


class TooManyParts(Refusal):
    code = "edge.too-many-parts"
    kind = Kind.INVALID
    sentence = "This form has too many fields or files. Send fewer at once."


class VeryBusy(Refusal):
    code = "edge.very-busy"
    kind = Kind.TOO_MUCH
    sentence = "Many people are here right now. Nothing is lost: please try again in a minute."


class OurFault(Refusal):
    code = "edge.our-fault"
    kind = Kind.CONFLICT
    sentence = (
        "Something went wrong on our side and nothing was half done. "
        "Please try again in a few minutes, or call us."
    )


class KeyMissing(Refusal):
    code = "edge.key-missing"
    kind = Kind.FORBIDDEN
    sentence = (
        "This needs an API key. Send yours in the header “Authorization: Bearer”, "
        "for Open311 as api_key, or ask the city for one."
    )


class WrongKey(Refusal):
    code = "edge.wrong-key"
    kind = Kind.FORBIDDEN
    sentence = "This API key is not known here, or it has ended. Ask the city for a new one."


class KeyTooNarrow(Refusal):
    code = "edge.key-too-narrow"
    kind = Kind.FORBIDDEN
    sentence = "This API key does not include this. Ask the city for one that does."


class NoSuchKey(Refusal):
    code = "edge.no-such-key"
    kind = Kind.MISSING
    sentence = "There is no such key to end. Reload the list."


class KeyNameMissing(Refusal):
    code = "edge.key-name-missing"
    kind = Kind.INVALID
    sentence = "Write which program will use the key, in at most {longest} characters."


class KeyWithoutScope(Refusal):
    code = "edge.key-without-scope"
    kind = Kind.INVALID
    sentence = "Choose at least one thing that the key may be used for."


class KeyNeedsUnit(Refusal):
    code = "edge.key-needs-unit"
    kind = Kind.INVALID
    sentence = "A key that reads reports whole or works on them does so for a unit. Choose it."


class KeyNeedsNoUnit(Refusal):
    code = "edge.key-needs-no-unit"
    kind = Kind.INVALID
    sentence = "A key that does no work of a unit belongs to none. Leave the unit empty."


class KeyEndsBeforeItBegins(Refusal):
    code = "edge.key-ends-before-it-begins"
    kind = Kind.INVALID
    sentence = "The key would be over already. Choose a later day, or leave the end open."


class KeyReasonMissing(Refusal):
    code = "edge.key-reason-missing"
    kind = Kind.INVALID
    sentence = "Say in a few words why. The reason is kept, and can be asked for."


class KeyRateOutOfRange(Refusal):
    code = "edge.key-rate-out-of-range"
    kind = Kind.INVALID
    sentence = "Choose between {low} and {high} requests an hour."
