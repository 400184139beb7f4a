"""What can happen to a route and a patrol. Ticks are rows, no events: nobody's steps are written into the log.

Only what is taken back leaves no row, and so is an event.
"""

from django.utils.translation import gettext_lazy as _

from portal.outbox.registry import Payload, Visibility, event

INTERNAL = Visibility.INTERNAL


@event("grids.patrol.planned", label=_("排了巡查路线"), visibility=INTERNAL)
class RoutePlanned(Payload):
    """A route was planned, or changed; these parts of it."""

    route_id: int
    assigned_to_id: int
    is_new: bool


@event("grids.patrol.retired", label=_("停了巡查路线"), visibility=INTERNAL)
class RouteRetired(Payload):
    """A route is not walked any more."""

    route_id: int


@event("grids.patrol.finished", label=_("巡查走完"), visibility=INTERNAL)
class PatrolFinished(Payload):
    """A patrol is over, walked to the end or in part."""

    run_id: int
    state: str


@event("grids.patrol.missed", label=_("巡查没有走"), visibility=INTERNAL)
class PatrolMissed(Payload):
    """Nobody walked it; `again`: nor the time before."""

    run_id: int
    again: bool


@event("grids.patrol.tick_taken_back", label=_("收回了一次打点"), visibility=INTERNAL)
class TickTakenBack(Payload):
    """A point was ticked by mistake."""

    run_id: int
    point_id: int


@event("grids.patrol.found", label=_("巡查时发现"), visibility=INTERNAL)
class FoundOnPatrol(Payload):
    """An incident was reported at a point; the event's words say on which route and where."""

    incident_id: int
    finding_id: int
    route_id: int
    place_id: int
