"""What the page of a wish shows of where it came from, and the page of a source of the wish made of it."""

import json
from dataclasses import dataclass

from django.db.models import Model
from django.http import HttpRequest

from grids.incidents import panels as of_incidents
from grids.incidents.models import Incident
from portal.accounts.models import User
from portal.panels import Panel
from wishes.origins.incidents import INCIDENT
from wishes.origins.queries import ORIGINS, goes_on_as, lives, origins_of
from wishes.origins.registry import source_of
from wishes.wishes.models import Wish
from wishes.wishes.policies import can_read
from wishes.wishes.views.access import viewer_of
from wishes.wishes.views.panels import Known, Slot, panel, read_with_page

read_with_page(Known("origins", ORIGINS, read=lambda found: json.loads(found) if found else []))


@dataclass(frozen=True)
class MadeWish:
    """A wish made of the source, and the one it goes on as where it was merged."""

    wish: Wish
    goes_on_as: Wish


@panel(Slot.ASIDE, position=10)
def where_it_came_from(request: HttpRequest, wish: Wish) -> Panel | None:
    """A link to each source, for those who may see it; for anybody else there is none."""
    found = []
    for kind, key in getattr(wish, "origins", []):
        source = source_of(kind)
        subject = source.found(request.user, key) if source is not None else None
        if source is not None and subject is not None:
            found.append({"name": source.name(subject), "url": source.url(subject), "label": source.label})
    return Panel("wishes/origins/came_from.html", {"origins": found}) if found else None


def wishes_panel(request: HttpRequest, kind: str, subject: Model) -> Panel | None:
    """For the page of a source: the wishes made of it, as far as this reader may see them, or the way to make one."""
    viewer, source = viewer_of(request), source_of(kind)
    if source is None or not isinstance(viewer, User):
        return None
    if not source.sees(viewer, subject):
        return None
    origins = origins_of(source, subject)
    made = [MadeWish(one.wish, goes_on_as(one.wish)) for one in origins if can_read(viewer, one.wish)]
    offers = bool(source.may_make(viewer, subject)) and not any(lives(one.wish) for one in origins)
    if not made and not offers:
        return None
    return Panel("wishes/origins/made.html", {"kind": kind, "key": subject.pk, "made": made, "offers": offers})


@of_incidents.panel(of_incidents.Slot.BELOW)
def wishes_of_incident(request: HttpRequest, incident: Incident) -> Panel | None:
    """Under an incident, for its staff and those who reported it."""
    return wishes_panel(request, INCIDENT.kind, incident)
