"""Guess how a CSV file is to be read, for a person to confirm, from names and contents."""

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from itertools import islice
from pathlib import Path

import yaml

from commonweal.cases.adapters.mapping import NEEDED
from commonweal.cases.adapters.tables import LONGEST_FIELD, PIECE, Record, Source, read_csv
from commonweal.cases.errors import BadMapping
from commonweal.cases.types import State

ROWS = 1_000
MOST = 0.9  # of the filled cells must fit
MOST_STATES = 30
SHORT = 3  # shorter names must be words of their own

# Parts of column names by which people know them, the surest first
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": (
        "service_request_id", "request number", "request id", "case number", "case id", "ticket",
        "工單", "工单", "案號", "案号", "編號", "编号", "nummer", "number", "id", "nr", "no",
    ),
    "received": (
        "requested_datetime", "created", "creation", "opened", "open date", "received", "reported",
        "requested", "submitted", "start", "受理", "立案", "建立", "创建", "創建", "提交",
        "反映時間", "反映时间", "eingang", "erstellt", "datum", "date", "日期", "時間", "时间",
    ),
    "closed": (
        "closed", "completed", "completion", "resolved", "finish", "end date", "結案", "结案",
        "辦結", "办结", "完成", "erledigt", "abgeschlossen",
    ),
    "category": (
        "service_name", "service name", "category", "type", "problem", "kind", "service_code",
        "subject", "類別", "类别", "類型", "类型", "分類", "分类", "kategorie", "art",
    ),
    "unit": (
        "agency_responsible", "department", "agency", "unit", "submitto", "assigned to", "office",
        "承辦", "承办", "單位", "单位", "部門", "部门", "amt", "abteilung",
    ),
    "district": (
        "district", "ward", "neighborhood", "neighbourhood", "borough", "area", "行政區", "行政区",
        "區", "区", "quartier", "kreis", "bezirk",
    ),
    "text": (
        "description", "details", "comment", "text", "content", "message", "內容", "内容", "描述",
        "詳情", "详情", "訴求", "诉求", "beschreibung", "meldung",
    ),
    "place": (
        "address", "location", "street", "place", "地址", "地點", "地点", "位置", "adresse", "ort",
    ),
    "state": ("status", "state", "狀態", "状态", "進度", "进度"),
    "channel": ("channel", "source", "caller", "origin", "渠道", "來源", "来源", "kanal"),
    "lat": ("latitude", "lat", "緯度", "纬度", "breite"),
    "lng": ("longitude", "long", "lng", "lon", "經度", "经度", "länge"),
    "x": ("x coordinate", "easting", "coord x", "srx", "x", "e"),
    "y": ("y coordinate", "northing", "coord y", "sry", "y", "n"),
}  # fmt: skip

STATES: Mapping[State, tuple[str, ...]] = {
    State.WITHDRAWN: ("cancel", "withdraw", "撤", "取消", "storniert"),
    State.ANSWERED: (
        "clos", "complet", "resolv", "done", "finish", "fixed", "answer", "結", "结", "完成",
        "已辦", "已办", "erledigt", "geschlossen",
    ),
    State.SCHEDULED: ("schedul", "planned", "geplant"),
    State.ON_HOLD: ("hold", "pending", "暫", "暂"),
    State.IN_WORK: (
        "progress", "work", "process", "處理中", "处理中", "辦理中", "办理中", "arbeit",
    ),
    State.ASSIGNED: ("assign", "dispatch", "轉", "转", "派", "zugewiesen"),
    State.RECEIVED: ("open", "new", "receiv", "submit", "新", "待", "受理", "offen", "neu"),
}  # fmt: skip

DATES = (
    "%Y-%m-%d %H:%M:%S", "%Y-%m-%d", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y/%m/%d",
    "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%Y",
    "%d/%m/%Y %H:%M:%S", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y",
    "%d-%b-%Y", "%Y年%m月%d日 %H:%M", "%Y年%m月%d日",
)  # fmt: skip

# Local grids, told by the range of their numbers: east from, to, north from, to
GRIDS = {
    "EPSG:2056": (2_400_000, 2_900_000, 1_000_000, 1_400_000),  # Switzerland, LV95
    "EPSG:2326": (790_000, 870_000, 795_000, 850_000),  # Hong Kong, 1980
    "EPSG:3826": (140_000, 360_000, 2_400_000, 2_850_000),  # Taiwan, TWD97
}

_Columns = Mapping[str, Sequence[str]]


def guess(path: Path, *, zone: str) -> str:
    """Give a mapping as YAML, with what was seen beside what was guessed.

    Raises
    ------
    BadMapping
        When the file cannot be read, or no column can be what is needed.

    """
    encoding = _encoding(path)
    delimiter = _delimiter(path, encoding)
    columns = _columns(path, encoding, delimiter)
    chosen = _chosen(columns)
    if lacking := [name for name in NEEDED if name not in chosen]:
        raise BadMapping(
            problem=f"no column of {path.name} looks like {lacking} (it has {list(columns)}); "
            "write a mapping by hand"
        )
    said: dict[str, object] = {
        "source": re.sub(r"[^a-z0-9]+", "-", path.name.partition(".")[0].lower()).strip("-")[:60]
        or "elsewhere",
        "zone": zone,
        "encoding": encoding,
        "delimiter": delimiter,
        "missing": ["", "NA", "N/A", "NULL"],
        "columns": chosen,
    }
    whens = [v for name in ("received", "closed") if name in chosen for v in columns[chosen[name]]]
    if forms := _forms(whens):
        said["dates"] = forms
    if "x" in chosen and (grid := _grid(columns[chosen["x"]], columns[chosen["y"]])):
        said["coordinates"] = grid
    if "state" in chosen:
        said["states"] = _states(columns[chosen["state"]])
    body = yaml.safe_dump(said, allow_unicode=True, sort_keys=False, width=100)
    head = f"# Guessed from {path.name}: look through it and correct it.\n"
    return head + _seen(columns, chosen) + body


