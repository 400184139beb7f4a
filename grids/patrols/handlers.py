"""Who hears of patrols, and routes that follow the net."""

from grids.lineage.events import GridMerged, GridSplit
from grids.patrols.domain import FIRST_TOLD, THEN_TOLD
from grids.patrols.events import PatrolMissed, RoutePlanned
from grids.patrols.models import PatrolPoint, PatrolRoute, PatrolRun
from grids.patrols.notices import ASSIGNED, MISSED, MISSED_AGAIN
from grids.roles.queries import nearest_holders
from grids.territory.models import Territory
from grids.territory.numbers import present_place
from portal.formats import day_words
from portal.notifications.services import notify
from portal.outbox.models import Event
from portal.outbox.registry import handles


@handles(RoutePlanned, name="grids.patrol_tell_walker")
def on_planned(event: Event, payload: RoutePlanned) -> None:
    """Whoever is to walk a route hears of it when it is theirs from now on."""
    route = PatrolRoute.objects.select_related("place").get(pk=payload.route_id)
    before = Event.objects.about(route).filter(type=event.type, pk__lt=event.pk).order_by("-pk").first()
    if before is not None and before.payload["assigned_to_id"] == payload.assigned_to_id:
        return
    if payload.assigned_to_id != event.actor_id:
        notify(
            event=event,
            kind=ASSIGNED.key,
            recipients=[payload.assigned_to_id],
            params={"name": route.name, "place": route.place.name},
            url="/grids/patrols/today/",
        )


@handles(PatrolMissed, name="grids.patrol_tell_missed")
def on_missed(event: Event, payload: PatrolMissed) -> None:
    """The head of the grid hears of it; the next time in a row the community."""
    run = PatrolRun.objects.select_related("route", "place").get(pk=payload.run_id)
    people = nearest_holders(THEN_TOLD if payload.again else FIRST_TOLD, run.place)
    notify(
        event=event,
        kind=(MISSED_AGAIN if payload.again else MISSED).key,
        recipients=[person.pk for person in people],
        params={"name": run.route.name, "place": run.place.name, "day": day_words(run.day)},
        url=run.route.get_absolute_url(),
    )


@handles(GridMerged, name="grids.patrol_follow_merge")
def on_grids_merged(event: Event, payload: GridMerged) -> None:
    """Routes of the dissolved grid belong to the one that took it up."""
    new = present_place(Territory.objects.get(pk=payload.new_territory_id))
    PatrolRoute.objects.filter(place=payload.old_territory_id).update(place=new)


@handles(GridSplit, name="grids.patrol_follow_split")
def on_split(event: Event, payload: GridSplit) -> None:
    """A route all of whose buildings went to the new grid goes along; others stay, and points keep their buildings."""
    new = present_place(Territory.objects.get(pk=payload.new_territory_id))
    moved = set(payload.building_ids)
    for route in PatrolRoute.objects.filter(place=payload.old_territory_id):
        points = PatrolPoint.objects.filter(route=route, is_active=True).exclude(building=None)
        buildings = set(points.values_list("building", flat=True))
        if buildings and buildings <= moved:
            PatrolRoute.objects.filter(pk=route.pk).update(place=new)
