"""Draw the map of the sample city: a bent grid of districts between hills, a river and a coast.

Run it to write districts.geojson and landmarks.csv of the sample city anew; the same seed draws the
same map. Neighbours share every point of their border, so that there is neither gap nor overlap.
The city lies in the open Philippine Sea, where nothing is.
"""

import csv
import io
import itertools
import json
import random  # noqa: TID251  (a map drawn by a seed)
import sys
from pathlib import Path

SEED = 20260301
FOLDER = Path(__file__).parents[1] / "src/commonweal/simulation/sample_city"
WEST, SOUTH, WIDE, HIGH = 125.92, 21.94, 0.16, 0.12  # degrees
COLUMNS, ROWS = 4, 3
RIVER = 2  # the river runs along the border between the second and the third column

Point = tuple[float, float]
Words = tuple[str, str, str]  # zh-Hant, zh-Hans, en

# Row by row from the north; below each, what everybody knows: code, place within, names.
DISTRICTS: list[list[tuple[str, Words]]] = [
    [
        ("tea-hill", ("茶山區", "茶山区", "Tea Hill")),
        ("camphor-wood", ("樟林區", "樟林区", "Camphor Wood")),
        ("academy", ("書院區", "书院区", "Academy")),
        ("stone-pagoda", ("石塔區", "石塔区", "Stone Pagoda")),
    ],
    [
        ("orange-grove", ("橘園區", "橘园区", "Orange Grove")),
        ("weir-bridge", ("堰橋區", "堰桥区", "Weir Bridge")),
        ("old-town", ("舊城區", "旧城区", "Old Town")),
        ("salt-pans", ("鹽圃區", "盐圃区", "Salt Pans")),
    ],
    [
        ("lighthouse-bay", ("燈塔灣區", "灯塔湾区", "Lighthouse Bay")),
        ("west-bank", ("西岸區", "西岸区", "West Bank")),
        ("east-quay", ("東埠區", "东埠区", "East Quay")),
        ("new-harbour", ("新港區", "新港区", "New Harbour")),
    ],
]
LANDMARKS: dict[str, list[tuple[str, float, float, Words]]] = {
    "tea-hill": [
        ("tea-hill-station", 0.70, 0.70, ("茶山站", "茶山站", "Tea Hill Station")),
        ("terrace-park", 0.35, 0.40, ("茶壟公園", "茶垄公园", "Tea Terrace Park")),
        ("tea-hill-library", 0.62, 0.50, ("茶山圖書館", "茶山图书馆", "Tea Hill Library")),
    ],
    "camphor-wood": [
        ("camphor-park", 0.35, 0.60, ("樟樹公園", "樟树公园", "Camphor Park")),
        ("camphor-hospital", 0.60, 0.72, ("樟林醫院", "樟林医院", "Camphor Wood Hospital")),
        ("reservoir", 0.55, 0.28, ("樟林水塘", "樟林水库", "Camphor Reservoir")),
    ],
    "academy": [
        ("academy-station", 0.45, 0.68, ("書院站", "书院站", "Academy Station")),
        ("city-library", 0.60, 0.60, ("市立圖書館", "市图书馆", "City Library")),
        ("university-gate", 0.40, 0.36, ("大學正門", "大学正门", "University Gate")),
        ("school-lane-market", 0.68, 0.76, ("學巷街市", "学巷菜市场", "School Lane Market")),
    ],
    "stone-pagoda": [
        ("pagoda", 0.40, 0.45, ("石塔", "石塔", "The Stone Pagoda")),
        ("pagoda-square", 0.46, 0.56, ("塔前廣場", "塔前广场", "Pagoda Square")),
        ("pagoda-clinic", 0.30, 0.70, ("石塔診所", "石塔社区医院", "Pagoda Clinic")),
        ("east-terminus", 0.72, 0.62, ("東總站", "东总站", "East Bus Terminus")),
    ],
    "orange-grove": [
        ("grove-station", 0.60, 0.45, ("橘園站", "橘园站", "Orange Grove Station")),
        ("grove-market", 0.70, 0.58, ("橘園街市", "橘园菜市场", "Orange Grove Market")),
        ("grove-estate", 0.40, 0.60, ("橘園邨", "橘园新村", "Orange Grove Estate")),
    ],
    "weir-bridge": [
        ("weir-bridge-bridge", 0.86, 0.48, ("堰橋", "堰桥", "The Weir Bridge")),
        ("river-park", 0.78, 0.66, ("河畔公園", "河畔公园", "Riverside Park")),
        ("weir-station", 0.50, 0.42, ("堰橋站", "堰桥站", "Weir Bridge Station")),
        ("sports-centre", 0.34, 0.62, ("堰橋體育館", "堰桥体育馆", "Weir Bridge Sports Centre")),
    ],
    "old-town": [
        ("town-hall", 0.45, 0.45, ("市政廳", "市政厅", "Town Hall")),
        ("old-market", 0.36, 0.58, ("舊城街市", "旧城菜市场", "Old Town Market")),
        ("clock-tower", 0.50, 0.54, ("鐘樓", "钟楼", "Clock Tower")),
        ("central-station", 0.60, 0.40, ("汀瀾站", "汀澜站", "Tinglan Central Station")),
        ("old-town-library", 0.40, 0.34, ("舊城圖書館", "旧城图书馆", "Old Town Library")),
        ("city-hospital", 0.70, 0.62, ("市立醫院", "市立医院", "City Hospital")),
    ],
    "salt-pans": [
        ("salt-museum", 0.40, 0.50, ("鹽業博物館", "盐业博物馆", "Salt Museum")),
        ("wetland-park", 0.66, 0.64, ("鹽圃濕地公園", "盐圃湿地公园", "Salt Pans Wetland Park")),
        ("salt-station", 0.30, 0.42, ("鹽圃站", "盐圃站", "Salt Pans Station")),
    ],
    "lighthouse-bay": [
        ("lighthouse", 0.30, 0.60, ("燈塔", "灯塔", "The Lighthouse")),
        ("bay-beach", 0.52, 0.64, ("燈塔灣沙灘", "灯塔湾沙滩", "Lighthouse Bay Beach")),
        ("bay-station", 0.60, 0.40, ("燈塔灣站", "灯塔湾站", "Lighthouse Bay Station")),
        ("fishing-pier", 0.72, 0.62, ("漁船碼頭", "渔船码头", "Fishing Pier")),
    ],
    "west-bank": [
        ("promenade", 0.50, 0.62, ("西岸海濱長廊", "西岸海滨步道", "West Bank Promenade")),
        ("west-bank-market", 0.36, 0.38, ("西岸街市", "西岸菜市场", "West Bank Market")),
        ("ferry-pier", 0.74, 0.60, ("渡輪碼頭", "轮渡码头", "Ferry Pier")),
    ],
    "east-quay": [
        ("fish-market", 0.34, 0.58, ("東埠魚市場", "东埠鱼市", "East Quay Fish Market")),
        ("east-quay-station", 0.52, 0.36, ("東埠站", "东埠站", "East Quay Station")),
        ("quay-park", 0.62, 0.54, ("東埠公園", "东埠公园", "East Quay Park")),
    ],
    "new-harbour": [
        ("container-terminal", 0.62, 0.60, ("貨櫃碼頭", "集装箱码头", "Container Terminal")),
        ("new-harbour-station", 0.36, 0.34, ("新港站", "新港站", "New Harbour Station")),
        ("harbour-hospital", 0.46, 0.48, ("新港醫院", "新港医院", "New Harbour Hospital")),
        ("harbour-estate", 0.26, 0.50, ("新港邨", "新港新村", "New Harbour Estate")),
    ],
}


