"""Photos as they arrive, good and bad, made on the spot; attachments in each of their states."""

import io
import struct
import zlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from PIL import Image

from commonweal.content import actions, queries
from commonweal.content.types import AttachmentCard
from commonweal.kernel.types import ANONYMOUS, Actor, ActorKind, Grant, Role
from commonweal.ledger.types import subject_of

AT = datetime(2026, 3, 9, 8, 30, tzinfo=UTC)
RESIDENT = ANONYMOUS
UNIT = UUID(int=7)
OFFICER = Actor(
    kind=ActorKind.PERSON,
    id=UUID(int=1),
    grants=frozenset({Grant(Role.OFFICER, UNIT)}),
    units=frozenset({UNIT}),
)
ADMINISTRATOR = Actor(
    kind=ActorKind.PERSON, id=UUID(int=2), grants=frozenset({Grant(Role.ADMINISTRATOR)})
)

SECRETS = (b"GPS", b"31.2304", b"Shutter Secret", b"ICC-COMMENT", b"xmpmeta", b"photoshop")


def photo(kind: str = "JPEG", size: tuple[int, int] = (64, 48), **options: object) -> bytes:
    """Make a small photo whose four quarters have four colours."""
    return written(quarters(size), kind, **options)


def quarters(size: tuple[int, int] = (64, 48), mode: str = "RGB") -> Image.Image:
    """Paint red and green over blue and white."""
    image, (width, height) = Image.new("RGB", size, "white"), size
    image.paste("red", (0, 0, width // 2, height // 2))
    image.paste("green", (width // 2, 0, width, height // 2))
    image.paste("blue", (0, height // 2, width // 2, height))
    return image.convert(mode)


def written(image: Image.Image, kind: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def exif(orientation: int = 1) -> Image.Exif:
    """Say where and with what a photo was taken."""
    told = Image.Exif()
    told[0x0112] = orientation
    told[0x010E] = "Shutter Secret"
    told[0x9C9C] = "Shutter Secret".encode("utf-16-le")
    gps = told.get_ifd(0x8825)
    gps[0] = b"\x02\x03\x00\x00"
    gps[1], gps[2] = "N", (31.0, 13.0, 49.44)
    gps[29] = "31.2304:01:01"
    return told


def xmp() -> bytes:
    return (
        b'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description '
        b'xmlns:exif="http://ns.adobe.com/exif/1.0/" exif:GPSLatitude="31,13.0N" '
        b'note="31.2304 Shutter Secret"/></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    )


def telling(kind: str, orientation: int = 1) -> bytes:
    """Make a photo that tells where it was taken, in every way its format knows."""
    options: dict[str, Any] = {"exif": exif(orientation).tobytes()}
    if kind in {"JPEG", "WEBP", "AVIF"}:
        options["xmp"] = xmp()
    if kind == "JPEG":
        options["comment"] = b"Shutter Secret 31.2304"
        raw = photo(kind, **options)
        return _with_iptc(raw)
    return photo(kind, **options)


def _with_iptc(raw: bytes) -> bytes:
    body = (
        b"Photoshop 3.0\x008BIM\x04\x04\x00\x00\x00\x00\x00\x13\x1c\x02\x78\x00\x0eShutter Secret"
    )
    segment = b"\xff\xed" + struct.pack(">H", len(body) + 2) + body
    return raw[:2] + segment + raw[2:]


def chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))


def png_of(width: int, height: int, *, rows: int | None = None) -> bytes:
    """Write a grey PNG of any claimed size in few bytes: every row is nothing."""
    packer, row = zlib.compressobj(9), bytes(1 + (width + 7) // 8)
    parts = [packer.compress(row) for _ in range(height if rows is None else rows)]
    parts.append(packer.flush())
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", b"".join(parts))
        + chunk(b"IEND", b"")
    )


def heic() -> bytes:
    return b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(64)


def subject() -> str:
    """Name something that photos can belong to."""
    return subject_of("case", uuid4())


def waiting(
    data: bytes | None = None, *, of: str = "", name: str = "street.jpg", by: Actor = RESIDENT
) -> AttachmentCard:
    return actions.receive(
        data=io.BytesIO(photo() if data is None else data),
        name=name,
        subject=of or subject(),
        by=by,
        at=AT,
    )


def ready(data: bytes | None = None, *, of: str = "") -> AttachmentCard:
    card = waiting(data, of=of)
    actions.finish(attachment_id=card.id, at=AT)
    return queries.attachment(card.id)


def published(data: bytes | None = None, *, of: str = "") -> AttachmentCard:
    card = ready(data, of=of)
    return actions.publish(attachment_id=card.id, seen=card.version, by=OFFICER, at=AT)
