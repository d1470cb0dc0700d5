"""Draw what a phone might have photographed, with the traces a phone leaves in its files."""

import io
import random  # noqa: TID251  (a seeded generator comes in; nothing here draws by itself)
from collections.abc import Callable

from PIL import Image, ImageDraw, ImageFilter

Chance = random.Random
Pen = ImageDraw.ImageDraw

WIDE, HIGH = 480, 360
_GROUND = 235
_ORIENTATION, _MAKER, _PLACE = 0x0112, 0x010F, 0x8825


def photo(chance: Chance, category: str, *, night: bool) -> bytes:
    """Draw a street scene for a category, as JPEG with a maker's name and a place in its EXIF."""
    image = Image.new("RGB", (WIDE, HIGH))
    pen = ImageDraw.Draw(image)
    _street(chance, pen, night=night)
    _SUBJECTS.get(category, _bags)(chance, pen)
    image = image.filter(ImageFilter.GaussianBlur(0.7)).rotate(chance.uniform(-3, 3), expand=False)
    image = image.crop((16, 16, WIDE - 16, HIGH - 16))
    exif = Image.Exif()
    exif[_MAKER] = "Made-up phone"
    exif[_ORIENTATION] = 1
    exif[_PLACE] = {1: "N", 2: (22.0, 0.0, 0.0), 3: "E", 4: (126.0, 0.0, 0.0)}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=82, exif=exif)
    return out.getvalue()


def _street(chance: Chance, pen: Pen, *, night: bool) -> None:
    top, low = ((28, 32, 58), (60, 62, 88)) if night else ((150, 190, 222), (222, 232, 236))
    for y in range(_GROUND):
        share = y / _GROUND
        pen.line(
            [(0, y), (WIDE, y)],
            fill=tuple(round(a + (b - a) * share) for a, b in zip(top, low, strict=True)),
        )
    x = -20
    while x < WIDE:
        wide, tall = chance.randrange(60, 110), chance.randrange(90, 200)
        shade = chance.randrange(40, 70) if night else chance.randrange(120, 190)
        colour = (shade, shade - 8, shade - 16)
        pen.rectangle([x, _GROUND - tall, x + wide, _GROUND], fill=colour)
        for column in range(x + 8, x + wide - 12, 18):
            for row in range(_GROUND - tall + 10, _GROUND - 20, 24):
                lit = chance.random() < (0.4 if night else 0.1)
                pen.rectangle(
                    [column, row, column + 9, row + 13],
                    fill=(245, 220, 140) if lit else (70, 84, 98),
                )
        x += wide + chance.randrange(0, 12)
    road = 52 if night else 112
    pen.rectangle([0, _GROUND, WIDE, HIGH], fill=(road, road, road + 4))
    pen.rectangle([0, _GROUND, WIDE, _GROUND + 26], fill=(road + 48, road + 44, road + 38))
    for dash in range(chance.randrange(0, 50), WIDE, 90):
        pen.polygon(
            [(dash, 305), (dash + 44, 305), (dash + 40, 312), (dash - 6, 312)], fill=(215, 215, 205)
        )


def _lamp(chance: Chance, pen: Pen) -> None:
    x = chance.randrange(140, 320)
    pen.line([(x, 245), (x + chance.randrange(-12, 12), 60)], fill=(40, 44, 48), width=7)
    pen.line([(x, 62), (x + 60, 52)], fill=(40, 44, 48), width=5)
    pen.ellipse([x + 46, 46, x + 78, 62], fill=(60, 60, 58), outline=(20, 20, 20))


def _hole(chance: Chance, pen: Pen) -> None:
    x, y = chance.randrange(130, 260), chance.randrange(275, 300)
    pen.ellipse([x - 10, y - 6, x + 130, y + 46], fill=(84, 82, 80))
    pen.ellipse([x, y, x + 116, y + 36], fill=(38, 36, 36))
    pen.ellipse([x + 22, y + 14, x + 90, y + 32], fill=(92, 104, 116))


def _tree(chance: Chance, pen: Pen) -> None:
    y = chance.randrange(262, 290)
    pen.line([(40, y + 26), (330, y - 16)], fill=(92, 66, 42), width=22)
    for _ in range(46):
        x, r = chance.randrange(230, 440), chance.randrange(12, 34)
        h = y - 20 + chance.randrange(-56, 40)
        pen.ellipse([x - r, h - r, x + r, h + r], fill=(38, chance.randrange(86, 140), 48))


def _water(chance: Chance, pen: Pen) -> None:
    pen.rectangle([0, 255, WIDE, HIGH], fill=(118, 112, 92))
    for _ in range(60):
        x, y = chance.randrange(WIDE), chance.randrange(260, HIGH)
        pen.arc([x, y, x + 40, y + 8], 0, 180, fill=(168, 164, 146))
    pen.rounded_rectangle([180, 226, 300, 286], 16, fill=(150, 40, 36))
    pen.rectangle([200, 234, 280, 256], fill=(190, 206, 214))


def _bags(chance: Chance, pen: Pen) -> None:
    pen.rectangle([200, 190, 262, 276], fill=(44, 92, 66), outline=(24, 50, 36))
    for _ in range(12):
        x, y, r = chance.randrange(130, 330), chance.randrange(262, 300), chance.randrange(14, 30)
        pen.ellipse([x - r, y - r, x + r, y + r], fill=chance.choice(_BAGS), outline=(20, 20, 20))


def _bicycles(chance: Chance, pen: Pen) -> None:
    for _ in range(7):
        x, y = chance.randrange(60, 360), chance.randrange(240, 300)
        for shift in (0, 54):
            pen.ellipse(
                [x + shift, y, x + shift + 36, y + 36], outline=chance.choice(_PAINT), width=4
            )
        pen.line(
            [(x + 18, y + 18), (x + 40, y - 10), (x + 72, y + 18)], fill=(230, 120, 40), width=4
        )


def _sign(chance: Chance, pen: Pen) -> None:
    x = chance.randrange(170, 280)
    pen.line([(x, 250), (x + 14, 110)], fill=(90, 90, 94), width=7)
    lean = chance.randrange(8, 26)
    pen.polygon(
        [(x - 50, 86), (x + 70, 86 + lean), (x + 66, 132 + lean), (x - 54, 132)], fill=(24, 84, 140)
    )
    pen.line([(x - 36, 108), (x + 50, 110 + lean)], fill=(240, 240, 240), width=6)


def _tiles(chance: Chance, pen: Pen) -> None:
    for row in range(4):
        for column in range(9):
            x, y = column * 56 - 20 + row * 6, 262 + row * 24
            up = -8 if chance.random() < 0.16 else 0  # noqa: PLR2004
            shade = chance.randrange(128, 158)
            pen.polygon(
                [(x, y + up), (x + 50, y), (x + 54, y + 20), (x + 4, y + 20 + up)],
                fill=(shade, shade - 10, shade - 24),
                outline=(92, 86, 80),
            )


_BAGS = [(30, 30, 34), (52, 52, 58), (206, 206, 200), (40, 70, 120)]
_PAINT = [(230, 120, 40), (40, 120, 200), (240, 200, 40), (70, 70, 70)]
_SUBJECTS: dict[str, Callable[[Chance, Pen], None]] = {
    "street-lamp": _lamp,
    "pothole": _hole,
    "drain-cover": _hole,
    "fallen-tree": _tree,
    "flooding": _water,
    "bicycles": _bicycles,
    "road-sign": _sign,
    "signboard": _sign,
    "pavement": _tiles,
    "barrier": _tiles,
    "playground": _tiles,
}