class Sheet:
    """The bent grid: its corners, and one line of points along each side of each cell."""

    def __init__(self) -> None:
        self.chance = random.Random(SEED)  # noqa: S311  (a drawing, not a secret)
        self.corners = {
            (c, r): self._bent(c, r) for r in range(ROWS + 1) for c in range(COLUMNS + 1)
        }
        self.lines: dict[tuple[int, int, int, int], list[Point]] = {}
        for r in range(ROWS + 1):
            for c in range(COLUMNS):
                coast = r == ROWS
                self._draw((c, r), (c + 1, r), 5 if coast else 3, 0.2 if coast else 0.09)
        for c in range(COLUMNS + 1):
            for r in range(ROWS):
                river = c == RIVER
                self._draw((c, r), (c, r + 1), 4 if river else 3, 0.2 if river else 0.09)

    def _bent(self, c: int, r: int) -> Point:
        """Turn a corner of the grid into a place: the coast swings, the hills lean west."""
        x, y = c / COLUMNS, 1 - r / ROWS
        inside = 0 < c < COLUMNS and 0 < r < ROWS
        shake = 0.05 if inside else 0.02
        x += self.chance.uniform(-shake, shake) - 0.06 * y * (1 - x)
        y += self.chance.uniform(-shake, shake)
        if r == ROWS:
            y += 0.10 - 0.32 * abs(x - 0.45)  # a bay around the mouth of the river
        return WEST + WIDE * x, SOUTH + HIGH * y

    def _draw(self, a: tuple[int, int], b: tuple[int, int], depth: int, rough: float) -> None:
        line = [self.corners[a], self.corners[b]]
        for _ in range(depth):
            finer = [line[0]]
            for (x1, y1), (x2, y2) in itertools.pairwise(line):
                aside = self.chance.uniform(-rough, rough)
                finer.append(((x1 + x2) / 2 + aside * (y2 - y1), (y1 + y2) / 2 - aside * (x2 - x1)))
                finer.append((x2, y2))
            line = finer
        self.lines[(*a, *b)] = [(round(x, 5), round(y, 5)) for x, y in line]

    def ring(self, c: int, r: int) -> list[Point]:
        """Walk round a cell against the clock, as GeoJSON wants."""
        top = self.lines[c, r, c + 1, r]
        right = self.lines[c + 1, r, c + 1, r + 1]
        bottom = self.lines[c, r + 1, c + 1, r + 1]
        left = self.lines[c, r, c, r + 1]
        return left[:-1] + bottom[:-1] + right[::-1][:-1] + top[::-1]

    def within(self, c: int, r: int, u: float, v: float) -> Point:
        """Find a place inside a cell: u from west to east, v from north to south."""
        corners = [self.corners[c + i, r + j] for j in (0, 1) for i in (0, 1)]
        weights = [(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v]
        lng = sum(w * x for w, (x, _) in zip(weights, corners, strict=True))
        lat = sum(w * y for w, (_, y) in zip(weights, corners, strict=True))
        return round(lng, 5), round(lat, 5)


def districts(sheet: Sheet) -> str:
    """Write the districts as GeoJSON, one a line, so that a change shows as a change."""
    lines = []
    for r, row in enumerate(DISTRICTS):
        for c, (code, (hant, hans, en)) in enumerate(row):
            feature = {
                "type": "Feature",
                "properties": {"code": code, "names": {"zh-Hant": hant, "zh-Hans": hans, "en": en}},
                "geometry": {"type": "Polygon", "coordinates": [sheet.ring(c, r)]},
            }
            lines.append(json.dumps(feature, ensure_ascii=False, separators=(",", ":")))
    inside = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","features":[\n{inside}\n]}}\n'


def landmarks(sheet: Sheet) -> str:
    """Write the landmarks as a table."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["code", "name.zh-Hant", "name.zh-Hans", "name.en", "lat", "lng"])
    for r, row in enumerate(DISTRICTS):
        for c, (code, _) in enumerate(row):
            for name, u, v, words in LANDMARKS[code]:
                lng, lat = sheet.within(c, r, u, v)
                table.writerow([name, *words, lat, lng])
    return out.getvalue()


def main() -> int:
    """Write both files."""
    sheet = Sheet()
    (FOLDER / "districts.geojson").write_text(districts(sheet), encoding="utf-8")
    (FOLDER / "landmarks.csv").write_text(landmarks(sheet), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
