"""Who arranges leave and cover, and who reads the board."""

from grids.roles.domain import COVERED_ROLES, HANDLER_ROLES, Role
from grids.roles.models import Appointment
from grids.roles.queries import Person, held_by, holds
from grids.territory.models import Territory

ARRANGERS: frozenset[Role] = frozenset({Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})
READERS: frozenset[Role] = HANDLER_ROLES | {Role.SUPERVISOR, Role.SECURITY_ADMINISTRATOR}


def may_read_board(user: Person, community: Territory) -> bool:
    """The staff of the community and of its grids, and those above."""
    if holds(user, READERS, community):
        return True
    return any(held.role in COVERED_ROLES and held.path.startswith(str(community.path)) for held in held_by(user))


def may_arrange(user: Person, place: Territory) -> bool:
    """Workers and secretary of the community say who stands in for whom."""
    return holds(user, ARRANGERS, place)


def may_take_leave(user: Person, appointment: Appointment) -> bool:
    """Who holds an office says themselves when they are away; who stands in is for the community to say."""
    return appointment.user_id == user.pk or may_arrange(user, appointment.territory)
