"""A profile folder in which nothing is wrong, to be spoilt by tests."""

import json
from pathlib import Path

from tests.factories.city import square, words

CITY = """\
name:
  zh-Hant: 藍亭市
  zh-Hans: 蓝亭市
  en: Lanting
languages: [zh-Hant, zh-Hans, en]
time_zone: Asia/Taipei
phone: +886 2 1999
email: office@lanting.example
address: {zh-Hant: 湖街一號, zh-Hans: 湖街一号, en: Lake Street 1}
hours: {zh-Hant: 週一至週五, zh-Hans: 周一至周五, en: "Monday to Friday, 9:00-17:00"}
colours: {brand: "#1d5f3c", link: "#1d4f8f"}
map_tiles: https://tiles.example/{z}/{x}/{y}.png
"""
LANDMARKS = """\
code,name.zh-Hant,name.zh-Hans,name.en,lat,lng,current
station,車站,车站,"Station, old",25.05,121.55,
lake,湖,湖,Lake,25.15,121.55,no
"""
UNITS = """\
code,parent,name.zh-Hant,name.zh-Hans,name.en,phone,email,opened_on,closed_on
lamps,works,路燈,路灯,Street lamps,1999,lamps@lanting.example,2020-01-01,
works,,工務,工务,Works,,,,
paper,works,文書,文书,Paper,,,,2026-01-01
"""
CALENDAR = """\
hours:
  monday: 09:00-12:00, 13:00-17:00
  tuesday: [09:00-12:00, 13:00-17:00]
  wednesday: 9:00-17:00
  thursday: 10:30-18:30
  friday: 09:00-24:00
holidays:
  - day: 2026-10-10
    name: {zh-Hant: 湖日, zh-Hans: 湖日, en: Day of the lake}
make_up_days:
  - day: 2026-10-17
    name: {zh-Hant: 補班, zh-Hans: 补班, en: Make-up day}
    hours: 09:00-12:00
"""
PARAMETERS = """\
parameters:
  - name: consent_age
    value: 16
    valid_from: 2026-01-01
    source: Council decision 12/2025
    reason: The law changed.
  - name: digest_hour
    value: 7
    valid_from: 2026-03-01T12:30:00+08:00
    source: Council decision 3/2026
    reason: "Caution: first year."
"""


def districts() -> str:
    """Write two districts, one feature a line."""
    features = [
        {
            "type": "Feature",
            "properties": {"code": code, "names": words(code.title())},
            "geometry": square(121.5, south),
        }
        for code, south in (("south", 25.0), ("north", 25.1))
    ]
    lines = ",\n".join(json.dumps(feature) for feature in features)
    return f'{{"type": "FeatureCollection", "features": [\n{lines}\n]}}\n'


def given_folder(place: Path) -> Path:
    """Write the good folder."""
    folder = place / "profile"
    folder.mkdir()
    texts = {
        "city.yaml": CITY,
        "districts.geojson": districts(),
        "landmarks.csv": LANDMARKS,
        "units.csv": UNITS,
        "calendar.yaml": CALENDAR,
        "parameters.yaml": PARAMETERS,
    }
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def spoilt(folder: Path, name: str, old: str, new: str) -> Path:
    """Change one place of one file."""
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    return folder
