"""What stands on the page of a visit without the visit knowing it, and what visits show on the page of an incident."""

import enum

from django.http import HttpRequest

from grids.incidents import panels as of_incidents
from grids.incidents.models import Incident
from grids.visits.models import Visit, VisitIncident
from grids.visits.policies import may_read
from portal.panels import Panel, Slots


class Slot(enum.StrEnum):
    """Where something can be shown on the page of one visit."""

    NEEDS = "needs"  # under 发现了什么难处？


_slots: Slots[Visit] = Slots()
panel = _slots.panel
panels_of = _slots.panels_of


@of_incidents.panel(of_incidents.Slot.BELOW, position=40)
def where_it_was_found(request: HttpRequest, incident: Incident) -> Panel | None:
    """The visit on which it was found, for those who read that visit."""
    # Needs found on visits stand in a building, and nobody reads a visit without signing in.
    if incident.building_id is None or not request.user.is_authenticated:
        return None
    rows = VisitIncident.objects.select_related("visit__building").defer("visit__building__boundary")
    led = rows.filter(incident=incident).first()
    if led is None or not may_read(request.user, led.visit):
        return None
    return Panel("grids/visits/found_on.html", {"visit": led.visit})
