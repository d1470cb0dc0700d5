"""Save districts and landmarks."""

import hashlib
import json
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction

from commonweal.city import queries, rules
from commonweal.city.actions import entering
from commonweal.city.errors import CodeTaken, NoSuchDistrict, NoSuchLandmark
from commonweal.city.models import District, Landmark
from commonweal.city.types import DistrictCard, GeoJson, LandmarkCard
from commonweal.kernel import actions as kernel
from commonweal.kernel.types import Actor, Words


@transaction.atomic
def save_district(
    *,
    district_id: UUID | None,
    code: str,
    names: Words,
    geometry: GeoJson,
    is_current: bool = True,
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> DistrictCard:
    """Draw a district, or draw it anew; one that ended stays readable and is no longer current."""
    reason = entering.begin(by, reason, "districts")
    row = entering.held(District, district_id, seen, NoSuchDistrict)
    city = queries.profile()
    values: dict[str, Any] = {
        "code": rules.check_code(code),
        "names": rules.check_words("name", names, city.languages),
        "geometry": rules.check_geometry(geometry, city.zone),
        "is_current": is_current,
    }
    is_new, row = row is None, row or District(id=uuid4())
    changed = entering.changed(row, values)
    if not changed and not is_new:
        return queries.district(row.id)
    if District.objects.filter(code=code).exclude(pk=row.id).exists():
        raise CodeTaken(value=code)
    entered = entering.enter(
        "district-saved",
        ("district", row.id),
        by=by,
        at=at,
        facts={
            "code": code,
            "is_current": is_current,
            "geometry_sha256": _digest(values["geometry"]),
            "changed": changed,
        },
        hidden={"names": values["names"], "reason": reason},
    )
    entering.write(row, values, entered.id, is_new=is_new)
    kernel.renew("districts")
    return queries.district(row.id)


def _digest(geometry: GeoJson) -> str:
    return hashlib.sha256(json.dumps(geometry, sort_keys=True).encode()).hexdigest()


@transaction.atomic
def save_landmark(
    *,
    landmark_id: UUID | None,
    code: str,
    names: Words,
    lat: float,
    lng: float,
    is_current: bool = True,
    reason: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> LandmarkCard:
    """Put a landmark on the map, or move it; it may lie outside every district."""
    reason = entering.begin(by, reason, "landmarks")
    row = entering.held(Landmark, landmark_id, seen, NoSuchLandmark)
    city = queries.profile()
    rules.check_point(lng, lat, city.zone)
    values: dict[str, Any] = {
        "code": rules.check_code(code),
        "names": rules.check_words("name", names, city.languages),
        "lat": lat,
        "lng": lng,
        "is_current": is_current,
    }
    is_new, row = row is None, row or Landmark(id=uuid4())
    changed = entering.changed(row, values)
    if not changed and not is_new:
        return queries.landmark(row.id)
    if Landmark.objects.filter(code=code).exclude(pk=row.id).exists():
        raise CodeTaken(value=code)
    entered = entering.enter(
        "landmark-saved",
        ("landmark", row.id),
        by=by,
        at=at,
        facts={
            "code": code,
            "is_current": is_current,
            "lat": f"{lat:.6f}",
            "lng": f"{lng:.6f}",
            "changed": changed,
        },
        hidden={"names": values["names"], "reason": reason},
    )
    entering.write(row, values, entered.id, is_new=is_new)
    kernel.renew("landmarks")
    return queries.landmark(row.id)
