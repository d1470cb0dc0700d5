"""Where a point lies: inside, on a border, in a hole, outside; and which borders are taken."""

import json
import math
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries

from commonweal.city import actions, errors, queries
from commonweal.kernel.errors import ChangedSinceYouLooked
from commonweal.kernel.queries import one_look
from commonweal.ledger.queries import check_chain, disclosed, entries_of
from commonweal.ledger.types import subject_of
from tests.factories.city import (
    ALWAYS,
    NOW,
    OFFICER,
    given_district,
    given_landmark,
    given_profile,
    square,
    words,
)

pytestmark = pytest.mark.django_db


def code_at(lat: float, lng: float) -> str:
    found = queries.district_at(lat, lng)
    return found.code if found else ""


def test_a_point_lies_in_the_district_around_it() -> None:
    given_district("north", geometry=square(121.5, 25.1))
    given_district("south", geometry=square(121.5, 25.0))

    found = [code_at(25.15, 121.55), code_at(25.05, 121.55)]

    assert found == ["north", "south"]


def test_a_point_on_a_shared_border_lies_in_the_district_whose_code_comes_first() -> None:
    given_district("north", geometry=square(121.5, 25.1))
    given_district("east", geometry=square(121.5, 25.0))

    found = code_at(25.1, 121.55)

    assert found == "east"


@pytest.mark.parametrize(("lat", "lng"), [(25.0, 121.5), (25.0, 121.55), (25.1, 121.6)])
def test_a_point_on_the_outer_border_lies_in_the_city(lat: float, lng: float) -> None:
    given_district("north")

    assert code_at(lat, lng) == "north"


@pytest.mark.parametrize(
    ("lat", "lng"), [(24.9, 121.5), (25.05, 121.7), (-25.05, -121.55), (math.nan, 121.5)]
)
def test_a_point_outside_lies_in_no_district(lat: float, lng: float) -> None:
    given_district("north")

    assert queries.district_at(lat, lng) is None


def test_a_point_in_a_hole_lies_in_no_district() -> None:
    ring_with_hole = square(121.5, 25.0)
    ring_with_hole["coordinates"] += square(121.54, 25.04, 0.02)["coordinates"]
    given_district("north", geometry=ring_with_hole)

    found = [code_at(25.05, 121.55), code_at(25.02, 121.55), code_at(25.04, 121.55)]

    assert found == ["", "north", "north"]


def test_a_district_may_have_several_parts() -> None:
    parts = [square(121.5, 25.0)["coordinates"], square(121.8, 25.3)["coordinates"]]
    given_district("isles", geometry={"type": "MultiPolygon", "coordinates": parts})

    found = [code_at(25.05, 121.55), code_at(25.35, 121.85), code_at(25.2, 121.7)]

    assert found == ["isles", "isles", ""]


def test_a_city_without_districts_answers_too() -> None:
    assert queries.district_at(25.0, 121.5) is None
    assert queries.districts() == []
    assert queries.bounds() is None


def test_the_kept_map_is_renewed_when_a_district_is_drawn_anew() -> None:
    card = given_district("north")
    before = code_at(25.05, 121.55)

    actions.save_district(
        district_id=card.id,
        code="north",
        names=card.names,
        geometry=square(121.7, 25.0),
        seen=card.version,
        **ALWAYS,
    )

    assert (before, code_at(25.05, 121.55), code_at(25.05, 121.75)) == ("north", "", "north")


def test_a_district_that_ended_is_readable_but_holds_no_point() -> None:
    card = given_district("north")

    actions.save_district(
        district_id=card.id,
        code="north",
        names=card.names,
        geometry=square(121.5, 25.0),
        is_current=False,
        seen=1,
        **ALWAYS,
    )

    assert queries.districts() == []
    assert not queries.district(card.id).is_current
    assert code_at(25.05, 121.55) == ""


def test_the_map_is_given_as_geojson_with_codes_and_names() -> None:
    given_district("north")

    given_map = queries.districts_geojson()

    assert given_map["features"][0]["properties"] == {"code": "north", "names": words("North")}
    assert given_map["features"][0]["geometry"] == square(121.5, 25.0)
    assert queries.bounds() == (121.5, 25.0, 121.6, 25.1)


