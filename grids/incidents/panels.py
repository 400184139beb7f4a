"""What features that stand on the incident show on its page, without the incident knowing them.

A feature registers functions in its own `panels.py` (see `portal.panels`):

    @panel(Slot.BELOW)
    def the_wish(request, incident): ...
"""

import enum

from grids.incidents.models import Incident
from portal.outbox.models import Event
from portal.outbox.telling import Along
from portal.panels import Slots


class Slot(enum.StrEnum):
    """Where something can be shown on the page of one incident."""

    BELOW = "below"  # at the end of the main column


_slots: Slots[Incident] = Slots()
panel = _slots.panel
panels_of = _slots.panels_of

# Stories that belong to an incident's own: see `portal.outbox.telling`.
along: Along[Incident] = Along()


def know_story(incident: Incident, events: list[Event]) -> None:
    """The page has read what happened with the incident; panels need not read it again."""
    incident.__dict__["_story"] = events


def story_known(incident: Incident) -> list[Event]:
    """What the page's reader may know of what happened, oldest first."""
    found: list[Event] = incident.__dict__.get("_story", [])
    return found
