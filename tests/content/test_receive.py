"""What is taken in, and what is refused with a sentence."""

import io
import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from PIL import Image

from commonweal.city.actions import set_parameter
from commonweal.content import actions, errors, queries, rules
from commonweal.content.models import Attachment
from commonweal.content.types import AttachmentState, ImageKind
from commonweal.kernel.errors import Refusal
from commonweal.ledger.queries import entries_of
from commonweal.ledger.types import subject_of
from tests.factories.content import (
    ADMINISTRATOR,
    AT,
    OFFICER,
    RESIDENT,
    heic,
    photo,
    png_of,
    quarters,
    subject,
    telling,
    waiting,
    written,
)

pytestmark = pytest.mark.django_db

SVG = (
    b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
)
HTML = b"<!DOCTYPE html><html><body><script>alert(document.cookie)</script></body></html>"
GIF_JS = b"GIF89a/*" + bytes(20) + b"*/=1;alert(1)//;"

REFUSED: dict[str, tuple[bytes, type[Refusal]]] = {
    "nothing": (b"", errors.EmptyFile),
    "one byte": (b"\xff", errors.NotAPhoto),
    "words": ("只有字。".encode(), errors.NotAPhoto),
    "SVG with a script": (SVG, errors.NotAPhoto),
    "HTML": (HTML, errors.NotAPhoto),
    "GIF that is JavaScript": (GIF_JS, errors.NotAPhoto),
    "GIF": (written(quarters(), "GIF"), errors.NotAPhoto),
    "TIFF": (written(quarters(), "TIFF"), errors.NotAPhoto),
    "BMP": (written(quarters(), "BMP"), errors.NotAPhoto),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n", errors.NotADocument),
    "ZIP": (b"PK\x03\x04" + bytes(60), errors.NotAPhoto),
    "a program of Windows": (b"MZ" + bytes(200), errors.NotAPhoto),
    "a program of Linux": (b"\x7fELF" + bytes(200), errors.NotAPhoto),
    "HEIC": (heic(), errors.HeicPhoto),
    "JPEG with a script behind": (photo() + SVG, errors.HidesAProgram),
    "JPEG with a script in its comment": (
        photo(comment=b"<SCRIPT>alert(1)</SCRIPT>"),
        errors.HidesAProgram,
    ),
    "PNG with PHP behind": (photo("PNG") + b"<?php system($_GET[0]);", errors.HidesAProgram),
    "PNG cut in its head": (photo("PNG")[:20], errors.DamagedPhoto),
    "PNG with a wrong sum": (
        photo("PNG").replace(b"IDAT", b"IDAT", 1)[:60] + b"\x00" + photo("PNG")[61:],
        errors.DamagedPhoto,
    ),
    "JPEG that is only a mark": (b"\xff\xd8\xff\xe0" + bytes(40), errors.DamagedPhoto),
    "WebP that is only a mark": (b"RIFF\x00\x00\x00\x00WEBPVP8 ", errors.DamagedPhoto),
    "AVIF that is only a mark": (
        b"\x00\x00\x00\x1cftypavif\x00\x00\x00\x00avifmif1miaf" + bytes(40),
        errors.DamagedPhoto,
    ),
    "900 megapixels in 110 kB": (png_of(30_000, 30_000), errors.TooManyPixels),
    "64 megapixels, under Pillow's own error": (png_of(8_000, 8_000), errors.TooManyPixels),
    "claimed 4 thousand million points": (png_of(65_000, 65_000, rows=1), errors.TooManyPixels),
    "larger than the limit": (
        photo("PNG") + bytes(10_000_000),
        errors.TooLarge,
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_not_a_plain_photo_is_refused_with_a_sentence(what: str, home: Path) -> None:
    data, refusal = REFUSED[what]

    with pytest.raises(refusal) as refused:
        waiting(data, name="holiday.jpg")

    assert str(refused.value).endswith(".")
    assert not Attachment.objects.exists()
    assert not list(home.rglob("*.part")) + list((home / "quarantine").glob("*"))


@pytest.mark.parametrize("kind", list(ImageKind))
def test_the_four_formats_are_told_by_their_content(kind: ImageKind) -> None:
    card = waiting(photo(kind.upper()), name="malware.exe")

    assert (card.kind, card.width, card.height) == (kind, 64, 48)
    assert card.state is AttachmentState.WAITING
    assert not card.is_public


def test_a_large_photo_within_the_limit_is_taken() -> None:
    card = waiting(png_of(8_000, 5_000))

    assert card.width * card.height == rules.MOST_PIXELS


def test_pillow_keeps_its_own_limit() -> None:
    before = Image.MAX_IMAGE_PIXELS

    with pytest.raises(errors.TooManyPixels):
        waiting(png_of(8_000, 8_000))

    assert before == Image.MAX_IMAGE_PIXELS


def test_heic_gets_the_sentence_that_names_what_to_send() -> None:
    with pytest.raises(errors.HeicPhoto, match=r"HEIC format.*JPEG, PNG or WebP"):
        waiting(heic())


def test_the_raw_file_lies_in_quarantine_for_its_owner_only(home: Path) -> None:
    data = telling("JPEG")

    card = waiting(data)

    (raw,) = (home / "quarantine").iterdir()
    assert raw.name == card.id.hex
    assert raw.read_bytes() == data
    assert raw.stat().st_mode & 0o077 == 0
    assert not (home / "media").exists()


def test_a_reception_is_entered_without_name_or_person() -> None:
    of = subject()

    card = waiting(of=of, name="我家門口 Anna.jpg")

    (entry,) = entries_of(subject_of("attachment", card.id))
    assert (entry.type, entry.actor) == ("content.attachment-received", "resident")
    assert entry.facts == {"of": of, "kind": "jpeg"}


def test_a_report_that_fails_leaves_only_an_orphan_that_is_swept(home: Path) -> None:
    with transaction.atomic():
        waiting()
        transaction.set_rollback(True)
    (orphan,) = (home / "quarantine").iterdir()
    kept = waiting()

    for raw in (home / "quarantine").iterdir():
        os.utime(raw, (AT.timestamp(), AT.timestamp()))
    swept = actions.sweep_quarantine(before=AT + timedelta(hours=1))

    assert swept == 1
    assert not orphan.exists()
    assert [raw.name for raw in (home / "quarantine").iterdir()] == [kept.id.hex]


def test_a_fresh_or_half_written_file_is_swept_only_when_it_is_old(home: Path) -> None:
    part = home / "quarantine" / "0123.part"
    part.parent.mkdir()
    part.write_bytes(b"half")

    assert actions.sweep_quarantine(before=AT) == 0
    os.utime(part, (0, 0))
    assert actions.sweep_quarantine(before=AT) == 1


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("street.jpg", "street.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Anna\\photo.jpg", "photo.jpg"),
        ("路口的坑🕳️.jpg", "路口的坑🕳️.jpg"),
        ("gpj.\u202egnp.exe", "gpj.gnp.exe"),
        ("a\x00b\r\nSet-Cookie: x.jpg", "abSet-Cookie: x.jpg"),
        ("\ud800.jpg", "?.jpg"),
        ("", "photo"),
        ("...", "photo"),
        ("n" * 500, "n" * 120),
    ],
)
def test_names_keep_their_meaning_and_lose_their_tricks(given: str, kept: str) -> None:
    card = waiting(name=given)

    assert card.name == kept


def test_there_is_room_for_so_many_photos_and_no_more() -> None:
    of = subject()
    first, *_ = [waiting(of=of) for _ in range(rules.MOST_PER_SUBJECT)]

    with pytest.raises(errors.TooManyAttachments):
        waiting(of=of)
    actions.take_down(attachment_id=first.id, reason="sender", by=RESIDENT, at=AT)

    assert waiting(of=of).state is AttachmentState.WAITING


def test_the_city_says_how_large_a_photo_may_be() -> None:
    set_parameter(
        name="largest_photo_mb",
        value=1,
        valid_from=AT,
        source="council",
        reason="The disk is small.",
        seen=0,
        by=ADMINISTRATOR,
        at=AT,
    )

    with pytest.raises(errors.TooLarge, match="larger than 1 MB"):
        waiting(photo("PNG") + bytes(1_000_000))


def test_the_photos_of_many_things_come_in_one_look() -> None:
    here, there, nowhere = subject(), subject(), subject()
    card = waiting(of=here)
    other = actions.receive(
        data=io.BytesIO(photo("PNG")), name="b.png", subject=there, by=OFFICER, at=AT
    )

    found = queries.attachments_of([here, there, nowhere], public_only=False)

    assert found == {here: [card], there: [other], nowhere: []}