def test_drawing_a_district_is_entered_without_its_words() -> None:
    card = given_district("north")

    (entry,) = entries_of(subject_of("district", card.id))

    assert (entry.type, entry.actor) == ("city.district-saved", "administrator")
    assert entry.facts["code"] == "north"
    assert len(entry.facts["geometry_sha256"]) == 64
    assert "North" not in str(entry.facts)
    assert disclosed(entry.id)["reason"] == "so the council decided"
    assert check_chain(entry.subject).breaks == ()


def test_saving_the_same_again_enters_nothing() -> None:
    card = given_district("north")

    again = actions.save_district(
        district_id=card.id,
        code="north",
        names=card.names,
        geometry=square(121.5, 25.0),
        seen=1,
        **ALWAYS,
    )

    assert again == card
    assert len(entries_of(subject_of("district", card.id))) == 1


def test_a_stale_view_of_a_district_is_refused() -> None:
    card = given_district("north")
    anew: dict[str, Any] = {"district_id": card.id, "code": "north", "names": card.names}
    actions.save_district(**anew, geometry=square(121.7, 25.0), seen=1, **ALWAYS)

    with pytest.raises(ChangedSinceYouLooked):
        actions.save_district(**anew, geometry=square(121.8, 25.0), seen=1, **ALWAYS)

    assert code_at(25.05, 121.75) == "north"


def test_two_districts_cannot_share_a_code() -> None:
    given_district("north")

    with pytest.raises(errors.CodeTaken):
        given_district("north", geometry=square(121.8, 25.0))


def test_only_an_administrator_draws_districts() -> None:
    with pytest.raises(errors.OnlyAdministrators):
        actions.save_district(
            district_id=None,
            code="north",
            names=words("North"),
            geometry=square(121.5, 25.0),
            reason="I like it",
            seen=0,
            by=OFFICER,
            at=NOW,
        )

    assert queries.districts() == []


def test_a_change_without_a_reason_is_refused() -> None:
    with pytest.raises(errors.ReasonMissing):
        actions.save_district(
            district_id=None,
            code="north",
            names=words("North"),
            geometry=square(121.5, 25.0),
            seen=0,
            **ALWAYS | {"reason": "  "},
        )


BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]
SQUARE = [[0, 0], [4, 0], [4, 4], [0, 4], [0, 0]]
INNER = [[1, 1], [2, 1], [2, 2], [1, 2], [1, 1]]
FAR_HOLE = [[[0, 0], [1, 0], [1, 1], [0, 0]], [[5, 5], [6, 5], [6, 6], [5, 5]]]


