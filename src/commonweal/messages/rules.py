"""What a template may say, how it is filled in, who may change it: pure, without a database."""

import hashlib
import html
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from commonweal.kernel.errors import NotAllowed
from commonweal.kernel.types import Actor, ActorKind, Role
from commonweal.messages.errors import (
    BadAddress,
    EmptyTemplate,
    LongTemplate,
    MissingLink,
    NoReason,
    NoSuchArea,
    UnknownFact,
)
from commonweal.messages.types import AREAS, FollowKind, Frequency, MessageState, Rhythm, Target

CITY_FACTS = ("city", "phone", "hours")
LONGEST_TITLE, LONGEST_BODY, LONGEST_REASON = 150, 5000, 500
LONGEST_LINE = 250  # of a subject with its facts
MOST_TRIES = 9
RADII = (250, 500, 1000, 2000)  # metres around a point that can be followed
FOLLOW_LINK_LIFE = timedelta(days=3)
MOST_FOLLOWS = 50  # of one contact
LOOK_BACK = timedelta(days=15)  # an area's older news are told no more
MONDAY = 0
_NEEDED = ("link", "code")  # without these a message cannot do what it is for
_PLACE = re.compile(r"\{([a-z_]+)\}")
_LINK = re.compile(r"https?://[!#-;=?-~]+")
_BARE_MAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()\[\],;:\\\"]{3,190}")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}  # controls, direction marks, line separators
_JOINERS = "\u200c\u200d"


def one_line(text: str) -> str:
    """Make a text fit for a header: no line ends, no controls, nothing that turns the direction."""
    spaced = " ".join(text.split())
    return "".join(c for c in spaced if c in _JOINERS or unicodedata.category(c) not in _HIDDEN)


def plain_text(text: str) -> str:
    """Keep the lines of a text, drop every other control."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    kept = ("".join(c for c in line if c == "\t" or _is_seen(c)) for line in lines)
    return "\n".join(line.rstrip() for line in kept)


def _is_seen(character: str) -> bool:
    return character in _JOINERS or unicodedata.category(character) not in _HIDDEN


def checked_address(raw: str) -> str:
    """Give the address as the post takes it, or refuse."""
    address = raw.strip()
    if len(address) > 254 or not _BARE_MAIL.fullmatch(address):  # noqa: PLR2004  (RFC 5321)
        raise BadAddress
    local, _, domain = address.rpartition("@")
    try:
        host = domain.encode("idna").decode("ascii").lower()
    except UnicodeError:
        raise BadAddress from None
    labels = host.split(".")
    is_host = len(labels) > 1 and all(
        re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?", label) for label in labels
    )
    if not is_host or local.startswith(".") or local.endswith(".") or ".." in local:
        raise BadAddress
    return f"{local}@{host}"


def places(text: str) -> list[str]:
    """Name what a text wants filled in."""
    return _PLACE.findall(text)


def filled(text: str, facts: Mapping[str, str]) -> str:
    """Put the facts in their places, once: what a fact contains is never a place again."""
    return _PLACE.sub(lambda found: facts.get(found[1], ""), text)


def without_empty_lines(text: str, facts: Mapping[str, str]) -> str:
    """Leave out lines about a phone, and brackets about hours, that the city does not have."""
    if not facts.get("hours"):
        text = re.sub(r" ?[(（]\{hours\}[)）]", "", text)
    lines = text.split("\n")
    empty = [name for name in ("phone", "hours", "city") if not facts.get(name)]
    return "\n".join(line for line in lines if not set(places(line)) & set(empty))


def check_template(title: str, body: str, facts: Iterable[str], shipped: str) -> None:
    """Refuse words that would not make a message."""
    if not title.strip() or not body.strip():
        raise EmptyTemplate
    if len(title) > LONGEST_TITLE or len(body) > LONGEST_BODY:
        raise LongTemplate(subject=LONGEST_TITLE, body=LONGEST_BODY)
    known = sorted({*facts, *CITY_FACTS})
    unknown = sorted(set(places(title + body)) - set(known))
    if unknown:
        raise UnknownFact(
            unknown=", ".join(f"{{{name}}}" for name in unknown),
            known=", ".join(f"{{{name}}}" for name in known),
        )
    missing = [name for name in _NEEDED if name in places(shipped) and name not in places(body)]
    if missing:
        raise MissingLink(missing=f"{{{missing[0]}}}")


def check_may_edit(by: Actor) -> None:
    """Let only an administrator, or the machine room itself, change what the city says."""
    if not by.has(Role.ADMINISTRATOR) and by.kind is not ActorKind.SYSTEM:
        raise NotAllowed


def checked_reason(reason: str) -> str:
    """Give the reason as it is kept, or refuse."""
    kept = one_line(reason)[:LONGEST_REASON]
    if not kept:
        raise NoReason
    return kept


def first_state(wanted: Frequency | None, usual: Frequency, *, is_essential: bool) -> MessageState:
    """Say what becomes of a new message, by what the person wants."""
    if is_essential:
        return MessageState.QUEUED
    return {
        Frequency.NONE: MessageState.SUPPRESSED,
        Frequency.EACH: MessageState.QUEUED,
        Frequency.DIGEST: MessageState.HELD,
    }[wanted or usual]


def message_id(key: str, domain: str) -> str:
    """Make the Message-ID of a key: whatever leaves twice under one key is one message."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def wait_after(tries: int) -> timedelta | None:
    """Say how long to wait after so many failed tries; None when to give it to an operator."""
    minutes = (1, 5, 15, 30, 60, 120, 240, 480, 960)
    return timedelta(minutes=minutes[tries]) if tries < len(minutes) else None


