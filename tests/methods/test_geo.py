import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod

from commonweal.methods.geo import EARTH_RADIUS_M, bounding_box, haversine_m

lats = st.floats(-90, 90)
lngs = st.floats(-180, 180)
places = st.tuples(lats, lngs)
Place = tuple[float, float]


def unit(place: Place) -> tuple[float, float, float]:
    lat, lng = map(math.radians, place)
    return math.cos(lat) * math.cos(lng), math.cos(lat) * math.sin(lng), math.sin(lat)


def arc_m(a: Place, b: Place) -> float:
    """Take the angle between two vectors from the middle of the ball."""
    (ax, ay, az), (bx, by, bz) = unit(a), unit(b)
    cross = math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)
    return EARTH_RADIUS_M * math.atan2(cross, ax * bx + ay * by + az * bz)


@given(places, places)
def test_the_distance_is_the_angle_between_vectors(a: Place, b: Place) -> None:
    assert haversine_m(*a, *b) == pytest.approx(arc_m(a, b), rel=1e-6, abs=0.2)


@given(places, places)
def test_there_and_back_are_as_far(a: Place, b: Place) -> None:
    assert haversine_m(*a, *b) == pytest.approx(haversine_m(*b, *a))
    assert haversine_m(*a, *a) == 0


@given(places, places, places)
def test_a_detour_is_never_shorter(a: Place, b: Place, c: Place) -> None:
    assert haversine_m(*a, *c) <= haversine_m(*a, *b) + haversine_m(*b, *c) + 1e-3


@given(places, places)
def test_the_true_figure_of_the_earth_differs_little(a: Place, b: Place) -> None:
    _, _, true = Geod(ellps="WGS84").inv(a[1], a[0], b[1], b[0])

    assert haversine_m(*a, *b) == pytest.approx(true, rel=0.006, abs=1)


@given(places, places, st.floats(0, 25_000_000))
def test_whatever_is_near_enough_lies_in_the_box(middle: Place, other: Place, far: float) -> None:
    assume(haversine_m(*middle, *other) <= far)

    south, west, north, east = bounding_box(*middle, far)

    assert south <= other[0] <= north
    assert west <= other[1] <= east


@given(st.tuples(st.floats(-89, 89), st.floats(-179, 179)), st.floats(1, 50_000), st.floats(0, 360))
def test_places_on_the_circle_lie_in_the_box(middle: Place, far: float, bearing: float) -> None:
    ball = Geod(a=EARTH_RADIUS_M, b=EARTH_RADIUS_M)
    lng, lat, _ = ball.fwd(middle[1], middle[0], bearing, far * (1 - 1e-9))

    south, west, north, east = bounding_box(*middle, far)

    assert south <= lat <= north
    assert west <= lng <= east or east == 180


@given(st.tuples(st.floats(-80, 80), st.floats(-170, 170)), st.floats(1, 50_000))
def test_the_box_is_no_wider_than_it_must_be(middle: Place, far: float) -> None:
    south, west, north, east = bounding_box(*middle, far)

    assert haversine_m(*middle, south, middle[1]) == pytest.approx(far, rel=1e-5, abs=1e-3)
    assert haversine_m(*middle, north, middle[1]) == pytest.approx(far, rel=1e-5, abs=1e-3)
    assert haversine_m(*middle, middle[0], west) <= far * 1.05 + 1e-3
    assert haversine_m(*middle, middle[0], east) <= far * 1.05 + 1e-3


@pytest.mark.parametrize(
    ("middle", "box"),
    [
        ((89.9999, 10.0), (-180, 180)),
        ((-90.0, 0.0), (-180, 180)),
        ((0.0, 179.9999), (-180, 180)),
        ((0.0, -180.0), (-180, 180)),
    ],
)
def test_a_circle_over_a_pole_or_the_date_line_takes_the_whole_round(
    middle: Place, box: tuple[float, float]
) -> None:
    _, west, _, east = bounding_box(*middle, 1000)

    assert (west, east) == box


@pytest.mark.parametrize(
    ("lat", "lng"), [(90.1, 0), (-91, 0), (0, 181), (0, -180.5), (math.nan, 0), (0, math.inf)]
)
def test_what_is_not_on_the_globe_is_refused(lat: float, lng: float) -> None:
    with pytest.raises(ValueError, match="not a place"):
        haversine_m(0, 0, lat, lng)
    with pytest.raises(ValueError, match="not a place"):
        bounding_box(lat, lng, 1)


@pytest.mark.parametrize("far", [-1, math.nan, math.inf])
def test_a_distance_is_a_number_of_metres(far: float) -> None:
    with pytest.raises(ValueError, match="0 metres or more"):
        bounding_box(0, 0, far)
