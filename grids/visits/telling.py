"""Whom to tell that nobody went: whoever looks after the household, then the grid head, then the community."""

from grids.pairing.models import Household, Pairing
from grids.roles.domain import Role
from grids.roles.queries import nearest_holders

LEVELS = {
    2: frozenset({Role.GRID_HEAD}),
    3: frozenset({Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY}),
}
# Where nobody is paired with a household, the grid looks after it.
GRID = frozenset({Role.GRID_MEMBER, Role.GRID_HEAD})


def people_at(household: Household, level: int) -> list[int]:
    """Who hears of it at this level, by id: nobody who has heard of it at an earlier one."""
    heard: set[int] = set()
    found: list[int] = []
    for each in range(1, level + 1):
        found = [pk for pk in _people(household, each) if pk not in heard]
        heard |= set(found)
    return found


def _people(household: Household, level: int) -> list[int]:
    if level == 1:
        living = Pairing.objects.living().filter(household=household)
        paired = list(living.values_list("lead__user_id", flat=True))
        return paired or [person.pk for person in nearest_holders(GRID, household.building)]
    return [person.pk for person in nearest_holders(LEVELS[level], household.building)]
