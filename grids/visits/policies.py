"""Who goes to a household, and who reads what was found there.

A visit's words and photos are for whoever made it and for the staff of the grid and the community. Those further away
who handle the place (street, district) see that there was a visit, and read its words for a reason that is written
down. Whoever is paired with the household sees when it was visited, and their own words.
"""

from grids.pairing.models import Household, Pairing
from grids.pairing.policies import handles
from grids.roles.domain import Role
from grids.roles.queries import Person, holds
from grids.territory.models import Territory
from grids.visits.models import Visit
from portal.accounts.models import User

NEAR_STAFF = frozenset({Role.GRID_MEMBER, Role.GRID_HEAD, Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})
GRID_STAFF = frozenset({Role.GRID_MEMBER, Role.GRID_HEAD})


def is_near(user: Person, place: Territory) -> bool:
    """Staff of the grid or the community, who know the doors."""
    return holds(user, NEAR_STAFF, place)


def is_paired_with(user: Person, household: Household) -> bool:
    """Whether this person looks after the household now."""
    return isinstance(user, User) and Pairing.objects.living().filter(lead__user=user, household=household).exists()


def may_visit(user: Person, household: Household) -> bool:
    """Staff who handle the place, and the member who is paired with the household."""
    return handles(user, household.building) or is_paired_with(user, household)


def may_read(user: Person, visit: Visit) -> bool:
    """Words and photos: whoever made the visit, and the staff near by."""
    return (user.pk is not None and visit.visitor_id == user.pk) or is_near(user, visit.building)


def may_see(user: Person, visit: Visit) -> bool:
    """That there was a visit, when, and how it went."""
    return may_read(user, visit) or may_visit(user, visit.household)


def may_look(user: Person, visit: Visit) -> bool:
    """Reading the words for a reason: those who handle the place from further away."""
    return not may_read(user, visit) and handles(user, visit.building)
