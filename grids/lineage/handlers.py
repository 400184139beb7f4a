"""Who hears that the net of grids has changed, and what follows an old number to the new one."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from grids.lineage.events import GridMerged, GridRenumbered, GridSplit
from grids.lineage.notices import NET_CHANGED, NEW_GRID
from grids.roles.domain import Role
from grids.roles.queries import holders
from grids.roles.relocation import residents_of
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.numbers import present_place
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import Payload, handles
from portal.webhooks.services import follow_code

# Those who arrange people and boundaries after a change; the district's administrators hear of theirs as well.
TOLD = (Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY, Role.SECURITY_ADMINISTRATOR)


@handles(GridSplit, GridMerged, GridRenumbered, name="grids.tell_of_net")
def tell_of_net(event: Event, payload: Payload) -> None:
    """The community's staff, and who appoints people there, hear what has changed."""
    if isinstance(payload, GridRenumbered):
        place, words = _place(payload.territory_id), _("编号 {old} 改成 {new}")
    else:
        assert isinstance(payload, GridSplit | GridMerged)
        place = _place(payload.new_territory_id)
        words = _("{old} 分出了 {new}") if isinstance(payload, GridSplit) else _("{old} 并入了 {new}")
    community = place.ancestor_at(Level.COMMUNITY)
    assert community is not None
    people = [user.pk for user in holders(TOLD, community) if user.pk != event.actor_id]
    what = words.format(old=payload.old_code, new=payload.new_code)
    params = {"place": community.name, "what": what}
    url = reverse("grid_page", args=[community.code])
    notify(event=event, kind=NET_CHANGED.key, recipients=people, params=params, url=url)


@handles(GridSplit, GridMerged, name="grids.tell_residents_of_new_grid")
def tell_residents(event: Event, payload: Payload) -> None:
    """Whoever lives in a building that moved learns who looks after it now."""
    assert isinstance(payload, GridSplit | GridMerged)
    people: Sequence[int] = residents_of(payload.building_ids)
    if people:
        grid = present_place(_place(payload.new_territory_id))
        url = reverse("grid_page", args=[grid.code])
        notify(event=event, kind=NEW_GRID.key, recipients=people, params={"grid": grid.name}, url=url)


@handles(GridMerged, GridRenumbered, name="grids.webhooks_follow_number")
def webhooks_follow(event: Event, payload: Payload) -> None:
    """A subscription to a grid goes on with its new number, or with the grid that took it up."""
    assert isinstance(payload, GridMerged | GridRenumbered)
    follow_code(payload.old_code, payload.new_code)


def _place(pk: int) -> Territory:
    found: Territory = Territory.objects.defer("boundary").get(pk=pk)
    return found
