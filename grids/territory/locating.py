"""Point → grid, from a map of all grid boundaries that each process keeps and rebuilds when a boundary changes."""

import threading
from dataclasses import dataclass
from uuid import UUID

from shapely import Point, STRtree, prepare
from shapely.geometry import shape

from grids.territory.domain import Level
from grids.territory.models import GridMapStamp, Territory


@dataclass(frozen=True, slots=True)
class GridMap:
    """Every grid with a boundary, indexed by extent; `ids` stand in the order of codes."""

    stamp: UUID | None
    ids: list[int]
    tree: STRtree

    def locate(self, longitude: float, latitude: float) -> int | None:
        """The grid at the point; on a shared line, the one with the lower code."""
        found = self.tree.query(Point(longitude, latitude), predicate="intersects")
        return self.ids[int(found.min())] if found.size else None

    def middles(self, ids: set[int]) -> dict[int, tuple[float, float]]:
        """A point inside each of these grids as (longitude, latitude), to some metres; grids without one are left out.

        It tells which grid something is in, and nothing more exact.
        """
        found = {}
        for pk, geometry in zip(self.ids, self.tree.geometries, strict=True):
            if pk in ids:
                point = geometry.representative_point()
                found[pk] = (round(float(point.x), 4), round(float(point.y), 4))
        return found


# One place without its boundary, and the stamp of the newest map.
PLACE_AND_STAMP = """
    SELECT id, path, depth, numchild, code, name, official_name, level, boundary_is_illustrative, dissolved_on,
           (SELECT stamp FROM grids_gridmapstamp) AS stamp
    FROM grids_territory WHERE id = %s
"""
_lock = threading.Lock()
_map: GridMap | None = None


def known_map() -> GridMap | None:
    """The map as this process has it, fresh or not; None before the first look."""
    return _map


def grid_map() -> GridMap:
    """The map of this process, rebuilt first when the stamp in the database is another."""
    global _map
    stamp = GridMapStamp.objects.values_list("stamp", flat=True).first()
    known = _map
    if known is None or known.stamp != stamp:
        with _lock:
            known = _map
            if known is None or known.stamp != stamp:
                known = _map = _build(stamp)
    return known


def _build(stamp: UUID | None) -> GridMap:
    rows = (
        Territory.objects.at(Level.GRID).filter(boundary__isnull=False).order_by("path").values_list("pk", "boundary")
    )
    ids, shapes = [], []
    for pk, boundary in rows.iterator():
        geometry = shape(boundary)
        prepare(geometry)
        ids.append(pk)
        shapes.append(geometry)
    return GridMap(stamp, ids, STRtree(shapes))
