"""Make of any photo a new one that holds nothing but its points. Runs as a program of its own.

A decoder that crashes, loops or swallows memory takes this process with it, never the worker:
`python -I reencode.py` reads a raw file from standard input and writes one line of JSON and two
pictures to standard output. It knows nothing of the city, only Pillow.
"""

import io
import json
import sys
import warnings
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from PIL import Image, ImageCms, ImageOps

FORMATS = ("JPEG", "PNG", "WEBP", "AVIF")
MOST_PIXELS = 40_000_000
FULL_EDGE, THUMB_EDGE = 2048, 480
JPEG_QUALITY = 85
MEMORY_BYTES, CPU_SECONDS = 1_500_000_000, 30
DAMAGED, TOO_HEAVY = 3, 4

OPAQUE, ORIENTATION = 255, 0x0112


def main() -> int:
    """Read a photo, write two; the exit code says what was wrong."""
    _bound()
    warnings.simplefilter("ignore")
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MOST_PIXELS
    try:
        told, full, thumb = reencoded(sys.stdin.buffer)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        return TOO_HEAVY
    except Exception:  # noqa: BLE001  (whatever a decoder says, the photo cannot be read)
        return DAMAGED
    out = sys.stdout.buffer
    out.write(json.dumps(told).encode() + b"\n" + full + thumb)
    out.flush()
    return 0


def _bound() -> None:
    with suppress(OSError):  # where memory runs out, this process goes before any other
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")
    try:
        import resource  # noqa: PLC0415  (not on every system)
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


def reencoded(raw: BinaryIO) -> tuple[dict[str, Any], bytes, bytes]:
    """Turn, recolour, shrink and write anew; give what it is, the picture and the small picture."""
    with Image.open(io.BytesIO(raw.read()), formats=FORMATS) as opened:
        opened.draft(None, (FULL_EDGE, FULL_EDGE))
        opened.load()  # the first frame of an animation
        profile = opened.info.get("icc_profile")
        turned = _turned(_plain(opened))
    full = _in_srgb(turned, profile)
    thumb = _shrunk(full, THUMB_EDGE)
    kind = "png" if full.mode == "RGBA" else "jpeg"
    full_bytes, thumb_bytes = _written(full), _written(thumb)
    told = {
        "kind": kind,
        "width": full.width,
        "height": full.height,
        "full": len(full_bytes),
        "thumb": len(thumb_bytes),
    }
    return told, full_bytes, thumb_bytes


def _plain(image: Image.Image) -> Image.Image:
    """Give RGB, CMYK, L or RGBA in eight bits, shrunk, still with the orientation it says.

    It is shrunk as early as its mode allows, because 40 million points are 160 MB.
    """
    orientation = image.getexif().get(ORIENTATION)
    if image.mode.startswith("I"):
        plain = image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    elif "transparency" in image.info or image.mode in {"LA", "PA", "La", "RGBa"}:
        plain = image.convert("RGBA")
    elif image.mode in {"RGB", "RGBA", "L", "CMYK"}:
        plain = image
    else:
        plain = image.convert("RGB")
    plain.thumbnail((FULL_EDGE, FULL_EDGE), Image.Resampling.LANCZOS, reducing_gap=3.0)
    bare = Image.new(plain.mode, plain.size)
    bare.paste(plain)
    if orientation:
        bare.getexif()[ORIENTATION] = orientation
    return bare


def _turned(image: Image.Image) -> Image.Image:
    orientation = image.getexif().get(ORIENTATION)
    return ImageOps.exif_transpose(image) if orientation in range(2, 9) else image


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Read the colours as the profile means them, so that the profile can go."""
    colour = image.convert("RGB") if image.mode == "RGBA" else image
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            converted = ImageCms.profileToProfile(
                colour, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
            colour = converted or colour
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            pass  # a broken profile does not make the photo unreadable
    colour = colour.convert("RGB")
    if image.mode == "RGBA":
        alpha = image.getchannel("A")
        if alpha.getextrema() != (OPAQUE, OPAQUE):
            colour.putalpha(alpha)
    return colour


def _shrunk(image: Image.Image, edge: int) -> Image.Image:
    small = image.copy()
    small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
    return small


def _written(image: Image.Image) -> bytes:
    """Write points into a new image, so that nothing the old one carried can come along."""
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    out = io.BytesIO()
    if image.mode == "RGBA":
        bare.save(out, "PNG")
    else:
        bare.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True, progressive=True)
    return out.getvalue()


if __name__ == "__main__":
    sys.exit(main())
