"""检查边界: where the outlines of a whole community overlap, leave something out, or are not drawn at all."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from shapely import STRtree
from shapely.geometry import mapping, shape

from grids.pairing.policies import may_watch
from grids.pairing.scope import person
from grids.territory.domain import Level
from grids.territory.geometry import OVERLAP_TOLERANCE, holes_between, square_metres
from grids.territory.models import Territory
from grids.territory.policies import may_configure


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong: in words, how large in square metres, and where."""

    words: str
    area: float
    where: dict[str, Any]


@dataclass
class Check:
    """What is wrong with the outlines of a community, and what is drawn of it."""

    faults: list[Fault] = field(default_factory=list)
    undrawn: list[Territory] = field(default_factory=list)
    outlines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def drawing(self) -> dict[str, Any]:
        """For the map: all outlines, and on top what is wrong."""
        marked = {"type": "GeometryCollection", "geometries": [fault.where for fault in self.faults]}
        return {"neighbours": self.outlines, "boundary": marked if self.faults else None}


def check_net(community: Territory) -> Check:
    """Every pair of grids that overlap, every hole that grids enclose, every grid without an outline. Saves nothing."""
    found, areas, names = Check(), [], []
    for grid in Territory.objects.children_of(community).at(Level.GRID).living().order_by("path"):
        if grid.boundary is None:
            found.undrawn.append(grid)
            continue
        areas.append(shape(grid.boundary))
        names.append(grid.name)
        found.outlines.append({"name": grid.name, "boundary": grid.boundary})
    # A tree of nothing cannot be asked.
    near = zip(*(map(int, each) for each in STRtree(areas).query(areas)), strict=True) if areas else ()
    for one, other in sorted(pair for pair in near if pair[0] < pair[1]):
        common = areas[one].intersection(areas[other])
        if (size := square_metres(common)) > OVERLAP_TOLERANCE:
            words = _("“%(one)s”和“%(other)s”重叠") % {"one": names[one], "other": names[other]}
            found.faults.append(Fault(words, size, mapping(common)))
    for hole in holes_between(areas):
        found.faults.append(Fault(_("网格之间的空地，不归谁管"), square_metres(hole), mapping(hole)))
    return found


@login_required
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    """The list with its map, for staff and administrators of the community."""
    user = person(request)
    community = get_object_or_404(Territory.objects.defer("boundary"), code=code, level=Level.COMMUNITY)
    configures = may_configure(user, community)
    if not (configures or may_watch(user, community)):
        raise Http404
    found = check_net(community)
    context = {"place": community, "check": found, "configures": configures, "watches": may_watch(user, community)}
    return render(request, "grids/overview/boundaries.html", context)
