"""Tables of incidents."""

from grids.incidents.models.categories import IncidentCategory
from grids.incidents.models.counts import IncidentDay, IncidentStanding
from grids.incidents.models.incident import Incident, IncidentNumber
from grids.incidents.models.parts import Handling, IncidentPhoto, IncidentReport
from grids.incidents.models.summons import Summons

__all__ = [
    "Handling",
    "Incident",
    "IncidentCategory",
    "IncidentDay",
    "IncidentNumber",
    "IncidentPhoto",
    "IncidentReport",
    "IncidentStanding",
    "Summons",
]
