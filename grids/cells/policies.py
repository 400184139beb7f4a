"""Who arranges Party organisations, and who sees the people in them."""

from grids.cells.models import LeadershipTerm, PartyOrganisation
from grids.roles.domain import HANDLER_ROLES, Role
from grids.roles.queries import Person, holds
from grids.territory.models import Territory
from portal.accounts.models import User


def may_arrange(user: Person, territory: Territory) -> bool:
    """The system administrator of that place, as for every other body (docs/domain.md §7)."""
    return isinstance(user, User) and (user.is_superuser or holds(user, {Role.SYSTEM_ADMINISTRATOR}, territory))


def may_see_leaders(user: Person, organisation: PartyOrganisation) -> bool:
    """Staff of the place and whoever leads the organisation. Who belongs to the Party is nobody else's business."""
    if not isinstance(user, User):
        return False
    if holds(user, HANDLER_ROLES | {Role.SYSTEM_ADMINISTRATOR}, organisation.territory):
        return True
    return LeadershipTerm.objects.in_force().filter(organisation=organisation, user=user).exists()
