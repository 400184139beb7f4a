"""What happens to the net of grids. Listeners move what is theirs: ids say which grid gave and which one has now."""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event


@event("grids.grid.split", label=_("网格拆分"), visibility=Visibility.PUBLIC)
class GridSplit(Payload):
    """Some buildings, and perhaps a part of the area, went from the old grid to a new one."""

    old_territory_id: int
    new_territory_id: int
    old_code: str
    new_code: str
    building_ids: tuple[int, ...]


@event("grids.grid.merged", label=_("网格合并"), visibility=Visibility.PUBLIC)
class GridMerged(Payload):
    """The old grid is dissolved; all that is open in it belongs to the new one."""

    old_territory_id: int
    new_territory_id: int
    old_code: str
    new_code: str
    building_ids: tuple[int, ...]


@event("grids.grid.renumbered", label=_("网格换编号"), visibility=Visibility.PUBLIC)
class GridRenumbered(Payload):
    """The same grid has another number, and with it another place in the tree."""

    territory_id: int
    old_code: str
    new_code: str
