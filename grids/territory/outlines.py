"""Outlines of grids for maps: made coarse once and kept while no outline changes."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.core.cache import cache
from shapely.geometry import mapping, shape

from grids.territory.domain import Level
from grids.territory.models import GridMapStamp, Territory

MOST_GRIDS = 1200
# Some five metres: finer than anybody sees on a map of a community, a third of the bytes.
COARSENESS = 0.00005
DIGITS = 5
KEPT_SECONDS = 24 * 3600


def map_stamp() -> UUID | None:
    """Another one after every change of an outline."""
    return GridMapStamp.objects.values_list("stamp", flat=True).first()


def shapes_of(place: Territory, stamp: UUID | None) -> dict[str, Any]:
    """The outlines of the place's grids as GeoJSON, made coarse once and kept while no outline changes."""
    key = f"grids.outlines.{place.code}.{stamp}"
    known: dict[str, Any] | None = cache.get(key)
    if known is None:
        drawn = Territory.objects.under(place).at(Level.GRID).filter(boundary__isnull=False)
        rows = drawn.values_list("code", "name", "boundary", "boundary_is_illustrative")[:MOST_GRIDS]
        known = {"type": "FeatureCollection", "features": [_feature(*row) for row in rows]}
        cache.set(key, known, KEPT_SECONDS)
    return known


def _feature(code: str, name: str, boundary: dict[str, Any], illustrative: bool) -> dict[str, Any]:
    outline = mapping(shape(boundary).simplify(COARSENESS))
    return {
        "type": "Feature",
        "id": code,
        "properties": {"name": name, "illustrative": illustrative},
        "geometry": {"type": outline["type"], "coordinates": _rounded(outline["coordinates"])},
    }


def _rounded(coordinates: Iterable[Any]) -> list[Any]:
    return [round(each, DIGITS) if isinstance(each, float | int) else _rounded(each) for each in coordinates]
