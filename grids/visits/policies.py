"""Who goes to a household, and who reads what was found there.

A visit's words and photos are for whoever made it and for the staff of the grid and the community. Those further away
who handle the place (street, district) see that there was a visit, and read its words for a reason that is written
down. Whoever is paired with the household sees when it was visited, and their own words.
"""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from grids.pairing.models import Household, Pairing
from grids.pairing.policies import handles
from grids.roles.domain import Role
from grids.roles.queries import Person, holds
from grids.territory.inherited import setting_for
from grids.territory.models import Territory
from grids.visits.limits import CORRECT_DAYS
from grids.visits.models import Visit
from portal.accounts.models import User
from portal.decision import YES, Decision

NEAR_STAFF = frozenset({Role.GRID_MEMBER, Role.GRID_HEAD, Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})
GRID_STAFF = frozenset({Role.GRID_MEMBER, Role.GRID_HEAD})
COMMUNITY_STAFF = frozenset({Role.COMMUNITY_WORKER, Role.COMMUNITY_SECRETARY})


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


def is_fresh(user: Person, visit: Visit, *, now: datetime) -> bool:
    """Whether this person's own visit was written down so lately that they put it right by themselves."""
    if user.pk is None or visit.visitor_id != user.pk:
        return False
    return now < visit.logged_at + timedelta(days=int(setting_for(visit.building, CORRECT_DAYS)))


def may_correct(user: Person, visit: Visit, *, now: datetime) -> Decision:
    """Putting right and withdrawing: whoever made the visit, for some days; the community's staff, with a reason."""
    if visit.withdrawn_at is not None:
        return Decision(False, _("这次走访已经撤回了。"), by_state=True, code="withdrawn")
    if visit.forgotten_at is not None:
        return Decision(False, _("过了保留的时间，不能再改。"), by_state=True, code="forgotten")
    if is_fresh(user, visit, now=now) or holds(user, COMMUNITY_STAFF, visit.building):
        return YES
    if user.pk is not None and visit.visitor_id == user.pk:
        return Decision(False, _("记下好几天了，请社区的工作人员来改。"), code="too_late")
    return Decision(False, _("只有走访的人和社区的工作人员可以更正。"), code="not_yours")
