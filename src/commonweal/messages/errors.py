"""Refusals of messages."""

from commonweal.kernel.errors import Kind, Refusal


class BadAddress(Refusal):
    code = "messages.bad-address"
    kind = Kind.INVALID
    sentence = "This e-mail address cannot be used. Check it: it should look like name@example.org."


class NoSuchTemplate(Refusal):
    code = "messages.no-such-template"
    kind = Kind.MISSING
    sentence = "There is no message text of this name. Choose one from the list."


class EmptyTemplate(Refusal):
    code = "messages.empty-template"
    kind = Kind.INVALID
    sentence = "A message needs a subject and a text. Write both."


class LongTemplate(Refusal):
    code = "messages.long-template"
    kind = Kind.INVALID
    sentence = (
        "The subject may have {subject} characters and the text {body}. Shorten what is longer."
    )


class UnknownFact(Refusal):
    code = "messages.unknown-fact"
    kind = Kind.INVALID
    sentence = "The text uses {unknown}, which this message does not have. It may use: {known}."


class MissingLink(Refusal):
    code = "messages.missing-link"
    kind = Kind.INVALID
    sentence = (
        "The text must contain {missing}, or the reader cannot do what the message is for. "
        "Put it in."
    )


class NoReason(Refusal):
    code = "messages.no-reason"
    kind = Kind.INVALID
    sentence = "Say in a few words why you change this. The reason is kept with the change."


class BadStopLink(Refusal):
    code = "messages.bad-stop-link"
    kind = Kind.MISSING
    sentence = "This link is not complete. Copy the whole link from the message and try again."


class PostFails(Refusal):
    code = "messages.post-fails"
    kind = Kind.CONFLICT
    sentence = (
        "The test mail did not leave ({why}). "
        "Check COMMONWEAL_MAIL_URL, or ask who runs the mail server. The mail is tried again."
    )


class NotTaken(Refusal):
    code = "messages.not-taken"
    kind = Kind.CONFLICT
    sentence = "The mail server does not take mail for this address ({why}). Check the address."
