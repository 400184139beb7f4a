"""Who may configure places. A place knows no roles: the permission's rule is written by `grids.roles.policies`."""

from grids.territory.models import Territory
from portal.accounts.models import User

CONFIGURE = "grids.configure_territory"


def may_configure(user: User, territory: Territory) -> bool:
    """Whether the person configures this place (grids, buildings, boundaries, settings)."""
    return user.has_perm(CONFIGURE, territory)
