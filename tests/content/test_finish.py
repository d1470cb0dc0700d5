"""How a raw photo becomes a picture that tells nothing but what it shows."""

import io
import os
import re
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

import pytest
from PIL import Image, ImageCms, ImageSequence

from commonweal.content import actions, errors, queries
from commonweal.content.adapters import files, images, reencode
from commonweal.content.models import Attachment
from commonweal.content.types import (
    AttachmentCard,
    AttachmentState,
    ImageKind,
    RefusedBecause,
    Size,
)
from commonweal.kernel.actions import run_waiting
from commonweal.kernel.models import Job
from commonweal.kernel.queries import parked
from commonweal.ledger.queries import check_chain, disclosed, entries_of
from commonweal.ledger.types import subject_of
from tests.factories.content import (
    AT,
    OFFICER,
    SECRETS,
    chunk,
    exif,
    photo,
    png_of,
    quarters,
    ready,
    telling,
    waiting,
    written,
)

pytestmark = pytest.mark.django_db

KINDS = [kind.upper() for kind in ImageKind]
COLOURS = {"red": (255, 0, 0), "green": (0, 128, 0), "blue": (0, 0, 255), "white": (255, 255, 255)}


def picture(card: AttachmentCard, size: Size = Size.FULL) -> Image.Image:
    with queries.file(card.id, size).file as opened:
        return Image.open(io.BytesIO(opened.read()))


def colour_at(image: Image.Image, x: float, y: float) -> str:
    found = image.convert("RGB").getpixel((int(x * image.width), int(y * image.height)))
    assert isinstance(found, tuple)
    return min(
        COLOURS, key=lambda name: sum(abs(a - b) for a, b in zip(COLOURS[name], found, strict=True))
    )


def corners(image: Image.Image) -> list[str]:
    return [colour_at(image, x, y) for x, y in [(0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)]]


@pytest.mark.database
def test_the_outbox_makes_a_photo_ready(home: Path) -> None:
    card = waiting(photo(size=(3000, 1000)))

    run_waiting(clock=lambda: AT)

    finished = queries.attachment(card.id)
    assert finished.state is AttachmentState.READY
    assert (finished.width, finished.height) == (2048, 683)
    assert picture(finished, Size.THUMB).size == (480, 160)
    assert not list((home / "quarantine").iterdir())
    assert not parked()


@pytest.mark.database
def test_its_digest_is_entered_salted_and_the_chain_holds() -> None:
    card = ready()

    *_, entry = entries_of(subject_of("attachment", card.id))
    with queries.file(card.id).file as opened:
        digest = files.digest(opened.read())
    assert (entry.type, entry.actor) == ("content.attachment-ready", "system")
    assert disclosed(entry.id) == {"sha256": digest}
    assert digest not in str(entry.facts)
    assert not check_chain(entry.subject).breaks


@pytest.mark.parametrize("kind", KINDS)
def test_no_path_lets_place_or_camera_through(kind: str, home: Path) -> None:
    data = telling(kind, orientation=6)
    assert any(secret in data for secret in SECRETS)

    card = ready(data)

    stored = [path.read_bytes() for path in (home / "media").rglob("*") if path.is_file()]
    assert len(stored) == 2
    for content in stored:
        opened = Image.open(io.BytesIO(content))
        assert not opened.getexif()
        assert set(opened.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"} | {
            "progressive",
            "progression",
        }
        assert not any(secret in content for secret in (*SECRETS, b"Exif", b"ICC_PROFILE"))
    assert (card.width, card.height) == (48, 64)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_ends_upright(orientation: int, kind: str) -> None:
    upright = quarters((64, 48))
    turned = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    lying = upright.transpose(turned) if turned is not None else upright

    raw = written(lying, kind, exif=exif(orientation).tobytes())

    told, full, _thumb = reencode.reencoded(io.BytesIO(raw))

    assert (told["width"], told["height"]) == (64, 48)
    assert corners(Image.open(io.BytesIO(full))) == ["red", "green", "blue", "white"]


def made_of(data: bytes) -> images.Made:
    """Have it made anew from a real file: what a process of its own can read."""
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.seek(0)
        return images.made_anew(file)


