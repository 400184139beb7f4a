"""Who sees a member's record and who decides about it."""

from grids.cells.models import LeadershipTerm
from grids.members.domain import Shown
from grids.members.models import PartyMember
from grids.roles.policies import RESIDENCY_DECIDERS
from grids.roles.queries import Person, holds, paths_of
from portal.accounts.models import User

# The community's secretary and workers: they confirm residents, and they confirm members.
DECIDERS = RESIDENCY_DECIDERS


def member_paths(user: Person) -> list[str]:
    """Paths of the communities whose members this person looks after."""
    return paths_of(user, DECIDERS)


def may_decide(user: Person, member: PartyMember) -> bool:
    """The staff of the community; never about themselves."""
    return user.pk != member.user_id and holds(user, DECIDERS, member.organisation.territory)


def may_reveal(user: Person, member: PartyMember) -> bool:
    """Who decides; the leaders of the organisation as well, where the member lets them."""
    if may_decide(user, member):
        return True
    if not isinstance(user, User) or member.shown_to != Shown.ORGANISATION or user.pk == member.user_id:
        return False
    return LeadershipTerm.objects.in_force().filter(organisation=member.organisation, user=user).exists()
