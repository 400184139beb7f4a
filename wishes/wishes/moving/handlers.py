"""Reactions to changes of the net: what is still open follows, what is closed stays where it was."""

from grids.lineage.events import GridMerged, GridRenumbered, GridSplit
from grids.territory.domain import path_of
from grids.territory.events import BuildingMoved
from grids.territory.models import Territory
from grids.territory.numbers import grid_by_number, present_place
from portal.outbox.models import Event
from portal.outbox.registry import handles
from wishes.wishes.events import WishReopened
from wishes.wishes.models import Wish
from wishes.wishes.services.moving import follow_buildings, follow_merge, follow_number, move_wish


@handles(GridSplit, name="wishes.follow_split")
def on_split(event: Event, payload: GridSplit) -> None:
    """Wishes of the buildings that went to the new grid follow them."""
    new = present_place(Territory.objects.get(pk=payload.new_territory_id))
    follow_buildings(old_id=payload.old_territory_id, new=new, buildings=payload.building_ids, at=event.occurred_at)


@handles(BuildingMoved, name="wishes.follow_building")
def on_moved(event: Event, payload: BuildingMoved) -> None:
    """Wishes of a building that was put into another grid follow it."""
    old, new = grid_by_number(payload.from_code), grid_by_number(payload.to_code)
    if old is not None and new is not None and old != new:
        follow_buildings(old_id=old.pk, new=new, buildings=(payload.territory_id,), at=event.occurred_at)


@handles(GridMerged, name="wishes.follow_merge")
def on_merged(event: Event, payload: GridMerged) -> None:
    """Every open wish of the dissolved grid belongs to the one that took it up."""
    new = present_place(Territory.objects.get(pk=payload.new_territory_id))
    follow_merge(old_id=payload.old_territory_id, new=new, at=event.occurred_at)


@handles(GridRenumbered, name="wishes.follow_number")
def on_renumbered(event: Event, payload: GridRenumbered) -> None:
    """All wishes of the grid, closed ones too, are found below its new number."""
    grid = Territory.objects.get(pk=payload.territory_id)
    follow_number(grid=grid, old_path=path_of(payload.old_code), at=event.occurred_at)


@handles(WishReopened, name="wishes.follow_after_reopening")
def on_reopened(event: Event, payload: WishReopened) -> None:
    """A wish that was closed in a grid dissolved since then is handled by the present one."""
    wish: Wish = Wish.objects.select_related("territory").get(pk=payload.wish_id)
    if wish.territory is not None and wish.territory.dissolved_on is not None:
        move_wish(wish=wish, to=present_place(wish.territory), at=event.occurred_at)
