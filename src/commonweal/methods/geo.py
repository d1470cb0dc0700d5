"""Distances and boxes on the globe, for lists of what is near."""

import math

EARTH_RADIUS_M = 6_371_008.8

_MARGIN = 1 + 1e-9


def haversine_m(lat1: float, lng1: float, lat2: float, lng2: float) -> float:
    r"""Distance along the surface between two places.

    .. math:: d = 2R \arcsin\sqrt{\sin^2\frac{\varphi_2 - \varphi_1}{2}
              + \cos\varphi_1 \cos\varphi_2 \sin^2\frac{\lambda_2 - \lambda_1}{2}}

    Parameters
    ----------
    lat1, lat2 : float
        Latitudes in degrees, -90 to 90.
    lng1, lng2 : float
        Longitudes in degrees, -180 to 180.

    Returns
    -------
    float
        Metres, 0 to half the circumference (about 20,015 km).

    Raises
    ------
    ValueError
        With a place that is not on the globe, NaN among them.

    Notes
    -----
    O(1). The Earth is taken as a ball of its mean radius: at most 0.6 % wrong. WGS 84 in, as maps
    and phones give it; not GCJ-02.

    References
    ----------
    .. [1] Sinnott (1984). Virtues of the Haversine. Sky and Telescope 68(2), 159.

    Examples
    --------
    >>> round(haversine_m(47.3769, 8.5417, 46.9480, 7.4474))
    95494

    """
    _need_place(lat1, lng1)
    _need_place(lat2, lng2)
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half_phi = (phi2 - phi1) / 2
    half_lambda = math.radians(lng2 - lng1) / 2
    h = math.sin(half_phi) ** 2 + math.cos(phi1) * math.cos(phi2) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(h, 1.0)))


def bounding_box(lat: float, lng: float, radius_m: float) -> tuple[float, float, float, float]:
    r"""Smallest box of latitudes and longitudes around all places within a distance.

    .. math:: \Delta\varphi = \frac{r}{R}, \qquad
              \Delta\lambda = \arcsin\frac{\sin(r / R)}{\cos\varphi}

    Parameters
    ----------
    lat, lng : float
        The middle, in degrees: -90 to 90, -180 to 180.
    radius_m : float
        Metres, 0 or more.

    Returns
    -------
    tuple of float
        ``(south, west, north, east)`` in degrees. Where the circle holds a pole or crosses the
        180th meridian, west and east are -180 and 180.

    Raises
    ------
    ValueError
        With a place that is not on the globe, or a distance that is negative or not finite.

    Notes
    -----
    O(1). A first sieve for a database; `haversine_m` decides. The box is wider than the formula
    by a billionth, so that rounding loses no place on its edge.

    References
    ----------
    .. [1] Matuschek (2010). Finding Points Within a Distance of a Latitude/Longitude Using
       Bounding Coordinates.

    Examples
    --------
    >>> [round(degrees, 4) for degrees in bounding_box(47.3769, 8.5417, 1000)]
    [47.3679, 8.5284, 47.3859, 8.555]

    """
    _need_place(lat, lng)
    if not 0 <= radius_m < math.inf:
        raise ValueError("the distance must be 0 metres or more")
    angle = min(radius_m / EARTH_RADIUS_M * _MARGIN + 1e-12, math.pi)
    high = math.degrees(angle)
    south, north = max(lat - high, -90.0), min(lat + high, 90.0)
    if south == -90.0 or north == 90.0:  # noqa: PLR2004  # a pole is inside
        return south, -180.0, north, 180.0
    wide = math.degrees(math.asin(min(math.sin(angle) / math.cos(math.radians(lat)), 1.0)))
    west, east = lng - wide * _MARGIN, lng + wide * _MARGIN
    if west < -180 or east > 180:  # noqa: PLR2004
        return south, -180.0, north, 180.0
    return south, west, north, east


def _need_place(lat: float, lng: float) -> None:
    if not (-90 <= lat <= 90 and -180 <= lng <= 180):  # noqa: PLR2004
        raise ValueError("not a place: latitudes are -90 to 90, longitudes -180 to 180")