ODD: dict[str, bytes] = {
    "CMYK JPEG": written(quarters(mode="CMYK"), "JPEG"),
    "grey JPEG": written(quarters(mode="L"), "JPEG"),
    "PNG of 16 bits": written(Image.new("I;16", (64, 48), 40_000), "PNG"),
    "PNG of one bit": png_of(64, 48),
    "PNG with a palette": written(quarters(mode="P"), "PNG"),
    "1 x 50,000": png_of(1, 50_000),
    "50,000 x 1": png_of(50_000, 1),
    "one point": photo("PNG", size=(1, 1)),
    "JPEG with a broken profile": photo(icc_profile=b"ICC-COMMENT nonsense"),
    "JPEG with a profile of sRGB": photo(
        icc_profile=ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    ),
    "JPEG that is progressive": photo(progressive=True),
    "JPEG with an orientation of nowhere": photo(exif=exif(77).tobytes()),
    "JPEG with broken EXIF": photo(exif=b"Exif\x00\x00MM\x00*\xff\xff\xff\xff"),
    "PNG with a text of a megabyte": photo("PNG")[:33]
    + chunk(b"tEXt", b"Comment\x00" + bytes(1_000_000))
    + photo("PNG")[33:],
}


@pytest.mark.parametrize("what", ODD)
def test_odd_photos_become_plain_jpegs(what: str) -> None:
    card = ready(ODD[what])

    opened = picture(card)
    assert card.state is AttachmentState.READY
    assert (opened.format, opened.mode) == ("JPEG", "RGB")
    assert max(opened.size) <= 2048
    assert min(picture(card, Size.THUMB).size) >= 1


def test_sixteen_bits_keep_their_grey() -> None:
    card = ready(written(Image.new("I;16", (64, 48), 40_000), "PNG"))

    grey = picture(card).getpixel((10, 10))
    assert grey == (156, 156, 156)


def transparent_palette() -> bytes:
    image = quarters(mode="RGBA")
    image.paste((0, 0, 0, 0), (0, 0, 32, 24))
    return written(image.quantize(16), "PNG")


@pytest.mark.parametrize(
    ("what", "data"),
    [
        ("palette", transparent_palette()),
        ("RGBA", written(Image.new("RGBA", (64, 48), (255, 0, 0, 0)), "PNG")),
        ("grey with alpha", written(Image.new("LA", (64, 48), (9, 0)), "PNG")),
        ("one colour", written(quarters(), "PNG", transparency=(255, 0, 0))),
        ("WebP", written(Image.new("RGBA", (64, 48), (1, 2, 3, 0)), "WEBP")),
        ("AVIF", written(Image.new("RGBA", (64, 48), (1, 2, 3, 0)), "AVIF")),
    ],
)
def test_what_is_transparent_stays_so_as_png(what: str, data: bytes) -> None:
    card = ready(data)

    assert card.kind is ImageKind.PNG, what
    with queries.file(card.id).file as opened:
        assert opened.read(4) == b"\x89PNG"
    pixel = picture(card).getpixel((2, 2))
    assert isinstance(pixel, tuple)
    assert pixel[3] == 0


def test_alpha_that_hides_nothing_goes() -> None:
    card = ready(written(quarters(mode="RGBA"), "PNG"))

    assert card.kind is ImageKind.JPEG


@pytest.mark.parametrize("kind", ["WEBP", "PNG", "AVIF"])
def test_of_an_animation_the_first_frame_is_kept(kind: str) -> None:
    frames = [Image.new("RGB", (64, 48), colour) for colour in ("red", "green", "blue")]
    moving = written(frames[0], kind, save_all=True, append_images=frames[1:], duration=90)
    assert len(list(ImageSequence.Iterator(Image.open(io.BytesIO(moving))))) == 3

    card = ready(moving)

    assert colour_at(picture(card), 0.5, 0.5) == "red"


KILLED = "import os; os.kill(os.getpid(), 9)"


def program(home: Path, source: str) -> str:
    """Put another program in the place of ours."""
    path = home / f"program-{uuid4().hex}.py"
    path.write_text(source)
    return str(path)


def noise(kind: str, **options: object) -> bytes:
    return written(Image.effect_noise((800, 600), 90).convert("RGB"), kind, **options)


