"""What a change of the net would do, worked out before anything moves: read by previews, carried out by services."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from shapely import Point
from shapely.geometry import shape

from grids.lineage.domain import NumbersUsedUp, Standing, in_reading_order, new_numbers
from grids.lineage.registry import OpenMatters, open_matters
from grids.roles.models import Appointment
from grids.roles.relocation import lasting, residents_of, role_carried
from grids.territory.domain import Level
from grids.territory.geometry import Boundary, divide, read_cut, unite
from grids.territory.models import Building, Grid, Territory
from grids.territory.numbers import used_numbers
from portal.errors import Conflict, Invalid
from portal.formats import list_words


@dataclass(frozen=True)
class Carriage:
    """An appointment of a grid that is taken up, and the role in which it would go on there."""

    appointment: Appointment
    role: str

    @property
    def changes(self) -> bool:
        """Whether the person would go on in another role."""
        return self.role != self.appointment.role


@dataclass
class Plan:
    """What moves from one grid to another. `households` is the sum of the buildings that move."""

    grid: Territory
    buildings: list[Building]
    households: int
    residents: int
    matters: list[OpenMatters]
    warnings: list[str] = field(default_factory=list)

    @property
    def building_ids(self) -> tuple[int, ...]:
        """The places of the buildings that move."""
        return tuple(building.territory_id for building in self.buildings)


@dataclass
class SplitPlan(Plan):
    """A split: the areas of both parts where the grid is drawn and something is drawn to divide it."""

    kept: Boundary | None = None
    given: Boundary | None = None


@dataclass
class MergePlan(Plan):
    """A merge: the grid that takes the other up, their common area, and everybody with an office in the other."""

    into: Territory | None = None
    united: Boundary | None = None
    staff: list[Carriage] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Renumbering:
    """One grid with its number now and then; both alike where it keeps it."""

    grid: Territory
    old_code: str
    new_code: str

    @property
    def changes(self) -> bool:
        """Whether the grid gets another number."""
        return self.old_code != self.new_code


def plan_split(grid: Territory, buildings: Collection[int], cut: Any = None) -> SplitPlan:
    """What would go to a new grid. `buildings` are ids of places; `cut` is GeoJSON, a line or the new grid's area.

    Raises Invalid where the choice makes no two grids of one.
    """
    if grid.level != Level.GRID:
        raise Invalid(_("只有网格可以拆分。"), field="grid")
    all_of_it = buildings_of(grid)
    moving = [building for building in all_of_it if building.territory_id in buildings]
    if len(moving) < len(set(buildings)):
        raise Invalid(_("有的楼栋不在这个网格里了，请重新选。"), code="not_here", field="buildings")
    if not moving and not cut:
        raise Invalid(_("请选要分出去的楼栋，或者画出新网格的范围。"), code="required", field="buildings")
    if moving and len(moving) == len(all_of_it):
        raise Invalid(_("老网格至少要留下一栋楼。"), code="nothing_left", field="buildings")
    plan = SplitPlan(grid, **_moving(grid, moving, all_of_it=False))
    if cut:
        if grid.boundary is None:
            raise Invalid(_("这个网格还没有边界，先画好再划分，或者只选楼栋。"), code="no_boundary", field="area")
        plan.kept, plan.given = _divided(grid, moving, cut)
        plan.warnings += _strays(plan, all_of_it)
    elif grid.boundary is not None:
        plan.warnings.append(_("没有画新网格的范围：边界都留在老网格，新网格先没有边界。"))
    return plan


def plan_merge(grid: Territory, into: Territory) -> MergePlan:
    """What would become of a grid that another one of the community takes up. Raises Invalid."""
    if grid.level != Level.GRID or into.level != Level.GRID or grid.pk == into.pk:
        raise Invalid(_("请选同一个社区里的另一个网格。"), field="into")
    if str(grid.code)[:12] != str(into.code)[:12]:
        raise Invalid(_("只能并入同一个社区的网格。"), code="other_community", field="into")
    plan = MergePlan(grid, **_moving(grid, buildings_of(grid), all_of_it=True), into=into)
    held = lasting(grid, timezone.localdate()).select_related("user").order_by("role", "pk")
    plan.staff = [Carriage(one, role_carried(one, into)) for one in held]
    if grid.boundary is not None and into.boundary is not None:
        plan.united = unite(shape(grid.boundary), shape(into.boundary))
        if plan.united.geom_type != "Polygon":
            plan.warnings.append(_("两个网格不相连，合并后的边界是几块。"))
    elif grid.boundary is not None:
        plan.warnings.append(_("“%(name)s”还没有边界，合并后请补画。") % {"name": into.name})
    elif into.boundary is not None:
        plan.warnings.append(_("“%(name)s”没有边界，合并后的边界请补画。") % {"name": grid.name})
    return plan


def plan_renumbering(community: Territory) -> list[Renumbering]:
    """Every living grid of the community in the order of the rule, with its number now and then. Raises Conflict."""
    if community.level != Level.COMMUNITY:
        raise Invalid(_("请选一个社区，给它的网格重新编号。"), field="community")
    grids = {grid.pk: grid for grid in Territory.objects.children_of(community).at(Level.GRID).living()}
    order = in_reading_order([_standing(grid) for grid in grids.values()])
    try:
        changed = new_numbers(order, used_numbers(community))
    except NumbersUsedUp as error:
        raise Conflict(_("这里的编号用完了（最多 999 个）。"), code="codes_used_up") from error
    rows = []
    for each in order:
        code = str(grids[each.grid].code)
        new = f"{community.code}{changed[each.grid]:03d}" if each.grid in changed else code
        rows.append(Renumbering(grids[each.grid], code, new))
    return rows


def fingerprint(rows: Sequence[Renumbering]) -> str:
    """What a preview showed, so that nothing else is done than what was seen."""
    return ",".join(f"{row.old_code[-3:]}-{row.new_code[-3:]}" for row in rows if row.changes)


def buildings_of(grid: Territory) -> list[Building]:
    """Buildings of a grid with their places, in the order of their codes."""
    rows = Building.objects.filter(territory__path__startswith=grid.path).select_related("territory")
    return list(rows.defer("territory__boundary").order_by("territory__path"))


def _moving(grid: Territory, moving: list[Building], *, all_of_it: bool) -> dict[str, Any]:
    households = sum(building.households for building in moving)
    if all_of_it:
        told = Grid.objects.filter(territory=grid).values_list("household_count", flat=True).first()
        households = told or households
    return {
        "buildings": moving,
        "households": households,
        "residents": len(residents_of([building.territory_id for building in moving])),
        "matters": open_matters(grid, None if all_of_it else [building.territory for building in moving]),
    }


def _divided(grid: Territory, moving: list[Building], cut: Any) -> tuple[Boundary, Boundary]:
    try:
        return divide(shape(grid.boundary), read_cut(cut), [point for each in moving if (point := point_of(each))])
    except Invalid as error:
        raise Invalid(error.message, code=error.code, field="area") from error


def _strays(plan: SplitPlan, all_of_it: list[Building]) -> list[str]:
    """Buildings that stand on the other side of the new line than the grid they are to belong to."""
    assert plan.given is not None
    assert plan.kept is not None
    moving, warnings = set(plan.building_ids), []
    for building in all_of_it:
        point = point_of(building)
        goes = building.territory_id in moving
        area = plan.given if goes else plan.kept
        if point is not None and area.distance(Point(point)) > 0:
            warnings.append(building.territory.name)
    if not warnings:
        return []
    words = ngettext("%(names)s的位置在线的另一边，请核对。", "%(names)s的位置在线的另一边，请核对。", len(warnings))
    return [words % {"names": list_words(warnings)}]


def _standing(grid: Territory) -> Standing:
    number = int(str(grid.code)[-3:])
    if grid.boundary is not None:
        drawn = shape(grid.boundary)
        middle = drawn.representative_point()
        return Standing(grid.pk, number, (float(middle.x), float(middle.y)), float(drawn.bounds[1]))
    points = [point for each in buildings_of(grid) if (point := point_of(each))]
    if not points:
        return Standing(grid.pk, number)
    longitude = sum(point[0] for point in points) / len(points)
    return Standing(grid.pk, number, (longitude, sum(point[1] for point in points) / len(points)))


def point_of(building: Building) -> tuple[float, float] | None:
    """Longitude and latitude of a building where they are known."""
    if building.longitude is None or building.latitude is None:
        return None
    return (building.longitude, building.latitude)
