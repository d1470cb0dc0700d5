"""Read districts.geojson and landmarks.csv."""

from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from commonweal.city import rules
from commonweal.city.adapters.drafts import DISTRICTS, LANDMARKS, DistrictDraft, LandmarkDraft
from commonweal.city.adapters.files import (
    Findings,
    Row,
    lines_of_features,
    read_csv,
    read_json,
    read_text,
)
from commonweal.city.adapters.said import check_once, checked_words, in_languages, text_of
from commonweal.city.types import LANGUAGES


def read_districts(
    folder: Path,
    findings: Findings,
    languages: tuple[str, ...],
    zone: str | None,
    *,
    file: str = DISTRICTS,
) -> list[DistrictDraft]:
    """Read borders: a FeatureCollection whose properties hold code and names."""
    found = read_json(folder, file, findings)
    features = features_of(found, file, findings) if found is not None else []
    lines = list(lines_of_features(read_text(folder, file, findings) or "")) if features else []
    drafts = []
    for number, feature in enumerate(features):
        line = lines[number] if len(lines) >= len(features) else 0
        if draft := _district(feature, line, findings, languages, zone, file):
            drafts.append(draft)
    check_once(findings, file, [(draft.code, draft.line) for draft in drafts])
    return drafts


def features_of(found: object, file: str, findings: Findings) -> list[Any]:
    """Give the features of a GeoJSON value."""
    features = found.get("features") if isinstance(found, dict) else None
    if isinstance(features, list):
        return features
    findings.add(
        file,
        1,
        _("This is not a GeoJSON FeatureCollection."),
        _("Export the districts as GeoJSON, all in one file."),
    )
    return []


def _district(
    feature: object,
    line: int,
    findings: Findings,
    languages: tuple[str, ...],
    zone: str | None,
    file: str,
) -> DistrictDraft | None:
    properties = feature.get("properties") if isinstance(feature, dict) else None
    if not isinstance(feature, dict) or not isinstance(properties, dict):
        findings.add(
            file,
            line,
            _("This feature has no properties."),
            _("Give it the properties “code” and “names”."),
        )
        return None
    names = properties.get("names")
    if not isinstance(names, dict):
        names = {key: properties[f"name.{key}"] for key in LANGUAGES if f"name.{key}" in properties}
    said = {str(key): text_of(text) for key, text in names.items()}
    code = findings.tried(file, line, rules.check_code, text_of(properties.get("code")))
    checked = checked_words(findings, file, line, "names", said, languages)
    geometry = findings.tried(file, line, rules.check_geometry, feature.get("geometry"), zone)
    if code is None or geometry is None:
        return None
    return DistrictDraft(line, code, checked, geometry, properties.get("current") is not False)


def read_landmarks(
    folder: Path, findings: Findings, languages: tuple[str, ...], zone: str | None
) -> list[LandmarkDraft]:
    rows = read_csv(
        folder,
        LANDMARKS,
        findings,
        needed_columns=("code", *(f"name.{one}" for one in languages), "lat", "lng"),
        other_columns=(*in_languages("name"), "current"),
        needed=False,
    )
    drafts = []
    for row in rows:
        code = findings.tried(LANDMARKS, row.line, rules.check_code, row.values["code"])
        names = checked_words(findings, LANDMARKS, row.line, "name", row.words("name"), languages)
        lat, lng = (_number(row, key, findings) for key in ("lat", "lng"))
        if lat is not None and lng is not None:
            findings.tried(LANDMARKS, row.line, rules.check_point, lng, lat, zone)
            is_current = row.values.get("current", "").lower() != "no"
            drafts.append(LandmarkDraft(row.line, code or "", names, lat, lng, is_current))
    check_once(findings, LANDMARKS, [(draft.code, draft.line) for draft in drafts if draft.code])
    return drafts


def _number(row: Row, column: str, findings: Findings) -> float | None:
    try:
        return float(row.values[column])
    except ValueError:
        findings.add(
            LANDMARKS,
            row.line,
            _("“{value}” under “{column}” is not a number.").format(
                value=row.values[column][:40], column=column
            ),
            _("Write degrees with a point, such as 25.0412."),
        )
        return None
