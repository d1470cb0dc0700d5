"""Look at a raw file without decoding it; have it made anew by a process of its own."""

import io
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import filetype
from PIL import Image

from commonweal.content import errors, rules
from commonweal.content.adapters import reencode
from commonweal.content.types import ImageKind, RefusedBecause

SECONDS = 60
_TOLD = {"PATH", "LD_LIBRARY_PATH"}  # of the environment: no key and no password
_CRASHES = {-signal.SIGSEGV, -signal.SIGABRT, -signal.SIGBUS, -signal.SIGILL, -signal.SIGFPE}
_KINDS = {
    "image/jpeg": ImageKind.JPEG,
    "image/png": ImageKind.PNG,
    "image/apng": ImageKind.PNG,  # animated
    "image/webp": ImageKind.WEBP,
}
_AVIF = {b"avif", b"avis"}
_HEIC = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
_lock = threading.Lock()  # Pillow's limit is one for the whole process


class Unreadable(Exception):
    """A photo that cannot be made anew, and why."""

    def __init__(self, because: RefusedBecause) -> None:
        self.because = because
        super().__init__(because)


class Interrupted(RuntimeError):
    """The process was ended from outside: worth another try."""


class Overrun(Interrupted):
    """The process took too long, or was killed as systems do when memory runs out."""


@dataclass(frozen=True, kw_only=True)
class Looked:
    """What the head of a file says."""

    kind: ImageKind
    width: int
    height: int


@dataclass(frozen=True, kw_only=True)
class Made:
    """A photo made anew, with nothing in it but its points."""

    kind: ImageKind
    width: int
    height: int
    full: bytes
    thumb: bytes


def look(data: bytes) -> Looked:
    """Say what a file is by its content, never by its name; refuse what is not a plain photo."""
    kind = _kind(data)
    if kind is None:
        raise errors.NotAPhoto
    if rules.PROGRAMS.search(data):
        raise errors.HidesAProgram
    width, height = _measured(data, kind)
    rules.check_pixels(width, height)
    return Looked(kind=kind, width=width, height=height)


def _kind(data: bytes) -> ImageKind | None:
    mime = filetype.guess_mime(data)
    brands = _brands(data)
    if brands & _AVIF:
        return ImageKind.AVIF
    if mime in {"image/heic", "image/heif"} or brands & _HEIC:
        raise errors.HeicPhoto
    if mime == "application/pdf":
        raise errors.NotADocument
    return _KINDS.get(mime)


def _brands(data: bytes) -> set[bytes]:
    """Read what a file of the HEIF family says it is: the main brand and the others."""
    if data[4:8] != b"ftyp":
        return set()
    end = min(int.from_bytes(data[:4], "big"), 256)
    return {data[8:12]} | {data[at : at + 4] for at in range(16, end, 4)}


def _measured(data: bytes, kind: ImageKind) -> tuple[int, int]:
    """Read width and height, and check what can be checked without decoding."""
    with _lock, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        before, Image.MAX_IMAGE_PIXELS = Image.MAX_IMAGE_PIXELS, rules.MOST_PIXELS
        try:
            with Image.open(io.BytesIO(data), formats=[kind.upper()]) as image:
                size = image.size
                image.verify()
        except (Image.DecompressionBombWarning, Image.DecompressionBombError):
            raise errors.TooManyPixels(megapixels=rules.MOST_PIXELS // 1_000_000) from None
        except Exception:  # noqa: BLE001  (decoders raise what they like at a broken file)
            raise errors.DamagedPhoto from None
        finally:
            Image.MAX_IMAGE_PIXELS = before
    return size


def made_anew(raw: BinaryIO) -> Made:
    """Have a photo turned, stripped and shrunk.

    Raises
    ------
    Unreadable
        When the photo itself is to blame.
    Overrun
        When it took too long, or was killed: the photo may be to blame.
    Interrupted
        When the work was cut short from outside.

    """
    program = Path(reencode.__file__)
    try:
        ran = subprocess.run(  # noqa: S603  (our own program, with no words of others)
            [sys.executable, "-I", str(program)],
            stdin=raw,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            cwd="/",
            env={name: value for name, value in os.environ.items() if name in _TOLD},
        )
    except subprocess.TimeoutExpired:
        raise Overrun(f"not done after {SECONDS} s") from None
    match ran.returncode:
        case 0:
            return _read(ran.stdout)
        case reencode.DAMAGED:
            raise Unreadable(RefusedBecause.DAMAGED)
        case code if code in {reencode.TOO_HEAVY, -signal.SIGXCPU}:
            raise Unreadable(RefusedBecause.TOO_HEAVY)
        case code if code in _CRASHES:
            raise Unreadable(RefusedBecause.DAMAGED)
    if ran.returncode == -signal.SIGKILL:
        raise Overrun("killed")
    tail = ran.stderr[-500:].decode("utf-8", "replace")
    raise Interrupted(f"ended with {ran.returncode}: {tail}")


def _read(out: bytes) -> Made:
    head, _, body = out.partition(b"\n")
    told = json.loads(head)
    full, thumb = body[: told["full"]], body[told["full"] :]
    if len(thumb) != told["thumb"]:
        raise Interrupted("the pictures came out shorter than said")
    return Made(
        kind=ImageKind(told["kind"]),
        width=told["width"],
        height=told["height"],
        full=full,
        thumb=thumb,
    )
