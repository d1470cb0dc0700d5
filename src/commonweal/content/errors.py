"""Refusals of the context."""

from commonweal.kernel.errors import Kind, Refusal


class EmptyFile(Refusal):
    code = "content.empty-file"
    kind = Kind.INVALID
    sentence = "This file is empty. Choose the photo again."


class TooLarge(Refusal):
    code = "content.too-large"
    kind = Kind.INVALID
    sentence = (
        "This photo is larger than {megabytes} MB. "
        "Send it in a smaller size, or send the report without it."
    )


class NotAPhoto(Refusal):
    code = "content.not-a-photo"
    kind = Kind.INVALID
    sentence = "This file is not a photo this site can read. Please send it as JPEG, PNG or WebP."


class HeicPhoto(Refusal):
    code = "content.heic"
    kind = Kind.INVALID
    sentence = (
        "This photo is in HEIC format, which this site cannot read. "
        "Please send it as JPEG, PNG or WebP."
    )


class NotADocument(Refusal):
    code = "content.pdf"
    kind = Kind.INVALID
    sentence = "Documents cannot be added here. Please send a photo or a screenshot of the page."


class HidesAProgram(Refusal):
    code = "content.hides-a-program"
    kind = Kind.INVALID
    sentence = (
        "This file holds more than a photo. "
        "Save it anew as JPEG in a photo program and send it again."
    )


class DamagedPhoto(Refusal):
    code = "content.damaged"
    kind = Kind.INVALID
    sentence = "This photo is damaged and cannot be opened. Send another one, or take it again."


class TooManyPixels(Refusal):
    code = "content.too-many-pixels"
    kind = Kind.INVALID
    sentence = "This photo has more than {megapixels} million points. Send it in a smaller size."


class TooManyAttachments(Refusal):
    code = "content.too-many-attachments"
    kind = Kind.CONFLICT
    sentence = "There are already {most} photos here. Remove one before you add another."


class NoRoomForAll(TooManyAttachments):
    code = "content.no-room-for-all"
    sentence = "At most {most} photos can be kept here, and {count} are here already. Send fewer."


class NoSuchAttachment(Refusal):
    code = "content.no-such-attachment"
    kind = Kind.MISSING
    sentence = "This photo is not here. It may have been taken down."


class NotReady(Refusal):
    code = "content.not-ready"
    kind = Kind.CONFLICT
    sentence = "This photo is not ready to be shown. Wait a moment and reload the page."


class NoSuchReason(Refusal):
    code = "content.no-such-reason"
    kind = Kind.INVALID
    sentence = "Choose a reason from the list."


class NoSuchFlag(Refusal):
    code = "content.no-such-flag"
    kind = Kind.MISSING
    sentence = "This notice is not here any more. Reload the list."


class FlagWordsTooLong(Refusal):
    code = "content.flag-words-too-long"
    kind = Kind.INVALID
    sentence = "Please say it in at most {most} characters."


class NothingToHide(Refusal):
    code = "content.nothing-to-hide"
    kind = Kind.CONFLICT
    sentence = "This is not public any more, so there is nothing to hide. Reload the list."


class AlreadySettled(Refusal):
    code = "content.already-settled"
    kind = Kind.CONFLICT
    sentence = "Somebody has already decided about this notice. Reload the list."


class NoSuchPage(Refusal):
    code = "content.no-such-page"
    kind = Kind.MISSING
    sentence = "There is no such page. Go back to the start page."


class EmptyPage(Refusal):
    code = "content.empty-page"
    kind = Kind.INVALID
    sentence = "A page needs a title and a text. Write both, then save again."


class PageTooLong(Refusal):
    code = "content.page-too-long"
    kind = Kind.INVALID
    sentence = "This text may have at most {most} characters. Shorten it, then save again."


class ReasonMissing(Refusal):
    code = "content.reason-missing"
    kind = Kind.INVALID
    sentence = "Say in a few words why you change this; it is kept with the new version."


class UnknownPlaceholder(Refusal):
    code = "content.unknown-placeholder"
    kind = Kind.INVALID
    sentence = "{word} cannot be filled in. Use only: {known}."


class PhotosAway(Refusal):
    code = "content.photos-away"
    kind = Kind.CONFLICT
    sentence = "Photos cannot be shown just now. Everything else works. Try again in some minutes."
