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


class NoSuchArea(Refusal):
    code = "messages.no-such-area"
    kind = Kind.INVALID
    sentence = "This area cannot be followed. Choose a district, or a circle around a place."


class TooManyFollows(Refusal):
    code = "messages.too-many-follows"
    kind = Kind.CONFLICT
    sentence = (
        "With one address you can follow {most} things. Stop one of them, and open the link again."
    )


class FollowLinkUsedUp(Refusal):
    code = "messages.follow-link-used-up"
    kind = Kind.MISSING
    sentence = (
        "This link is not complete, or older than {days} days. "
        "Choose once more what you want to follow: you get a new link by mail."
    )


class NoSuchFollow(Refusal):
    code = "messages.no-such-follow"
    kind = Kind.MISSING
    sentence = "You do not follow this, or not any more. Open the list of what you follow."
