"""What patrols show on the page of an incident."""

from datetime import date

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from grids.incidents import panels as of_incidents
from grids.incidents.events import IncidentMerged
from grids.incidents.models import Incident
from grids.incidents.policies import knows_particulars
from grids.patrols.events import FoundOnPatrol
from grids.patrols.finding import findings_of
from grids.patrols.policies import may_read, sees_route
from grids.roles.queries import Person
from portal.outbox.models import Event
from portal.outbox.registry import key_of
from portal.panels import Panel

# On which day, in which words, and the page of the route for those who see it.
Found = tuple[date, str, str]


@of_incidents.panel(of_incidents.Slot.BELOW, position=30)
def where_it_was_found(request: HttpRequest, incident: Incident) -> Panel | None:
    """For staff: on which patrol and at which point. Mostly the story, which the page has read, says so already."""
    if not knows_particulars(request.user, incident):
        return None
    story = of_incidents.story_known(incident)
    told = [event for event in story if event.type == key_of(FoundOnPatrol)]
    if any(event.type == key_of(IncidentMerged) for event in story) or not all(event.text for event in told):
        found = _read(request.user, incident)
    else:
        found = [_told(request.user, incident, event) for event in told]
    return Panel("grids/patrols/found_on.html", {"findings": found}) if found else None


def _told(user: Person, incident: Incident, event: Event) -> Found:
    route, place = event.payload["route_id"], event.payload["place_id"]
    near = {each.pk: each for each in (incident.territory, incident.community)}.get(place)
    url = reverse("patrol_route", args=[route]) if near is not None and may_read(user, near) else ""
    return timezone.localdate(event.occurred_at), event.text, url


def _read(user: Person, incident: Incident) -> list[Found]:
    """Also those that were merged into it, and those whose words went from the story."""
    return [
        (
            one.day,
            f"{one.route_name} · {one.point_words}",
            one.run.route.get_absolute_url() if one.run is not None and sees_route(user, one.run.route) else "",
        )
        for one in findings_of(incident)
    ]
