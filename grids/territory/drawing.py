"""Boundaries of many grids at once: judged together, as they will lie beside each other, and drawn all or none."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import shapely
from django.db import transaction
from django.utils.translation import gettext as _
from shapely.geometry import shape

from grids.territory.domain import STEP, Level
from grids.territory.events import BoundaryDrawn
from grids.territory.geometry import OVERLAP_TOLERANCE, Boundary, as_geojson, holes_between, square_metres
from grids.territory.models import Territory
from grids.territory.services import require_configure
from grids.territory.tree import lock_place, require_living
from portal.accounts.models import User
from portal.errors import Conflict, Invalid
from portal.outbox.services import Fact, record_many

MOST_NAMED = 5


@dataclass(frozen=True)
class Clash:
    """Two grids that overlap, and by how much (square metres)."""

    one: str
    other: str
    area: float
    common: shapely.Geometry

    def __str__(self) -> str:
        words = _("“%(one)s”和“%(other)s”重叠约 %(area)s 平方米。")
        return words % {"one": self.one, "other": self.other, "area": f"{self.area:,.0f}"}


@dataclass(frozen=True)
class Judgement:
    """One community as it would be drawn: every outline by name, what overlaps, what nobody has."""

    community: Territory
    outlines: list[tuple[str, Boundary, bool]]  # the last tells whether it is new
    clashes: list[Clash]
    holes: list[shapely.Polygon]

    @property
    def hole_area(self) -> float:
        """Square metres that no grid has."""
        return sum(square_metres(hole) for hole in self.holes)


def judge(community: Territory, drawings: Mapping[int, Boundary]) -> Judgement:
    """How the community would look with these drawings (by id of the grid) in place of what those grids have."""
    grids = Territory.objects.children_of(community).at(Level.GRID).living()
    outlines = []
    for pk, name, boundary in grids.values_list("pk", "name", "boundary"):
        if pk in drawings:
            outlines.append((str(name), drawings[pk], True))
        elif boundary is not None:
            outlines.append((str(name), shape(boundary), False))
    return Judgement(community, outlines, _clashes(outlines), holes_between([area for _name, area, _new in outlines]))


def _clashes(outlines: Sequence[tuple[str, Boundary, bool]]) -> list[Clash]:
    """Overlaps of which one side is new, each pair once."""
    areas = [area for _name, area, _new in outlines]
    found = []
    for first, second in sorted(zip(*shapely.STRtree(areas).query(areas, predicate="intersects"), strict=True)):
        if first >= second or not (outlines[first][2] or outlines[second][2]):
            continue
        common = areas[first].intersection(areas[second])
        size = square_metres(common)
        if size > OVERLAP_TOLERANCE:
            found.append(Clash(outlines[first][0], outlines[second][0], size, common))
    return found


@transaction.atomic
def draw_boundaries(*, actor: User, drawings: Mapping[int, Boundary], illustrative: bool = False) -> int:
    """Gives many grids their boundaries (WGS-84), in one step, and returns how many changed.

    They are judged as they will lie beside each other, so that neighbours may swap ground. Raises NotAllowed, Invalid,
    and Conflict naming what would overlap; then nothing is drawn.
    """
    grids = list(Territory.objects.filter(pk__in=drawings).defer("boundary").order_by("path"))
    if any(grid.level != Level.GRID for grid in grids):
        raise Invalid(_("只有网格需要画边界。"), field="boundary")
    paths = sorted({str(grid.path)[: STEP * Level.COMMUNITY] for grid in grids})
    communities = [lock_place(code) for code in _codes(paths)]
    for community in communities:
        require_configure(actor, community)
    held = list(Territory.objects.select_for_update().filter(pk__in=drawings).order_by("path"))
    clashes: list[Clash] = []
    for grid in held:
        require_living(grid)
    for community in communities:
        clashes += judge(community, drawings).clashes
    if clashes:
        words = "".join(str(clash) for clash in clashes[:MOST_NAMED])
        raise Conflict(_("边界重叠了：%s") % words, code="boundary_overlaps", field="boundary")
    return _draw(held, drawings, illustrative=illustrative, actor=actor)


def _codes(paths: Iterable[str]) -> list[str]:
    return list(Territory.objects.filter(path__in=list(paths)).order_by("path").values_list("code", flat=True))


def _draw(grids: list[Territory], drawings: Mapping[int, Boundary], *, illustrative: bool, actor: User) -> int:
    changed, facts = [], []
    for grid in grids:
        area = drawings[grid.pk]
        drawn = as_geojson(area)
        if grid.boundary == drawn and grid.boundary_is_illustrative == illustrative:
            continue
        grid.boundary, grid.boundary_is_illustrative = drawn, illustrative
        changed.append(grid)
        event = BoundaryDrawn(
            territory_id=grid.pk,
            code=grid.code,
            points=int(shapely.count_coordinates(area)),
            square_metres=round(square_metres(area)),
            illustrative=illustrative,
        )
        facts.append(Fact(event, grid))
    Territory.objects.bulk_update(changed, ["boundary", "boundary_is_illustrative"], batch_size=200)
    record_many(facts, actor=actor)
    return len(changed)


def in_words(judgements: Iterable[Judgement]) -> list[str]:
    """What is wrong or open, community by community."""
    words = []
    for each in judgements:
        words += [f"{each.community.name}: {clash}" for clash in each.clashes]
        if each.holes:
            hole = _("网格之间留了空，约 %(area)s 平方米不归谁管。") % {"area": f"{each.hole_area:,.0f}"}
            words.append(f"{each.community.name}: {hole}")
    return words
