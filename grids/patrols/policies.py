"""Who plans patrols, who walks them, and who reads how they are kept."""

from django.utils.translation import gettext as _

from grids.patrols.domain import PLANNERS, READERS, WALKERS
from grids.patrols.models import PatrolRoute, PatrolRun
from grids.patrols.queries import walks_there
from grids.roles.queries import Person, holds, holds_anywhere
from grids.territory.models import Territory
from portal.accounts.models import User
from portal.errors import NotAllowed


def may_plan(user: Person, place: Territory) -> bool:
    """The head of the grid, and workers and secretary of the community."""
    return holds(user, PLANNERS, place)


def may_read(user: Person, place: Territory) -> bool:
    """Staff of the place and above."""
    return holds(user, READERS, place)


def may_walk(user: Person, run: PatrolRun) -> bool:
    """Whoever is to walk it, and anybody else with an office in the place: help is welcome, two ticks are one."""
    if not isinstance(user, User):
        return False
    return run.walker_id == user.pk or (holds_anywhere(user, WALKERS) and walks_there(user, run.place))


def require_plan(user: User, place: Territory) -> None:
    """Raises `NotAllowed`."""
    if not may_plan(user, place):
        raise NotAllowed(_("巡查由网格长和社区工作者来排。"))


def require_walk(user: User, run: PatrolRun) -> None:
    """Raises `NotAllowed`."""
    if not may_walk(user, run):
        raise NotAllowed(_("这条路线不是您走的。"))


def sees_route(user: Person, route: PatrolRoute) -> bool:
    """Staff of the place, and whoever walks it."""
    return may_read(user, route.place) or (isinstance(user, User) and route.assigned_to_id == user.pk)