def quiet_end(at: datetime, start: time | None, end: time | None, zone: str) -> datetime | None:
    """Say when the quiet hours that hold now are over; None when it is not quiet."""
    if start is None or end is None or start == end:
        return None
    here = at.astimezone(ZoneInfo(zone))
    now = here.time().replace(tzinfo=None)
    if not (start <= now < end if start < end else now >= start or now < end):
        return None
    day = here.date() if now < end else here.date() + timedelta(days=1)
    return datetime.combine(day, end, ZoneInfo(zone)).astimezone(UTC)


def digest_moment(at: datetime, hour: int, zone: str) -> datetime:
    """Give the latest digest hour that is not in the future."""
    here = at.astimezone(ZoneInfo(zone))
    today = datetime.combine(here.date(), time(hour), ZoneInfo(zone))
    day_before = datetime.combine(here.date() - timedelta(days=1), time(hour), ZoneInfo(zone))
    return (today if today <= here else day_before).astimezone(UTC)


def checked_target(target: Target, rhythm: Rhythm) -> Target:
    """Give what is to be followed, its middle no finer than a street, or refuse."""
    if (target.kind in AREAS) == (rhythm is Rhythm.AT_ONCE):
        raise NoSuchArea
    if target.kind is not FollowKind.CIRCLE:
        is_named = target.subject.startswith(f"{target.kind}:")
        if not is_named or (target.lat, target.lng, target.metres) != (None, None, None):
            raise NoSuchArea
        return target
    if target.lat is None or target.lng is None or target.metres not in RADII:
        raise NoSuchArea
    if not (-90 <= target.lat <= 90 and -180 <= target.lng <= 180):  # noqa: PLR2004  (degrees)
        raise NoSuchArea
    return replace(target, lat=round(target.lat, 4), lng=round(target.lng, 4))


def what_is_followed(target: Target) -> str:
    """Write a target as one word, the same for the same."""
    parts = (target.kind.value, target.subject, target.lat, target.lng, target.metres)
    category = target.category_id.hex if target.category_id else None
    return "|".join("" if part is None else str(part) for part in (*parts, category))


def told_up_to(rhythm: Rhythm, moment: datetime, zone: str) -> datetime:
    """Say up to when the digest of a moment tells: that hour, of a week the last Monday's.

    Whole hours, because acts of residents are known by their hour: none falls between two digests.
    """
    here = moment.astimezone(ZoneInfo(zone))
    back = (here.weekday() - MONDAY) % 7 if rhythm is Rhythm.WEEKLY else 0
    then = datetime.combine(here.date() - timedelta(days=back), here.time(), ZoneInfo(zone))
    return then.astimezone(UTC).replace(minute=0, second=0, microsecond=0)


def html_of(title: str, text: str, language: str) -> str:
    """Set a plain text as simple HTML: paragraphs, line ends, links; nothing fetched, no script."""
    blocks = [block for block in re.split(r"\n{2,}", text.strip("\n")) if block]
    paragraphs = "\n".join(f"<p>{_inline(block)}</p>" for block in blocks)
    return (
        f'<!DOCTYPE html>\n<html lang="{html.escape(language, quote=True)}">'
        f'<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>\n'
        '<body style="font-family: sans-serif; font-size: 18px; line-height: 1.5; '
        'max-width: 38em; margin: 1em; color: #0b0c0c; background: #ffffff">\n'
        f"{paragraphs}\n</body></html>\n"
    )


def _inline(block: str) -> str:
    parts, end = [], 0
    for found in _LINK.finditer(block):
        address = found[0].rstrip(".,;:!?)'")
        parts.append(html.escape(block[end : found.start()]))
        parts.append(f'<a href="{html.escape(address, quote=True)}">{html.escape(address)}</a>')
        end = found.start() + len(address)
    parts.append(html.escape(block[end:]))
    return "".join(parts).replace("\n", "<br>\n")
