"""What happens to places, grids and boundaries."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.territory.grid_added", label=_("新建网格"), visibility=Visibility.PUBLIC)
class GridAdded(Payload):
    territory_id: int
    code: str


@event("grids.territory.grid_changed", label=_("修改网格资料"), visibility=Visibility.INTERNAL)
class GridChanged(Payload):
    territory_id: int
    code: str
    fields: tuple[str, ...]


@event("grids.territory.boundary_drawn", label=_("划定网格边界"), visibility=Visibility.PUBLIC)
class BoundaryDrawn(Payload):
    territory_id: int
    code: str
    points: int
    square_metres: int
    illustrative: bool


@event("grids.territory.boundary_removed", label=_("撤销网格边界"), visibility=Visibility.PUBLIC)
class BoundaryRemoved(Payload):
    territory_id: int
    code: str


@event("grids.territory.building_added", label=_("新增楼栋"), visibility=Visibility.INTERNAL)
class BuildingAdded(Payload):
    territory_id: int
    code: str


@event("grids.territory.building_changed", label=_("修改楼栋资料"), visibility=Visibility.INTERNAL)
class BuildingChanged(Payload):
    territory_id: int
    code: str
    fields: tuple[str, ...]


@event("grids.territory.building_moved", label=_("楼栋划到别的网格"), visibility=Visibility.INTERNAL)
class BuildingMoved(Payload):
    territory_id: int
    from_code: str
    to_code: str


@event("grids.territory.place_removed", label=_("撤销误建的网格或楼栋"), visibility=Visibility.INTERNAL)
class PlaceRemoved(Payload):
    territory_id: int
    code: str


@event("grids.territory.renamed", label=_("修改名称"), visibility=Visibility.INTERNAL)
class TerritoryRenamed(Payload):
    territory_id: int
    code: str


@event("grids.territory.setting_changed", label=_("修改辖区设置"), visibility=Visibility.INTERNAL)
class SettingChanged(Payload):
    territory_id: int
    key: str
    before: str | None
    after: str | None


@event("grids.territory.divisions_imported", label=_("导入官方区划"), visibility=Visibility.INTERNAL)
class DivisionsImported(Payload):
    territory_id: int
    code: str
    added: int
    renamed: int
