"""Who sees households and pairings, and who arranges them."""

from grids.roles.domain import HANDLER_ROLES, Role
from grids.roles.queries import Person, holds, paths_of
from grids.territory.models import Territory

ARRANGING = frozenset({Role.GRID_HEAD, Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})
# Numbers of places only, without small groups.
WATCHING = HANDLER_ROLES | {Role.SUPERVISOR}


def handles(user: Person, place: Territory) -> bool:
    """Staff who look after the residents of that place."""
    return holds(user, HANDLER_ROLES, place)


def may_arrange(user: Person, place: Territory) -> bool:
    """Grid heads in their grid, workers and the secretary in their community."""
    return holds(user, ARRANGING, place)


def may_watch(user: Person, place: Territory) -> bool:
    """Those who handle, and supervisors."""
    return holds(user, WATCHING, place)


def watched_paths(user: Person) -> list[str]:
    """Paths of the places whose coverage this person sees."""
    return paths_of(user, WATCHING)
