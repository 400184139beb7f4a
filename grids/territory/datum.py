"""Coordinates from maps of China: GCJ-02 (火星坐标, of 高德 and 腾讯) lies some hundred metres beside WGS-84.

The forward formula is the published one (Krasovsky 1940 ellipsoid); back it goes by approaching, to about a centimetre.
"""

import math
from typing import Any

import numpy
import shapely
from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

_RADIUS = 6_378_245.0  # metres
_ECCENTRICITY_SQUARED = 0.006_693_421_622_965_943
_STEPS = 5


class Datum(TextChoices):
    """Which coordinates somebody gives. Kept are those of WGS-84; CGCS2000 (天地图) differs from it by centimetres."""

    WGS84 = "wgs84", _("WGS-84 或 CGCS2000（天地图、GPS）")
    GCJ02 = "gcj02", _("GCJ-02（高德、腾讯地图）")


def gcj02_of(longitude: float, latitude: float) -> tuple[float, float]:
    """Where a point of WGS-84 stands on a map in GCJ-02; inside China only."""
    x, y = longitude - 105.0, latitude - 35.0
    waves = (20.0 * math.sin(6.0 * x * math.pi) + 20.0 * math.sin(2.0 * x * math.pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + waves
    north += (20.0 * math.sin(y * math.pi) + 40.0 * math.sin(y / 3.0 * math.pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * math.pi) + 320.0 * math.sin(y * math.pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + waves
    east += (20.0 * math.sin(x * math.pi) + 40.0 * math.sin(x / 3.0 * math.pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * math.pi) + 300.0 * math.sin(x / 30.0 * math.pi)) * 2.0 / 3.0
    radians = math.radians(latitude)
    flattening = 1.0 - _ECCENTRICITY_SQUARED * math.sin(radians) ** 2
    metres_north = _RADIUS * (1.0 - _ECCENTRICITY_SQUARED) / (flattening * math.sqrt(flattening))
    metres_east = _RADIUS / math.sqrt(flattening) * math.cos(radians)
    return longitude + math.degrees(east / metres_east), latitude + math.degrees(north / metres_north)


def wgs84_of(longitude: float, latitude: float) -> tuple[float, float]:
    """The point of WGS-84 that stands there on a map in GCJ-02."""
    east, north = longitude, latitude
    for _step in range(_STEPS):
        shown_east, shown_north = gcj02_of(east, north)
        east, north = east + longitude - shown_east, north + latitude - shown_north
    return east, north


def in_wgs84(geometry: Any, datum: Datum) -> Any:
    """A geometry of shapely in WGS-84, whichever coordinates it was given in."""
    if datum == Datum.WGS84:
        return geometry
    return shapely.transform(geometry, lambda points: numpy.array([wgs84_of(*point) for point in points.tolist()]))