@pytest.mark.parametrize(
    ("geometry", "refusal"),
    [
        (None, errors.NotAPolygon),
        ({"type": "Point", "coordinates": [0, 0]}, errors.NotAPolygon),
        ({"type": "Polygon"}, errors.NoPoints),
        ({"type": "Polygon", "coordinates": []}, errors.NoPoints),
        ({"type": "MultiPolygon", "coordinates": [[]]}, errors.NoPoints),
        ({"type": "Polygon", "coordinates": [[["0", "0"]]]}, errors.NoPoints),
        ({"type": "Polygon", "coordinates": [[[True, False]]]}, errors.NoPoints),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1]]]}, errors.TooFewCorners),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [0, 0]]]}, errors.TooFewCorners),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}, errors.RingOpen),
        ({"type": "Polygon", "coordinates": [BOW_TIE]}, errors.BorderCrossesItself),
        ({"type": "Polygon", "coordinates": FAR_HOLE}, errors.HoleMisplaced),
        ({"type": "MultiPolygon", "coordinates": [[SQUARE], [INNER]]}, errors.BadGeometry),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, math.nan]]]}, errors.OutsideTheWorld),
        ({"type": "Polygon", "coordinates": [[[304123.5, 2770000.0]]]}, errors.OutsideTheWorld),
        ({"type": "Polygon", "coordinates": [[[25.0, 121.5]]]}, errors.Swapped),
    ],
)
def test_a_border_that_cannot_be_is_refused(geometry: Any, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        given_district("north", geometry=geometry)


@pytest.mark.parametrize(
    ("zone", "lng", "lat", "swapped"),
    [
        ("Europe/Berlin", 13.4, 52.5, False),
        ("Europe/Berlin", 52.5, 13.4, False),  # nobody can tell: both lie within the zone's reach
        ("America/Chicago", -90.2, 38.6, False),
        ("America/Chicago", 38.6, -90.2, True),
        ("America/Chicago", 38.6, -80.2, True),
        ("Asia/Shanghai", 76.0, 39.5, False),  # far west of its zone
        ("Pacific/Auckland", 174.8, -36.8, False),
        ("Pacific/Auckland", -36.8, 174.8, True),
    ],
)
def test_swapped_coordinates_are_found_by_the_time_zone(
    zone: str, lng: float, lat: float, *, swapped: bool
) -> None:
    given_profile(zone=zone)

    if swapped:
        with pytest.raises(errors.Swapped):
            given_landmark(lat=lat, lng=lng)
    else:
        assert given_landmark(lat=lat, lng=lng).lat == lat


def test_a_landmark_knows_its_district_even_after_the_borders_move() -> None:
    north = given_district("north")
    given_landmark()
    before = queries.landmarks()[0].district_id

    actions.save_district(
        district_id=north.id,
        code="north",
        names=north.names,
        geometry=square(121.8, 25.0),
        seen=1,
        **ALWAYS,
    )

    assert (before, queries.landmarks()[0].district_id) == (north.id, None)


def test_a_landmark_moves_and_its_code_stays_its_own() -> None:
    card = given_landmark()
    anew: dict[str, Any] = {"landmark_id": card.id, "code": "town-hall", "names": card.names}

    moved = actions.save_landmark(**anew, lat=25.2, lng=121.5, seen=1, **ALWAYS)
    same = actions.save_landmark(**anew, lat=25.2, lng=121.5, seen=2, **ALWAYS)

    assert (moved.lat, moved.version, same.version) == (25.2, 2, 2)
    with pytest.raises(errors.CodeTaken):
        given_landmark()


def test_landmarks_are_found_in_every_script() -> None:
    given_landmark("station", names={"zh-Hant": "舊車站", "zh-Hans": "旧车站", "en": "Old Station"})
    given_landmark("lake", names={"zh-Hant": "藍湖", "zh-Hans": "蓝湖", "en": "Blue Lake"})

    found = [
        [card.code for card in queries.landmarks(text)]
        for text in ("車站", "蓝湖", "STATION old", "blue station", "")
    ]

    assert found == [["station"], ["lake"], ["station"], [], ["lake", "station"]]


def test_only_as_many_landmarks_as_asked_for_are_given() -> None:
    for number in range(3):
        given_landmark(f"place-{number}")

    assert len(queries.landmarks("hall", limit=2)) == 2


def test_what_is_not_there_is_missing() -> None:
    with pytest.raises(errors.NoSuchDistrict):
        queries.district(ALWAYS["by"].id)
    with pytest.raises(errors.NoSuchLandmark):
        queries.landmark(ALWAYS["by"].id)


def test_every_point_of_a_grid_lies_in_the_square_that_arithmetic_names() -> None:
    """An oracle: in a grid of squares the place of a point can be counted."""
    for column in range(3):
        for row in range(3):
            corner = square(120.0 + column, 24.0 + row, 1.0)
            given_district(f"q{column}{row}", geometry=corner)
    steps = [(x / 7, y / 7) for x in range(1, 21) for y in range(1, 21) if x % 7 and y % 7]

    found = [code_at(24.0 + y, 120.0 + x) for x, y in steps]

    assert found == [f"q{int(x)}{int(y)}" for x, y in steps]


def test_a_map_sent_in_the_browser_is_taken_whole_or_not_at_all() -> None:
    good = json.dumps(
        {
            "type": "FeatureCollection",
            "features": [
                {
                    "type": "Feature",
                    "properties": {"code": code, "names": words(code)},
                    "geometry": square(121.5, south),
                }
                for code, south in (("north", 25.1), ("south", 25.0))
            ],
        }
    ).encode()
    bad = good.replace(b'"south"', b'"north"')

    with pytest.raises(errors.ProfileHasProblems):
        actions.load_borders(data=bad, **ALWAYS)
    assert queries.districts() == []

    assert actions.load_borders(data=good, **ALWAYS).added == 2
    assert actions.load_borders(data=good, **ALWAYS).unchanged == 2


def test_one_look_asks_once_and_sees_what_itself_changes(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    card = given_district("north")
    code_at(25.05, 121.55)

    with one_look():
        with django_assert_num_queries(1):
            asked = [code_at(25.05, 121.55) for _ in range(3)]
        with one_look():
            actions.save_district(
                district_id=card.id,
                code="north",
                names=card.names,
                geometry=square(121.7, 25.0),
                seen=card.version,
                **ALWAYS,
            )
        seen = (code_at(25.05, 121.55), code_at(25.05, 121.75))

    assert (asked, seen) == (["north"] * 3, ("", "north"))
