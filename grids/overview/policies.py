"""Who sees a place at a glance: those who watch it, and those who configure it, who draw its net and find its gaps."""

from grids.pairing.policies import WATCHING
from grids.roles.domain import Role
from grids.roles.queries import Person, paths_of

# A system administrator reads what a supervisor reads: no small groups, and no lists, which are the staff's.
VIEWING = WATCHING | {Role.SYSTEM_ADMINISTRATOR}


def viewed_paths(user: Person) -> list[str]:
    """Paths of the places whose numbers this person sees."""
    return paths_of(user, VIEWING)
