"""Boundaries as geometry: reading GeoJSON, saying in words what is wrong with it, measuring overlaps.

Coordinates are WGS-84 degrees, longitude first. A grid is some hundred metres wide, so a flat approximation with the
length of a degree at that latitude is exact enough for areas.
"""

import json
import math
from collections.abc import Iterable
from typing import Any, TypeAlias

import shapely
from django.utils.translation import gettext as _
from shapely.errors import ShapelyError
from shapely.geometry import MultiPolygon, Polygon, mapping, shape
from shapely.validation import explain_validity

from portal.errors import Invalid

# The extent of China, seas included; anything outside is a mix-up of longitude and latitude or a projected system.
WEST, SOUTH, EAST, NORTH = 73.0, 3.0, 136.0, 54.0
METRES_PER_DEGREE = 111_320.0
MOST_POINTS = 5_000
SMALLEST_AREA = 100.0
LARGEST_AREA = 500_000_000.0
# Hand-drawn neighbours share a line to within centimetres; slivers below this are no overlap (square metres).
OVERLAP_TOLERANCE = 10.0

Boundary: TypeAlias = Polygon | MultiPolygon


def read_boundary(value: Any) -> Boundary:
    """The polygon of a GeoJSON geometry (also inside a Feature or a collection of one). Raises Invalid in words."""
    geojson = _unwrap(_parse(value))
    if geojson.get("type") not in ("Polygon", "MultiPolygon"):
        raise _wrong(_("边界要是一个面（Polygon 或 MultiPolygon），现在是 %s。") % geojson.get("type", "?"))
    try:
        geometry = shapely.force_2d(shape(geojson))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise _wrong(_("边界的坐标读不懂，请检查括号和数字。")) from error
    if geometry.is_empty or not all(math.isfinite(n) for n in geometry.bounds):
        raise _wrong(_("边界是空的，请至少画三个点。"))
    if shapely.count_coordinates(geometry) > MOST_POINTS:
        raise _wrong(_("边界的点太多了，最多 %d 个。") % MOST_POINTS)
    west, south, east, north = geometry.bounds
    if west < WEST or east > EAST or south < SOUTH or north > NORTH:
        raise _wrong(_("坐标不在中国范围内。请用 WGS-84 经纬度，经度在前，例如 118.70, 32.01。"))
    if not geometry.is_valid:
        raise _wrong(_("边界的线自己相交了，位置在 %s 附近。") % _place_of_fault(geometry))
    area = square_metres(geometry)
    if not SMALLEST_AREA <= area <= LARGEST_AREA:
        raise _wrong(_("这个范围有 %s 平方米，不像一个网格。") % f"{area:,.0f}")
    return geometry


def square_metres(geometry: shapely.Geometry) -> float:
    """Area on the ground."""
    if geometry.is_empty:
        return 0.0
    shrink = math.cos(math.radians(float(geometry.centroid.y)))
    return float(geometry.area) * METRES_PER_DEGREE**2 * shrink


def overlapping(geometry: Boundary, others: Iterable[tuple[str, Boundary]]) -> list[tuple[str, float]]:
    """Names of those that overlap by more than the tolerance, with the area of each overlap in square metres."""
    found = []
    for name, other in others:
        if geometry.intersects(other):
            area = square_metres(geometry.intersection(other))
            if area > OVERLAP_TOLERANCE:
                found.append((name, area))
    return found


def as_geojson(geometry: Boundary) -> dict[str, Any]:
    """A plain GeoJSON geometry, with coordinates to about a centimetre, outer rings counter-clockwise (RFC 7946)."""
    oriented = shapely.orient_polygons(geometry)
    text = json.dumps(mapping(oriented))
    plain: dict[str, Any] = json.loads(text, parse_float=lambda digits: round(float(digits), 7))
    return plain


def _parse(value: Any) -> dict[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise _wrong(_("边界不是完整的 GeoJSON，请检查括号和逗号。")) from error
    if not isinstance(value, dict):
        raise _wrong(_("边界要写成 GeoJSON 对象。"))
    return value


def _unwrap(geojson: dict[str, Any]) -> dict[str, Any]:
    if geojson.get("type") == "FeatureCollection":
        features = geojson.get("features")
        if not isinstance(features, list) or len(features) != 1 or not isinstance(features[0], dict):
            raise _wrong(_("一个网格只要一个边界。"))
        geojson = features[0]
    if geojson.get("type") == "Feature":
        inner = geojson.get("geometry")
        if not isinstance(inner, dict):
            raise _wrong(_("边界是空的，请至少画三个点。"))
        return inner
    return geojson


def _place_of_fault(geometry: Boundary) -> str:
    reason = explain_validity(geometry)
    return reason[reason.find("[") + 1 : reason.rfind("]")] if "[" in reason else "?"


def _wrong(message: str) -> Invalid:
    return Invalid(message, code="boundary_invalid", field="boundary")
