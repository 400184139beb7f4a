"""Use cases of the division tree: finding the grid of a point, and configuring grids, buildings and settings."""

from typing import Any

import shapely
from django.db import transaction
from django.utils.translation import gettext as _

from grids.territory import policies
from grids.territory.browsing import forget_starting_places
from grids.territory.datum import Datum, in_wgs84
from grids.territory.domain import Level, clean_name, parent_code
from grids.territory.events import (
    BoundaryDrawn,
    BoundaryRemoved,
    BuildingAdded,
    BuildingChanged,
    BuildingMoved,
    GridAdded,
    GridChanged,
    SettingChanged,
    TerritoryRenamed,
)
from grids.territory.geometry import Boundary, as_geojson, overlapping, read_boundary, square_metres
from grids.territory.inherited import parse_value
from grids.territory.locating import PLACE_AND_STAMP, grid_map, known_map
from grids.territory.models import Building, Grid, Territory, TerritorySetting
from grids.territory.tree import hold_place, lock_place, next_code, plant, replant, require_living
from portal.accounts.models import User
from portal.errors import Conflict, Invalid, NotAllowed
from portal.formats import list_words
from portal.outbox.services import record


def locate_grid(longitude: float, latitude: float) -> Territory | None:
    """The grid whose boundary holds the point (WGS-84 degrees); None outside every known grid."""
    known = known_map()
    pk = known.locate(longitude, latitude) if known else None
    if known and pk is not None:
        # The answer and the proof that the map is fresh come in one query, written out: composing it costs more.
        found = next(iter(Territory.objects.raw(PLACE_AND_STAMP, [pk])), None)
        if found is not None and found.stamp == known.stamp:
            return found  # type: ignore[no-any-return]
    pk = grid_map().locate(longitude, latitude)
    return None if pk is None else Territory.objects.defer("boundary").get(pk=pk)


def grid_of(territory: Territory) -> Territory | None:
    """The grid of a building, or the grid itself; None for wider places."""
    return territory.ancestor_at(Level.GRID) if territory.level >= Level.GRID else None


@transaction.atomic
def add_grid(
    *,
    actor: User,
    community: Territory,
    name: str,
    code: str = "",
    household_count: int = 0,
    supervision_phone: str = "",
    area_description: str = "",
    boundary: Any = None,
    illustrative: bool = False,
) -> Territory:
    """A new grid of a community; without a code it takes the next number. Raises NotAllowed, Invalid, Conflict."""
    require_configure(actor, community)
    if community.level != Level.COMMUNITY:
        raise Invalid(_("网格要建在社区下面。"), field="community")
    lock_place(community.code)
    code = code.strip() or next_code(community)
    if len(code) != 15 or not code.startswith(community.code):
        raise Invalid(_("网格编码是 15 位数字，前 12 位是社区编码 %(code)s。") % {"code": community.code}, field="code")
    place = plant(code, name)
    grid = Grid(
        territory=place,
        household_count=household_count,
        supervision_phone=supervision_phone.strip(),
        area_description=area_description.strip(),
    )
    grid.full_clean(exclude=["territory"])
    grid.save()
    transaction.on_commit(forget_starting_places)
    record(GridAdded(territory_id=place.pk, code=place.code), subject=place, actor=actor)
    if boundary is not None:
        draw_boundary(actor=actor, territory=place, boundary=boundary, illustrative=illustrative)
    return place


@transaction.atomic
def draw_boundary(
    *, actor: User, territory: Territory, boundary: Any, illustrative: bool = False, datum: Datum = Datum.WGS84
) -> Territory:
    """Gives a grid its boundary, a GeoJSON polygon that overlaps no other grid of the community; kept in WGS-84.

    Raises NotAllowed; Invalid with what is wrong with the drawing; Conflict naming the grids it overlaps.
    """
    require_configure(actor, territory)
    if territory.level != Level.GRID:
        raise Invalid(_("只有网格需要画边界。"), field="boundary")
    geometry = in_wgs84(read_boundary(boundary), datum)
    _lock_siblings(territory)
    require_living(hold_place(territory))
    clashes = overlapping(geometry, _sibling_boundaries(territory))
    if clashes:
        words = list_words(
            _("“%(name)s”（重叠约 %(area)s 平方米）") % {"name": n, "area": f"{a:,.0f}"} for n, a in clashes
        )
        raise Conflict(_("边界和旁边的网格重叠了：%s。") % words, code="boundary_overlaps", field="boundary")
    territory.boundary = as_geojson(geometry)
    territory.boundary_is_illustrative = illustrative
    territory.save(update_fields=["boundary", "boundary_is_illustrative"])
    record(
        BoundaryDrawn(
            territory_id=territory.pk,
            code=territory.code,
            points=int(shapely.count_coordinates(geometry)),
            square_metres=round(square_metres(geometry)),
            illustrative=illustrative,
        ),
        subject=territory,
        actor=actor,
    )
    return territory


def _lock_siblings(territory: Territory) -> None:
    """Boundaries of one community change one at a time: without it, two parallel drawings could overlap."""
    lock_place(territory.code[:12])


def _sibling_boundaries(territory: Territory) -> list[tuple[str, Boundary]]:
    rows = (
        Territory.objects.filter(path__startswith=territory.path[: -Territory.steplen], level=Level.GRID)
        .exclude(pk=territory.pk)
        .filter(boundary__isnull=False)
        .values_list("name", "boundary")
    )
    return [(name, shapely.geometry.shape(boundary)) for name, boundary in rows]


@transaction.atomic
def remove_boundary(*, actor: User, territory: Territory) -> Territory:
    """Takes a grid's boundary away. Raises NotAllowed."""
    require_configure(actor, territory)
    if territory.boundary is not None:
        territory.boundary = None
        territory.boundary_is_illustrative = False
        territory.save(update_fields=["boundary", "boundary_is_illustrative"])
        record(BoundaryRemoved(territory_id=territory.pk, code=territory.code), subject=territory, actor=actor)
    return territory


