"""Refusals: a request the city understands and declines, with the reason and the next step."""

from enum import StrEnum
from typing import ClassVar


class Kind(StrEnum):
    """What sort of no it is; the edge turns it into a status."""

    MISSING = "missing"
    FORBIDDEN = "forbidden"
    INVALID = "invalid"
    CONFLICT = "conflict"
    TOO_MUCH = "too-much"
    SIGN_IN = "sign-in"


class Refusal(Exception):
    """A code for machines, a kind for the edge, a sentence that says what to do next."""

    code: ClassVar[str]
    kind: ClassVar[Kind]
    sentence: ClassVar[str]

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        super().__init__(self.sentence.format(**facts))

    def __reduce__(self) -> tuple[object, ...]:
        return (_again, (type(self), self.facts))


def _again(cls: type[Refusal], facts: dict[str, object]) -> Refusal:
    return cls(**facts)


# Words of other errors may quote what a person wrote: a mail server's refusal names the address.
_TELLING = (
    AssertionError,
    AttributeError,
    ImportError,
    LookupError,
    NameError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
)
_LONGEST = 500


def told(error: BaseException) -> str:
    """Tell an error for logs and operators: its type, and its words where they name no person."""
    kind = type(error)
    name = kind.__qualname__
    is_plain = kind.__module__ == "builtins" and isinstance(error, _TELLING)
    if is_plain or isinstance(error, Refusal):
        return f"{name}: {error}"[:_LONGEST]
    return f"{kind.__module__}.{name}".removeprefix("builtins.")


class SignInFirst(Refusal):
    code = "kernel.sign-in-first"
    kind = Kind.SIGN_IN
    sentence = "Please sign in first."


class NotAllowed(Refusal):
    code = "kernel.not-allowed"
    kind = Kind.FORBIDDEN
    sentence = "Your role does not include this. Ask your administrator if you need it."


class ChangedSinceYouLooked(Refusal):
    code = "kernel.changed-since-you-looked"
    kind = Kind.CONFLICT
    sentence = (
        "Somebody else changed this since you opened it. "
        "Nothing of yours is lost: look at what changed, then send again."
    )


class SameKeyOtherBody(Refusal):
    code = "kernel.same-key-other-body"
    kind = Kind.CONFLICT
    sentence = (
        "This form was already sent with other content. Open the form again to send something new."
    )


class TooManyRequests(Refusal):
    code = "kernel.too-many-requests"
    kind = Kind.TOO_MUCH
    sentence = "Too many attempts from here. Please wait {seconds} seconds and try again."


class NoSuchJob(Refusal):
    code = "kernel.no-such-job"
    kind = Kind.MISSING
    sentence = "This job is not parked any more. Reload the list."


class UnsearchableText(Refusal):
    code = "kernel.unsearchable-text"
    kind = Kind.INVALID
    sentence = "There is nothing to search for in these words. Use letters, numbers or characters."