def _seen(columns: _Columns, chosen: Mapping[str, str]) -> str:
    used = {column: name for name, column in chosen.items()}
    lines = [
        f"# {column[:40]}: {', '.join(dict.fromkeys(v[:30] for v in values if v))[:70]}"
        f"{' -> ' + used[column] if column in used else ''}"
        for column, values in columns.items()
    ]
    return "".join(f"{' '.join(line.split())}\n" for line in lines)


def _encoding(path: Path) -> str:
    with Source(path) as source, source.text("latin-1") as file:
        sample = file.read(16 * PIECE).encode("latin-1", "surrogateescape")
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    for name in ("utf-8-sig", "gb18030", "big5hkscs"):
        with suppress(UnicodeDecodeError):
            # A sample may end within a character
            sample[: sample.rfind(b"\n") + 1 or None].decode(name)
            return name
    return "cp1252"


def _delimiter(path: Path, encoding: str) -> str:
    with Source(path) as source, source.text(encoding) as file:
        head = file.readline(LONGEST_FIELD)
    counts = {one: head.count(one) for one in ",;\t|"}
    return max(counts, key=lambda one: counts[one])


def _columns(path: Path, encoding: str, delimiter: str) -> dict[str, list[str]]:
    names: list[str] = []
    with Source(path) as source, source.text(encoding) as file:
        records = read_csv(file, delimiter, names.extend)
        rows = [r.cells for r in islice(records, ROWS) if isinstance(r, Record)]
    return {name: [row[name].strip() for row in rows] for name in names if name}


def _chosen(columns: _Columns) -> dict[str, str]:
    scores = [
        (score, name, column)
        for name in NAMES
        for column, values in columns.items()
        if (score := _likeness(name, column, values)) > 0
    ]
    chosen: dict[str, str] = {}
    for _, name, column in sorted(scores, key=lambda one: -one[0]):
        if name not in chosen and column not in chosen.values():
            chosen[name] = column
    for one, other in (("lat", "lng"), ("x", "y")):
        if (one in chosen) != (other in chosen):
            chosen.pop(one, None)
            chosen.pop(other, None)
    if "lat" in chosen:
        chosen.pop("x", None)
        chosen.pop("y", None)
    return {name: chosen[name] for name in NAMES if name in chosen}


def _likeness(name: str, column: str, values: Sequence[str]) -> float:
    plain = re.sub(r"[\W_]+", " ", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column)).strip().lower()
    words = plain.split()
    filled = [value for value in values if value and value.upper() not in {"NA", "N/A", "NULL"}]
    fits = _FITS.get(name)
    if not filled or (fits and not fits(filled)):
        return 0
    for place, part in enumerate(NAMES[name]):
        wanted = part.replace("_", " ")
        if wanted == plain:
            return 3 + 1 / (place + 2)
        if wanted in words or (" " in wanted and wanted in plain):
            return 2 + 1 / (place + 2)
        if wanted in plain and (len(wanted) > SHORT or not wanted.isascii()):
            return 1 + 1 / (place + 2)
    return 0


def _share(values: Sequence[str], fits: Callable[[str], bool]) -> bool:
    return sum(map(fits, values)) >= MOST * len(values)


def _is_number(low: float, high: float) -> Callable[[Sequence[str]], bool]:
    def fits(value: str) -> bool:
        try:
            return low <= float(value) <= high
        except ValueError:
            return False

    return lambda values: _share(values, fits)


def _is_date(value: str) -> bool:
    return bool(_forms([value])) or _is_iso(value)


def _is_iso(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return not value.isdigit()


_FITS: Mapping[str, Callable[[Sequence[str]], bool]] = {
    "id": lambda values: len(set(values)) >= MOST * len(values),
    "received": lambda values: _share(values[:100], _is_date),
    "closed": lambda values: _share(values[:100], _is_date),
    "lat": _is_number(-90, 90),
    "lng": _is_number(-180, 180),
    "x": _is_number(-1e8, 1e8),
    "y": _is_number(-1e8, 1e8),
    "state": lambda values: len(set(values)) <= MOST_STATES,
}


def _forms(values: Sequence[str]) -> list[str]:
    """Give the forms in which dates stand, if not ISO; day and month by what they rule out."""
    filled = [value for value in values if value and value.upper() not in {"NA", "N/A", "NULL"}]
    if all(_is_iso(value) for value in filled):
        return []
    counts: Counter[str] = Counter()
    for form in DATES:
        for value in filled[:ROWS]:
            with suppress(ValueError):
                datetime.strptime(value, form)  # noqa: DTZ007  (only looked at)
                counts[form] += 1
    best: list[str] = []
    for form, count in counts.most_common():
        twin = form.replace("%m", "%_").replace("%d", "%m").replace("%_", "%d")
        if count and not (twin in best and "/" in form):
            best.append(form)
    return best[:3]


def _grid(xs: Sequence[str], ys: Sequence[str]) -> str:
    for name, (east, further, north, end) in GRIDS.items():
        if _is_number(east, further)([x for x in xs if x]) and _is_number(north, end)(
            [y for y in ys if y]
        ):
            return name
    return ""


def _states(values: Sequence[str]) -> dict[str, str]:
    found = {}
    for value in sorted({value for value in values if value}):
        low = value.lower()
        guessed = next((s for s, parts in STATES.items() if any(p in low for p in parts)), None)
        found[value] = (guessed or State.RECEIVED).value
    return found