BROKEN: dict[str, bytes] = {
    "JPEG cut in the middle": noise("JPEG")[:40_000],
    "PNG cut in the middle": noise("PNG")[:400_000],
    "PNG with zeros in the middle": noise("PNG")[:200_000] + bytes(200_000),
    "WebP cut in the middle": noise("WEBP")[:40_000],
    "AVIF cut in the middle": noise("AVIF")[:20_000],
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_photo_that_breaks_off_is_refused_and_parks_nothing(what: str, home: Path) -> None:
    try:
        card = waiting(BROKEN[what])
    except errors.DamagedPhoto:
        return  # seen at once: as good

    run_waiting(clock=lambda: AT)

    refused = queries.attachment(card.id)
    assert refused.state is AttachmentState.REFUSED
    assert refused.refused_because is RefusedBecause.DAMAGED
    assert not parked()
    assert not list((home / "quarantine").iterdir())
    assert entries_of(subject_of("attachment", card.id))[-1].facts == {"because": "damaged"}


def test_a_refused_photo_has_no_file_and_cannot_be_published() -> None:
    card = ready(BROKEN["JPEG cut in the middle"])

    with pytest.raises(errors.DamagedPhoto):
        queries.file(card.id)
    with pytest.raises(errors.DamagedPhoto):
        actions.publish(attachment_id=card.id, seen=card.version, by=OFFICER, at=AT)


def test_a_waiting_photo_has_no_file_yet() -> None:
    card = waiting()

    with pytest.raises(errors.NotReady):
        queries.file(card.id)


def test_a_lost_raw_file_is_told() -> None:
    card = waiting()
    files.drop_raw(card.id)

    actions.finish(attachment_id=card.id, at=AT)

    assert queries.attachment(card.id).refused_because is RefusedBecause.LOST


def test_nothing_is_made_of_what_is_not_there() -> None:
    actions.finish(attachment_id=uuid4(), at=AT)
    actions.clear_files(attachment_id=uuid4())

    assert not Attachment.objects.exists()


# Killed in the middle


def test_a_worker_that_dies_after_storing_loses_nothing(home: Path) -> None:
    card = waiting()
    made = made_of(photo())
    files.keep(card.id, made.kind, {Size.FULL: made.full[:99], Size.THUMB: made.thumb})

    actions.finish(attachment_id=card.id, at=AT)

    assert picture(queries.attachment(card.id)).size == (64, 48)
    stored = [path for path in (home / "media").rglob("*") if path.is_file()]
    assert sorted(path.name for path in stored) == ["full.jpg", "thumb.jpg"]


def test_a_worker_that_dies_before_dropping_the_raw_file_leaves_none_behind() -> None:
    card = waiting()
    raw = files.raw(card.id).read_bytes()
    actions.finish(attachment_id=card.id, at=AT)
    files.put_raw(card.id, raw)

    actions.finish(attachment_id=card.id, at=AT)

    assert not files.raw(card.id).exists()
    assert queries.attachment(card.id).version == 2


def test_a_photo_that_no_process_survives_is_refused(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = waiting()
    monkeypatch.setattr(reencode, "__file__", program(home, KILLED))

    for hour in range(3):
        run_waiting(clock=partial(later, hour))

    assert queries.attachment(card.id).refused_because is RefusedBecause.TOO_HEAVY
    assert not parked()
    assert not files.raw(card.id).exists()


def test_a_process_that_is_stopped_from_outside_is_not_held_against_the_photo(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = waiting()
    monkeypatch.setattr(reencode, "__file__", program(home, KILLED.replace("9", "15")))

    for _ in range(6):
        with pytest.raises(images.Interrupted, match="ended with -15"):
            actions.finish(attachment_id=card.id, at=AT)

    monkeypatch.undo()
    actions.finish(attachment_id=card.id, at=AT)
    assert queries.attachment(card.id).state is AttachmentState.READY


def test_a_process_that_is_killed_is_tried_again(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = waiting()
    monkeypatch.setattr(reencode, "__file__", program(home, KILLED))

    run_waiting(clock=lambda: AT)

    (job,) = Job.objects.filter(state="waiting")
    assert "Overrun" in job.error
    monkeypatch.undo()
    run_waiting(clock=partial(later, 1))
    assert queries.attachment(card.id).state is AttachmentState.READY


def later(hours: int) -> datetime:
    return AT + timedelta(hours=hours)


@pytest.mark.parametrize(
    ("source", "because"),
    [
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", RefusedBecause.DAMAGED),
        ("import os, signal; os.kill(os.getpid(), signal.SIGXCPU)", RefusedBecause.TOO_HEAVY),
        (f"raise SystemExit({reencode.TOO_HEAVY})", RefusedBecause.TOO_HEAVY),
    ],
)
def test_a_decoder_that_crashes_blames_the_photo(
    source: str, because: RefusedBecause, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = waiting()
    monkeypatch.setattr(reencode, "__file__", program(home, source))

    actions.finish(attachment_id=card.id, at=AT)

    assert queries.attachment(card.id).refused_because is because


def test_a_decoder_that_hangs_is_cut_off(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reencode, "__file__", program(home, "import time; time.sleep(60)"))
    monkeypatch.setattr(images, "SECONDS", 0.2)

    with pytest.raises(images.Interrupted, match="not done"):
        made_of(photo())


def test_a_decoder_that_stops_speaking_is_not_believed(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = '{"kind": "jpeg", "width": 1, "height": 1, "full": 10, "thumb": 10}'
    monkeypatch.setattr(reencode, "__file__", program(home, f"print('{said}'); print('short')"))

    with pytest.raises(images.Interrupted, match="shorter"):
        made_of(photo())


def test_a_full_disk_is_not_the_photos_fault(home: Path) -> None:
    card = waiting()
    (home / "media").write_text("not a folder")

    for _ in range(9):
        with pytest.raises(OSError, match="attachments"):
            actions.finish(attachment_id=card.id, at=AT)

    assert queries.attachment(card.id).state is AttachmentState.WAITING
    assert files.raw(card.id).exists()
    (home / "media").unlink()
    actions.finish(attachment_id=card.id, at=AT)
    assert queries.attachment(card.id).state is AttachmentState.READY


def test_a_photo_taken_down_while_it_is_made_leaves_no_file(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    card, made_anew = waiting(), images.made_anew

    def slowly(raw: io.BufferedReader) -> images.Made:
        actions.take_down(attachment_id=card.id, reason="sender", by=OFFICER, at=AT)
        return made_anew(raw)

    monkeypatch.setattr(images, "made_anew", slowly)
    actions.finish(attachment_id=card.id, at=AT)

    assert queries.attachment(card.id).state is AttachmentState.TAKEN_DOWN
    assert not [path for path in home.rglob("*") if path.is_file()]


# The program of its own


def test_a_bomb_is_too_heavy_even_if_the_door_let_it_in(tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(png_of(8_000, 8_000))

    with bomb.open("rb") as raw, pytest.raises(images.Unreadable) as unreadable:
        images.made_anew(raw)

    assert unreadable.value.because is RefusedBecause.TOO_HEAVY


def test_the_process_learns_no_key(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COMMONWEAL_SECRET_KEY", "secret")
    monkeypatch.setenv("DATABASE_URL", "postgresql://secret")
    source = "import os; raise SystemExit(f'learnt {sorted(os.environ)}')"
    monkeypatch.setattr(reencode, "__file__", program(home, source))

    with pytest.raises(images.Interrupted) as told:
        made_of(photo())

    assert "PATH" in str(told.value)
    assert not re.search(r"SECRET|DATABASE|COMMONWEAL", str(told.value))


def test_memory_is_bounded(tmp_path: Path) -> None:
    hungry = tmp_path / "hungry.py"
    source = Path(reencode.__file__).read_text()
    hungry.write_text(
        source.replace("    with Image.open(", "    bytearray(2 << 30)\n    with Image.open(")
    )

    ran = subprocess.run(
        [sys.executable, "-I", str(hungry)], input=photo(), capture_output=True, check=False
    )

    assert ran.returncode == reencode.TOO_HEAVY


def test_the_largest_photo_allowed_fits_in_the_bounds(tmp_path: Path) -> None:
    data = written(Image.new("RGBA", (8_000, 5_000), (1, 2, 3, 0)), "PNG", compress_level=1)
    large = tmp_path / "large.png"
    large.write_bytes(data)

    with large.open("rb") as raw:
        made = images.made_anew(raw)

    assert (made.width, made.height) == (2048, 1280)


def test_in_this_process_it_says_the_same() -> None:
    told, full, thumb = reencode.reencoded(io.BytesIO(telling("JPEG")))

    made = made_of(telling("JPEG"))

    assert (made.full, made.thumb) == (full, thumb)
    assert told["kind"] == made.kind


def test_storage_that_forgets_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    card = waiting()
    monkeypatch.setattr(files, "digest", lambda data: str(len(data)) + os.urandom(4).hex())

    with pytest.raises(files.NotWritten):
        actions.finish(attachment_id=card.id, at=AT)

    assert queries.attachment(card.id).state is AttachmentState.WAITING
