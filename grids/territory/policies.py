"""Who may configure places: the system administrator of the place (docs/domain.md §7, separate powers)."""

import rules

from grids.roles.domain import Role
from grids.roles.queries import Person, holds
from grids.territory.models import Territory


@rules.predicate
def configures(user: Person, territory: Territory) -> bool:
    """The system administrator there."""
    return holds(user, {Role.SYSTEM_ADMINISTRATOR}, territory)


may_configure = configures
