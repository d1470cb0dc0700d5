"""What the APIs decline: requests that no action could read."""

from commonweal.kernel.errors import Kind, Refusal


class UnknownJurisdiction(Refusal):
    code = "api.unknown-jurisdiction"
    kind = Kind.MISSING
    sentence = "This service is not for the jurisdiction_id {given}. Leave it out, or send {ours}."


class NoSuchService(Refusal):
    code = "api.no-such-service"
    kind = Kind.MISSING
    sentence = "There is no service_code {given}. Look at the list of services."


class Unsaid(Refusal):
    code = "api.unsaid"
    kind = Kind.INVALID
    sentence = "The argument {name} is missing. Send it, then try again."


class Unreadable(Refusal):
    code = "api.unreadable"
    kind = Kind.INVALID
    sentence = "The argument {name} cannot be read: {given}. Send it as in {example}."


class SpanTooLong(Refusal):
    code = "api.span-too-long"
    kind = Kind.INVALID
    sentence = "From start_date to end_date are more than {days} days. Ask for shorter spans."


class SpanBackwards(Refusal):
    code = "api.span-backwards"
    kind = Kind.INVALID
    sentence = "The span ends before it begins. Exchange its beginning and its end."


class NotAForm(Refusal):
    code = "api.not-a-form"
    kind = Kind.INVALID
    sentence = (
        "What was sent is not a form. Send application/x-www-form-urlencoded, "
        "or multipart/form-data with photos."
    )


class NotFromOutside(Refusal):
    code = "api.not-from-outside"
    kind = Kind.INVALID
    sentence = "The status {given} cannot be set from outside. Possible are: {possible}."


class BadArgument(Refusal):
    code = "api.bad-argument"
    kind = Kind.INVALID
    sentence = "The argument {name} cannot be read. /api/v1/openapi.json says how it is written."


class NotJson(Refusal):
    code = "api.not-json"
    kind = Kind.INVALID
    sentence = "What was sent is not JSON that can be read. Send one object, in UTF-8."


class NoSuchUpload(Refusal):
    code = "api.no-such-upload"
    kind = Kind.INVALID
    sentence = "There are no photos under this upload. Send them first, with the same API key."


class CaseKeyMissing(Refusal):
    code = "api.case-key-missing"
    kind = Kind.SIGN_IN
    challenge = "X-Case-Key"
    sentence = (
        "This needs the key of the report, which is in the link of its receipt. "
        "Send it in the header X-Case-Key."
    )
