"""Where an incident is, and which place answers for it."""

from django.utils.translation import gettext as _

from grids.incidents.domain import ABOVE, ROLES_OF_LEVEL
from grids.incidents.models import Incident
from grids.roles.models import Appointment
from grids.territory.domain import Level
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import Invalid

# From where a wanted level is, outward.
_OUTWARD = (Level.GRID, Level.COMMUNITY, Level.STREET, Level.DISTRICT)


def set_place(incident: Incident, place: Territory) -> None:
    """Grid or community, and the building where one was named. Raises `Invalid` (field "place") for a wider place."""
    community = place.ancestor_at(Level.COMMUNITY)
    if community is None:
        raise Invalid(_("请选到网格或社区。"), field="place")
    incident.building = place if place.level == Level.BUILDING else None
    incident.territory = (place.ancestor_at(Level.GRID) if place.level == Level.BUILDING else place) or community
    incident.community = community
    incident.path = str(place.path if place.level == Level.BUILDING else incident.territory.path)


def staffed_place(incident: Incident, level: Level) -> tuple[Territory, bool]:
    """The place of this level above the incident, or the next wider one that has staff; and whether it has any."""
    above = {Level(place.level): place for place in incident.territory.ancestors()}
    wanted = [one for one in _OUTWARD if one <= level and one in above]
    staffed = set(
        Appointment.objects.in_force()
        .filter(territory__in=[above[one].pk for one in wanted], user__is_active=True)
        .filter(role__in=[role for one in wanted for role in ROLES_OF_LEVEL[one]])
        .values_list("territory_id", "role")
    )
    for one in wanted:
        if any((above[one].pk, str(role)) in staffed for role in ROLES_OF_LEVEL[one]):
            return above[one], True
    return above[wanted[0]], False


def next_above(incident: Incident) -> Territory:
    """The place above the one that answers now: grid, community, street. Call it where there is one."""
    level = ABOVE[Level(incident.responsible_territory.level)]
    place = incident.responsible_territory.ancestor_at(level)
    assert place is not None
    return place


def colleagues_at(place: Territory) -> list[User]:
    """The staff who handle matters of exactly this place."""
    roles = ROLES_OF_LEVEL.get(Level(place.level), ())
    appointed = Appointment.objects.in_force().filter(territory=place, role__in=roles, user__is_active=True)
    return list(User.objects.filter(pk__in=appointed.values("user_id")).order_by("pk"))
