"""What is taken in, what it is called, who may change what."""

import re
import unicodedata
from collections.abc import Mapping
from uuid import NAMESPACE_URL, UUID, uuid5

from commonweal.city.types import Parameter, ParameterType
from commonweal.content import errors
from commonweal.content.types import (
    AttachmentState,
    FlagOutcome,
    ImageKind,
    PageCode,
    Reason,
    Size,
)
from commonweal.kernel.errors import NotAllowed, SignInFirst
from commonweal.kernel.types import Actor, ActorKind, Role

LARGEST_PHOTO = Parameter(
    name="largest_photo_mb",
    type=ParameterType.NUMBER,
    default=10,
    low=1,
    high=50,
    words="How large a photo may be that is sent, in megabytes.",
)
DRAFT = "draft:"  # begins the subject of photos whose form is not sent yet
MOST_PIXELS = 40_000_000
MOST_PER_SUBJECT = 20
MOST_TRIES = 3
MOST_WAITS, LONGEST_WAIT_MINUTES = 48, 60  # for a storage that is away: about two days
LONGEST_NAME = 120
LONGEST_FLAG = 1_000
LONGEST_PAGE = 60_000
LONGEST_TITLE = 200
LONGEST_REASON = 500
MOST_OPEN_FLAGS = 50

PLACEHOLDERS = ("city", "phone", "mail", "address", "hours")

MOVES: Mapping[AttachmentState, frozenset[AttachmentState]] = {
    AttachmentState.WAITING: frozenset(
        {AttachmentState.READY, AttachmentState.REFUSED, AttachmentState.TAKEN_DOWN}
    ),
    AttachmentState.READY: frozenset({AttachmentState.TAKEN_DOWN}),
    AttachmentState.REFUSED: frozenset({AttachmentState.TAKEN_DOWN}),
    AttachmentState.TAKEN_DOWN: frozenset(),
}

# Marks of programs inside a file that begins like a photo; long enough not to occur by chance.
PROGRAMS = re.compile(rb"<script|<!doctype\s+html|</html>|<svg\s+xmlns|<\?php\s", re.IGNORECASE)

# Control characters, and the marks that make a name read backwards.
_UNREADABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]")
_WORD = re.compile(r"\{([A-Za-z_]{1,40})\}")


def clean_name(name: str) -> str:
    """Keep what a person called the file, without folders and without tricks."""
    readable = name.encode("utf-8", "replace").decode()
    last = re.split(r"[/\\]", readable)[-1]
    plain = _UNREADABLE.sub("", unicodedata.normalize("NFC", last)).strip(" .")
    return plain[:LONGEST_NAME] or "photo"


def check_bytes(size: int, most: int) -> None:
    if size == 0:
        raise errors.EmptyFile
    if size > most:
        raise errors.TooLarge(megabytes=max(1, most // 1_000_000))


def check_pixels(width: int, height: int) -> None:
    if width * height > MOST_PIXELS:
        raise errors.TooManyPixels(megapixels=MOST_PIXELS // 1_000_000)


def check_room(count: int) -> None:
    if count >= MOST_PER_SUBJECT:
        raise errors.TooManyAttachments(most=MOST_PER_SUBJECT)


def check_room_for(new: int, count: int) -> None:
    """Refuse photos that come together and do not all find room."""
    if new and count + new > MOST_PER_SUBJECT:
        raise errors.NoRoomForAll(most=MOST_PER_SUBJECT, count=count)


def check_ready(state: AttachmentState) -> None:
    if state is AttachmentState.TAKEN_DOWN:
        raise errors.NoSuchAttachment
    if state is AttachmentState.REFUSED:
        raise errors.DamagedPhoto
    if state is not AttachmentState.READY:
        raise errors.NotReady


def reason_of(word: str) -> Reason:
    """Read a reason from the list."""
    try:
        return Reason(word)
    except ValueError:
        raise errors.NoSuchReason from None


def outcome_of(word: str) -> FlagOutcome:
    """Read a decision about a flag from the list."""
    try:
        return FlagOutcome(word)
    except ValueError:
        raise errors.NoSuchReason from None


def page_of(word: str) -> PageCode:
    """Read the name of one of the city's pages."""
    try:
        return PageCode(word)
    except ValueError:
        raise errors.NoSuchPage from None


def page_id(code: PageCode, language: str) -> UUID:
    """Give the id of a page in one language: the same in every installation."""
    return uuid5(NAMESPACE_URL, f"commonweal:page:{code}:{language.lower()}")


def stored_name(attachment_id: UUID, size: Size, kind: ImageKind) -> str:
    """Name the stored file of an attachment, always alike: a second try replaces the first."""
    suffix = "jpg" if kind is ImageKind.JPEG else str(kind)
    return f"attachments/{attachment_id.hex[:2]}/{attachment_id.hex}/{size}.{suffix}"


def check_staff(by: Actor) -> None:
    if by.kind is ActorKind.ANONYMOUS:
        raise SignInFirst
    if not by.is_staff:
        raise NotAllowed


def check_administrator(by: Actor) -> None:
    if by.kind is ActorKind.SYSTEM:
        return
    check_staff(by)
    if not by.has(Role.ADMINISTRATOR):
        raise NotAllowed


def check_page(title: str, body: str, reason: str) -> None:
    if not title or not body:
        raise errors.EmptyPage
    for text, most in [(title, LONGEST_TITLE), (body, LONGEST_PAGE), (reason, LONGEST_REASON)]:
        if len(text) > most:
            raise errors.PageTooLong(most=most)
    if not reason:
        raise errors.ReasonMissing
    if unknown := unknown_placeholders(body):
        known = ", ".join(f"{{{word}}}" for word in PLACEHOLDERS)
        raise errors.UnknownPlaceholder(word=f"{{{unknown[0]}}}", known=known)


def unknown_placeholders(body: str) -> list[str]:
    """List the words in braces that nothing fills in."""
    return [word for word in _WORD.findall(body) if word not in PLACEHOLDERS]


def filled(body: str, values: Mapping[str, str]) -> str:
    """Fill in the placeholders; values are Markdown already."""
    return _WORD.sub(lambda found: values.get(found[1], found[0]), body)


def literal(text: str) -> str:
    r"""Write a text so that Markdown reads it as it is: `*` becomes `\*`."""
    escaped = re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", text.strip())
    return re.sub(r"\s*\n\s*", "  \n", escaped)


def clean_text(text: str) -> str:
    """Drop what no page can show, and line ends of other systems."""
    readable = text.encode("utf-8", "replace").decode().replace("\r\n", "\n").replace("\r", "\n")
    return re.sub(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", "", readable).strip()


def entered_as(by: Actor) -> str:
    """Name who acts as entries may: a unit, a role or "resident", never a person."""
    if by.kind is ActorKind.SYSTEM:
        return "system"
    for role in (Role.ADMINISTRATOR, Role.DISPATCHER):
        if by.has(role):
            return str(role)
    units = sorted({grant.unit_id.hex for grant in by.grants if grant.unit_id})
    return f"unit:{units[0]}" if by.is_staff and units else "resident"


def clean_line(text: str) -> str:
    """Give a text as one line."""
    return " ".join(clean_text(text).split())


def split_page(text: str) -> tuple[str, str]:
    """Part a page's file into its title (`# ...` on the first line) and its text."""
    first, _, rest = text.lstrip("\ufeff \n").partition("\n")
    title = first.removeprefix("# ").strip() if first.startswith("# ") else ""
    return title, rest.strip() if title else text.strip()
