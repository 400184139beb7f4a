"""Boundaries as geometry: reading GeoJSON, saying in words what is wrong with it, measuring overlaps.

Coordinates are WGS-84 degrees, longitude first. A grid is some hundred metres wide, so a flat approximation with the
length of a degree at that latitude is exact enough for areas.
"""

import json
import math
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import shapely
from django.utils.translation import gettext as _
from shapely.errors import ShapelyError
from shapely.geometry import LineString, MultiPolygon, Point, Polygon, mapping, shape
from shapely.ops import split, unary_union
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

# In degrees of latitude.
HALF_A_METRE = 0.5 / METRES_PER_DEGREE
# Coordinates are kept to about a centimetre.
PRECISION = 1e-7

Boundary: TypeAlias = Polygon | MultiPolygon
Cut: TypeAlias = Polygon | MultiPolygon | LineString


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


def holes_between(areas: Iterable[Boundary]) -> list[Polygon]:
    """What these areas enclose and none of them covers: a hole in the net, or a place that is nobody's.

    Neighbours drawn by hand do not meet exactly: what is less than a metre apart counts as touching.
    """
    together = unary_union([area.buffer(HALF_A_METRE, join_style="mitre") for area in areas])
    inner = [Polygon(ring) for part in shapely.get_parts(together) for ring in getattr(part, "interiors", ())]
    return [hole for hole in inner if square_metres(hole) > OVERLAP_TOLERANCE]


def read_cut(value: Any) -> Cut:
    """What divides a grid: a line from edge to edge, or the area of the new grid. Raises Invalid in words."""
    geojson = _unwrap(_parse(value))
    if geojson.get("type") != "LineString":
        return read_boundary(geojson)
    try:
        line = shapely.force_2d(shape(geojson))
    except (ShapelyError, ValueError, TypeError, KeyError, AttributeError, IndexError) as error:
        raise _wrong(_("边界的坐标读不懂，请检查括号和数字。")) from error
    if line.is_empty or not all(math.isfinite(n) for n in line.bounds) or len(line.coords) > MOST_POINTS:
        raise _wrong(_("边界的坐标读不懂，请检查括号和数字。"))
    return line


def divide(old: Boundary, cut: Cut, given: Sequence[tuple[float, float]]) -> tuple[Boundary, Boundary]:
    """The part that stays and the part that goes: they do not overlap, and together they are the old area.

    A drawn area goes as far as it lies in the old one. Of a line's sides, the one that goes holds the points `given`
    (longitude, latitude). Raises Invalid where the cut leaves nothing on one side, or nobody can tell which goes.
    """
    if isinstance(cut, LineString):
        points = [Point(each) for each in given]
        if not points:
            raise _wrong(_("分出去的楼栋都没有坐标，分不清线的哪一边是新网格。请改画新网格的范围。"))
        pieces = split(old, cut).geoms
        going = unary_union([piece for piece in pieces if any(piece.intersects(point) for point in points)])
    else:
        going = old.intersection(cut)
    new = _areas(going)
    kept = _areas(old.difference(new))
    if min(square_metres(new), square_metres(kept)) < SMALLEST_AREA:
        raise _wrong(_("这样画没有把网格分成两块。线要从一边画到另一边，范围要画在老网格里面。"))
    return kept, new


def unite(one: Boundary, other: Boundary) -> Boundary:
    """Both areas as one."""
    return _areas(unary_union([one, other]))


def _areas(geometry: shapely.Geometry) -> Boundary:
    """The polygons of a geometry, on the grid of coordinates that is stored; points and lines fall away."""
    parts = [part for part in shapely.get_parts(shapely.set_precision(geometry, PRECISION)) if part.area > 0]
    polygons = [part for part in parts if isinstance(part, Polygon)]
    return polygons[0] if len(polygons) == 1 else MultiPolygon(polygons)


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