GRID_FIELDS = ("household_count", "supervision_phone", "area_description")
BUILDING_FIELDS = ("address", "longitude", "latitude", "households")


@transaction.atomic
def change_grid(*, actor: User, grid: Grid, **changes: Any) -> Grid:
    """Corrects a grid's household count, supervision phone or description. Raises NotAllowed, ValidationError."""
    require_configure(actor, grid.territory)
    require_living(grid.territory)
    changed = _assign(grid, changes, GRID_FIELDS)
    if changed:
        grid.full_clean(exclude=["territory"])
        grid.save(update_fields=changed)
        record(
            GridChanged(territory_id=grid.territory_id, code=grid.territory.code, fields=tuple(changed)),
            subject=grid.territory,
            actor=actor,
        )
    return grid


@transaction.atomic
def rename(*, actor: User, territory: Territory, name: str) -> Territory:
    """Gives a place the name its people use; the official name stays. Raises NotAllowed, Invalid."""
    require_configure(actor, territory)
    require_living(territory)
    tidy = clean_name(name)
    if not tidy:
        raise Invalid(_("请填写名称。"), field="name")
    if tidy != territory.name:
        territory.name = tidy
        territory.save(update_fields=["name"])
        record(TerritoryRenamed(territory_id=territory.pk, code=territory.code), subject=territory, actor=actor)
    return territory


@transaction.atomic
def add_building(*, actor: User, grid: Territory, name: str, code: str = "", **details: Any) -> Territory:
    """A new building of a grid (address, longitude, latitude, households). Raises NotAllowed, Invalid, Conflict."""
    require_configure(actor, grid)
    if grid.level != Level.GRID:
        raise Invalid(_("楼栋要建在网格下面。"), field="grid")
    lock_place(grid.code)
    code = code.strip() or next_code(grid)
    if len(code) != 18 or not code.startswith(grid.code):
        raise Invalid(_("楼栋编码是 18 位数字，前 15 位是网格编码 %(code)s。") % {"code": grid.code}, field="code")
    place = plant(code, name)
    building = Building(territory=place)
    _assign(building, details, BUILDING_FIELDS)
    building.full_clean(exclude=["territory"])
    building.save()
    record(BuildingAdded(territory_id=place.pk, code=place.code), subject=place, actor=actor)
    return place


@transaction.atomic
def change_building(*, actor: User, building: Building, **changes: Any) -> Building:
    """Corrects a building's address, point or households. Raises NotAllowed, ValidationError."""
    require_configure(actor, building.territory)
    changed = _assign(building, changes, BUILDING_FIELDS)
    if changed:
        building.full_clean(exclude=["territory"])
        building.save(update_fields=changed)
        record(
            BuildingChanged(territory_id=building.territory_id, code=building.territory.code, fields=tuple(changed)),
            subject=building.territory,
            actor=actor,
        )
    return building


@transaction.atomic
def move_building(*, actor: User, building: Territory, grid: Territory) -> Territory:
    """Puts a building into another grid; it takes that grid's next number and keeps its id.

    Raises NotAllowed, Invalid, Conflict.
    """
    require_configure(actor, building)
    require_configure(actor, grid)
    if building.level != Level.BUILDING or grid.level != Level.GRID:
        raise Invalid(_("楼栋只能划到网格里。"), field="grid")
    before = building.code
    if before.startswith(grid.code):
        return building
    # Both grids are locked in the order of their codes, as everybody does who changes the net of grids.
    for code in sorted({parent_code(before), grid.code}):
        require_living(lock_place(code))
    replant(building, next_code(grid))
    record(
        BuildingMoved(territory_id=building.pk, from_code=before, to_code=building.code), subject=building, actor=actor
    )
    return building


@transaction.atomic
def change_setting(*, actor: User, territory: Territory, key: str, text: str) -> TerritorySetting:
    """Gives a place its own value of a setting, typed as text. Raises NotAllowed, Invalid."""
    require_configure(actor, territory)
    value = parse_value(key, text)
    found = TerritorySetting.objects.select_for_update().filter(territory=territory, key=key).first()
    before = None if found is None else str(found.value)
    if found is None:
        found = TerritorySetting(territory=territory, key=key)
    found.value = value
    found.save()
    record(
        SettingChanged(territory_id=territory.pk, key=key, before=before, after=str(value)),
        subject=territory,
        actor=actor,
    )
    return found


@transaction.atomic
def drop_setting(*, actor: User, setting: TerritorySetting) -> None:
    """Takes a place's own value away, so that it inherits again. Raises NotAllowed."""
    require_configure(actor, setting.territory)
    record(
        SettingChanged(territory_id=setting.territory_id, key=setting.key, before=str(setting.value), after=None),
        subject=setting.territory,
        actor=actor,
    )
    setting.delete()


def _assign(row: Grid | Building, changes: dict[str, Any], allowed: tuple[str, ...]) -> list[str]:
    unknown = set(changes) - set(allowed)
    if unknown:
        raise TypeError(f"{type(row).__name__} has no {', '.join(sorted(unknown))} to change.")
    changed = []
    for name, value in changes.items():
        tidy = value.strip() if isinstance(value, str) else value
        if getattr(row, name) != tidy:
            setattr(row, name, tidy)
            changed.append(name)
    return changed


def require_configure(actor: User, territory: Territory) -> None:
    """Raises NotAllowed unless the person configures the place."""
    if not policies.may_configure(actor, territory):
        raise NotAllowed(_("只有这个辖区的系统管理员可以修改配置。"))
