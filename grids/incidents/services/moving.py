"""Open incidents go where their building, their point or their grid goes; what is closed stays where it was."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from grids.incidents.domain import SETTLED_STATES, WORK_STATES, State
from grids.incidents.events import IncidentMoved
from grids.incidents.models import Incident
from grids.incidents.querysets import IncidentQuerySet
from grids.incidents.services import steps
from grids.incidents.services.places import set_place, staffed_place
from grids.territory.domain import Level
from grids.territory.models import Territory
from grids.territory.services import locate_grid
from portal.deadlines.recomputing import relocate_clocks
from portal.outbox.services import record

# Whatever somebody still does something about, be it to evaluate or reopen it.
FOLLOWING = (WORK_STATES | SETTLED_STATES) - {State.EVALUATED}


def still_open(territory_id: int) -> IncidentQuerySet:
    """Incidents of a grid that follow it."""
    return Incident.objects.filter(territory=territory_id, state__in=sorted(map(str, FOLLOWING)))


def of_buildings(territory_id: int, buildings: Collection[int]) -> IncidentQuerySet:
    """Those of a grid that belong to one of these buildings."""
    return still_open(territory_id).filter(building__in=list(buildings))


@transaction.atomic
def follow_split(*, old_id: int, new: Territory, buildings: Collection[int], at: datetime) -> int:
    """Incidents of the buildings that went, and those whose point lies in the new grid, go with it; how many."""
    moved = 0
    for incident in still_open(old_id).order_by("pk"):
        if incident.building_id is not None:
            goes = incident.building_id in set(buildings)
        else:
            goes = incident.point is not None and locate_grid(*incident.point) == new
        moved += goes and move_incident(incident=incident, to=new, at=at)
    return moved


@transaction.atomic
def follow_building(*, building: Territory, at: datetime) -> int:
    """Incidents of a building that was put into another grid go with it; how many."""
    here = Incident.objects.filter(building=building, state__in=sorted(map(str, FOLLOWING))).order_by("pk")
    return sum(move_incident(incident=incident, to=building, at=at) for incident in here)


@transaction.atomic
def follow_merge(*, old_id: int, new: Territory, at: datetime) -> int:
    """Whatever is not closed in a dissolved grid belongs to the one that took it up; how many moved."""
    return sum(move_incident(incident=incident, to=new, at=at) for incident in still_open(old_id).order_by("pk"))


@transaction.atomic
def move_incident(*, incident: Incident, to: Territory, at: datetime) -> bool:
    """Puts an open incident into another grid: its clocks go on by the calendar there, and somebody there answers.

    Whoever is at it stays at it. False where it is closed or stands there already.
    """
    incident = steps.locked(incident)
    before, path = incident.territory_id, incident.path
    if incident.state not in FOLLOWING:
        return False
    building = Territory.objects.filter(pk=incident.building_id).first() if incident.building_id else None
    set_place(incident, building or to)
    if (before, path) == (incident.territory_id, incident.path):
        return False
    if incident.responsible_territory_id == before:
        incident.responsible_territory, _has_staff = staffed_place(incident, Level.GRID)
        incident.assigned_to = None
    relocate_clocks(subject=incident, territory_id=incident.territory_id, at=at)
    counts = steps.current_clock(incident)
    if counts is not None:
        incident.due_at, incident.escalation = counts.due_at, counts.escalation
    event = IncidentMoved(incident_id=incident.pk, from_id=before, to_id=incident.territory_id)
    record(event, subject=incident, at=at)
    steps.save(incident)
    return True


@transaction.atomic
def follow_number(*, grid: Territory) -> int:
    """All incidents of a grid with another number, closed ones too, stand at its present path; how many did not."""
    here = Incident.objects.filter(territory=grid)
    moved = here.filter(building=None).exclude(path=grid.path).update(path=grid.path)
    for building in Territory.objects.under(grid).at(Level.BUILDING).defer("boundary"):
        moved += here.filter(building=building).exclude(path=building.path).update(path=building.path)
    return moved
